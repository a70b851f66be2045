#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# Random lives of objects, 10,000 steps of several processes in two namespaces: what
# the driver knows, ipctrace knows too, live, from a capture that was written meanwhile
# and from what the recorder holds. And when records are lost, it may know less, and
# says nothing that is not so.
#
# LIVES_SEED and LIVES_STEPS choose other lives, and how long; LIVES_KEEP is a directory
# for all files.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
library=$(cd "$(dirname "$0")/../lib" && pwd)
seed=${LIVES_SEED:-18}
steps=${LIVES_STEPS:-10000}
checkpoints=3

# load PARAMETER...: the module anew
load() {
	rmmod ipctrace && insmod "$IPCTRACE_KO" "$@"
}

# begin: the driver, with a recorder beside it, up to the first checkpoint
begin() {
	rm -f "$tmp"/truth.* "$tmp/go"
	mkfifo "$tmp/go"
	"$ipctrace" record -o "$tmp/capture" 2>"$tmp/err" &
	recorder=$!
	within 20 test -s "$tmp/capture" || return
	"$build/tests/vm/lives" "$seed" "$steps" $checkpoints "$tmp" \
		<"$tmp/go" >"$tmp/out" 2>&1 &
	driver=$!
	pids="$pids $recorder $driver"
	exec 9>"$tmp/go"
	reach 1
}

# It is there, or has failed.
there() {
	test -s "$tmp/truth.$1" || ! kill -0 "$driver" 2>/dev/null
}

# reach N: that checkpoint
reach() {
	within 300 there "$1" && test -s "$tmp/truth.$1" && return
	cat "$tmp/out"
	return 1
}

go_on() {
	echo >&9
}

# The driver has come to its end.
end() {
	go_on
	wait "$driver"
	status=$?
	exec 9>&-
	cat "$tmp/out"
	sleep 1
	kill -INT "$recorder"
	wait "$recorder" && return $status
}

# wrong TRUTH ANSWER LOST WHAT: what is wrong of that
wrong() {
	[ -s "$tmp/$2" ] || { echo "no answer"; return 1; }
	jq -n -c --slurpfile truth "$tmp/$1" --slurpfile answer "$tmp/$2" \
		--argjson keys "[$keys]" --argjson lost "$3" \
		"$(cat "$library/lives.jq") $4" >"$tmp/wrong" || return
	[ -s "$tmp/wrong" ] || return 0
	echo "$(wc -l <"$tmp/wrong") wrong:"
	head -n 5 "$tmp/wrong"
	return 1
}

# objects TRUTH LOST OPTION...
objects() {
	truth=$1 lost=$2
	shift 2
	"$ipctrace" objects --json --removed "$@" >"$tmp/objects" &&
		wrong "$truth" objects "$lost" objects
}

# For each id of a set or a segment that is there
holders() {
	truth=$1 lost=$2
	shift 2
	: >"$tmp/holders"
	for id in $(jq 'select(.kind == "sem" or .kind == "shm") |
			select(.state != "removed").id' \
			"$tmp/$truth" | sort -un); do
		"$ipctrace" holders --json "$id" "$@" >>"$tmp/holders" 2>/dev/null ||
			"$lost" || { echo "holders $id"; return 1; }
	done
	wrong "$truth" holders "$lost" holders
}

# For each key
removers() {
	truth=$1 lost=$2
	shift 2
	: >"$tmp/removers"
	keys=
	for key in $(jq -r 'select(.key and .key != "0x00000000").key' "$tmp/$truth" |
			sort -u); do
		keys="$keys${keys:+,}\"$key\""
		"$ipctrace" who-removed --json "$key" "$@" >>"$tmp/removers" \
			2>/dev/null || "$lost" || return
	done
	wrong "$truth" removers "$lost" removals
}

# Up to now, out of the rings
from_recorder() {
	"$ipctrace" record -o "$tmp/rings.$1" --for 100ms
}

# As it was then
then_said() {
	objects "truth.$1" false -i "$tmp/capture" \
		--at "$(jq 'select(.at).at' "$tmp/truth.$1")"
}

# The recorder is stopped for a while, again and again, until the driver is at N.
reach_with_stops() {
	while ! there "$1"; do
		kill -STOP "$recorder"
		sleep 1
		kill -CONT "$recorder"
		sleep 0.3
	done
	reach "$1"
}

# tells CAUSE FILE: some of the answer is incomplete for that
tells() {
	jq -se --arg cause "$1" 'any(.[]; .incomplete == $cause)' "$tmp/$2"
}

# damaged FROM TO: zeroes from there to there, in thousandths of the capture
damaged() {
	size=$(stat -c %s "$tmp/capture")
	cp "$tmp/capture" "$tmp/damaged" &&
		dd if=/dev/zero of="$tmp/damaged" bs=1 conv=notrunc status=none \
			seek=$((size * $1 / 1000)) count=$((size * ($2 - $1) / 1000)) &&
		objects truth.$checkpoints true -i "$tmp/damaged" 2>/dev/null &&
		tells "the capture is damaged or cut off" objects &&
		removers truth.$checkpoints true -i "$tmp/damaged"
}

# bytes_damaged: a few of them, here and there, and near the end
bytes_damaged() {
	size=$(stat -c %s "$tmp/capture")
	for at in 70 210 350 490 630 770 910 960 985; do
		bytes_damaged_at $((size * at / 1000)) && continue
		echo "at $at of 1000"
		return 1
	done
}

bytes_damaged_at() {
	cp "$tmp/capture" "$tmp/damaged" &&
		dd if=/dev/zero of="$tmp/damaged" bs=1 conv=notrunc status=none \
			seek="$1" count=32 &&
		objects truth.$checkpoints true -i "$tmp/damaged" 2>/dev/null &&
		tells "the capture is damaged or cut off" objects
}

# cut_off AT: there is no more of it, in thousandths
cut_off() {
	size=$(stat -c %s "$tmp/capture")
	head -c $((size * $1 / 1000)) "$tmp/capture" >"$tmp/damaged" &&
		objects truth.$checkpoints true -i "$tmp/damaged" 2>/dev/null &&
		tells "the capture is damaged or cut off" objects &&
		removers truth.$checkpoints true -i "$tmp/damaged"
}

# from_both N AGAIN: at that time, live, and from a capture of what the recorder holds
from_both() {
	check "objects, live$2" objects "truth.$1" false
	check "holders, live$2" holders "truth.$1" false
	check "from what the recorder holds$2" from_recorder "$1"
	check "the same objects$2" objects "truth.$1" false -i "$tmp/rings.$1"
	check "the same holders$2" holders "truth.$1" false -i "$tmp/rings.$1"
}

plan 34
load ring_bytes=16777216
check "lives begin" begin
from_both 1 ""
go_on
check "lives go on" reach 2
from_both 2 ", again"
go_on
check "all is removed" reach 3
check "removers, live" removers truth.3 false
check "lives end" end
check "objects, from the capture" objects truth.3 false -i "$tmp/capture"
check "removers, from the capture" removers truth.3 false -i "$tmp/capture"
check "objects as they were then" then_said 1
check "and later" then_said 2

check "nothing false of a damaged capture" damaged 300 450
check "nothing false where it is damaged at the begin" damaged 30 200
check "nothing false where little is left of it" damaged 100 900
check "nothing false of one that was cut off" cut_off 600
check "nothing false where few bytes are damaged" bytes_damaged

[ -z "${LIVES_KEEP:-}" ] || { rm "$tmp/go" && cp "$tmp"/* "$LIVES_KEEP"; }
steps=$((steps / 4))
load ring_bytes=65536
check "lives, where records are lost" begin
go_on
check "lives go on while the recorder is stopped" reach_with_stops 2
check "nothing false, live" objects truth.2 true
check "records were lost" tells "records were lost" objects
check "no false holders, live" holders truth.2 true
go_on
check "all is removed, again" reach 3
check "no false removers, live" removers truth.3 true
check "lives end, again" end
check "nothing false of the capture" objects truth.3 true -i "$tmp/capture"
check "no false removers of the capture" removers truth.3 true -i "$tmp/capture"
[ -z "${LIVES_KEEP:-}" ] || {
	mkdir -p "$LIVES_KEEP/lost" && rm "$tmp/go" && cp "$tmp"/* "$LIVES_KEEP/lost"
}
reset_module
finish
