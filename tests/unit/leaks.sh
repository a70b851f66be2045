#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# What programs leave behind, and why calls fail: from captures of stories, see
# stories.c. $IPCTRACE is the program.

. ../lib/unit_stories.sh

# json NAME FILTER COMMAND...: FILTER holds for its rows, as an array
json()
{
	name=$1
	filter=$2
	shift 2
	"$IPCTRACE" "$@" >"$tmp/got" 2>&1 &&
	jq -es "$filter" <"$tmp/got" >/dev/null
	result "$name" $?
}

for story in leak leak-loss failures; do
	"$stories" $story "$tmp/$story" || exit 1
done

json "leaks: what is left of a program, once for each start" \
	'[.[] | select(.program == "/usr/sbin/leaker")] | length == 1 and
	.[0].type == "leak" and .[0].count == 3 and .[0].bytes == 12288 and
	.[0].creator == "gone" and .[0].from == "recorded" and .[0].pid == 100 and
	.[0].made == 4 and .[0].gone == 0 and .[0].kind == "shm" and
	.[0].uid == 1000 and .[0].idle_ns > 119e9 and .[0].per_hour == 120 and
	.[0].incomplete == null' leaks --json -i "$tmp/leak"
json "leaks: what was used within the hour is not idle" \
	'[.[] | select(.type == "leak")] | length == 0' \
	leaks --json --idle 1h -i "$tmp/leak"
json "leaks: one that makes more than goes" \
	'[.[] | select(.program == "/usr/sbin/server")] | length == 1 and
	.[0].type == "growth" and .[0].count == 0 and .[0].made == 5 and
	.[0].gone == 1 and .[0].idle_ns == null and .[0].creator == "unknown"' \
	leaks --json -i "$tmp/leak"
json "leaks: of what is older than the records, no creator is named" \
	'[.[] | select(.from != "recorded")] | length == 1 and
	.[0].kind == "msg" and .[0].program == null and .[0].pid == null and
	.[0].creator == "unknown" and .[0].from == "unknown" and .[0].made == 0' \
	leaks --json -i "$tmp/leak"
json "leaks: records that were lost make it incomplete" \
	'all(.[] | select(.from == "recorded");
	.incomplete == "records were lost")' leaks --json -i "$tmp/leak-loss"
"$IPCTRACE" leaks -i "$tmp/leak" >"$tmp/got" 2>&1 &&
	grep -q '^/usr/sbin/leaker *100  gone  *recorded .* shm  *3  12288 ' "$tmp/got"
result "leaks: a table for people" $?
"$IPCTRACE" leaks --schema >"$tmp/got" 2>&1 &&
	jq -e '[.. | .properties? | objects | keys] | add | index("idle_ns")' \
		<"$tmp/got" >/dev/null
result "leaks: a schema" $?

# why PID WORDS...: of the failure of that process in the story
why()
{
	pid=$1
	shift
	"$IPCTRACE" explain -i "$tmp/failures" "$pid" >"$tmp/got" 2>&1
	bad=$?
	grep -q "^.* caller\[$pid\] " "$tmp/got" || bad=1
	has "$@" || bad=1
	result "explain $pid: $*" $bad
}

why 1001 'because size 8192 is larger than shared memory segment 5, which has 4096 bytes.' \
	'!shmmax'
why 1002 'must have a byte at least (SHMMIN), and size is 0.' '!shmmax'
why 1003 'because there were as many segments as kernel.shmmni permitted, which is not known; at least 2 were there then; or' \
	'kernel.shmall permitted, which is not known; at least 3 were taken then, and this segment needed 2.'
why 1004 'sem_num 17 is not in semaphore set 2: its semaphores are 0 to 16.'
why 1005 'because msgsz 9000 was more than kernel.msgmax, which is not known.' '!must be more than 0'
why 1006 'longer than msgsz, which is 4, and MSG_NOERROR was not'
why 1007 'wait for a semaphore of semaphore set 2, and IPC_NOWAIT' '!timeout'
why 1008 'no message queue with key 0x00005048, and IPC_CREAT was not asked for; the last one, 4, was removed by ipcrm (pid 300) at'
why 1009 'IPC_EXCL was asked for, and message queue 3 has that key already, made by maker (pid 100).'
why 1010 'message queue 3 has mode 0600 and belongs to uid 1000, which does not permit that to uid 1001.'
why 1011 'shmaddr 0x1001 is not the begin of a page'
why 1012 'the owner and the creator of message queue 3, uid 1000' 'uid 1001 is neither'
why 1013 'from 0 to 32767 (SEMVMX), and 40000 was asked for'
why 1014 'nsops 501 was more than SEMOPM'
why 1015 'mtype is 0.' '!msgmax'
why 1016 'no message queue 4; it was removed by ipcrm (pid 300) at'
why 1017 'no message queue 777; that there was one is not recorded.'
why 1018 'a signal came'
why 1019 'no segment is attached at 0x2000'
why 1020 'semaphore set 2 was removed before the call could end; it was removed by ipcrm (pid 300)'
json "explain --json: the last one" \
	'length == 1 and .[0].pid == 1020 and .[0].errno == "EIDRM" and
	(.[0].why | startswith("semaphore set 2 was removed"))' \
	explain --json -i "$tmp/failures"
json "report --why: each failure, and nothing else, has a reason" \
	'([.[] | select(.why)] | length) == 20 and
	all(.[]; (.why != null) == ((.ret? // 0) < 0))' \
	report --json --why "$tmp/failures"
"$IPCTRACE" report --why --errors "$tmp/failures" >"$tmp/got" 2>&1 &&
	[ "$(grep -c ' why: ' "$tmp/got")" -eq 20 ] &&
	[ "$(wc -l <"$tmp/got")" -eq 20 ]
result "report --why: at the end of the line" $?
"$IPCTRACE" explain -i "$tmp/failures" 4711 >"$tmp/got" 2>&1
[ $? -eq 1 ] && grep -q 'of process 4711 has no call that failed' "$tmp/got"
result "explain: a process without failures: one line, and status 1" $?
"$IPCTRACE" explain -i "$tmp/failures" x1 >"$tmp/got" 2>&1
[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q accepted "$tmp/got"
result "explain: what is no process: what is accepted, and status 2" $?

# later LIMITS: the story's failures, where limits have had these values since
later()
{
	# shellcheck disable=SC2086 # each is an argument
	"$stories" why limits $1 >"$tmp/later" || exit 1
}

# now PID WORDS...: what is said then
now()
{
	pid=$1
	shift
	grep "^$pid " "$tmp/later" >"$tmp/got"
	bad=$?
	has "$@" || bad=1
	result "limits now, $limits, $pid: $*" $bad
}

# What the kernel says is of now: it neither rules out a limit nor makes one certain.
limits=raised
later 'msgmni=32000 msgmax=65536 semmsl=32000 semmns=1024000 semopm=600 semmni=32000
       shmmax=1048576 shmall=268435456 shmmni=4096'
now 1001 'kernel.shmmni permitted, which is 4096 now; 2 were there then; or' \
	'kernel.shmall permitted, which is 268435456 now; 3 were taken then, and this segment needed 2.' \
	'!fits'
now 1002 'size 8192 was larger than kernel.shmmax, which is 1048576 now.' '!fits'
now 1003 'size 8192 is larger than shared memory segment 5' '!shmmax'
now 1004 'SEMMNI, the fourth number of kernel.sem, permitted, which is 32000 now; 1 were there then; or' \
	'SEMMNS, the second number of kernel.sem, permitted, which is 1024000 now; 17 were taken then, and this set needed 5.' \
	'!fits'
now 1005 'nsems 5 was more than SEMMSL' 'which is 32000 now.' '!fits'
now 1006 'kernel.msgmni permitted, which is 32000 now; 1 were there then.' '!fits'
now 1007 'msgsz 9000 was more than kernel.msgmax, which is 65536 now.' '!fits'
now 1008 'nsops 501 was more than SEMOPM' 'which is 600 now.' '!fits'

# The other one may have been lower then, and is after the one that fits now.
limits=lowered
later 'shmall=1 shmmni=3'
now 1001 '1001 all segments together' 'which is 1 now; 3 were taken then' \
	'; or there were as many segments as kernel.shmmni permitted, which is 3 now; 2 were there then.'

finish
