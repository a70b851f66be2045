#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory ordering works in pairs, so each ordering point has a label and names
# its partner:
#
#	RING:A  record, then head. Partner RING:B. Without it ...
#
# Where the partner is the kernel's own it has no label:
#
#	KERNEL the sequence, then the name. Partner d_move().
#
# Checks that every barrier has a label in the comment above it, that the
# partner exists and names it back, and that the lists of pairs, in the DOC
# comments, have every label that there is and no others. Where there is a model
# of the labels of one name, tests/model/name.pml, it has each of them, can leave
# each out, and has no others.
# scripts/check-barriers.sh [FILE...]; status 1 when something is wrong.

set -eu

cd "$(dirname "$0")/.."
export LC_ALL=C
[ $# -gt 0 ] || set -- module/*.[ch] module/shared/*.[ch] userspace/*/*.[ch]

status=0
found=$(awk '
function complain(text) {
	print text
	bad = 1
}

# A comment that begins with a label is an ordering point.
function ordering_point(text, where, label, partners) {
	if (text ~ /^KERNEL .* Partner [a-z_]+\(\)/)
		labelled = FNR
	if (!match(text, /^[A-Z]+:[A-Z][ ,]/))
		return
	label = substr(text, 1, RLENGTH - 1)
	labelled = FNR
	if (!(label in place))
		place[label] = where
	if (!match(text, /Partners? [A-Z]+:[A-Z]([ ,]*(and )?[A-Z]+:[A-Z])*/))
		return
	partners = substr(text, RSTART, RLENGTH)
	sub(/^Partners? /, "", partners)
	gsub(/,|and /, " ", partners)
	partner[label] = partner[label] " " partners " "
}

function end_of_comment() {
	if (!is_doc)
		ordering_point(text, where)
	inside = is_doc = 0
}

FNR == 1 {
	inside = is_doc = 0
	labelled = -99
}

# The comment, at most two lines of the statement, the barrier.
!inside && !/^ *#/ && /smp_(mb|rmb|wmb|store_release|load_acquire)\(/ {
	if (FNR - labelled > 3)
		complain(FILENAME ":" FNR ": a barrier without a label")
}

!inside && /\/\*/ {
	inside = 1
	text = ""
	where = FILENAME ":" FNR
	is_doc = /\/\*\*/
	sub(/.*\/\*/, "")
}

inside {
	line = $0
	last = sub(/\*\/.*/, "", line)
	if (is_doc && match(line, /^ \*\t[A-Z]+:[A-Z][ \t]/)) {
		label = substr(line, 4, RLENGTH - 4)
		listed[label] = FILENAME ":" FNR
	}
	sub(/^[ \t]*\*?[ \t]*/, "", line)
	sub(/[ \t]+$/, "", line)
	text = text == "" ? line : text " " line
	if (last)
		end_of_comment()
}

END {
	for (label in place) {
		points++
		if (!(label in listed))
			complain(place[label] ": " label " is in no list of pairs")
		if (!(label in partner)) {
			complain(place[label] ": " label " names no partner")
			continue
		}
		n = split(partner[label], names, " ")
		for (i = 1; i <= n; i++) {
			if (!(names[i] in place))
				complain(place[label] ": " label ": partner " \
					 names[i] " does not exist")
			else if (index(partner[names[i]], " " label " ") == 0)
				complain(place[label] ": " label ": partner " \
					 names[i] " does not name it back")
		}
	}
	for (label in listed)
		if (!(label in place))
			complain(listed[label] ": " label " is only in this list")
	if (!points)
		complain("no ordering points found")
	exit bad
}' "$@") || status=$?
[ -z "$found" ] || printf '%s\n' "$found" | sort

# labels NAME FILE...: those of that name that begin a comment, in one line
labels() {
	name=$1
	shift
	sed -nE "s,^.*(/\*|^[[:space:]]*\*) +($name:[A-Z]) +[^ ].*,\2,p" "$@" |
		sort -u | paste -sd ' ' -
}

for model in tests/model/*.pml; do
	name=$(basename "$model" .pml | tr '[:lower:]' '[:upper:]')
	code=$(labels "$name" "$@")
	[ -n "$code" ] || continue
	steps=$(labels "$name" "$model")
	left_out=$(sed -nE "s/^#ifn?def NO_${name}_([A-Z])\$/$name:\1/p" \
		"$model" | sort -u | paste -sd ' ' -)
	if [ "$code" != "$steps" ] || [ "$code" != "$left_out" ]; then
		echo "$model: has $steps, leaves out $left_out;" \
			"the code has $code"
		status=1
	fi
done
exit "$status"
