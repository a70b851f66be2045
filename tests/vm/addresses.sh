#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# No kernel address in any output, whatever the caller passes.

. "$(dirname "$0")/../lib/vm_tap.sh"

# As an address of the kernel's would look: direct map, text, modules, vmalloc.
clean() {
	! grep -E -i '(0x)?ffff[89a-f][0-9a-f]{11}' "$1"
}

# A caller's own registers are what it passed, so none here looks like one.
traffic() {
	ipcmk -Q -M 100 -S 2 >"$tmp/made"
	ipcs -a >/dev/null
	while read -r kind _ id; do
		case $kind in
		Shared)	ipcrm -m "${id##* }" ;;
		Message) ipcrm -q "${id##* }" ;;
		Semaphore) ipcrm -s "${id##* }" ;;
		esac
	done <"$tmp/made"
}

plan 7
dmesg -C
rmmod ipctrace
insmod "$IPCTRACE_KO"
traffic
echo no >"$debugfs/control" 2>/dev/null
dmesg >"$tmp/log"
timeout 1 cat /dev/ipctrace >"$tmp/device"
timeout 1 "$build/ipctrace" --json >"$tmp/json"
for file in stats probes trace control; do
	cat "$debugfs/$file" >"$tmp/$file"
	check "debugfs $file" clean "$tmp/$file"
done
check "the device" clean "$tmp/device"
check "the reader" clean "$tmp/json"
check "the kernel log" clean "$tmp/log"
finish
