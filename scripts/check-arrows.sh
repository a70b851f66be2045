#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Dependencies run one way. A unit is x.c with x.h; a room is a directory below
# userspace/. Read from the code:
#
# - what a unit includes and what it calls (undefined symbols of its object that
#   another object defines) must not lead back to it, nor a room to itself;
# - module/shared/ includes itself, the ABI and system headers only;
# - userspace/ includes nothing of module/ but module/shared/;
# - what records say and mean, userspace/fields/ and userspace/model/, prints
#   nothing and opens nothing.
#
# scripts/check-arrows.sh [PART...]       check userspace, shared, module; all of
#                                         them by default; status 1 for a problem
# scripts/check-arrows.sh --arrows        FROM TO WHY, a line for each arrow
#
# Module and reader must be built: objects are below build/. TOP is another tree
# to look at.

set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
cd "${TOP:-$here}"
export LC_ALL=C
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

release=${KERNEL:-$(cat build/kernels/default 2>/dev/null || :)}
listing=
[ "${1:-}" != --arrows ] || listing=yes
[ -n "$listing" ] || [ $# -gt 0 ] || set -- userspace shared module

# The sources of a part
sources() {
	case $1 in
	userspace)	find userspace -name '*.[ch]' ;;
	shared)		find module/shared -name '*.[ch]' ;;
	module)		find module -name '*.[ch]' ! -path 'module/shared/*' ;;
	*)		echo "scripts/check-arrows.sh: no part '$1'" >&2; exit 2 ;;
	esac | sort
}

# include arrows: FROM TO "includes"; what no part may include, as a problem
includes() {
	# shellcheck disable=SC2016 # the $ are awk's
	xargs awk -v problems="$tmp/problems" '
	function unit(file) {
		sub(/\.[ch]$/, "", file)
		return file
	}

	# Where an include is found, as the compiler would; "": system header
	function found(from, name, dir, i, n, dirs, path) {
		dir = from
		sub(/[^\/]*$/, "", dir)
		n = split(dir " module/ userspace/ include/uapi/", dirs, " ")
		for (i = 1; i <= n; i++) {
			path = dirs[i] name
			if ((getline line <path) >= 0) {
				close(path)
				return path
			}
		}
		return ""
	}

	function problem(text) {
		print FILENAME ":" FNR ": " text >problems
	}

	/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
		name = $0
		sub(/^[^<"]*[<"]/, "", name)
		sub(/[>"].*/, "", name)
		# What protoc-c makes is not there yet, but what it is made of.
		sub(/\.pb-c\.[ch]$/, ".proto", name)
		to = found(FILENAME, name)
		if (name ~ /\.proto$/ && to != "")
			next
		if (to == "") {
			if ($0 ~ /"/)
				problem("includes " name ", which is nowhere")
			next
		}
		if (to ~ /^include\//)
			next
		if (FILENAME ~ /^module\/shared\// && to !~ /^module\/shared\//)
			problem("module/shared/ includes " to)
		if (FILENAME ~ /^module\// && to ~ /^userspace\//)
			problem("the module includes " to)
		if (FILENAME ~ /^userspace\// && to ~ /^module\// &&
		    to !~ /^module\/shared\//)
			problem("the reader includes " to)
		if (unit(FILENAME) != unit(to))
			print unit(FILENAME), unit(to), "includes"
	}'
}

# call arrows of the objects below DIR: FROM TO symbol
calls() {
	dir=$1
	while read -r file; do
		case $file in
		*.c) ;;
		*) continue ;;
		esac
		object=$dir/${file%.c}.o
		if [ ! -e "$object" ]; then
			echo "$file: not built: no $object" >>"$tmp/problems"
			continue
		fi
		nm -g "$object" | awk -v unit="${file%.c}" '
			{ print ($(NF - 1) == "U" ? "uses" : "has"), $NF, unit }'
	done >"$tmp/symbols"
	sort "$tmp/symbols" | awk '
	$1 == "has" { at[$2] = $3 }
	$1 == "uses" && ($2 in at) && at[$2] != $3 { print $3, at[$2], $2 }'
}

# Calls of the C library that fields/ and model/ must not make, as problems. To
# be called after calls(), which leaves the symbols.
outside_calls() {
	awk '
	$1 == "uses" && $3 ~ /^userspace\/(fields|model)\// {
		name = $2
		gsub(/^_+|_chk$|64$|@.*/, "", name)
		if (name ~ /^(v?f?printf|f?put(s|c|char)|putchar|f?write|perror|v?(warn|err)x?|f?(re)?open|openat|f?read|getline|ioctl|mmap|socket|connect|popen|system|v?fork|exec.*|isoc99_f?scanf)$/)
			print $3 ".c: calls " name
	}' "$tmp/symbols" | sort -u >>"$tmp/problems"
}

# arrows PART...: of all of them
arrows() {
	for part in "$@"; do
		sources "$part" | includes
		case $part in
		module)	{ sources module; sources shared; } |
				calls "build/$release" ;;
		shared)	sources shared | calls build/reader ;;
		# libipctrace has functions of its own in the place of the C library's;
		# what it includes is what it knows.
		*)	{ sources userspace | grep -v '^userspace/lib/'
			  sources shared; } | calls build/reader
			outside_calls ;;
		esac
	done | sort -u
}

# loops WHAT: those in FROM TO WHY on stdin, each arrow with its reasons
loops() {
	cat >"$tmp/arrows"
	awk '{ print $1, $2 }' "$tmp/arrows" | sort -u >"$tmp/pairs"
	tsort "$tmp/pairs" 2>&1 >/dev/null | awk -v what="$1" '
	NR == FNR {
		key = $1 SUBSEP $2
		why[key] = why[key] (key in why && n[key] ? ", " : "") $3
		n[key]++
		next
	}
	function show(i, next_i, key) {
		print what " in a circle:"
		for (i = 1; i <= nr; i++) {
			# tsort names them against the arrows.
			next_i = i < nr ? i + 1 : 1
			key = loop[i] SUBSEP loop[next_i]
			if (!(key in why))
				key = loop[next_i] SUBSEP loop[i]
			split(key, ends, SUBSEP)
			print "  " ends[1] " -> " ends[2] ": " why[key]
		}
		nr = 0
	}
	/contains a loop/ {
		if (nr)
			show()
		next
	}
	{ loop[++nr] = $NF }
	END {
		if (nr)
			show()
	}' "$tmp/arrows" -
}

: >"$tmp/problems"
if [ -n "$listing" ]; then
	arrows userspace shared module
	exit
fi
arrows "$@" >"$tmp/all"
loops units <"$tmp/all" >>"$tmp/problems"
awk '
function room(unit) {
	if (unit !~ /^userspace\/.*\//)
		return ""
	sub(/\/[^\/]*$/, "", unit)
	return unit
}
room($1) != "" && room($2) != "" && room($1) != room($2) {
	print room($1), room($2), $1 ":" $3
}' "$tmp/all" | loops rooms >>"$tmp/problems"
[ -s "$tmp/all" ] || echo "no arrows found" >>"$tmp/problems"
cat "$tmp/problems"
[ ! -s "$tmp/problems" ]
