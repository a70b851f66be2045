#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# Where the probes sit: on ftrace, on these calls, and on no other call.

. "$(dirname "$0")/../lib/vm_tap.sh"
list=/sys/kernel/debug/kprobes/list
functions=/sys/kernel/tracing/enabled_functions
calls=$(all_calls)
# Which functions serve 32-bit callers, and which of the kernel's own tell what
# happens without a call.
ia32="sys_msgget compat_sys_msgsnd compat_sys_msgrcv compat_sys_msgctl
sys_semget sys_semtimedop sys_semtimedop_time32 compat_sys_semctl
sys_shmget compat_sys_shmat sys_shmdt compat_sys_shmctl compat_sys_ipc"
events="ipc_addid ipc_update_perm freeque freeary shm_destroy shm_open shm_close
exit_sem"
symbols=$(for call in $calls; do echo "__x64_sys_$call"; done
	for call in $ia32; do echo "__ia32_$call"; done
	for event in $events; do echo "$event"; done)

# One probe for each function, on ftrace's list and so not on a breakpoint.
on_ftrace() {
	for symbol in $symbols; do
		if ! same 1 "$(grep -c " $symbol+0x0 .*\[FTRACE\]" "$list")" ||
		   ! same 1 "$(grep -c "^$symbol (1) R" "$functions")"; then
			grep "$symbol" "$list" "$functions"
			return 1
		fi
	done
}

# ftrace calls them without the kprobes in between.
without_kprobes() {
	for symbol in $symbols; do
		same 1 "$(grep -c " $symbol+0x0 .*\[DISABLED\]" "$list")" || return 1
		grep "^$symbol " "$functions" | grep -q "entered.*\[ipctrace\]" ||
			{ grep "^$symbol " "$functions"; return 1; }
	done
}

# But for the two that see ftrace or kprobes being switched off.
no_others() {
	same 2 "$(grep -cE " (ftrace_enable_sysctl|write_enabled_file_bool)\+0x0 " \
		"$list")" &&
		same $(($(echo "$symbols" | wc -l) + 2)) "$(wc -l <"$list")" &&
		same "$(echo "$symbols" | wc -l)" \
			"$(grep -vcE "^(ipct_canary|write_enabled_file_bool) " \
				"$functions")"
}

paused() {
	echo 0 >"$debugfs/control"
	same "" "$(cat "$functions")"
	status=$?
	echo 1 >"$debugfs/control"
	return "$status"
}

# The file for people: a line each, attached.
described() {
	for call in $calls; do
		grep -q "^__x64_sys_$call  *$call  *x86_64  *attached  *[0-9]*  *0" \
			"$debugfs/probes" || { cat "$debugfs/probes"; return 1; }
	done
	for call in $ia32; do
		grep -q "^__ia32_$call  *[a-z]*  *i386  *attached  *[0-9]*  *0" \
			"$debugfs/probes" || { cat "$debugfs/probes"; return 1; }
	done
	for event in $events; do
		grep -q "^$event  *-  *-  *attached  *0  *0" \
			"$debugfs/probes" || { cat "$debugfs/probes"; return 1; }
	done
	same $(($(echo "$symbols" | wc -l) + 1)) "$(wc -l <"$debugfs/probes")"
}

# Nothing of other calls: of a process that makes thousands there is no line.
# It ends with one that is traced, so that the silence means something.
silence() {
	echo clear >"$debugfs/control"
	perl -e 'getppid() for 1 .. 10000; msgget(0x69700001, 0); print $$' \
		>"$tmp/pid"
	finished <"$debugfs/trace" >"$tmp/trace"
	same 1 "$(grep -c "\[$(cat "$tmp/pid")\] " "$tmp/trace")" &&
		same 1 "$(wc -l <"$tmp/trace")"
}

gone() {
	rmmod ipctrace
	same "" "$(cat "$list")" && same "" "$(cat "$functions")"
	status=$?
	insmod "$IPCTRACE_KO"
	return "$status"
}

plan 7
check "every call is probed, on ftrace" on_ftrace
check "ftrace calls them itself" without_kprobes
check "nothing else is probed" no_others
check "paused, nothing is probed" paused
check "the probes file says so" described
check "getppid leaves nothing" silence
check "unloaded, the probes are gone" gone
finish
