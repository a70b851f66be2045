#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Random System V IPC calls under strace and ipctrace; the two must agree.
#
#   scripts/fuzz-calls.sh [N [FIRST]]
#
# N programs (1000), with the seeds from FIRST on (from the clock). What fails
# is printed with its seed; the logs of its batch stay in build/fuzz. To have
# one again: scripts/fuzz-calls.sh 1 SEED, which differs only in how its
# processes take turns. FUZZ_CALLS: calls of each process (40).

set -eu

cd "$(dirname "$0")/.."
n=${1:-1000}
first=${2:-$(date +%s)}
calls=${FUZZ_CALLS:-40}
batch=400	# programs in one virtual machine: within memory, and process ids

logs=$PWD/build/fuzz
last=$((first + n))
failed=0
echo "$n programs, seeds from $first, $calls calls a process"
make -s -C tests TESTS=differential >&2
while [ "$first" -lt "$last" ]; do
	runs=$((last - first))
	[ $runs -le $batch ] || runs=$batch
	rm -rf "$logs"
	mkdir -p "$logs"
	status=0
	scripts/vm -c 2 -m 2G -t 3000 -o "$logs" -- env DIFF_REAL= \
		DIFF_FIRST="$first" DIFF_RUNS="$runs" DIFF_CALLS="$calls" \
		DIFF_SAVE="$logs/failed.tar" tests/vm/differential.sh \
		>"$logs/tap" 2>&1 || status=$?
	passed=$(grep -c '^ok .*calls' "$logs/tap" || :)
	echo "seeds $first to $((first + runs - 1)): $passed of $runs agree"
	if [ $status -ne 0 ]; then
		failed=1
		sed -n '/^not ok/,/^ok/p' "$logs/tap" | grep -v '^ok' || :
		tail -n 3 "$logs/tap"
		break
	fi
	first=$((first + runs))
done
exit $failed
