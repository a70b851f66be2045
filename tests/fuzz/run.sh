#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run fuzzers, two at a time, and say what became of each, as TAP.
# tests/fuzz/run.sh DIRECTORY SECONDS FUZZER...; status 1 when one failed. The
# input that it failed on is DIRECTORY/NAME.failed-*: ./NAME FILE repeats it.

set -u

cd "$(dirname "$0")" || exit 1
out=$1
seconds=$2
shift 2

# The corpus first and all of it, whatever the time.
fuzz() {
	mkdir -p "$out/found/$1"
	rm -f "$out/$1.failed-"*
	set -- "$1" -max_total_time="$seconds" -timeout=10 -max_len=16384 \
		-rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$out/$1.failed-"
	[ ! -f "$1.dict" ] || set -- "$@" -dict="$1.dict"
	name=$1
	shift
	"$out/$name" "$@" "$out/found/$name" "corpus/$name" \
		>"$out/$name.log" 2>&1
	echo $? >"$out/$name.status"
}

# report NAME: its line, and why it is not good.
report() {
	number=$((number + 1))
	runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$out/$1.log")
	inputs=$(find "corpus/$1" -type f | wc -l)
	if [ "$(cat "$out/$1.status")" -eq 0 ] && [ "${runs:-0}" -gt "$inputs" ]
	then
		echo "ok $number fuzz: $1: $runs inputs in $seconds seconds"
		return
	fi
	failed=1
	echo "not ok $number fuzz: $1: ended with status $(cat "$out/$1.status")"
	grep -vE '^#[0-9]+|^INFO' "$out/$1.log" | tail -n 40 | sed 's/^/# /'
	for input in "$out/$1.failed-"*; do
		[ ! -e "$input" ] || echo "# input: $input"
	done
}

number=0
failed=0
echo "TAP version 13"
while [ $# -gt 0 ]; do
	fuzz "$1" &
	if [ $# -gt 1 ]; then
		fuzz "$2" &
	fi
	wait
	report "$1"
	shift
	[ $# -eq 0 ] || { report "$1"; shift; }
done
echo "1..$number"
exit $failed
