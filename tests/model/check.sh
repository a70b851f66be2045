#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Check the models of the ordering points, all states of them, as TAP; status 1
# when something is not as it should be. Then leave out each ordering point, one
# at a time: what is without it has to be found wrong.
#
# tests/model/check.sh [long]     long: larger sizes, too

set -u

cd "$(dirname "$0")" || exit 1
long=${1:-}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

number=0
failed=0

ok() {
	number=$((number + 1))
	echo "ok $number model: $1"
}

not_ok() {
	number=$((number + 1))
	failed=1
	echo "not ok $number model: $1"
	sed 's/^/# /' "$2"
}

# explore MODEL [-DNAME]...: all states, to $tmp/log; false when something is
# wrong. What spin makes it makes in the current directory.
explore() {
	model=$PWD/$1.pml
	include=$PWD
	shift
	rm -rf "$tmp/pan"
	mkdir "$tmp/pan"
	(
		cd "$tmp/pan" || exit
		cp "$include/memory.pml" .
		cp "$model" model.pml
		spin "$@" -a model.pml &&
			gcc -O1 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=8192 \
				-o pan pan.c
	) >"$tmp/log" 2>&1 || return 2
	(cd "$tmp/pan" && ./pan -m1000000) >"$tmp/log" 2>&1 || return 2
	# Not an error of the program's own, nor states that it did not go into
	if grep -qE 'max search depth too small|out of memory' "$tmp/log"; then
		return 2
	fi
	grep -q 'errors: 0$' "$tmp/log"
}

# holds MODEL [-DNAME=VALUE]...
holds() {
	name=$*
	if explore "$@"; then
		ok "$name: $(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' \
			"$tmp/log") states"
	else
		not_ok "$name" "$tmp/log"
	fi
}

# breaks MODEL LABEL: an assertion fails without it.
breaks() {
	status=0
	explore "$1" "-DNO_$(echo "$2" | tr : _)" || status=$?
	if [ $status -eq 1 ] && grep -q 'assertion violated' "$tmp/log"; then
		ok "$1 does not hold without $2"
	else
		not_ok "$1 has to fail without $2" "$tmp/log"
	fi
}

# labels MODEL: those that can be left out
labels() {
	sed -n 's/^#ifn*def NO_\([A-Z]*\)_\([A-Z]\)$/\1:\2/p' "$1.pml" | sort -u
}

echo "TAP version 13"
holds ring
holds ring -DRECORDS=2 -DTOTAL=7
holds ring -DBLOCKS=3 -DTOTAL=6
if [ "$long" = long ]; then
	holds ring -DREADERS=2 -DTOTAL=3
	holds ring -DRECORDS=2 -DTOTAL=12
fi
for label in $(labels ring); do
	breaks ring "$label"
done
echo "1..$number"
exit $failed
