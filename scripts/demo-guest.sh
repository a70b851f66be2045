#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# The guest's part of scripts/demo.sh: real programs, and what ipctrace tells
# about them. Fails when it does not tell what a scene is there to show.

set -eu

. "$(dirname "$0")/../tests/lib/within.sh"

stats=/sys/kernel/debug/ipctrace/stats
key=0x1da7aba5

say() {
	printf '%s\n' "$@"
}

scene=0
heading() {
	scene=$((scene + 1))
	say "" "---- $scene. $1 ----" ""
}

fail() {
	say "" "demo failed: $*" >&2
	exit 1
}

# show COMMAND [PATTERN...]: a command as one would type it, and what a terminal
# shows of it; each PATTERN, an extended regular expression, must be in that.
show() {
	say "\$ $1"
	sh -c "$1" >/tmp/shown 2>&1 || fail "that command failed"
	cat /tmp/shown
	shift
	for pattern; do
		grep -qE -e "$pattern" /tmp/shown || fail "no line with $pattern"
	done
}

# ---- Scenes --------------------------------------------------------------

tools() {
	heading "Make a message queue, list it, remove it"
	show "ipctrace run ipcmk -Q" 'ipcmk\[.* msgget\(.*created\]( |$)'
	id=$(sed -n 's/^Message queue id: //p' /tmp/shown)
	show "ipcs -q"
	show "ipctrace run ipcrm -q $id" 'ipcrm\[.*, IPC_RMID, NULL\) = 0'
	say "" "ipctrace ran the two programs and printed their System V IPC calls."
	say "" "How to read a line:" \
	    "  seconds since boot, [CPU], program[process id], parent, user, group," \
	    "  the call with its arguments = its result, <seconds it took>," \
	    "  [the object: kind, id, key, owner, creator, permissions]" \
	    "+++ lines say what becomes of objects, whatever the reason."
}

three_wait() {
	[ "$(ipctrace blocked | grep -c ' waits: [sq]')" -eq 3 ]
}

shop_closed() {
	! kill -0 "$shop" 2>/dev/null
}

shop() {
	heading "Who is blocked, and on what?"
	say "A shop hangs: its clerk, cook and waiter do not move. Ask what for:" ""
	perl scripts/demo-shop.pl >/tmp/shop &
	shop=$!
	within 20 three_wait || fail "nobody is blocked"
	show "ipctrace blocked" \
		'clerk\[.* waits: semaphore 0 is 0, sem_op=-1' \
		'cook\[.* waits: queue empty' 'waiter\[.* waits: queue full'
	say "" "Or shorter, from JSON:" ""
	show "ipctrace blocked --json | jq -c '[.comm, .call, .waits.for]'" \
		'\["clerk","semtimedop","semaphore"\]'

	manager=$(cat /tmp/shop)
	say "" "Who has the semaphore that the clerk wants? The recorder has who took it:" ""
	show "ipctrace report -e 'sops.sem_op < 0 and ret == 0'" \
		"manager\[$manager\] .*sem_op=-1.* = 0 "
	say "" "Send the manager home:" ""
	show "kill $manager"
	within 20 shop_closed || fail "the shop still hangs"
	say "" "SEM_UNDO gave the semaphore back when the manager exited, and the" \
	    "clerk's call returned; in <> is how long it had waited:" ""
	show "ipctrace report -e 'type == undo or comm == clerk and call == semtimedop and ret == 0'" \
		'manager\[.* \+\+\+ SEM_UNDO adds \[1\] \+\+\+' \
		'clerk\[.* semtimedop\(.* = 0 '
}

ipc_set() {
	heading "What did IPC_SET change?"
	say "A queue that was private is now open to everybody, and smaller:" ""
	show "perl -MIPC::Msg -e '\$q = IPC::Msg->new(0x6f726472, 01600);
	\$q->set(mode => 0666, qbytes => 4096)'"
	say "" "The kernel's own object, before and after:" ""
	show "ipctrace report -e 'cmd == IPC_SET and key == 0x6f726472'" \
		'mode=0600->0666 .*msg_qbytes=[0-9]*->4096'
}

# Where the compiler could not build it, there is none.
old_program() {
	[ -x build/demo/32bit ] || return 0
	heading "A 32-bit program"
	say "Its C library makes all calls by one, ipc(). The record has the call that" \
	    "was meant:" ""
	show "ipctrace run build/demo/32bit" ' 32bit\[.* abi=i386' \
		'msgsnd\([0-9]+, \{mtype=32\}, 16, 0\) = 0 .* via=ipc '
}

swap() {
	heading "Memory that changes during a call"
	say "A thread asks for a semaphore (sem_op=-1) and sleeps. Another overwrites" \
	    "the request: who looks when the call is over, sees nothing wrong." ""
	show "ipctrace run -e toctou build/demo/swap" \
		'sem_op=-1.* !toctou sops\[0\]\.sem_op: user -1, kernel 0$'
	say "" "The line has what was asked for, and marks that the memory said -1 when" \
	    "the call began and 0 when it ended."
}

load() {
	heading "Many calls: three stress tests for two seconds"
	show "stress-ng --quiet --msg 1 --sem-sysv 1 --shm-sysv 1 --timeout 2"
	say "" "Every call was counted, and the latest are kept:" ""
	show "cat $stats" '^msgsnd  *[1-9]'
}

# As any user's clean-up script, it takes what nobody has attached for unused.
write_cleanup() {
	cat >/tmp/nightly-cleanup <<'EOF'
#!/bin/sh
while sleep 1; do
	for id in $(ipcs -m | awk '$6 == 0 { print $2 }'); do
		ipcrm -m "$id"
	done
done
EOF
	chmod +x /tmp/nightly-cleanup
}

mystery() {
	heading "Who removed it?"
	say "A database runs as user 65534, with its data in shared memory:"
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		perl scripts/demo-database.pl $key >/tmp/database 2>&1 &
	database=$!
	within 10 grep -q segment /tmp/database ||
		fail "no database: $(cat /tmp/database)"
	cat /tmp/database

	# Somebody logged in as user 1000, became root, and started a script.
	write_cleanup
	sh -c 'echo 1000 >/proc/self/loginuid; exec /tmp/nightly-cleanup' &
	culprit=$!
	within 20 grep -q 'cannot attach' /tmp/database ||
		fail "the database noticed nothing"
	tail -n 1 /tmp/database
	say "" "It is gone, and that is all the database can know: its segment was" \
	    "there, and then it was not. Who removed it?" ""
	show "ipctrace who-removed $key" 'ipcrm' "nightly-cleanup \(pid $culprit\)" \
		"$(id -nu 1000 2>/dev/null || echo 1000) had logged in" \
		'/usr/bin/ipcrm' '65534|nobody'
	say "" "ipcrm did, as root, and a script had started it. Behind that is the person" \
	    "who logged in as user 1000: becoming root does not change the login. The call" \
	    "itself, in the recorder's words:" ""
	show "ipctrace report -N -e 'cmd == IPC_RMID and key == $key'" \
		" ipcrm\[[0-9]+\] ppid=$culprit uid=0 gid=0 by=CAP_SYS_ADMIN loginuid=1000 .*shmctl\("
}

watched() {
	say "" "Nobody has to ask: rules say by themselves what is wrong." ""
	show "ipctrace watch --for 3s | grep removed-in-use" 'high +removed-in-use: ipcrm'
}

pictures() {
	heading "A picture of it"
	# stress-ng alone made more calls than anybody wants to look at.
	without='not comm ~ "stress-ng*"'
	ipctrace timeline -e "$without" -o build/demo/timeline.html ||
		fail "no timeline"
	ipctrace graph -e "$without" -o build/demo/graph.svg ||
		fail "no graph"
	say "All of this but stress-ng, to be looked at on your machine: calls over time in" \
	    "build/demo/timeline.html, for a browser, and who has to do with whom in" \
	    "build/demo/graph.svg."
}

cleanup() {
	for pid in $culprit $database; do
		kill "$pid" 2>/dev/null || :
	done
}

culprit='' database=''
trap cleanup EXIT
[ -e $stats ] || fail "no $stats: is the module loaded?"

say "A virtual machine, Linux $(uname -r), with ipctrace.ko loaded. It records" \
    "every System V IPC call of the machine: message queues, semaphores, shared" \
    "memory. Nothing is attached to any program."
tools
load
shop
ipc_set
old_program
swap
mystery
watched
pictures
say "" "That was the demo. README.md says how to use ipctrace on a real machine."
