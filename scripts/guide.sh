#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# docs/guide.md shows commands with what they print: blocks of ```console that begin
# with "$ COMMAND". Run each in docs/guide, and compare, or put in what they print. Its
# part on the rules of ipctrace watch, between <!-- rules --> and <!-- /rules -->, is made
# of what these say of themselves and of the captures that they are tested with.
#
#   scripts/guide.sh [--write]		status 1 when the guide is not true

set -eu

cd "$(dirname "$0")/.."
guide=$PWD/docs/guide.md
program=${IPCTRACE:-$PWD/build/ipctrace}
PATH=$(dirname "$(realpath "$program")"):$PATH
export PATH TZ=UTC LC_ALL=C
new=$(mktemp)
trap 'rm -f "$new"' EXIT
cd docs/guide

# rule ID SEVERITY WHAT
rule() {
	printf '\n### %s\n\n' "$1"
	{
		printf '%s (%s).\n\n' "$3" "$2" | sed 's/^./\U&/'
		ipctrace watch --explain "$1" | sed -n 's/^do: *//p'
	} | fmt -w 88
	capture=rules.d/tests/$1.calls
	[ -e "$capture" ] || return 0
	printf '\n```console\n$ %s\n' "ipctrace watch -i $capture"
	ipctrace watch -i "$capture" 2>&1
	printf '```\n'
}

rules() {
	cd ../../userspace/watch
	ipctrace watch --explain all | while read -r id severity what; do
		rule "$id" "$severity" "$what" </dev/null
	done
	echo
}

inside=
while IFS= read -r line; do
	case $inside$line in
	'<!-- rules -->')
		inside=rules
		printf '%s\n' "$line"
		(rules) ;;
	'rules<!-- /rules -->')
		inside=
		printf '%s\n' "$line" ;;
	rules*)	;;
	'```console')
		inside=yes
		printf '%s\n' "$line" ;;
	yes'$ '*)
		printf '%s\n' "$line"
		sh -c "${line#\$ }" </dev/null 2>&1 || : ;;
	yes'```')
		inside=
		printf '%s\n' "$line" ;;
	yes*)	;;	# what it printed before
	*)	printf '%s\n' "$line" ;;
	esac
done <"$guide" >"$new"

case ${1:-} in
--write)	cat "$new" >"$guide" ;;
'')		diff -u "$guide" "$new" ;;
*)		echo "usage: scripts/guide.sh [--write]" >&2; exit 2 ;;
esac
