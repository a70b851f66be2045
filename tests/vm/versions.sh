#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# A reader and a module of different versions: the released ones, of schema 3, that
# scripts/released.sh has built, and those of this tree.

. "$(dirname "$0")/../lib/vm_tap.sh"
old_reader=$build/released/ipctrace
old_module=$build/released/ipctrace-$(uname -r).ko
if [ ! -x "$old_reader" ] || [ ! -e "$old_module" ]; then
	why=$(cat "$build/released/missing" 2>/dev/null)
	echo "1..0 # SKIP ${why:-no released version: run scripts/released.sh}"
	exit 4
fi

# Calls, events, and a pause, which is a record of a type that is new.
traffic() {
	echo clear >"$debugfs"/control
	id=$(ipcmk -M 4096 | sed 's/.*: //')
	ipcs -m -i "$id" >"$tmp/ipcs"
	echo 0 >"$debugfs"/control
	echo 1 >"$debugfs"/control
	ipcrm -m "$id"
}

# sees READER: the calls, as they were, and no complaint
sees() {
	echo "reader $1"
	timeout 10 "$1" >"$tmp/out" 2>"$tmp/err"
	same 124 $? && same "" "$(cat "$tmp/err")" &&
		grep -q " shmget(0x[0-9a-f]*, 4096, .*) = $id <.*\[shm $id " "$tmp/out" &&
		grep -q " shmctl($id, IPC_RMID, NULL) = 0 <" "$tmp/out" &&
		grep -q " +++ segment destroyed +++" "$tmp/out"
}

# sees_json READER: objects, all of them
sees_json() {
	timeout 10 "$1" --json >"$tmp/out" 2>"$tmp/err"
	same 124 $? && same "" "$(cat "$tmp/err")" &&
		same "\"shmget\" \"shmctl\"" "$(jq -s -c --argjson id "$id" \
			'map(select(.type == "call" and .object.id == $id).call) |
			 "\(.[0]|tojson) \(.[-1]|tojson)"' "$tmp/out" | jq -r .)"
}

# captures READER REPORTER: what one records the other prints
captures() {
	# Once: a second signal kills the released recorder.
	timeout --foreground -s INT 10 "$1" record -o "$tmp/capture" -c shm 2>"$tmp/err"
	same "" "$(cat "$tmp/err")" || return
	"$2" report "$tmp/capture" >"$tmp/out" 2>"$tmp/err"
	same "0" "$?$(cat "$tmp/err")" &&
		grep -q " shmctl($id, IPC_RMID, NULL) = 0 <" "$tmp/out"
}

# What is aside, for the subscription of a reader of this version, is a type that
# they do not know.
steps_over() {
	echo 'comm == nobody' >"$debugfs"/filter
	"$build/ipctrace" -N -c shm >"$tmp/own" &
	own=$!
	pids="$pids $own"
	within 20 grep -q ^subscription "$debugfs"/stats || return
	traffic
	timeout 10 "$old_reader" >"$tmp/out" 2>"$tmp/err"
	same 124 $?
	kill $own
	wait $own
	echo >"$debugfs"/filter
	same "" "$(cat "$tmp/err")" && same "" "$(grep shm "$tmp/out")" &&
		grep -q " shmget(0x[0-9a-f]*, 4096, .*) = $id <" "$tmp/own"
}

old_module_in() {
	rmmod ipctrace && insmod "$old_module" && traffic
}

plan 8
traffic
check "released reader, text" sees "$old_reader"
check "released reader, JSON" sees_json "$old_reader"
check "released reader, records that are aside" steps_over
check "the other module is loaded" old_module_in
check "this reader on the released module, text" sees "$build/ipctrace"
check "this reader on the released module, JSON" sees_json "$build/ipctrace"
check "this recorder on the released module" captures "$build/ipctrace" "$build/ipctrace"
check "a capture of the released recorder" captures "$old_reader" "$build/ipctrace"
rmmod ipctrace && insmod "$IPCTRACE_KO"
finish
