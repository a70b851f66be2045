#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # run() calls functions by their names
#
# What is too long for make check, part by part, and a table of what became of
# it at the end. make torture sets up what this needs, then calls it.
#
# scripts/torture.sh [PART]...; status 1 when one failed. Logs are in
# build/torture.
#
#   RECORDS=NUMBER        records for each test of rings, 100000000
#   FUZZ_SECONDS=NUMBER   for each fuzzer, 600
#   REQUESTS=NUMBER       to the device, 1000000
#   CALLS=NUMBER          random calls, 1000000

set -u

cd "$(dirname "$0")/.." || exit 1
logs=build/torture
rm -rf $logs
mkdir -p $logs
: >$logs/table

records=${RECORDS:-100000000}
seconds=${FUZZ_SECONDS:-600}
requests=${REQUESTS:-1000000}
calls=${CALLS:-1000000}
failed=0

# A part is a function part_NAME, which writes TAP, and count_NAME, which says
# from its log how much that was.
parts="rings races models fuzz device calls"

# rings with many records, and some of them under ThreadSanitizer
part_rings() {
	make -s -C tests/unit all >&2 &&
		IPCTRACE_RECORDS=$records build/tests/unit/ring_threads_fast
}

part_races() {
	make -s -C tests/unit all >&2 &&
		IPCTRACE_RECORDS=$((records / 10)) \
			build/tests/unit/ring_threads_tsan
}

count_rings() {
	echo "$records records, $(grep -c ':reader [0-9]' "$1") readers"
}

count_races() {
	echo "$((records / 10)) records, $(grep -c ':reader [0-9]' "$1") readers"
}

part_models() {
	tests/model/check.sh long
}

count_models() {
	sed -n 's/^ok .*: \([0-9]*\) states$/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 " states" }'
}

part_fuzz() {
	make -s -C tests/fuzz run SECONDS="$seconds"
}

count_fuzz() {
	sed -n 's/^ok .*: \([0-9]*\) inputs in .*/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 " inputs" }'
}

# guest_fuzz TEST COUNT: in a virtual machine, for an hour at most
guest_fuzz() {
	make -s -C tests >&2 &&
		scripts/vm -c 2 -m 2G -t 3600 -- env IPCTRACE_FUZZ="$2" \
			IPCTRACE_SLOW=6 make -s -C tests run_tests TESTS="$1"
}

# random requests to the device
part_device() {
	guest_fuzz fuzz_device "$requests"
}

count_device() {
	echo "$requests requests, $(sed -n 's/.*:\(seed [0-9]*\)$/\1/p' "$1")"
}

# random calls, 64-bit and 32-bit, all accounted for
part_calls() {
	guest_fuzz fuzz_calls "$calls"
}

count_calls() {
	sed -n 's/.*:\([0-9]*\) calls, .*/\1/p' "$1" |
		awk '{ sum += $1 } END { printf "%d calls, ", sum }'
	sed -n 's/.*:\(seed [0-9]*\)$/\1/p' "$1" | head -n 1
}

# run PART: a line of the table
run() {
	echo "== $1"
	begin=$(date +%s)
	outcome=held
	"part_$1" >"$logs/$1.log" 2>&1 || outcome=FAILED
	# One that said nothing has not run.
	if ! grep -q '^ok ' "$logs/$1.log" || grep -q '^not ok' "$logs/$1.log"
	then
		outcome=FAILED
	fi
	[ $outcome = held ] || { failed=1; tail -n 40 "$logs/$1.log"; }
	printf '%s\t%s\t%s\t%s\n' "$1" "$("count_$1" "$logs/$1.log")" \
		"$(($(date +%s) - begin)) s" $outcome >>$logs/table
}

# shellcheck disable=SC2086 # a list
[ $# -gt 0 ] || set -- $parts
for part; do
	case " $parts " in
	*" $part "*)	;;
	*)	echo "usage: scripts/torture.sh [$parts]..." >&2; exit 2 ;;
	esac
done
for part; do
	run "$part"
done

echo
{
	printf 'part\tcount\ttime\toutcome\n'
	cat $logs/table
} | awk -F '\t' '{ printf "%-10s %-32s %8s  %s\n", $1, $2, $3, $4 }'
exit $failed
