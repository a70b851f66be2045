#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The guest's part of scripts/demo.sh: real programs, and what ipctrace tells
# about them. Fails when the trace does not hold the answer it promises.

set -eu

ipctrace=/sys/kernel/debug/ipctrace
key=0x1da7aba5

say() {
	printf '%s\n' "$@"
}

heading() {
	say "" "---- $1 ----" ""
}

# show COMMAND: a command as one would type it, and what it prints.
show() {
	say "\$ $1"
	sh -c "$1" || fail "that command failed"
}

fail() {
	say "" "demo failed: $*" >&2
	exit 1
}

# wait_until SECONDS COMMAND...
wait_until() {
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# field NAME LINE: the value of the first NAME= in a line of the trace.
field() {
	printf '%s\n' "$2" | sed -n "s/^[^(]* $1=\([0-9]*\) .*/\1/p"
}

# ---- Scenes --------------------------------------------------------------

tools() {
	heading "1. Make a message queue, list it, remove it"
	id=$(ipcmk -Q | tr -dc 0-9)
	say "\$ ipcmk -Q" "Message queue id: $id"
	show "ipcs -q"
	show "ipcrm -q $id"
	say "" "ipctrace recorded their System V IPC calls. (ipcs reads /proc instead.)" ""
	show "grep -E ' ipc(mk|s|rm)\[' $ipctrace/trace"
	say "" "How to read a line:" \
	    "  seconds since boot, [CPU], program[process id], parent, user, group," \
	    "  the call with its arguments = its result, <seconds it took>," \
	    "  [the object: kind, id, key, owner, creator, permissions]"
}

queue() {
	heading "2. Two processes pass messages"
	show "perl scripts/demo-queue.pl"
	say "" "The same, as ipctrace recorded it. Look at the worker's first msgrcv:" \
	    "the time in <> is how long it waited for an order." ""
	show "grep -E ' (producer|worker)\[.* msg(snd|rcv)' $ipctrace/trace"
}

load() {
	heading "3. Many calls: three stress tests for three seconds"
	show "stress-ng --quiet --msg 1 --sem-sysv 1 --shm-sysv 1 --timeout 3"
	say "" "Every call was counted, and the latest are kept:" ""
	show "cat $ipctrace/stats"
}

# As any user's clean-up script, it takes what nobody has attached for unused.
write_cleanup() {
	cat >/tmp/nightly-cleanup <<'END'
#!/bin/sh
while sleep 1; do
	for id in $(ipcs -m | awk '$6 == 0 { print $2 }'); do
		ipcrm -m "$id"
	done
done
END
	chmod +x /tmp/nightly-cleanup
}

mystery() {
	heading "4. Who removed it?"
	say "A database runs as user 65534, with its data in shared memory:"
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		perl scripts/demo-database.pl $key >/tmp/database 2>&1 &
	database=$!
	wait_until 10 grep -q segment /tmp/database ||
		fail "no database: $(cat /tmp/database)"
	cat /tmp/database

	# Somebody logged in as user 1000, became root, and started a script.
	write_cleanup
	sh -c 'echo 1000 >/proc/self/loginuid; exec /tmp/nightly-cleanup' &
	culprit=$!
	wait_until 20 grep -q 'cannot attach' /tmp/database ||
		fail "the database noticed nothing"
	tail -n 1 /tmp/database
	say "" "It is gone, and that is all the database can know: its segment was" \
	    "there, and then it was not. Who removed it? Ask the trace:" ""
	answer
}

answer() {
	show "grep 'IPC_RMID.*key=$key' $ipctrace/trace"
	line=$(grep "IPC_RMID.*key=$key" $ipctrace/trace)
	who=$(printf '%s\n' "$line" | sed 's/^.*\] \([^ ]*\[[0-9]*\]\) ppid=.*/\1/')
	pid=${who##*\[}
	pid=${pid%\]}
	ppid=$(field ppid "$line")
	uid=$(field uid "$line")
	loginuid=$(field loginuid "$line")

	# The demo knows who did it, so what the trace says can be checked.
	[ "${who%%\[*}" = ipcrm ] || fail "the trace blames ${who%%\[*}"
	[ "$ppid" = "$culprit" ] || fail "the trace has parent $ppid, not $culprit"
	[ "$uid" = 0 ] || fail "the trace has user $uid, not 0"
	[ "$loginuid" = 1000 ] || fail "the trace has login user $loginuid"
	parent=$(cat "/proc/$ppid/comm")

	say "" \
	    "Read it off: the program ${who%%\[*}, process $pid, as user $uid (root)." \
	    "It was started by process $ppid, which is $parent." \
	    "Behind that is the person who logged in as user $loginuid: becoming root" \
	    "does not change loginuid." \
	    "The segment was the database's: key=$key, owner uid=65534."
}

cleanup() {
	for pid in $culprit $database; do
		kill "$pid" 2>/dev/null || :
	done
}

culprit='' database=''
trap cleanup EXIT
[ -d $ipctrace ] || fail "no $ipctrace: is the module loaded?"

say "A virtual machine, Linux $(uname -r), with ipctrace.ko loaded. It records" \
    "every System V IPC call of the machine: message queues, semaphores, shared" \
    "memory. Nothing is attached to any program."
tools
queue
load
mystery
say "" "That was the demo. README.md says how to use ipctrace on a real machine."
