#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# docs/guide.md shows commands with what they print: blocks of ```console that begin
# with "$ COMMAND". Run each in docs/guide, and compare, or put in what they print.
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

inside=
while IFS= read -r line; do
	case $inside$line in
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
