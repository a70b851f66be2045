#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# ipctrace record and report: all that happened is in the capture, and the
# report is what following would have printed.
#
# shellcheck disable=SC2016 # the $ in filters are perl's and jq's

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
calls=20000	# fewer than a ring of the default size holds
cgroup=/sys/fs/cgroup/ipctrace-record

# calls_on CPU NUMBER: prints who made them. Keys count from 0x69000000.
calls_on() {
	taskset -c "$1" perl -e '
		msgget(0x69000000 + $_, 0) for 0 .. $ARGV[0] - 1;
		print "$$\n"' "$2"
}

# Every kind of record, with what pointers lead to; prints who made them.
all_kinds() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,IPC_STAT -e '
		$q = msgget(IPC_PRIVATE, 0600);
		msgsnd($q, pack("l! a*", 7, "hello"), 0);
		msgrcv($q, $m, 100, 7, 0);
		msgctl($q, IPC_STAT, $stat);
		msgctl($q, IPC_RMID, 0);
		$s = semget(IPC_PRIVATE, 3, 0600);
		semop($s, pack("s6", 0, 2, 0, 0, -1, 010000));
		semop($s, pack("s3", 1, -1, 04000));
		$h = shmget(IPC_PRIVATE, 4096, 0600);
		shmread($h, $m, 0, 10);
		shmctl($h, IPC_RMID, 0);
		exit if fork;
		semctl($s, 0, IPC_RMID, 0);'
	sleep 0.2	# the child
}

# start ARGUMENT...: a recorder that sees all from here on. It is at work when
# the capture has its header.
start() {
	echo clear >"$debugfs/control"
	rm -f "$tmp/capture"
	"$ipctrace" record -o "$tmp/capture" "$@" 2>"$tmp/err" &
	recorder=$!
	pids="$pids $recorder"
	within 20 test -s "$tmp/capture"
}

# end SIGNAL: it ends well
end() {
	kill "-$1" "$recorder"
	wait "$recorder"
	same 0 $? && same "" "$(cat "$tmp/err")"
}

report() {
	"$ipctrace" report "$@" "$tmp/capture"
}

# made PID: the calls of that process that the capture has. On a busy machine
# some may also have been in flight for so long that this was told.
made() {
	report -p "$1" | grep -c ' msgget(0x69.* = -1 ENOENT '
}

# lost: records that the capture says were lost
lost() {
	report --json | jq -s 'map(select(.type == "lost").count) | add + 0'
}

two_cpus() {
	start || return
	calls_on 0 $calls >"$tmp/pid0" &
	calls_on 1 $calls >"$tmp/pid1"
	wait $!
	end INT &&
		same $calls "$(made "$(cat "$tmp/pid0")")" &&
		same $calls "$(made "$(cat "$tmp/pid1")")" &&
		same 0 "$(lost)"
}

# The last calls are younger than what the rings are known to be complete up to.
up_to_the_signal() {
	start || return
	perl -e '
		msgget(0x69000000 + $_, 0) for 0 .. 99;
		kill "INT", $ARGV[0];
		print "$$\n"' "$recorder" >"$tmp/pid0"
	wait "$recorder"
	same 0 $? && same 100 "$(made "$(cat "$tmp/pid0")")"
}

in_order() {
	report --json | jq -r .time_ns >"$tmp/times"
	sort -n -c "$tmp/times"
}

# The header is text and numbers, before the first block.
header_says() {
	same 600 "$(stat -c %a "$tmp/capture")" &&
		same 3 "$(od -A n -t u4 -j 16 -N 4 "$tmp/capture" | tr -d ' ')" ||
		return
	head -c 2000 "$tmp/capture" | tr '\0' '\n' >"$tmp/header"
	for text in "$(uname -r)" "$(uname -n)" "$(uname -m)" \
		    "$(cat /proc/sys/kernel/random/boot_id)" \
		    "max_blocked=$(cat /sys/module/ipctrace/parameters/max_blocked)" \
		    "record -o $tmp/capture"; do
		grep -qxF -e "$text" "$tmp/header" || {
			echo "# not in the header: $text"
			return 1
		}
	done
}

# What the recorder's filter is when the capture begins is in it.
filter_is_said() {
	start --filter 'uid == 0' && end INT || return
	echo '' >"$debugfs/filter"
	head -c 2000 "$tmp/capture" | tr '\0' '\n' | grep -qxF 'uid == 0'
}

# zstd -d opens it, and finds its sums right.
zstd_opens_it() {
	zstd -q -t <"$tmp/capture" && zstd -q -d <"$tmp/capture" >"$tmp/content" &&
		test -s "$tmp/content"
}

# The rings still have the same records, and both ways of following them.
as_device() {
	start && all_kinds && end TERM || return
	report -N >"$tmp/text" || return
	cat "$debugfs/trace" >"$tmp/trace"
	same 14 "$(grep ' = ' "$tmp/text" | finished | wc -l)" && cmp "$tmp/text" "$tmp/trace"
}

# as_schema FILE: each line of it, where there is Python to look at it with
as_schema() {
	[ ! -x /usr/bin/python3 ] || {
		"$ipctrace" calls --json >"$tmp/schema" &&
			"$(dirname "$0")/../lib/json_schema.py" "$tmp/schema" "$1"
	}
}

as_follow() {
	n=$(wc -l <"$tmp/trace")
	timeout 60 "$ipctrace" --json -n "$n" >"$tmp/live" &&
		report --json >"$tmp/json" && same "$n" "$(wc -l <"$tmp/json")" &&
		cmp "$tmp/live" "$tmp/json" && as_schema "$tmp/json" || return
	timeout 60 "$ipctrace" -N -n 3 -c sem >"$tmp/live" &&
		report -N -n 3 -c sem >"$tmp/text" && same 3 "$(wc -l <"$tmp/text")" &&
		cmp "$tmp/live" "$tmp/text"
}

through_pipe() {
	report >"$tmp/text"
	"$ipctrace" record -o - -n "$(wc -l <"$tmp/text")" |
		"$ipctrace" report - >"$tmp/piped" && cmp "$tmp/text" "$tmp/piped"
}

only_some() {
	start -c msgsnd,shm && all_kinds && end INT &&
		same 'msgsnd shmget shmctl shmat shmdt shmctl' \
			"$(report --json | jq -s -r 'map(select(.type == "call")
				.call) | join(" ")')" || return
	"$ipctrace" record -o "$tmp/capture" -c shm -n 2 &&
		same 2 "$(report | grep -c ' shm')"
}

# Named by the capture when the cgroup itself is gone.
cgroup_gone() {
	mkdir $cgroup && start || return
	sh -c "echo \$\$ >$cgroup/cgroup.procs; exec perl -e '
		msgget(0x69000000, 0); sleep 1'"
	calls_on 0 1
	within 20 rmdir $cgroup && end INT || return
	path=${cgroup#/sys/fs/cgroup}
	same "\"$path\"" "$(report --json -n 1 | jq -c .cgroup_path)" &&
		same 2 "$(report | grep -c ENOENT)" &&
		same 1 "$(report --cgroup "$path" | grep -c ENOENT)"
}

# written: records since the module was loaded
written() {
	awk '$1 == "cpu" { cpus = 1 }
		cpus && /^[0-9]+ / { written += $2 }
		END { print written }' "$debugfs/stats"
}

# While the recorder sleeps a ring goes around some times.
loss() {
	rmmod ipctrace && insmod "$IPCTRACE_KO" ring_bytes=65536 && start || return
	# What was before "clear" is not the recorder's: that the module came.
	before=$(written)
	kill -STOP "$recorder"
	calls_on 0 3000 >"$tmp/pid0"
	kill -CONT "$recorder"
	end INT || return
	made=$(made "$(cat "$tmp/pid0")")
	[ "$made" -gt 0 ] && [ "$made" -lt 3000 ] &&
		same $(($(written) - before)) $(($(report | grep -vc overwritten) + $(lost))) &&
		report | grep -q ' records of this CPU overwritten before they were read ---' &&
		report | tail -n 1 | grep -q "msgget(0x$(printf %x $((0x69000000 + 2999))),"
}

# Nothing happens, and so does it.
idle() {
	start && sleep 1 || return
	before=$(grep ctxt "/proc/$recorder/status")
	sleep 2
	same "$before" "$(grep ctxt "/proc/$recorder/status")" && end INT
}

# What it does not need it does not keep.
privileges() {
	start || return
	same 0000000000000000 "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$recorder/status")" &&
		same 0000000000000000 "$(awk '$1 == "CapPrm:" { print $2 }' "/proc/$recorder/status")" &&
		same 1 "$(awk '$1 == "NoNewPrivs:" { print $2 }' "/proc/$recorder/status")"
	status=$?
	end INT && return $status
}

# Somebody else's file is not written over.
symbolic_link() {
	echo theirs >"$tmp/theirs"
	ln -s theirs "$tmp/link"
	timeout 60 "$ipctrace" record -o "$tmp/link" 2>"$tmp/err"
	same 1 $? && one_line 'symbolic link' && same theirs "$(cat "$tmp/theirs")"
}

# one_line WORDS: of complaint
one_line() {
	same 1 "$(wc -l <"$tmp/err")" && grep -q "^ipctrace: .*$1" "$tmp/err"
}

# What was written before somebody kills the recorder stays.
killed() {
	start || return
	calls_on 0 500 >"$tmp/pid0"
	within 60 written_all 500 || return
	kill -KILL "$recorder"
	wait "$recorder" 2>/dev/null
	report >"$tmp/text" 2>"$tmp/err"
	same 1 $? && one_line 'offset [0-9]*: .*cut off' &&
		same 500 "$(grep -c "\[$(cat "$tmp/pid0")\].* = -1 ENOENT " "$tmp/text")"
}

# With one CPU, and with callers on it: none lost, and packed. What the recorder has no
# time for, since the machine below takes it, is written as it is: but not again and again.
one_cpu() {
	for try in 1 2 3; do
		one_cpu_once || return
		bytes=$(stat -c %s "$tmp/capture")
		[ "$bytes" -ge $((100000 * 20)) ] || return 0
		echo "try $try: $bytes bytes"
	done
	return 1
}

one_cpu_once() {
	echo clear >"$debugfs/control"
	rm -f "$tmp/capture"
	taskset -c 0 "$ipctrace" record -o "$tmp/capture" 2>"$tmp/err" &
	recorder=$!
	pids="$pids $recorder"
	within 20 test -s "$tmp/capture" || return
	calls_on 0 100000 >"$tmp/pid0"
	end INT && same 100000 "$(made "$(cat "$tmp/pid0")")" && same 0 "$(lost)"
}

# written_all CALLS: so many are in the file
written_all() {
	[ "$(made "$(cat "$tmp/pid0")" 2>/dev/null)" -ge "$1" ]
}

# What was written is good, and that it is not all is told.
# There is room for some blocks, however small they are made; those stay, from the
# first call on.
full_disk() {
	mkdir "$tmp/disk" && mount -t tmpfs -o size=1m disk "$tmp/disk" || return
	echo clear >"$debugfs/control"
	perl -e 'for ($i = 0; ; $i++) { msgget(0x69000000 + $i, 0) }' &
	caller=$!
	pids="$pids $caller"
	timeout 120 "$ipctrace" record -p "$caller" -o "$tmp/disk/capture" \
		2>"$tmp/err"
	status=$?
	kill "$caller"
	cp "$tmp/disk/capture" "$tmp/capture"
	umount "$tmp/disk"
	same 1 $status && one_line 'No space left on device' || return
	report >"$tmp/text" 2>"$tmp/err"
	same 0 $? && same "" "$(cat "$tmp/err")" &&
		[ "$(grep -c ' msgget(0x69' "$tmp/text")" -gt 2000 ]
}

# Each is whole, the oldest go, and nothing is lost between two.
rotated() {
	echo clear >"$debugfs/control"
	mkdir -p "$tmp/many"
	rm -f "$tmp/many/"*
	"$ipctrace" record -o "$tmp/many/it" --rotate 1s 2>"$tmp/err" &
	recorder=$!
	pids="$pids $recorder"
	within 20 test -s "$tmp/many/it.1" || return
	perl -e 'for (0 .. 2999) {
			msgget(0x69000000 + $_, 0);
			select(undef, undef, undef, 0.001);
		}
		print "$$\n"' >"$tmp/pid0"
	end INT || return
	[ "$(find "$tmp/many" -name 'it.*' | wc -l)" -gt 2 ] || return
	for file in "$tmp/many"/it.*; do
		"$ipctrace" info "$file" >"$tmp/info" || return
	done
	"$ipctrace" merge -o "$tmp/capture" "$tmp/many"/it.* &&
		same 3000 "$(made "$(cat "$tmp/pid0")")" && in_order &&
		timeout 60 "$ipctrace" record -o "$tmp/many/it" --rotate 1s \
			--keep 2 -n 1 && same 2 "$(find "$tmp/many" -name 'it.*' | wc -l)"
}

closed_pipe() {
	{
		timeout 60 "$ipctrace" record -o - 2>"$tmp/err"
		echo $? >"$tmp/status"
	} | head -c 8 >"$tmp/out"
	same 1 "$(cat "$tmp/status")" && one_line 'Broken pipe'
}

plan 20
check "two CPUs: every call, none lost" two_cpus
check "in order of time" in_order
check "to the last call before the signal" up_to_the_signal
check "the header tells of the machine" header_says
check "the header has the filter in force" filter_is_said
check "text is that of the device" as_device
check "JSON, and what is chosen, is that of following" as_follow
check "zstd opens it" zstd_opens_it
check "through a pipe" through_pipe
check "writes what is wanted" only_some
check "a cgroup that is gone has its name" cgroup_gone
check "sleeps when nothing happens" idle
check "keeps no privileges" privileges
check "no symbolic links" symbolic_link
check "killed" killed
check "one CPU: every call, at most 20 bytes each" one_cpu
check "full disk" full_disk
check "one capture after the other" rotated
check "closed pipe" closed_pipe
check "loss, exactly" loss
reset_module
finish
