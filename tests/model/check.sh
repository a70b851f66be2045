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
	(cd "$tmp/pan" && ./pan -m100000) >"$tmp/log" 2>&1 || return 2
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

# breaks LABEL MODEL [-DNAME=VALUE]...: an assertion fails without it.
breaks() {
	label=$1
	shift
	status=0
	explore "$@" "-DNO_$(echo "$label" | tr : _)" || status=$?
	if [ $status -eq 1 ] && grep -q 'assertion violated' "$tmp/log"; then
		ok "$* does not hold without $label"
	else
		not_ok "$* has to fail without $label" "$tmp/log"
	fi
}

echo "TAP version 13"
holds ring
holds ring -DRECORDS=2 -DTOTAL=7
holds ring -DBLOCKS=3 -DTOTAL=6
for label in RING:A RING:B RING:C RING:D RING:E RING:F; do
	breaks $label ring
done

holds settle
holds settle -DCPUS=1 -DCALLS=2
for label in SETTLE:A SETTLE:B SETTLE:C SETTLE:D SETTLE:E SETTLE:F; do
	breaks $label settle -DCPUS=1
done

# Of the table all at once would be too many states: copies, while tasks take
# turns in the slot; what the worker leaves in it; and whether it comes at all.
copies="-DTASKS=2 -DCALLS=2 -DWALKS=1"
tells="-DTASKS=1 -DCALLS=2 -DTELLS=2 -DWALKS=1"
comes="-DTASKS=1 -DCALLS=1 -DROUNDS=2"
# shellcheck disable=SC2086 # lists
{
	holds flight $copies
	holds flight $tells
	holds flight $comes
	for label in FLIGHT:C FLIGHT:D FLIGHT:E FLIGHT:F; do
		breaks $label flight $copies
	done
	for label in FLIGHT:I FLIGHT:J FLIGHT:K FLIGHT:L FLIGHT:M; do
		breaks $label flight $tells
	done
	for label in FLIGHT:A FLIGHT:B FLIGHT:G FLIGHT:H; do
		breaks $label flight $comes
	done
}

holds sharers
holds sharers -DTASKS=3 -DCLONES=0
for part in MARK WALK NEWEST; do
	breaks $part sharers
done
breaks KEEP sharers -DTASKS=3

if [ "$long" = long ]; then
	holds sharers -DTASKS=3
	holds sharers -DCLONES=2
	holds ring -DREADERS=2 -DTOTAL=3
	holds ring -DRECORDS=2 -DTOTAL=12
	holds ring -DBLOCKS=4 -DTOTAL=8
	holds settle -DCPUS=1 -DCALLS=3
	holds settle -DCPUS=1 -DCALLS=2 -DLOOKS=2
	holds flight -DTASKS=1 -DCALLS=2 -DROUNDS=2
	holds flight -DTASKS=2 -DCALLS=1 -DROUNDS=2
fi

echo "1..$number"
exit $failed
