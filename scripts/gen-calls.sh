#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The table of calls, from the rows of syscalls.def.

set -eu

usage() {
	cat <<'END'
usage: scripts/gen-calls.sh [--names | --check FILE | --write FILE]

Print the calls as a table in Markdown.

  --names       print only their names, one a line
  --check FILE  fail unless FILE has this table, between lines with
                <!-- calls --> and <!-- /calls -->
  --write FILE  put it there
END
}

die() {
	echo "scripts/gen-calls.sh: $*" >&2
	exit 1
}

rows=include/uapi/ipctrace/syscalls.def

# expand TEMPLATE: the rows, as the C preprocessor expands them to TEMPLATE.
expand() {
	printf '%s\n' \
		'#define ARG(name, kind, place) name' \
		'#define NR(ipc, ...) ipc' \
		"#define IPCTRACE_CALL(id, name, family, object, follow, blocks, entries, number, ...) $1" \
		"#include \"$rows\"" |
	${CPP:-${CC:-cc} -E} -P -I. -
}

# One row may come on several lines; each starts with the mark @.
one_line_each() {
	tr '\n' ' ' | tr '@' '\n' | sed '/^ *$/d; s/  */ /g; s/^ //; s/ $//'
}

names() {
	expand '@ name' | one_line_each
}

table() {
	echo "| Call | Works on | Blocks | Callers |"
	echo "| --- | --- | --- | --- |"
	expand '@ name ; family ; blocks ; __VA_ARGS__ ; entries ; number' |
	one_line_each |
	awk -F ' *; *' '
	BEGIN {
		kind["MSG"] = "message queue"
		kind["SEM"] = "semaphore set"
		kind["SHM"] = "shared memory segment"
		kind["ANY"] = "what it asks for"
		blocks["BLOCKS"] = "may block"
		blocks["PROMPT"] = ""
		callers["NATIVE"] = "64-bit"
		callers["NATIVE_PLAIN"] = "64-bit, 32-bit"
		callers["NATIVE_COMPAT"] = "64-bit, 32-bit"
		callers["NATIVE_CTL"] = "64-bit, 32-bit"
		callers["COMPAT"] = "32-bit"
	}
	!($2 in kind) || !($3 in blocks) || !($5 in callers) {
		print "unknown word in row: " $0 >"/dev/stderr"
		exit 1
	}
	{
		printf "| `%s(%s)` | %s | %s | %s%s |\n", $1, $4, kind[$2],
			blocks[$3], callers[$5],
			$6 == "NONE" ? "" : ", `ipc()`"
	}'
}

# what_is_there FILE: what stands between the marks.
what_is_there() {
	awk '/^<!-- \/calls -->$/ { inside = 0; ends++ }
	     inside
	     /^<!-- calls -->$/ { inside = 1; starts++ }
	     END { exit starts != 1 || ends != 1 }' "$1" ||
		die "$1: not one <!-- calls --> with its <!-- /calls -->"
}

check() {
	there=$(what_is_there "$1") || exit 1
	[ "$there" = "$(table)" ] ||
		die "$1: the table of calls is stale; run scripts/gen-calls.sh --write $1"
}

write() {
	what_is_there "$1" >/dev/null
	new=$(table)
	changed=$(mktemp)
	TABLE=$new awk '/^<!-- \/calls -->$/ { inside = 0 }
	     !inside
	     /^<!-- calls -->$/ { inside = 1; print ENVIRON["TABLE"] }' \
		"$1" >"$changed"
	cat "$changed" >"$1"
	rm -f "$changed"
}

export LC_ALL=C
file=${2:-}
case $file in
''|/*)	;;
*)	file=$PWD/$file ;;
esac
cd "$(dirname "$0")/.."

case ${1:-}:$# in
:0)		table ;;
--names:1)	names ;;
--check:2)	check "$file" ;;
--write:2)	write "$file" ;;
--help:1|-h:1)	usage ;;
*)		usage >&2; exit 2 ;;
esac
