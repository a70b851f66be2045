#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# How the reader shows real traffic: names, times, colours, columns, and a log that
# says what strace says of the same calls.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
key=0x5e0a0001	# nobody else's

# mine OPTION...: the calls on that key that the recorder holds
mine() {
	"$ipctrace" report -c msgget --key $key "$@"
}

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		perl -e "msgget($key, 0)"
}

# The names are those that the system has.
names() {
	user=$(getent passwd 65534 | cut -d: -f1)
	group=$(getent group 65534 | cut -d: -f1)
	mine | grep -c " uid=$user gid=$group .*msgget($key" >"$tmp/n" &&
	mine -N | grep -c " uid=65534 gid=65534 .*msgget($key" >"$tmp/n2" &&
	same "$(cat "$tmp/n2")" "$(cat "$tmp/n")" &&
	same "[65534]" "$(mine --json | jq -s -c 'map(select(.type == "call").uid) | unique')" &&
	same "$user" "$(mine --columns uid | sed 1d | sort -u | tr -d ' ')" &&
	same 65534 "$(mine --columns uid --csv | sed 1d | sort -u)"
}

# A capture of this machine has its names; one of another machine has numbers, since
# the same number may be somebody else there.
names_of_captures() {
	user=$(getent passwd 65534 | cut -d: -f1)
	host=$(uname -n)
	"$ipctrace" record -o "$tmp/names" -n 1 -c msgget --key $key || return
	"$ipctrace" report "$tmp/names" | grep -q " uid=$user .*msgget($key" &&
	"$ipctrace" report -N "$tmp/names" | grep -q " uid=65534 .*msgget($key" &&
	"$ipctrace" stat -i "$tmp/names" --by user | grep -q "^$user " || return
	hostname another
	"$ipctrace" report "$tmp/names" | grep -q " uid=65534 .*msgget($key" &&
	"$ipctrace" stat -i "$tmp/names" --by user | grep -q "^65534 "
	status=$?
	hostname "$host"
	return $status
}

# Between two looks at the clock
dates() {
	before=$(date -u +%Y-%m-%dT%H:%M:%S.%N)
	perl -e "msgget($key, 0)"
	after=$(date -u +%Y-%m-%dT%H:%M:%S.%N)
	shown=$(mine --time iso | sed -n '$s/ .*//p')
	printf '%s\n' "${before}Z" "$shown" "${after}Z" >"$tmp/dates"
	LC_ALL=C sort -c "$tmp/dates" || return
	before=$(TZ=Asia/Kolkata date +%H:%M:%S.%N)
	perl -e "msgget($key, 0)"
	after=$(TZ=Asia/Kolkata date +%H:%M:%S.%N)
	shown=$(TZ=Asia/Kolkata mine --time wall | sed -n '$s/ .*//p')
	# Not at midnight
	expr "$after" '<' "$before" >/dev/null || {
		printf '%s\n' "$before" "$shown" "$after" >"$tmp/dates"
		LC_ALL=C sort -c "$tmp/dates"
	}
}

on_terminal() {
	script -q -e -c "$1" /dev/null </dev/null | tr -d '\r'
}

escape=$(printf '\033')

colours() {
	mine >"$tmp/plain"
	! grep -q "$escape" "$tmp/plain" &&
	on_terminal "TERM=xterm $ipctrace report -c msgget --key $key" >"$tmp/got" &&
	grep -q "$escape\\[31m-1 ENOENT" "$tmp/got" &&
	sed "s/$escape\\[[0-9]*m//g" "$tmp/got" | diff "$tmp/plain" -
}

# Interrupted, follow says what it has seen, for people only.
interrupted() {
	on_terminal "timeout -s INT 3 $ipctrace --key $key --for 1m" >"$tmp/got"
	tail -n 1 "$tmp/got" |
		grep -q '^ipctrace: [1-9][0-9]* records, [0-9]* lost, [0-9]* gaps$' ||
		tail -n 3 "$tmp/got" || return
	timeout -s INT 3 "$ipctrace" --key $key >"$tmp/out" 2>"$tmp/err"
	test -s "$tmp/out" && same "" "$(cat "$tmp/err")"
}

# What a blocked call waits for is a column, too.
blocked() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e '
		$q = msgget(IPC_PRIVATE, 0600);
		$SIG{TERM} = sub { };
		msgrcv($q, $m, 100, 0, 0);
		msgctl($q, IPC_RMID, 0)' &
	waiter=$!
	within 10 sh -c "$ipctrace blocked -p $waiter | grep -q msgrcv" &&
	same "call,waits.for,args.msgsz
msgrcv,empty,100" "$("$ipctrace" blocked -p $waiter --csv --columns call,waits.for,args.msgsz)"
	status=$?
	kill $waiter
	wait $waiter
	return $status
}

# A parent and a child that wait for each other, and failures
# shellcheck disable=SC2016 # Perl's
talk='
use IPC::SysV qw(:all);
my $q = msgget(IPC_PRIVATE, 0600) // die;
my $s = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600) // die;
my $m = shmget(IPC_PRIVATE, 8192, 0640) // die;
my $child = fork;
if (!$child) {
	msgrcv($q, my $got, 100, 3, 0);
	semop($s, pack("s3s3", 0, -1, 0, 1, 2, SEM_UNDO));
	exit;
}
select undef, undef, undef, 0.3;
msgsnd($q, pack("l! a*", 3, "hello"), IPC_NOWAIT);
select undef, undef, undef, 0.3;
semop($s, pack("s3", 0, 1, 0));
waitpid $child, 0;
shmread($m, my $read, 0, 5);
msgctl($q, IPC_STAT, my $stat);
semctl($s, 1, GETVAL, 0);
semctl($s, 1, SETVAL, 5);
shmctl($m, IPC_STAT, my $segment);
semctl($s, 0, IPC_RMID, 0);
msgctl($q, IPC_RMID, 0);
shmctl($m, IPC_RMID, 0);
msgget(0x5e0a0002, 0);
semop($s, pack("s3", 0, -1, IPC_NOWAIT));
msgrcv($q, my $nothing, 10, 0, IPC_NOWAIT | MSG_NOERROR);'

# calls FILE: of a log, what is not time: each thread'"'"'s calls, one a line, whole
# shellcheck disable=SC2016 # Perl's
calls() {
	perl -ne '
		next if /^\d+ +[\d.]+ (?:---|\+\+\+)/;
		s/^(\d+) +[\d.]+ // or die "no line of strace: $_";
		my $tid = $1;
		s/ <[\d.]+>$//;
		# Payload is not recorded unless asked for.
		s/, mtext="(?:[^"\\]|\\.)*"(?:\.\.\.)?//;
		s/\) += /) = /;
		if (s/ <unfinished \.\.\.>$//) {
			chomp($begun{$tid} = $_);
			next;
		}
		s/^<\.\.\. \w+ resumed>// and $_ = delete($begun{$tid}) . $_;
		print "$tid $_";' "$1" | sort -s -n -k 1,1
}

# seconds FILE: when each call was made that failed for want of an object
made() {
	sed -n 's/^[0-9]* *\([0-9.]*\) msgget(0x5e0a0002.*/\1/p' "$1"
}

same_as_strace() {
	"$ipctrace" record -o "$tmp/capture" &
	recorder=$!
	within 20 test -s "$tmp/capture"
	strace -f -ttt -T -e trace=%ipc -o "$tmp/log" perl -e "$talk" || return
	kill -INT $recorder
	wait $recorder
	sed 's/ .*//' "$tmp/log" | sort -u | paste -sd, >"$tmp/threads"
	"$ipctrace" report --strace -e "tid in ($(cat "$tmp/threads"))" "$tmp/capture" \
		>"$tmp/ours"
	grep -q 'msgrcv([0-9]*,  <unfinished ...>$' "$tmp/ours" || cat "$tmp/ours"
	calls "$tmp/log" >"$tmp/theirs.calls"
	calls "$tmp/ours" >"$tmp/ours.calls"
	diff "$tmp/theirs.calls" "$tmp/ours.calls" &&
	test "$(wc -l <"$tmp/ours.calls")" -ge 20 &&
	perl -e 'exit !(abs($ARGV[0] - $ARGV[1]) < 0.5)' \
		"$(made "$tmp/log")" "$(made "$tmp/ours")"
}

plan 7
as_nobody
check "users have their names, and numbers where asked" names
check "in captures of this machine, too, and in no others" names_of_captures
check "times of day are those of the clock" dates
check "colours on a terminal, and nothing else" colours
check "an interruption is quiet, and has a sum" interrupted
check "what a call waits for is a column" blocked
if command -v strace >/dev/null; then
	check "a log says what strace says" same_as_strace
else
	skip "no strace"
fi
finish
