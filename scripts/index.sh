#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What files there are, by what each says of itself first.

set -eu

usage() {
	cat <<'END'
usage: scripts/index.sh tests | sources | --check FILE | --write FILE

  tests         print the tests
  sources       print the units of module and reader, and what each uses, as a
                table in Markdown; both must be built
  --check FILE  fail unless FILE has that table, between lines with
                <!-- sources --> and <!-- /sources -->
  --write FILE  put it there
END
}

file=${2:-}
case $file in
''|/*)	;;
*)	file=$PWD/$file ;;
esac
cd "$(dirname "$0")/.."
export LC_ALL=C
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

# first FILE: its first comment after the licence and its title, up to a full
# stop or a gap
first() {
	awk '
	FNR == 1 && /^#!/ { next }
	/SPDX-License-Identifier|^# shellcheck|^#$| DOC: |^\/\*\*?$/ { next }
	{
		line = $0
		more = sub(/^[ \t]*(\/\*\*?|\*|\/\/|#)[ \t]*/, "", line)
		last = sub(/[ \t]*\*\/.*/, "", line)
		if (!more && text == "")
			exit
		if (!more || (line == "" && text != ""))
			exit
		if (line != "")
			text = text == "" ? line : text " " line
		if (last || text ~ /\.$/)
			exit
	}
	END {
		sub(/\.$/, "", text)
		sub(/\. [A-Z].*/, "", text)
		sub(/; see [a-z0-9_\/]*\.c$/, "", text)
		sub(/\? See [a-z0-9_\/]*\.c$/, "?", text)
		print text
	}' "$1"
}

tests() {
	for test in tests/unit/*.c tests/unit/*.sh tests/vm/*.c tests/vm/*.sh \
		    tests/model/*.pml tests/fuzz/*.c tests/diff/* \
		    tests/splats/*.c; do
		printf '%-25s %s\n' "${test#tests/}" "$(first "$test")"
	done
}

# One row for each unit: x.c with x.h.
sources() {
	scripts/check-arrows.sh --arrows | awk '!seen[$1, $2]++ { print $1, $2 }' \
		>"$tmp"
	echo '| file | is | uses |'
	echo '| --- | --- | --- |'
	for source in module/*.[ch] module/shared/*.[ch] userspace/*.[ch] \
		      userspace/*/*.[ch]; do
		unit=${source%.[ch]}
		[ -e "$source" ] || continue
		[ "$source" = "$unit.c" ] || [ ! -e "$unit.c" ] || continue
		said=$source
		[ ! -e "$unit.h" ] || said=$unit.h
		uses=$(sed -n "s,^$unit ,,p" "$tmp" |
			sed 's,^module/,,; s,^userspace/,,' | paste -sd ' ' -)
		echo "| \`$source\` | $(first "$said") | $uses |"
	done
}

# What is between the marks in FILE
what_is_there() {
	awk '/^<!-- \/sources -->$/ { inside = 0 }
	     inside
	     /^<!-- sources -->$/ { inside = 1 }' "$1"
}

check() {
	sources >"$tmp.new"
	what_is_there "$1" | diff - "$tmp.new" && status=0 || status=$?
	rm -f "$tmp.new"
	[ "$status" -eq 0 ] ||
		echo "run scripts/index.sh --write ${1#"$PWD"/}"
	return "$status"
}

write() {
	sources >"$tmp.new"
	awk -v table="$tmp.new" '
	/^<!-- \/sources -->$/ { inside = 0 }
	!inside
	/^<!-- sources -->$/ {
		inside = 1
		while ((getline line <table) > 0)
			print line
	}' "$1" >"$tmp.file"
	cat "$tmp.file" >"$1"
	rm -f "$tmp.new" "$tmp.file"
}

case ${1:-}:$# in
tests:1 | sources:1)	"$1" ;;
--check:2)	check "$file" ;;
--write:2)	write "$file" ;;
--help:1|-h:1)	usage ;;
*)		usage >&2; exit 2 ;;
esac
