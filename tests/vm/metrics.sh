#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; perl's $; by name
#
# ipctrace metrics while calls happen: who asks on the loopback gets the calls that were
# made, the objects that there are, who is blocked, and what is missing.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
port=9747

# Calls of all kinds, some of which fail, $1 times
traffic() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,IPC_NOWAIT -e '
		$q = msgget(IPC_PRIVATE, 0600);
		for (1 .. $ARGV[0]) {
			msgsnd($q, pack("l! a*", 7, "hello"), 0);
			msgrcv($q, $m, 100, 0, IPC_NOWAIT);
			msgrcv($q, $m, 100, 0, IPC_NOWAIT);	# fails
			msgget(0x69000000, 0);			# fails
		}
		msgctl($q, IPC_RMID, 0);' "$1"
}

get() {
	perl -MIO::Socket::INET -e '
		$s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => shift,
					   Timeout => 20) or exit 1;
		print $s "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
		while (<$s>) { print unless $head .. /^\r$/; $head = 0 }' $port >"$tmp/got"
	grep -q '^ipctrace_build_info' "$tmp/got"
}

# value SERIES: as it was got last
value() {
	awk -v series="$1" 'index($0, series " ") == 1 { print $2 }' "$tmp/got"
}

# becomes VALUE SERIES
becomes() {
	wanted=$1
	series=$2
	for _ in $(seq 100); do
		get && [ "$(value "$series")" = "$wanted" ] && return
		sleep 0.2
	done
	same "$wanted" "$(value "$series")"
}

start() {
	"$ipctrace" metrics --listen $port "$@" >"$tmp/out" 2>"$tmp/err" &
	metrics=$!
	pids="$pids $metrics"
	within 30 get || { cat "$tmp/err"; return 1; }
}

# end: in order, and it had nothing to say
end() {
	kill -TERM "$metrics"
	wait "$metrics"
	same 0 $? && same "" "$(cat "$tmp/err")"
}

calls='ipctrace_calls_total{call="msgsnd"}'
count='ipctrace_call_duration_seconds_count{call="msgsnd"}'
nomsg='ipctrace_errors_total{call="msgrcv",errno="ENOMSG"}'
noent='ipctrace_errors_total{call="msgget",errno="ENOENT"}'
ours=$(stat -L -c %i /proc/self/ns/ipc)

as_many() {
	start --per-object 5 || return
	before=$(value "$calls")
	traffic 3000
	becomes $((before + 3000)) "$calls" && becomes 3000 "$count" &&
		becomes 3000 "$nomsg" && becomes 3000 "$noent" &&
		same 3000 "$(value 'ipctrace_call_duration_seconds_bucket{call="msgsnd",le="+Inf"}')" &&
		same 0 "$(value ipctrace_lost_records_total)"
}

# The recorder's own are the same as in debugfs.
as_stats() {
	get || return
	for call in msgsnd msgrcv msgget msgctl; do
		same "$(awk -v call=$call '$1 == call { print $2, $3 }' "$debugfs/stats")" \
			"$(value "ipctrace_calls_total{call=\"$call\"}") $(value \
			"ipctrace_failed_calls_total{call=\"$call\"}")" || return
	done
}

objects() {
	becomes 0 "ipctrace_objects{kind=\"shm\",ipc_ns=\"$ours\"}" || return
	for _ in 1 2 3; do
		ipcmk -M 8192 >/dev/null
	done
	ipcmk -S 7 >/dev/null
	id=$(ipcmk -Q | tr -dc 0-9)
	perl -e 'msgsnd(shift, pack("l! a*", 7, "x" x 100), 0)' "$id"
	becomes 3 "ipctrace_objects{kind=\"shm\",ipc_ns=\"$ours\"}" &&
		becomes 24576 "ipctrace_object_bytes{kind=\"shm\",ipc_ns=\"$ours\"}" &&
		becomes 100 "ipctrace_object_bytes{kind=\"msg\",ipc_ns=\"$ours\"}" &&
		becomes 7 "ipctrace_semaphores{ipc_ns=\"$ours\"}" &&
		becomes 3 "ipctrace_limit_used{limit=\"shmmni\",ipc_ns=\"$ours\"}" &&
		becomes 6 "ipctrace_limit_used{limit=\"shmall\",ipc_ns=\"$ours\"}" &&
		becomes "$(cat /proc/sys/kernel/shmmni)" \
			"ipctrace_limit{limit=\"shmmni\",ipc_ns=\"$ours\"}"
	status=$?
	ipcrm -a
	[ $status -eq 0 ] && becomes 0 "ipctrace_objects{kind=\"shm\",ipc_ns=\"$ours\"}" &&
		becomes 0 "ipctrace_objects{kind=\"msg\",ipc_ns=\"$ours\"}"
}

blocked() {
	becomes 0 'ipctrace_blocked_calls{call="msgrcv"}' || return
	id=$(ipcmk -Q | tr -dc 0-9)
	perl -e 'msgrcv(shift, $m, 100, 0, 0)' "$id" &
	becomes 1 'ipctrace_blocked_calls{call="msgrcv"}'
	status=$?
	sleep 1.5
	get
	value 'ipctrace_longest_blocked_call_seconds{call="msgrcv"}' |
		awk '{ exit !($1 >= 1 && $1 < 100) }' || status=1
	ipcrm -q "$id"
	[ $status -eq 0 ] && becomes 0 'ipctrace_blocked_calls{call="msgrcv"}'
}

series() {
	sed -n 's/^\(ipctrace[^ ]*\) [^ ]*$/\1/p' "$tmp/got" | grep -v _object_ | sort
}

# Another namespace comes, with objects: that makes no series.
constant() {
	get || return
	series >"$tmp/before"
	unshare -i sh -c 'ipcmk -Q; ipcmk -M 100; sleep 6' >/dev/null &
	becomes 1 'ipctrace_objects{kind="msg",ipc_ns="other"}' &&
		series | diff "$tmp/before" -
	status=$?
	wait $!
	[ $status -eq 0 ] && [ "$(wc -l <"$tmp/before")" -lt 1000 ] &&
		becomes 0 'ipctrace_objects{kind="msg",ipc_ns="other"}'
}

gap() {
	echo 0 >"$debugfs/control"
	becomes 1 'ipctrace_gap_open{cause="pause"}'
	status=$?
	echo 1 >"$debugfs/control"
	[ $status -eq 0 ] && becomes 0 'ipctrace_gap_open{cause="pause"}' &&
		becomes 1 'ipctrace_gaps_total{cause="pause"}'
}

# Who cannot keep up says how much was lost; the recorder's own counters know all.
loss() {
	get
	before=$(value "$calls")
	kill -STOP "$metrics"
	traffic 40000
	kill -CONT "$metrics"
	becomes $((before + 40000)) "$calls" &&
		[ "$(value ipctrace_lost_records_total)" -gt 1000 ] && end
}

textfile() {
	"$ipctrace" metrics --textfile "$tmp/x.prom" --interval 1 2>"$tmp/err" &
	metrics=$!
	pids="$pids $metrics"
	within 30 test -s "$tmp/x.prom" || { cat "$tmp/err"; return 1; }
	before=$(awk -v s="$calls" '$1 == s { print $2 }' "$tmp/x.prom")
	traffic 500
	within 30 grep -qxF "$calls $((before + 500))" "$tmp/x.prom" &&
		end && [ ! -e "$tmp/x.prom" ]
}

once() {
	traffic 100
	"$ipctrace" metrics --once >"$tmp/got" 2>"$tmp/err" || { cat "$tmp/err"; return 1; }
	same "$(awk '$1 == "msgsnd" { print $2 }' "$debugfs/stats")" "$(value "$calls")" &&
		[ "$(value "$count")" -ge 100 ]
}

plan 9
check "as many calls and errors as were made" as_many
check "as the recorder's own counters say" as_stats
check "objects, their bytes, and limits" objects
check "who is blocked, and since when" blocked
check "another namespace makes no series" constant
check "a gap is told" gap
check "loss is told, and no call with it" loss
check "a file for node_exporter" textfile
check "once" once
reset_module
finish
