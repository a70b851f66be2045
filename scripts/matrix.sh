#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# The module on the kernels that people run: build, load, run the kernel tests,
# and compare the records of the same calls (tests/diff/same.c) with those of the
# first kernel. Ends with a table.
#
#   scripts/matrix.sh [SUITE:FLAVOUR]...
#
# Set TESTS to the names of the tests for fewer than all that are programs.

set -u

cd "$(dirname "$0")/.." || exit 1
[ $# -gt 0 ] || set -- bookworm:amd64 bullseye:amd64 trixie:amd64 \
	trixie:cloud-amd64 sid:amd64 sid:cloud-amd64 bookworm:rt-amd64 \
	bookworm:cloud-amd64
: "${TESTS:=$(for file in tests/vm/*.c; do basename "$file" .c; done |
	tr '\n' ' ')}"
export TESTS
. scripts/steps.sh

# release SUITE FLAVOUR: of the kernel, which is there then
release() {
	# The machine's own suite has one already.
	if [ "$1:$2" = bookworm:amd64 ] && [ -s build/kernels/default ]; then
		cat build/kernels/default
	else
		scripts/kernel-root.sh "$1" "$2" 2>>"$logs/roots.log"
	fi
}

# What differs between two runs is taken out: times, CPUs, process ids, addresses
# on the stack. A slow call may have left an extra record.
same_form() {
	sed -E '/<unfinished|\.\.\.$/d
		s/^ *[0-9.]+ \[[0-9]+\] //
		s/\[[0-9]+\] ppid=[0-9]+/[] ppid=/
		s/<[0-9.]+>/<>/
		s/0x(7f|ff)[0-9a-f]+/0x/g
		s/(time|l[sr]pid)=[0-9]+/\1=/g' "$1"
}

# What the guest does: the records, then the tests. Marked, for its output is one.
# shellcheck disable=SC2016 # for the guest
in_guest='cd "$1" && ipctrace=/sys/kernel/debug/ipctrace
cat $ipctrace/probes | sed "s/^/@probes /"
build/tests/vm/same && build/tests/vm/same-32 && sleep 1
sed "s/^/@record /" $ipctrace/trace
exec make -s -C tests run_tests TESTS="$2"'

row() {
	printf '%-28s %-6s %-6s %-9s %7s %7s %7s  %s\n' "$@"
}

# kernel SUITE FLAVOUR: a line of the table
kernel() {
	kernel=$(release "$1" "$2") || kernel=
	built=no loaded=no probes=- passed=- failed=- skipped=- same=-
	if [ -z "$kernel" ]; then
		kernel=$1:$2
		total_failed=$((total_failed + 1))
	elif ! make module debug-module KERNEL="$kernel" \
		>"$logs/$kernel.build.log" 2>&1; then
		total_failed=$((total_failed + 1))
	else
		built=yes
		step "$kernel" scripts/vm -t 1500 -k "$kernel" -- \
			sh -c "$in_guest" sh "$PWD" "$TESTS"
		log=$logs/$kernel.log
		if grep -aq '^@probes' "$log"; then
			loaded=yes
			probes=$(grep -ac '^@probes .* attached ' "$log")/$(
				grep -a '^@probes' "$log" | grep -vc ' state ')
		fi
		sed -n 's/^@record //p' "$log" >"$logs/$kernel.records"
		same_form "$logs/$kernel.records" >"$logs/$kernel.same"
		: "${first:=$logs/$kernel.same}"
		same=yes
		if ! [ -s "$logs/$kernel.same" ] ||
		   ! diff -u "$first" "$logs/$kernel.same" \
			>"$logs/$kernel.diff"; then
			same=NO
			total_failed=$((total_failed + 1))
			head -n 20 "$logs/$kernel.diff"
		fi
	fi
	row "$kernel" $built $loaded "$probes" "$passed" "$failed" "$skipped" \
		$same >>"$logs/table"
}

if ! make -C tests >"$logs/build.log" 2>&1; then
	tail -n 20 "$logs/build.log"
	total_failed=$((total_failed + 1))
fi
row kernel built loaded probes passed failed skipped records >"$logs/table"
first=
for pair; do
	kernel "${pair%%:*}" "${pair#*:}"
done
echo
cat "$logs/table"
finish
