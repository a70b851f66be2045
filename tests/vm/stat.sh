#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; perl's $; by name
#
# ipctrace stat, hist and diff while calls happen: what they count is what the recorder's
# own counters say, and what is missing is told.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace

# Calls of all kinds, some of which fail, $1 times, on processor $2
traffic() {
	taskset -c "$2" perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,IPC_NOWAIT -e '
		$q = msgget(IPC_PRIVATE, 0600);
		$s = semget(IPC_PRIVATE, 1, 0600);
		for (1 .. $ARGV[0]) {
			msgsnd($q, pack("l! a*", 7, "hello"), 0);
			msgrcv($q, $m, 100, 0, IPC_NOWAIT);
			msgrcv($q, $m, 100, 0, IPC_NOWAIT);	# fails
			semop($s, pack("s3", 0, -1, IPC_NOWAIT));	# fails
			msgget(0x69000000, 0);			# fails
		}
		$h = shmget(IPC_PRIVATE, 4096, 0600);
		shmread($h, $m, 0, 10);
		shmctl($h, IPC_RMID, 0);
		msgctl($q, IPC_RMID, 0);
		semctl($s, 0, IPC_RMID, 0);' "$1"
}

# counters: NAME CALLS ERRORS of each call
counters() {
	awk '$1 ~ /^(msg|sem|shm)/ { print $1, $2, $3 }' "$debugfs/stats"
}

reads() {
	grep -q ', 1 readers' "$debugfs/stats"
}

# start ARGUMENT...: it counts from here on
start() {
	begin stat "$@"
}

begin() {
	"$ipctrace" "$@" >"$tmp/out" 2>"$tmp/err" &
	stat=$!
	pids="$pids $stat"
	within 20 reads && sleep 0.5 && counters >"$tmp/before"
}

# end: interrupted, it prints, and nothing is wrong
end() {
	counters >"$tmp/after"
	kill -INT "$stat"
	wait "$stat"
	same 0 $? && same "" "$(cat "$tmp/err")"
}

# NAME CALLS ERRORS of each call that was made, by the counters, and by stat
counted() {
	sort "$tmp/before" >"$tmp/b"
	sort "$tmp/after" | join "$tmp/b" - |
		awk '$4 > $2 { print $1, $4 - $2, $5 - $3 }'
}

printed() {
	jq -r 'select(.type == "group") | "\(.name) \(.calls) \(.errors)"' \
		"$tmp/out" | sort
}

as_counters() {
	start --json || return
	traffic 3000 0 &
	traffic 2000 1
	wait $!
	end && same "$(counted)" "$(printed)" &&
		same 5000 "$(printed | awk '$1 == "msgsnd" { print $2 }')" &&
		jq -se 'map(.complete) | all' "$tmp/out"
}

errors_by_name() {
	same "msgget ENOENT 5000
msgrcv ENOMSG 5000
semtimedop EAGAIN 5000" \
		"$(jq -r 'select(.type == "error") |
			"\(.name) \(.error) \(.count)"' "$tmp/out" |
			sed s/semop/semtimedop/ | sort)"
}

# What happened before is not counted, unless it is asked for.
from_now_on() {
	start --json --for 1s || return
	wait "$stat"
	same 0 $? && same 0 "$(jq 'select(.type == "total").calls' "$tmp/out")" &&
		"$ipctrace" stat --json --since 10m --for 1s >"$tmp/out" &&
		jq -e 'select(.type == "total") | .calls >= 25000' "$tmp/out"
}

# Intervals begin anew, and together have all.
intervals() {
	start --json --interval 1s || return
	traffic 1000 0
	sleep 2.5
	end &&
		same 1000 "$(jq -s 'map(select(.name == "msgsnd" and
			.type == "group").calls) | add' "$tmp/out")" &&
		jq -se 'map(select(.type == "total")) | length >= 3 and
			(map(.calls) | min) == 0' "$tmp/out"
}

# Who was too slow says how much it lost, and that it is incomplete.
loss() {
	"$ipctrace" stat >"$tmp/out" 2>"$tmp/err" &
	stat=$!
	pids="$pids $stat"
	within 20 reads && sleep 0.5
	kill -STOP "$stat"
	traffic 30000 0
	kill -CONT "$stat"
	sleep 1
	end && grep -q '; incomplete: [0-9]* records lost' "$tmp/out"
}

# A pause is told, whether it began before or after.
pause() {
	start || return
	echo 0 >"$debugfs/control"
	echo 1 >"$debugfs/control"
	sleep 0.5
	end && grep -q '; incomplete: not all recorded (pause)' "$tmp/out" || return
	echo 0 >"$debugfs/control"
	"$ipctrace" stat --for 1s >"$tmp/out"
	echo 1 >"$debugfs/control"
	grep -q '; incomplete: not all recorded (pause)' "$tmp/out"
}

by_exe() {
	start --by exe -c msgsnd || return
	traffic 1000 0 &
	wait $!
	end && grep -Eq '^/[^ ]*perl[^ ]* +1000 |^\[perl\] +1000 ' "$tmp/out"
}

# A program, its child, and nobody else; its output and its exit status are its own.
of_program() {
	traffic 500 0 &
	"$ipctrace" stat --json -- perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e '
		print "its own\n";
		$q = msgget(IPC_PRIVATE, 0600);
		if (!($child = fork())) {
			msgsnd($q, pack("l! a*", 1, "x"), 0) for (1 .. 100);
			exit 0;
		}
		msgrcv($q, $m, 100, 0, 0) for (1 .. 100);
		waitpid($child, 0);
		msgctl($q, IPC_RMID, 0);
		exit 3;' >"$tmp/own" 2>"$tmp/out"
	status=$?
	wait $!
	cat "$tmp/out"
	same 3 $status && same "its own" "$(cat "$tmp/own")" &&
		same "msgctl 1 0
msgget 1 0
msgrcv 100 0
msgsnd 100 0" "$(printed)" &&
		jq -se 'map(.complete) | all' "$tmp/out"
}

program_in_words() {
	"$ipctrace" stat --by comm -c msg,sem sh -c 'ipcmk -Q >/dev/null; kill -9 $$' \
		2>"$tmp/out"
	status=$?
	cat "$tmp/out"
	ipcrm -a
	same 137 $status && grep -Eq '^ipcmk +1 ' "$tmp/out" || return
	"$ipctrace" stat -- "$tmp/nothing" 2>"$tmp/out"
	same 127 $? && grep -q nothing "$tmp/out"
}

# Each duration is in one bucket, and none is longer than the longest of stat
drawn() {
	begin hist --json -c msgsnd || return
	traffic 400 0
	end && same 400 "$(jq -s 'map(select(.type == "bucket" and .name == "msgsnd").count) | add' \
		"$tmp/out")" &&
		jq -se 'map(select(.type == "bucket") | .from <= .to) | all' "$tmp/out"
}

# keep FILE COUNT CALLS...: a program makes these, and nothing else is in FILE
keep() {
	file=$1
	shift
	"$ipctrace" run -o "$file" -- perl -e '
		$n = shift;
		for (1 .. $n) {
			for (@ARGV) {
				msgget(0x6b000000, 0) if $_ eq "msgget";
				semget(0x6b000000, 0, 0) if $_ eq "semget";
			}
			select undef, undef, undef, 0.01;
		}' "$@"
}

# Only one of the two makes semget; both make msgget as often.
changed() {
	keep "$tmp/a" 100 msgget && keep "$tmp/b" 100 msgget semget || return
	"$ipctrace" diff --json "$tmp/a" "$tmp/b" >"$tmp/out" || return
	cat "$tmp/out"
	jq -se 'any(.kind == "call" and .name == "semget")' "$tmp/out" &&
	jq -se 'all((.kind == "call" and .name == "msgget" and .what == "rate") | not)' \
		"$tmp/out" &&
	same "100 200" "$(jq -r 'select(.type == "side").calls' "$tmp/out" | paste -sd ' ')"
}

plan 11
check "as many as the recorder's counters say" as_counters
check "errors by name" errors_by_name
check "from now on" from_now_on
check "by intervals" intervals
check "by program" by_exe
check "what a program does" of_program
check "one that is killed, and one that there is not" program_in_words
check "each duration in one bucket of hist" drawn
check "what differs between two captures" changed
check "loss is told" loss
check "gaps are told" pause
reset_module
finish
