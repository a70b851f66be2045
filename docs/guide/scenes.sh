#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2016 # the library; perl's
#
# Record what docs/guide.md tells of: programs that play the parts of real ones, each
# scene into a capture beside this script. As root, with the module loaded:
#
#   scripts/vm -o docs/guide -- docs/guide/scenes.sh [SCENE]...

set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
ipctrace=$top/build/ipctrace
. "$top/tests/lib/within.sh"
bin=/opt/shop/bin
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# play NAME USER OPTION...: become a program of that name, which is perl
play() {
	program=$bin/$1
	user=$2
	shift 2
	exec setpriv --reuid="$user" --regid="$user" --clear-groups "$program" "$@"
}

# Has somebody used that object after it was made?
used() {
	"$ipctrace" report --key "$1" -e 'call != semget and call != shmget' 2>/dev/null |
		grep -q .
}

made() {
	"$ipctrace" report --key "$1" 2>/dev/null | grep -q .
}

# So many calls have not returned
blocked() {
	[ "$("$ipctrace" blocked | wc -l)" -eq "$1" ]
}

# ---- Scenes ------------------------------------------------------------------------

# A segment that a daily job removes while the program still has it
removed() {
	play orders 1000 -e '
		$shm = shmget(0x5052, 65536, 01600) // die;
		shmwrite($shm, "orders", 0, 6) for 1 .. 3;
		sleep 100' &
	orders=$!
	within 20 used 0x5052
	sleep 1
	mkdir -p /etc/cron.daily
	printf '#!/bin/sh\nipcrm -M 0x5052\n' >/etc/cron.daily/cleanup
	chmod +x /etc/cron.daily/cleanup
	/etc/cron.daily/cleanup
	kill $orders
	wait $orders || :
}

# What systemd-logind does with RemoveIPC=yes when a user has logged out
logout() {
	(play nightly 1001 -e '
		semget(0x5e01, 3, 01600) // die;
		shmget(0x5e02, 4096, 01600) // die;
		msgget(0x5e03, 01600) // die')
	sleep 1
	(play systemd-logind 0 -e '
		for (["msg", 2], ["sem", 1], ["shm", 1]) {
			($kind, $column) = @$_;
			open $list, "/proc/sysvipc/$kind";
			while (<$list>) {
				@field = split;
				$uid = $kind eq "sem" ? $field[4] : $field[7];
				next unless $uid eq 1001;
				msgctl($field[1], 0, 0) if $kind eq "msg";
				semctl($field[1], 0, 0, 0) if $kind eq "sem";
				shmctl($field[1], 0, 0) if $kind eq "shm";
			}
		}')
}

# A queue whose consumer has gone: one sender gives up, one waits.
queue() {
	(play till 1000 -e '
		$queue = msgget(0x7111, 01600) // die;
		while (msgsnd($queue, pack("l! a1000", 1, "sale"), 04000)) { }')
	play till 1000 -e '
		msgsnd(msgget(0x7111, 0), pack("l! a1000", 1, "sale"), 0)' &
	within 20 blocked 1
}

# A semaphore that nobody gives back
semaphore() {
	play clerk 1000 -e '
		$set = semget(0x5e11, 1, 01600) // die;
		semctl($set, 0, 16, 1);
		semop($set, pack("s3", 0, -1, 0));
		sleep 100' &
	clerk=$!
	within 20 used 0x5e11
	sleep 1
	kill -9 $clerk
	wait $clerk || :
	play cook 1000 -e 'semop(semget(0x5e11, 0, 0), pack("s3", 0, -1, 010000))' &
	within 20 blocked 1
	play waiter 1000 -e 'semop(semget(0x5e11, 0, 0), pack("s3", 0, -1, 010000))' &
	within 20 blocked 2
}

# A worker that is started again and again, and leaves a segment each time
leak() {
	before=$(cat /proc/sys/kernel/shmmni)
	echo 6 >/proc/sys/kernel/shmmni
	for start in 1 2 3 4 5 6 7; do
		(play worker 1000 -e 'shmget(0, 1 << 20, 01600) // exit 1') ||
			echo "start $start fails" >"$tmp/failed"
		sleep 0.2
	done
	sleep 1
	echo "$before" >/proc/sys/kernel/shmmni
}

# An old program of 32 bits
old() {
	gcc -m32 -o $bin/till32 "$top/scripts/demo-32bit.c"
	$bin/till32 >"$tmp/till32"
}

# Somebody goes through keys, then through ids.
probing() {
	(play vault 1000 -e 'shmget(0x5045, 4096, 01600) // die')
	(play visitor 1002 -e '
		shmget($_, 0, 0) for 0x5030 .. 0x5050;
		for (0 .. 40) { $buffer = ""; shmread($_, $buffer, 0, 1) }')
}

# An exchange in which one answer in twenty is late
slow() {
	play server 1000 -e '
		$in = msgget(0x7121, 01600);
		$out = msgget(0x7122, 01600);
		for (1 .. 200) {
			msgrcv($in, $m, 100, 0, 0);
			select undef, undef, undef, 0.05 unless $_ % 20;
			msgsnd($out, $m, 0);
		}' &
	server=$!
	within 20 made 0x7122
	(play client 1000 -e '
		$out = msgget(0x7121, 0);
		$in = msgget(0x7122, 0);
		for (1 .. 200) {
			msgsnd($out, pack("l! a64", 1, $_), 0);
			msgrcv($in, $m, 100, 0, 0);
		}')
	wait $server
}

# Two containers, one key
containers() {
	parts=
	for name in blue green; do
		unshare -i $bin/orders -e '
			$0 = shift;
			$shm = shmget(0x4242, 4096, 01600) // die;
			shmwrite($shm, "x", 0, 1);
			shmctl($shm, 0, 0) if $0 eq "green";
			sleep 5' $name &
		parts="$parts $!"
	done
	# shellcheck disable=SC2086 # a list
	wait $parts
}

# ---- All of them ---------------------------------------------------------------------

clear_objects() {
	ipcrm --all
}

[ $# -gt 0 ] || set -- removed logout queue semaphore leak old probing slow containers
cd "$here"
# The users of another machine are numbers.
hostname shop
echo 1 >/sys/kernel/debug/ipctrace/control
mkdir -p $bin
for name in orders nightly systemd-logind till clerk cook waiter worker vault visitor \
	    server client; do
	cp "$(command -v perl)" $bin/$name
done
for scene; do
	echo clear >/sys/kernel/debug/ipctrace/control
	rm -f "$scene.calls"
	"$ipctrace" record -o "$scene.calls" &
	record=$!
	within 10 test -s "$scene.calls"
	sleep 0.5
	$scene
	sleep 0.5
	kill -INT $record
	wait $record
	clear_objects
	wait
	echo "$scene: $(wc -c <"$scene.calls") bytes"
done
