#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# Others at the same functions: whoever comes first and whoever goes first,
# ipctrace records every call once, as it was made, and the other sees each of its
# events. And what becomes of ipctrace when somebody switches ftrace or kprobes off.
#
# A tool is two functions: NAME_start, and NAME_stop, which prints a line "MARK
# FUNCTION COUNT" for each of $functions and each mark in $marks_NAME.
#
# shellcheck disable=SC2034 # marks_NAME

. "$(dirname "$0")/../lib/vm_tap.sh"
tracing=/sys/kernel/tracing
kprobes=/sys/kernel/debug/kprobes
sysctl=/proc/sys/kernel/ftrace_enabled
debug=${IPCTRACE_KO%/*/*}/debug/$(uname -r)/ipctrace.ko
empty=$build/bench/$(uname -r)/empty_probe.ko

# Each round makes every call once, and one object of each kind comes and goes.
rounds=20
events="ipc_addid freeque freeary shm_destroy"
functions=$(for call in $(all_calls); do echo "__x64_sys_$call"; done
	for event in $events; do echo "$event"; done)

# Prints its pid, then what ipctrace should say of it. semop() of the C library
# makes semtimedop, so semop is made by its number.
calls() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,shmat,shmdt -e '
		sub say { print shift, " = ", shift, "\n" }
		sub gone { print "+++ $_[0] destroyed +++ [$_[1] $_[2]\n" }

		print "$$\n";
		for $i (1 .. $ARGV[0]) {
			$q = msgget(IPC_PRIVATE, 0600);
			say("msgget(IPC_PRIVATE, 0600)", $q + 0);
			msgsnd($q, pack("l! a*", $i, "hello"), 0);
			say("msgsnd($q, {mtype=$i}, 5, 0)", 0);
			msgrcv($q, $m, 100 + $i, $i, 0);
			say("msgrcv($q, {mtype=$i}, " . (100 + $i) . ", $i, 0)", 5);
			msgctl($q, IPC_RMID, 0);
			gone("queue", "msg", $q);
			say("msgctl($q, IPC_RMID, NULL)", 0);

			$s = semget(IPC_PRIVATE, $i, 0600);
			say("semget(IPC_PRIVATE, $i, 0600)", $s + 0);
			semop($s, pack("s3", 0, $i, 0));
			say("semtimedop($s, [{sem_num=0, sem_op=$i, sem_flg=0}], 1, NULL)", 0);
			$op = pack("s3", $i - 1, 1, 0);
			syscall(65, $s + 0, $op, 1);
			say("semop($s, [{sem_num=" . ($i - 1) . ", sem_op=1, sem_flg=0}], 1)", 0);
			semctl($s, 0, IPC_RMID, 0);
			gone("semaphore set", "sem", $s);
			say("semctl($s, 0, IPC_RMID, NULL)", 0);

			$h = shmget(IPC_PRIVATE, 4096 * $i, 0600);
			say("shmget(IPC_PRIVATE, " . 4096 * $i . ", 0600)", $h + 0);
			$at = shmat($h, undef, 0);
			$hex = sprintf("0x%x", unpack("J", $at));
			say("shmat($h, NULL, 0)", $hex);
			shmdt($at);
			say("shmdt($hex)", 0);
			shmctl($h, IPC_RMID, 0);
			gone("segment", "shm", $h);
			say("shmctl($h, IPC_RMID, NULL)", 0);
		}' $rounds >"$tmp/said"
	runs=$((runs + 1))
	pid=$(head -n 1 "$tmp/said")
	tail -n +2 "$tmp/said" >"$tmp/expected"
}

# of_pid: what ipctrace says of the calls. One that took long made a line when it
# was in flight, too.
of_pid() {
	finished <"$debugfs/trace" |
		sed -n "s/^.*\[$pid\] .* gid=0 \(+++.*\[[a-z]* [0-9]*\) .*/\1/p
		s/^.*\[$pid\] .* gid=0 \([a-z]*(.* = [^ ]*\) <.*/\1/p"
}

recorded() {
	calls && of_pid >"$tmp/recorded" && diff "$tmp/expected" "$tmp/recorded"
}

not_recorded() {
	calls && same "" "$(of_pid)"
}

# ---- ipctrace comes and goes -------------------------------------------------

come() {
	insmod "$IPCTRACE_KO"
}

go() {
	rmmod ipctrace
}

come_again() {
	[ ! -e /sys/module/ipctrace ] || go && come
}

paused() {
	echo 0 >"$debugfs/control" && not_recorded
	status=$?
	echo 1 >"$debugfs/control" && return $status
}

# ---- The tools ---------------------------------------------------------------

# Names of tasks are not asked for: they are noted in the scheduler, by a switch
# in the code that all processors pass all the time. QEMU before 8.1 may run an int3
# that is gone again from there (see scripts/vm -s), for ever, on all of them.
[ ! -e $tracing/options/record-cmd ] || echo 0 >$tracing/options/record-cmd

# What each line of ftrace has in front of the event
prefix='^.*\[[0-9]*\] .* [0-9.]*: '

# tracer NAME FUNCTION...
start_tracer() {
	echo >$tracing/trace
	tracer=$1
	shift
	echo "$@" >$tracing/set_ftrace_filter && echo "$tracer" >$tracing/current_tracer
}

stop_tracer() {
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
}

# by_function: of lines "MARK FUNCTION", how many there are of each
by_function() {
	sort | uniq -c | awk '{ print $2, $3, $1 }'
}

marks_function="enter"
function_start() {
	# shellcheck disable=SC2086 # a list
	start_tracer function $functions
}
function_stop() {
	sed -n "s/$prefix\([a-z0-9_]*\) <-.*/enter \1/p" $tracing/trace | by_function
	stop_tracer
}

# A function that calls none of the others is one line.
marks_graph="enter leave"
graph_start() {
	# shellcheck disable=SC2086 # a list
	start_tracer function_graph $functions
	echo funcgraph-tail >$tracing/trace_options
}
graph_stop() {
	sed -n 's/^.*| *\([a-z0-9_]*\)() {.*/enter \1/p
		s/^.*| *} .* \([a-z0-9_]*\) .*/leave \1/p
		s/^.*| *\([a-z0-9_]*\)();.*/enter \1\nleave \1/p' $tracing/trace |
		by_function
	echo nofuncgraph-tail >$tracing/trace_options
	stop_tracer
}

marks_kprobe_events="enter leave"
kprobe_events_start() {
	echo >$tracing/trace
	for function in $functions; do
		echo "p:others/${function}_enter $function"
		# shellcheck disable=SC2016 # the kernel's
		echo "r:others/${function}_leave $function"' $retval'
	done >"$tmp/events"
	cat "$tmp/events" >$tracing/kprobe_events &&
		echo 1 >$tracing/events/others/enable
}
kprobe_events_stop() {
	sed -n "s/$prefix\([a-z0-9_]*\)_\(enter\|leave\): (.*/\2 \1/p" $tracing/trace |
		by_function
	echo 0 >$tracing/events/others/enable
	echo >$tracing/kprobe_events
}

# A kretprobe by the kernel's own interface. It counts nothing: its handler, at
# entry and at return, is traced.
marks_empty_probe="handler"
empty_probe_start() {
	insmod "$empty" && start_tracer function handler:mod:empty_probe
}
empty_probe_stop() {
	echo "handler all $(grep -c ': handler <-' $tracing/trace)"
	stop_tracer
	rmmod empty_probe
}

# hold COMMAND...: a tool that runs the command $until_told, until let_go
until_told="/bin/sh $tmp/command"
hold() {
	rm -f "$tmp/fifo" "$tmp/ready"
	mkfifo "$tmp/fifo"
	printf ': >%s\nread -r line <%s\n' "$tmp/ready" "$tmp/fifo" >"$tmp/command"
	"$@" >"$tmp/tool" 2>&1 &
	tool=$!
	pids="$pids $tool"
	within 120 ready_or_dead
	[ -e "$tmp/ready" ] || { cat "$tmp/tool"; return 1; }
}

ready_or_dead() {
	[ -e "$tmp/ready" ] || ! kill -0 "$tool" 2>/dev/null
}

let_go() {
	[ -e "$tmp/ready" ] || return
	echo >"$tmp/fifo"
	rm "$tmp/ready"
	wait "$tool"
}

marks_perf="enter leave"
perf_start() {
	set --
	for function in $functions; do
		set -- "$@" -a "others:${function}_enter=$function" \
			-a "others:${function}=$function%return"
	done
	# shellcheck disable=SC2086 # two words
	perf probe -q "$@" && hold perf stat -a -x , -e 'others:*' $until_told
}
perf_stop() {
	let_go
	sed -n 's/^\([0-9]*\),,others:\([a-z0-9_]*\)_enter,.*/enter \2 \1/p
		s/^\([0-9]*\),,others:\([a-z0-9_]*\)__return,.*/leave \2 \1/p' \
		"$tmp/tool"
	perf probe -q -d 'others:*'
}

# start_bpf ENTER LEAVE: with these kinds of probes
start_bpf() {
	program=
	for kind in enter:"$1" leave:"$2"; do
		for function in $functions; do
			program="$program ${kind#*:}:$function
				{ @[\"${kind%:*}\", \"$function\"] = count(); }"
		done
	done
	hold bpftrace -c "$until_told" -e "$program"
}

stop_bpf() {
	let_go
	sed -n 's/^@\[\([a-z]*\), \([a-z0-9_]*\)\]: \([0-9]*\)/\1 \2 \3/p' "$tmp/tool"
}

marks_bpf_kprobe="enter leave"
bpf_kprobe_start() {
	start_bpf kprobe kretprobe
}
bpf_kprobe_stop() {
	stop_bpf
}

# By the kernel's trampolines, which call the function themselves.
marks_bpf_fentry="enter leave"
bpf_fentry_start() {
	start_bpf kfunc kretfunc
}
bpf_fentry_stop() {
	stop_bpf
}

# ---- A tool and ipctrace -----------------------------------------------------

# What ipctrace itself calls to see its probes fire, each time that it comes or goes
# on: others see that, too. The function tracer tells, once.
measure_tests() {
	[ ! -e /sys/module/ipctrace ] || go
	function_start
	come
	function_stop >"$tmp/tested"
}

# tested PATTERN: calls of such functions in one of these tests
tested() {
	awk -v pattern="^$1\$" '$2 ~ pattern { n += $3 } END { print n + 0 }' \
		"$tmp/tested"
}

# should_see TOOL RUNS TESTS: of the calls, and of ipctrace's own
should_see() {
	eval "marks=\$marks_$1"
	for mark in $marks; do
		if [ "$mark" = handler ]; then
			own=$(($3 * $(tested '.*_sys_.*')))
			echo "handler all $((2 * ($2 * rounds * $(all_calls | wc -l) + own)))"
			continue
		fi
		for function in $functions; do
			own=$(($3 * $(tested "$function")))
			case $function in
			ipc_addid)	echo "$mark $function $((3 * $2 * rounds + own))" ;;
			*)		echo "$mark $function $(($2 * rounds + own))" ;;
			esac
		done
	done | sort
}

# session TOOL STEP...: while the tool is at work; then without it
session() {
	used=$1
	shift
	status=0
	runs=0
	tests=0
	blind=
	"${used}_start" || status=1
	for step; do
		[ $status -eq 0 ] || break
		case $step in
		off)		blind=yes ;;
		on)		blind= ;;
		come|paused)	[ -n "$blind" ] || tests=$((tests + 1)) ;;
		esac
		"$step" || status=1
	done
	should_see "$used" "$runs" "$tests" >"$tmp/should"
	"${used}_stop" >"$tmp/unsorted"
	sort "$tmp/unsorted" >"$tmp/seen"
	[ $status -eq 0 ] && diff "$tmp/should" "$tmp/seen" && recorded && return
	echo "after, or at: $step"
	return 1
}

tool_comes() {
	come_again && session "$1" recorded go calls come recorded paused
}

tool_is_there() {
	go && session "$1" calls come recorded paused
}

# with TOOL WHAT: both orders
with() {
	check "$2 comes, then goes: it and ipctrace see every call" tool_comes "$1"
	check "$2 is there when ipctrace comes: the same" tool_is_there "$1"
	[ -e /sys/module/ipctrace ] || come
}

# lacks WHAT: with's tests are skipped
lacks() {
	skip "$1"
	skip "$1"
}

# bpf_has KIND: without ipctrace
bpf_has() {
	go
	bpftrace -c /bin/true -e "$1:__x64_sys_msgget { @ = count(); }" \
		>"$tmp/tool" 2>&1
	status=$?
	come && return $status
}

# with_bpf TOOL KIND WHAT
with_bpf() {
	if ! command -v bpftrace >/dev/null; then
		lacks "no bpftrace: make bench-deps"
	elif ! bpf_has "$2"; then
		lacks "this kernel has no $2 for bpftrace"
	else
		with "$1" "$3"
	fi
}

# ---- Switched off ------------------------------------------------------------

# refused COMMAND...: "Device or resource busy"
refused() {
	"$@" 2>"$tmp/error" && { echo "not refused: $*"; return 1; }
	grep -q 'Device or resource busy' "$tmp/error" ||
		{ cat "$tmp/error"; return 1; }
}

# write WORD FILE: with the reason, when it is refused; a shell has none
write() {
	perl -e 'open(F, ">", $ARGV[1]) && syswrite(F, "$ARGV[0]\n") or die "$!\n"' "$@"
}

# log_says LINE: ipctrace said this, and nothing else, since "dmesg -C"
log_says() {
	same "$1" "$(dmesg | sed -n 's/^.*\] ipctrace: //p')"
}

needs_ftrace="ftrace is off: set kernel.ftrace_enabled to 1 first"
needs_kprobes="kprobes are off: write 1 to kprobes/enabled in debugfs first"

# Not recorded, and said so, in stats and in a record of the gap.
ftrace_off() {
	write 0 $sysctl && not_recorded && same "0 0" "$(state)" &&
		grep "^not everything is recorded since .*: ftrace" "$debugfs/stats" &&
		! grep "^ipctrace .*: recording" "$debugfs/stats" &&
		grep -- "--- gap: ftrace, since " "$debugfs/trace"
	status=$?
	write 1 $sysctl
	grep "^everything is recorded since " "$debugfs/stats" && same "1 0" "$(state)" &&
		grep -- "--- gap: ftrace, from " "$debugfs/trace" && recorded &&
		return $status
}

ftrace_off_paused() {
	echo 0 >"$debugfs/control" && write 0 $sysctl && dmesg -C &&
		refused write 1 "$debugfs/control" && log_says "$needs_ftrace" &&
		same 0 "$(cat "$debugfs/control")" && not_recorded
	status=$?
	write 1 $sysctl && write 1 "$debugfs/control" && recorded && return $status
}

ftrace_off_at_load() {
	go && write 0 $sysctl && dmesg -C && refused come &&
		log_says "$needs_ftrace" && [ ! -e /sys/module/ipctrace ] &&
		same "" "$(cat $kprobes/list)"
	status=$?
	write 1 $sysctl && come_again && recorded && return $status
}

off() {
	echo 0 >$kprobes/enabled
}

on() {
	echo 1 >$kprobes/enabled
}

# disarmed: what stats says of it
disarmed() {
	grep disarmed "$debugfs/stats"
}

silently() {
	same "" "$(disarmed)"
}

# The other's events are the witness that kprobes are off.
not_seen_by_other() {
	runs_before=$runs
	recorded && silently
	status=$?
	runs=$runs_before
	return $status
}

kprobes_off() {
	session kprobe_events recorded off not_seen_by_other go come \
		not_seen_by_other on recorded
	status=$?
	on
	return $status
}

# So may the module be that arms kprobes itself.
load_without_ftrace() {
	insmod "$debug" no_ftrace=1
}

without_ftrace() {
	go && load_without_ftrace && recorded && silently &&
		session kprobe_events recorded paused
}

# state: recording, and probes disarmed, by ioctl
state() {
	perl -e 'open(F, "<", "/dev/ipctrace") && ioctl(F, 0x8018f904, $s = "\0" x 24)
		or die "$!\n"; @s = unpack("L4", $s); print "$s[0] $s[3]"'
}

disarmed_by_other() {
	attached=$(grep -c ' attached ' "$debugfs/probes")
	same "1 0" "$(state)" && off && not_recorded &&
		same "disarmed by somebody else: $attached probes see nothing until kprobes/enabled in debugfs is 1" \
			"$(disarmed)" && same "1 $attached" "$(state)"
	status=$?
	on
	silently && same "1 0" "$(state)" && recorded && return $status
}

kprobes_off_paused() {
	echo 0 >"$debugfs/control" && off && silently && dmesg -C &&
		refused write 1 "$debugfs/control" && log_says "$needs_kprobes"
	status=$?
	on
	write 1 "$debugfs/control" && recorded && return $status
}

kprobes_off_at_load() {
	go && off && dmesg -C && refused load_without_ftrace &&
		log_says "$needs_kprobes" && [ ! -e /sys/module/ipctrace ] &&
		same "" "$(cat $kprobes/list)"
	status=$?
	on
	load_without_ftrace && recorded && off && go && on && return $status
}

# ---- Tests -------------------------------------------------------------------

plan 22
measure_tests
with function "the function tracer"
if grep -q function_graph $tracing/available_tracers; then
	with graph "the function graph tracer"
else
	lacks "this kernel has no function graph tracer"
fi
with kprobe_events "a pair of kprobe events"
if [ -e "$empty" ]; then
	with empty_probe "another module's kretprobe"
else
	lacks "no empty_probe: make bench-module"
fi
if command -v perf >/dev/null; then
	with perf "perf probe"
else
	lacks "no perf: make bench-deps"
fi
with_bpf bpf_kprobe kprobe "bpftrace, by kprobes"
with_bpf bpf_fentry kfunc "bpftrace, by trampolines"

check "ftrace switched off: not recorded, and told; on again: recorded" ftrace_off
check "off while paused: resuming is refused, with a reason" ftrace_off_paused
check "off before: loading is refused, with a reason" ftrace_off_at_load
check "kprobes switched off: recorded all the same" kprobes_off
if [ -e "$debug" ]; then
	check "without ftrace, by kprobes: recorded, with others" without_ftrace
	check "then kprobes switched off: stats tells" disarmed_by_other
	check "off while paused: resuming is refused, with a reason" kprobes_off_paused
	check "off before: loading is refused, with a reason" kprobes_off_at_load
else
	for n in 1 2 3 4; do
		skip "no module with IPCTRACE_DEBUG: make debug-module"
	done
fi
come_again
finish
