#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# stress-ng for IPCTRACE_STRESS seconds (10) with a recorder that reads it all:
# what it got and what it was told that it lost are what was recorded, every call
# that entered is accounted for, and the kernel's memory is what it was before.

. "$(dirname "$0")/../lib/vm_tap.sh"
cd "$build/.." || exit
. scripts/recorder.sh
seconds=${IPCTRACE_STRESS:-10}
# Kilobytes that the kernel may have more of each kind at the end, for what comes
# and goes in it. In an hour, which is some 50 million calls in an emulator, a leak
# of a byte in twelve calls is more.
flat=4096

# memory: what the kernel has in use, when all that can be dropped is
memory() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(Slab|VmallocUsed|Percpu):/ { printf "%s %d ", $1, $2 }' \
		/proc/meminfo
}

start_recorder() {
	rmmod ipctrace
	insmod "$IPCTRACE_KO" ring_bytes=262144
	mkfifo "$tmp/fifo"
	"$build/ipctrace" report - <"$tmp/fifo" | recorder_count >"$tmp/total" &
	counter=$!
	recorder_start - >"$tmp/fifo"
	status=$?
	pids="$pids $recorder $counter"
	return $status
}

load() {
	stress-ng --msg 2 --sem-sysv 2 --shm-sysv 2 --timeout "$1" \
		>"$tmp/stress" 2>&1 || { cat "$tmp/stress"; return 1; }
}

# Whatever it has to read until then; then it ends by itself.
stop_recorder() {
	recorder_stop && wait "$counter"
}

is_accounted() {
	same "" "$(balanced)" || return 1
	same "$(counted)" "$(cut -d ' ' -f 1 "$tmp/total")"
}

# grown KIND: by so many kilobytes
grown() {
	echo $(($(echo "$after" | sed "s/.*$1: \([0-9]*\).*/\1/") -
		$(echo "$before" | sed "s/.*$1: \([0-9]*\).*/\1/")))
}

is_flat() {
	for kind in Slab VmallocUsed Percpu; do
		[ "$(grown $kind)" -lt $flat ] || {
			same "$before" "$after"
			return 1
		}
	done
}

plan 4
check "a recorder reads" start_recorder
load 5
before=$(memory)
check "$seconds s of stress-ng" load "$seconds"
stop_recorder
after=$(memory)
check "delivered + lost = written, and every call accounted for" is_accounted
check "memory is flat" is_flat
read -r written delivered lost <"$tmp/total"
echo "# $seconds s: $written records, $delivered delivered, $lost lost;" \
	"kB before and after: $before, $after"
finish
