#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# Who removed it, and what there is, on live traffic: from the recorder, and of what is
# older than its records, from the kernel.
#
# shellcheck disable=SC2016 # the $ are perl's and jq's

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
ns=$(stat -L -c %i /proc/self/ns/ipc)

# answer COMMAND...: rows as an array, in $tmp/answer
answer() {
	"$ipctrace" "$@" --json >"$tmp/rows" && jq -cs . <"$tmp/rows" >"$tmp/answer"
}

# holds FILTER: for the answer
holds() {
	jq -e "$1" <"$tmp/answer" >/dev/null || { cat "$tmp/answer"; return 1; }
}

# Older than what the recorder holds: a segment that is attached, and a queue of
# another namespace.
older() {
	perl -MIPC::SysV=IPC_CREAT,shmat -e '
		$id = shmget(0x5a0001, 8192, IPC_CREAT | 0600);
		$addr = shmat($id, undef, 0);
		print "$id\n"; close STDOUT; sleep 1000' >"$tmp/older" &
	attacher=$!
	unshare --ipc perl -MIPC::SysV=IPC_CREAT -e '
		$id = msgget(0x5a0002, IPC_CREAT | 0640);
		msgsnd($id, pack("l! a*", 7, "hello"), 0);
		print "$id ", (stat "/proc/self/ns/ipc")[1], "\n"; close STDOUT;
		sleep 1000' >"$tmp/elsewhere" &
	pids="$pids $attacher $!"
	within 20 test -s "$tmp/older" && within 20 test -s "$tmp/elsewhere" || return
	read -r other_id other_ns <"$tmp/elsewhere"
	echo clear >"$debugfs/control"
}

# A program makes two segments; ipcrm, from a script, removes one.
removed() {
	cat >"$tmp/cleanup.sh" <<-END
		#!/bin/sh
		ipcrm -M 0x5a0003
		true
	END
	chmod +x "$tmp/cleanup.sh"
	maker=$(perl -MIPC::SysV=IPC_CREAT -e '
		shmget(0x5a0003, 4096, IPC_CREAT | 0600);
		msgget(0x5a0004, IPC_CREAT | 0600); print $$')
	"$tmp/cleanup.sh"
}

who() {
	answer who-removed 0x5a0003 &&
	holds "length == 1 and (.[0] | .there == false and .kind == \"shm\" and
		.cause == \"IPC_RMID\" and .likely == \"ipcrm\" and
		.by.comm == \"ipcrm\" and (.by.exe | endswith(\"/ipcrm\")) and
		.by.ancestors[0].comm == \"cleanup.sh\" and
		.made.pid == $maker and .ipc_ns == $ns and .incomplete == null)"
}

sentences() {
	"$ipctrace" who-removed 0x5a0003 >"$tmp/text" && cat "$tmp/text" &&
	grep -q 'was removed by ipcrm (pid' "$tmp/text" &&
	grep -q 'It was started by cleanup.sh (pid' "$tmp/text" &&
	grep -q 'Likely: a script' "$tmp/text"
}

there() {
	answer who-removed msg:0x5a0004 &&
	holds ".[0].there and .[0].made.pid == $maker and .[0].cause == \"there\""
}

from_kernel() {
	answer objects &&
	holds "any(.[]; .key == \"0x005a0001\" and .from == \"kernel\" and
		.size == 8192 and .nattch == 1 and .attached == 1 and
		.made_pid == $attacher and .ipc_ns == $ns and .mode == \"0600\")"
}

elsewhere() {
	holds "any(.[]; .key == \"0x005a0002\" and .id == $other_id and
		.ipc_ns == $other_ns and .qnum == 1 and .cbytes == 5 and
		.mode == \"0640\")"
}

# What ipcs says, and what we say: the same objects
as_ipcs() {
	for kind in msg sem shm; do
		awk -v kind=$kind 'NR > 1 { printf "%s %d\n", kind, $2 }' \
			/proc/sysvipc/$kind
	done | sort >"$tmp/ipcs"
	answer objects --ns "$ns" &&
	jq -r '.[] | "\(.kind) \(.id)"' <"$tmp/answer" | sort | diff "$tmp/ipcs" -
}

# One after the other, what the program did to one object, by key, and no more
life() {
	perl -MIPC::SysV=IPC_RMID,IPC_SET -e '
		print "$$\n";
		$q = msgget(0x6b0a0001, 01600) // die;
		msgsnd($q, pack("l! a*", 1, "x"), 0) for 1 .. 3;
		msgctl($q, IPC_RMID, 0)' >"$tmp/pid"
	"$ipctrace" history --json 0x6b0a0001 >"$tmp/life" || return
	cat "$tmp/life"
	same "made sent removed" "$(jq -r 'select(.event != "ended").event' "$tmp/life" |
		uniq | paste -sd ' ')" &&
	same "$(cat "$tmp/pid")" "$(jq -r .pid "$tmp/life" | sort -u)" &&
	same 3 "$(jq -s 'map(select(.call == "msgsnd").count) | add' "$tmp/life")"
}

plan 8
check "what is older than the records" older
removed
check "who removed it, from the recorder" who
check "in sentences" sentences
check "still there" there
check "what is older, from the kernel" from_kernel
check "in other namespaces, too" elsewhere
check "as ipcs has it" as_ipcs
check "the life of one" life
ipcrm -M 0x5a0001 -Q 0x5a0004
finish
