#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2016,SC2154,SC2317 # the library's; perl's; called by name
#
# ipctrace watch while things happen: ipcrm of root takes the queue of another user who
# uses it, and what led to that is saved; and a limit that is lowered is nearly reached.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace

# Begin, and wait until records are read.
begin() {
	shmmni=$(cat /proc/sys/kernel/shmmni)
	echo 12 >/proc/sys/kernel/shmmni
	mkdir "$tmp/incidents" &&
	"$ipctrace" watch --json --for "$((25 * ${IPCTRACE_SLOW:-1}))s" \
		--fail-on high --save "$tmp/incidents" >"$tmp/found" 2>"$tmp/errors" &
	watch=$!
	pids="$pids $watch"
	sleep 2
	kill -0 "$watch"
}

# A program of user 1000 that makes a queue and uses it
used() {
	setpriv --reuid 1000 --clear-groups perl -e '
		$| = 1;
		$queue = msgget(0x5151, 01600);
		msgsnd($queue, pack("l! a*", 1, "x"), 0) or die;
		print "$queue\n"' >"$tmp/queue" &&
	ipcrm -q "$(cat "$tmp/queue")"
}

# The removal of that queue; what the recorder holds from before is told, too.
found() {
	grep removed-in-use "$tmp/found" | grep "\"id\":$(cat "$tmp/queue")," >"$tmp/removed"
}

told() {
	within 20 found || { cat "$tmp/found" "$tmp/errors"; return 1; }
	cat "$tmp/found"
	jq -es 'length == 1 and
		.[0].comm == "ipcrm" and .[0].uid == 0 and
		.[0].severity == "high" and .[0].incomplete == null and
		(.[0].message | contains("of perl:"))' <"$tmp/removed"
}

# Eleven of twelve segments
limit() {
	SECONDS=$((18 * ${IPCTRACE_SLOW:-1})) perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e '
		$| = 1;
		@ids = map { shmget(IPC_PRIVATE, 4096, 0600) // die } 1 .. 11;
		print "there\n";
		sleep $ENV{SECONDS};
		shmctl($_, IPC_RMID, 0) for @ids' >"$tmp/segments" &
	segments=$!
	pids="$pids $segments"
	within 20 grep -q limits-near "$tmp/found"
	bad=$?
	wait $segments
	echo "$shmmni" >/proc/sys/kernel/shmmni
	cat "$tmp/found"
	[ $bad -eq 0 ] && grep -q '91 % of shmmni is used' "$tmp/found"
}

status() {
	wait "$watch"
	status=$?
	cat "$tmp/errors"
	same 3 $status
}

saved() {
	"$ipctrace" info "$tmp/incidents/incident.1" >"$tmp/info"
	cat "$tmp/info"
	grep -q 'written by *watch: removed-in-use, high: ipcrm' "$tmp/info" &&
	"$ipctrace" report "$tmp/incidents/incident.1" >"$tmp/report" &&
	grep -q 'perl.*msgsnd' "$tmp/report" && grep -q 'ipcrm.*msgctl' "$tmp/report"
}

again() {
	"$ipctrace" watch --json -i "$tmp/incidents/incident.1" |
		grep -q removed-in-use
}

plan 7
check "begin: goes on" begin
check "used: a queue, and somebody else's ipcrm" used
check "told: at once, who and whose" told
check "limit: 11 of 12" limit
check "status: 3 at the end" status
check "saved: a capture with the finding in its header" saved
check "again: the capture has it, too" again
finish
