#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# An independent witness: random programs, and real ones, run under strace while
# ipctrace records; then the two logs must say the same, call by call. See
# ../lib/vm_random.c for the programs, and ../diff/compare.pl for the comparison,
# which also writes the TAP.
#
#   DIFF_FIRST   seed of the first random program (1)
#   DIFF_RUNS    how many random programs (200)
#   DIFF_CALLS   calls that each of its processes makes (12)
#   DIFF_REAL    empty: no real programs, and no test of the comparison
#   DIFF_SAVE    file to put the logs in as tar, when something differs

. "$(dirname "$0")/../lib/vm_tap.sh"

first=${DIFF_FIRST:-1}
runs=${DIFF_RUNS:-200}
calls=${DIFF_CALLS:-12}
real=${DIFF_REAL-1}
programs=$build/tests/vm
compare=$(dirname "$0")/../diff/compare.pl
logs=$tmp/logs
failed_runs=$tmp/failed

# Not resident in vm_random.c: COLD, COLD_PAGES
cold=0x10300000-0x10304000

# Ends what was traced: nobody else asks for this.
marker=2147480000

# traced NAME COMMAND...: under strace, one file a process
traced() {
	name=$1
	shift
	timeout -k 5 60 strace -qqq -ff -o "$logs/$name" -v -X raw \
		-e trace=%ipc "$@" >"$tmp/$name.out" 2>&1 || {
		echo "$name ended with status $?"
		sed "s/^/$name: /" "$tmp/$name.out"
	} >>"$failed_runs"
	rm -f "$tmp/$name.out"
}

# Even seeds 32-bit, odd ones 64-bit; the name says how to have it again.
random_program() {
	if [ $(($1 % 2)) -eq 0 ]; then
		traced "calls-32_$1_$calls" "$programs/calls-32" "$1" "$calls"
	else
		traced "calls_$1_$calls" "$programs/calls" "$1" "$calls"
	fi
}

# Two at a time, one for each processor: they meet each other's objects.
random_programs() {
	seed=$first
	last=$((first + runs - 1))
	while [ "$seed" -le "$last" ]; do
		random_program "$seed" &
		other=$!
		[ "$seed" -eq "$last" ] || random_program $((seed + 1))
		wait $other
		seed=$((seed + 2))
	done
}

# shellcheck disable=SC2016 # Perl's
perl_program='
use IPC::SysV qw(:all);
use IPC::Msg;
use IPC::Semaphore;
use IPC::SharedMem;
my $msg = IPC::Msg->new(IPC_PRIVATE, S_IRUSR | S_IWUSR) or die;
$msg->snd(7, "hello") or die;
$msg->set(qbytes => 4096) or die;
$msg->rcv(my $text, 64, 0, IPC_NOWAIT) == 7 or die;
$msg->stat && $msg->remove or die;
my $sem = IPC::Semaphore->new(IPC_PRIVATE, 5, 0600 | IPC_CREAT) or die;
$sem->setall(1 .. 5) && $sem->op(2, -1, IPC_NOWAIT, 0, 3, SEM_UNDO) or die;
join(" ", $sem->getall) eq "4 2 2 4 5" && $sem->getval(3) == 4 or die;
$sem->setval(1, 9) && $sem->stat && $sem->getpid(1) or die;
defined $sem->getncnt(0) && defined $sem->getzcnt(0) && $sem->remove or die;
my $shm = IPC::SharedMem->new(IPC_PRIVATE, 8192, 0600) or die;
$shm->attach && $shm->write("abc", 0, 3) && $shm->read(0, 3) eq "abc" or die;
$shm->stat && $shm->detach && $shm->remove or die;
'

ipc_tools() {
	traced ipcmk ipcmk -M 4096 -S 3 -Q
	traced ipcs-u ipcs -u
	while read -r option id; do
		# Of segments it reads in /proc.
		[ "$option" = m ] ||
			traced "ipcs-$option" ipcs "-$option" -i "$id"
		traced "ipcrm-$option" ipcrm "-$option" "$id"
	done <"$tmp/ids"
}

ids() {
	for option_kind in q:msg s:sem m:shm; do
		awk -v option=${option_kind%:*} \
			'NR > 1 { id = $2 } END { print option, id }' \
			/proc/sysvipc/${option_kind#*:}
	done
}

real_programs() {
	traced stress-msg stress-ng --msg 1 --msg-ops 10
	traced stress-sem stress-ng --sem-sysv 1 --sem-sysv-ops 40
	traced stress-shm stress-ng --shm-sysv 1 --shm-sysv-ops 2 \
		--shm-sysv-bytes 1M
	traced perl perl -e "$perl_program"
	ipcmk -M 4096 -S 3 -Q >/dev/null
	ids >"$tmp/ids"
	ipc_tools
	ids >"$tmp/ids"
	while read -r option id; do
		ipcrm "-$option" "$id"
	done <"$tmp/ids"
}

objects() {
	awk 'FNR > 1 { print FILENAME, $2 }' /proc/sysvipc/*
}

marked() {
	ipcrm -q "$marker" 2>/dev/null
	grep -q "\"msqid\":$marker" "$tmp/json"
}

reset_module
mkdir -p "$logs"
: >"$failed_runs"
before=$(objects)
"$build/ipctrace" --json >"$tmp/json" &
reader=$!
pids="$pids $reader"
random_programs
[ -z "$real" ] || real_programs
within 30 marked || echo "the reader does not keep up" >>"$failed_runs"
kill -INT $reader
wait $reader
after=$(objects)
[ "$before" = "$after" ] ||
	echo "objects left behind: $after" >>"$failed_runs"
status=0
# shellcheck disable=SC2086 # an option, or none
"$compare" ${real:+--self-test} --cold $cold --failed "$failed_runs" \
	"$tmp/json" "$logs"/*.[0-9]* || status=$?
[ $status -eq 0 ] || [ -z "${DIFF_SAVE:-}" ] ||
	tar -cf "$DIFF_SAVE" -C "$tmp" logs json
exit $status
