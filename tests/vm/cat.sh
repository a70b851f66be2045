#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# What people do with the device: cat, dd, timeout, head, several at once.

. "$(dirname "$0")/../lib/vm_tap.sh"
device=/dev/ipctrace

# Two calls, and the end of the segment, so three lines.
call() {
	id=$(ipcmk -M 1 | sed 's/.*: //')
	ipcrm -m "$id"
}

timeout_cat() {
	timeout 2 cat "$device" >"$tmp/out"
	same 124 $? && same 3 "$(finished <"$tmp/out" | wc -l)" &&
		grep -q " shmget(0x[0-9a-f]*, 1, .*) = $id <" "$tmp/out" &&
		grep -q " shmctl($id, IPC_RMID, NULL) = 0 <" "$tmp/out"
}

dd_bytes() {
	size=$(wc -c <"$tmp/out")
	dd if="$device" bs=1 count="$size" 2>/dev/null >"$tmp/dd"
	cmp "$tmp/out" "$tmp/dd"
}

head_one() {
	head -n 1 "$device" >"$tmp/head"
	sed 1q "$tmp/out" | cmp - "$tmp/head"
}

# dd, with the flag, ends when there is nothing more.
nonblock() {
	dd if="$device" iflag=nonblock bs=64k 2>"$tmp/err" >"$tmp/dd"
	cmp "$tmp/out" "$tmp/dd" && grep -q 'temporarily unavailable' "$tmp/err"
}

has_finished() {
	[ "$(finished <"$1" | wc -l)" -ge "$2" ]
}

# All see the same, those that came early and the one that came late.
several() {
	for i in 1 2 3; do
		cat "$device" >"$tmp/cat$i" &
		pids="$pids $!"
	done
	sleep 1
	call
	cat "$device" >"$tmp/cat4" &
	pids="$pids $!"
	for i in 1 2 3 4; do
		within 20 has_finished "$tmp/cat$i" 6 || return 1
		cmp "$tmp/cat1" "$tmp/cat$i" || return 1
	done
	same 6 "$(finished <"$tmp/cat1" | wc -l)"
}

plan 6
echo clear >"$debugfs/control"
call
check "timeout 2 cat" timeout_cat
check "dd bs=1" dd_bytes
check "head -n 1" head_one
check "dd iflag=nonblock" nonblock
check "the snapshot is the same" cmp "$tmp/out" "$debugfs/trace"
check "several readers" several
finish
