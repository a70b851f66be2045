#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# ipctrace run: all calls of a program and its descendants and no others, from the
# first to the last, whoever else reads and whatever the recorder's filter is; and the
# program notices nothing.
#
#   IPCTRACE_RUNS   programs of one call, one after the other (100)
#
# shellcheck disable=SC2016 # the $ in programs are perl's and sh's

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
runs=$((${IPCTRACE_RUNS:-100} / ${IPCTRACE_SLOW:-1}))
filter=$debugfs/filter
suid=/opt/ipctrace-run
here=

# many FIRST NUMBER: a program that makes calls with keys that count from FIRST
many() {
	echo "msgget($1 + \$_, 0) for 0 .. $2 - 1"
}

# Calls of the text on standard input with keys of a program's own, whose first digits
# are KEY. On a busy machine some may also have been in flight for long.
calls_with() {
	finished | grep -c " msgget($1.* = -1 ENOENT "
}

# Records of the text on standard input, losses and gaps left out
records() {
	finished | grep -c ' ppid=' || :
}

# ---- Each its own ----------------------------------------------------------

# ipcrm makes one call when it looks for a key. Somebody else makes many meanwhile,
# and the first subscription and the last change the kernel's code: not every emulator
# stands that from another CPU.
[ -n "${IPCTRACE_CPUS_TAKE_TURNS:-}" ] || here='taskset -c 0'

one_call() {
	$here perl -e 'for ($i = 0; ; $i++) {
			msgget(0x6f000000 + $i % 4096, 0);
			select(undef, undef, undef, 0.002);
		}' &
	noise=$!
	pids="$pids $noise"
	i=0
	while [ $i -lt "$runs" ]; do
		key=$(printf 0x69%06x $i)
		echo "== $key"
		$here "$ipctrace" run -- ipcrm -Q "$key" 2>&1
		i=$((i + 1))
	done >"$tmp/one"
	kill $noise
	awk '/^== / { key = $2; if (n != 1 && key != "0x69000000") bad++; n = 0 }
		/ ppid=/ && !/unfinished/ {
			n++
			if (!index($0, " msgget(" key ", 000) = -1 ENOENT "))
				print "not of " key ": " $0
		}
		END { print bad + (n != 1), "of the programs have not one call" }' \
		"$tmp/one" >"$tmp/judged"
	same "0 of the programs have not one call" "$(cat "$tmp/judged")"
}

# Two programs and somebody who follows all: each sees what it asked for.
three_at_once() {
	echo clear >"$debugfs/control"
	"$ipctrace" >"$tmp/all" &
	follower=$!
	pids="$pids $follower"
	"$ipctrace" run perl -e "$(many 0x6a000000 500)" 2>"$tmp/a" &
	first=$!
	"$ipctrace" run perl -e "$(many 0x6b000000 500)" 2>"$tmp/b"
	same 0 $? || return
	wait $first
	same 0 $? && same 500 "$(calls_with 0x6a <"$tmp/a")" &&
		same 500 "$(records <"$tmp/a")" &&
		same 500 "$(calls_with 0x6b <"$tmp/b")" &&
		same 500 "$(records <"$tmp/b")" || return
	within 20 all_followed
	status=$?
	kill $follower
	[ $status -eq 0 ] || { calls_with 0x6 <"$tmp/all"; return 1; }
}

all_followed() {
	[ "$(calls_with 0x6a <"$tmp/all")" -eq 500 ] &&
		[ "$(calls_with 0x6b <"$tmp/all")" -eq 500 ]
}

# Each process notes its number, and makes a call with it as key.
fork_storm() {
	"$ipctrace" run --json perl -e '
		sub grow {
			open $notes, ">>", $ARGV[0];
			syswrite $notes, "$$\n";
			close $notes;
			msgget($$, 0);
			return if !$_[0];
			for (1 .. 3) {
				if (!fork()) { grow($_[0] - 1); exit }
			}
			1 while wait > 0;
		}
		grow(5)' "$tmp/noted" 2>"$tmp/storm"
	same 0 $? && same 364 "$(wc -l <"$tmp/noted")" || return
	sort "$tmp/noted" >"$tmp/expected"
	jq -r 'select(.type == "call") | .args.key' "$tmp/storm" | sort >"$tmp/seen"
	cmp "$tmp/expected" "$tmp/seen"
}

# A filter of the machine's that wants nothing is not for us, nor ours for others.
machine_filter() {
	echo 'uid == 77777' >"$filter"
	# One that asks for something would subscribe to it.
	"$ipctrace" >"$tmp/all" &
	follower=$!
	pids="$pids $follower"
	"$ipctrace" run perl -e "$(many 0x6c000000 100)" 2>"$tmp/c"
	status=$?
	kill $follower
	wait $follower
	echo >"$filter"
	same 0 $status && same 100 "$(calls_with 0x6c <"$tmp/c")" &&
		same 0 "$(calls_with 0x6c <"$tmp/all")" &&
		same 0 "$(grep -c -- '--- gap' "$tmp/c")"
}

chosen() {
	"$ipctrace" run -e 'errno == ENOENT' --errors -c msgget perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e '
		$q = msgget(IPC_PRIVATE, 0600);
		msgget(0x6d000000, 0);
		semget(0x6d000001, 1, 0);
		msgctl($q, IPC_RMID, 0);' 2>"$tmp/d"
	same 0 $? && same 1 "$(records <"$tmp/d")" &&
		same 1 "$(calls_with 0x6d000000 <"$tmp/d")"
}

# Two are enough for us, and the program goes on.
counted_out() {
	"$ipctrace" run -n 2 perl -e "$(many 0x6e000000 50); print 'done'; exit 6" \
		2>"$tmp/e" >"$tmp/out"
	same 6 $? && same 2 "$(calls_with 0x6e <"$tmp/e")" &&
		same "done" "$(cat "$tmp/out")"
}

# ---- From the first to the last --------------------------------------------

# The daemon makes a call when its parent has long gone.
daemon='
	use POSIX "setsid";
	exit 4 if fork;
	setsid();
	exit if fork;
	sleep 2;
	msgget(0x70000000, 0);
	open $done, ">", $ARGV[0];'

daemon_followed() {
	rm -f "$tmp/done"
	"$ipctrace" run perl -e "$daemon" "$tmp/done" 2>"$tmp/f"
	same 4 $? && [ -e "$tmp/done" ] && same 1 "$(calls_with 0x70 <"$tmp/f")"
}

daemon_left() {
	rm -f "$tmp/done"
	"$ipctrace" run --no-follow perl -e "msgget(0x70000001, 0); $daemon" \
		"$tmp/done" 2>"$tmp/f"
	same 4 $? && [ ! -e "$tmp/done" ] || return
	same 1 "$(calls_with 0x70 <"$tmp/f")" && within 20 test -e "$tmp/done"
}

# When the program has ended, who interrupts us means us.
daemon_interrupted() {
	"$ipctrace" run sh -c 'sleep 30 & echo $! >'"$tmp/sleeper"'; exit 5' \
		2>"$tmp/f" &
	runner=$!
	within 20 test -s "$tmp/sleeper" && sleep 1
	kill -TERM $runner
	wait $runner
	same 5 $? && kill "$(cat "$tmp/sleeper")"
}

# What is in the rings stays there while we are stopped.
stopped() {
	"$ipctrace" run perl -e 'sleep 1 until -e $ARGV[0]; '"$(many 0x71000000 1000)" \
		"$tmp/go" 2>"$tmp/g" &
	runner=$!
	pids="$pids $runner"
	sleep 1
	kill -STOP $runner
	touch "$tmp/go"
	sleep 3
	kill -CONT $runner
	wait $runner
	same 0 $? && same 1000 "$(calls_with 0x71 <"$tmp/g")"
}

# ---- As if it had been started without -------------------------------------

statuses() {
	"$ipctrace" run sh -c 'exit 3' && return 1
	same 3 $? || return
	"$ipctrace" run sh -c 'kill -9 $$' 2>/dev/null
	same 137 $? || return
	"$ipctrace" run /no/such/program 2>"$tmp/err"
	same 127 $? && same 1 "$(wc -l <"$tmp/err")" || return
	"$ipctrace" run "$tmp" 2>"$tmp/err"
	same 126 $? && same 1 "$(wc -l <"$tmp/err")" || return
	# Shells say that they were killed by another's signal.
	perl -e 'exec @ARGV' "$ipctrace" run sh -c 'kill -SEGV $$'
	same 139 $? && [ ! -e core ]
}

# It keeps what it had: the right to be another user, capabilities, priority.
privileges() {
	show='grep -E "^(Cap|NoNew|Sig[BIC]|Uid)" /proc/self/status; nice'
	sh -c "$show" >"$tmp/without"
	"$ipctrace" run sh -c "$show" >"$tmp/with" && cmp "$tmp/without" "$tmp/with" ||
		return
	"$ipctrace" run -o "$tmp/capture" sh -c "$show" >"$tmp/with" &&
		cmp "$tmp/without" "$tmp/with"
}

# We may only do what another user's program needs us for.
other_user() {
	"$ipctrace" run setpriv --reuid 65534 --clear-groups perl -e '
		$| = 1;
		$SIG{TERM} = sub { print "TERM\n"; exit 9 };
		print "ready\n";
		sleep 60' >"$tmp/out" &
	runner=$!
	pids="$pids $runner"
	within 20 grep -q ready "$tmp/out" || return
	same 0000000000000020 \
		"$(awk '$1 == "CapPrm:" { print $2 }' "/proc/$runner/status")" || return
	kill -TERM $runner
	wait $runner
	same 9 $? && same "ready TERM" "$(paste -sd' ' "$tmp/out")"
}

# A user who may read runs a program that is root.
setuid() {
	rmmod ipctrace && insmod "$IPCTRACE_KO" group=4711 || return
	mkdir -p $suid && cp "$(command -v ipcmk)" $suid/ipcmk &&
		chmod 4755 $suid/ipcmk && cp "$ipctrace" $suid/ipctrace || return
	setpriv --reuid 65534 --regid 65534 --groups 4711 \
		$suid/ipctrace run --json $suid/ipcmk -Q 2>"$tmp/json" >"$tmp/out"
	same 0 $? && same '[65534,0,0]' \
		"$(jq -c 'select(.call == "msgget") | [.uid,.euid,.object.uid]' "$tmp/json")" &&
		ipcrm -q "$(tr -dc 0-9 <"$tmp/out")" || return
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		$suid/ipctrace run touch "$tmp/started" 2>"$tmp/err"
	same 1 $? && same 1 "$(wc -l <"$tmp/err")" && [ ! -e "$tmp/started" ]
}

# ---- Where records go ------------------------------------------------------

captured() {
	"$ipctrace" run -o "$tmp/capture" perl -e "$(many 0x72000000 300); exit 8" \
		>"$tmp/out" 2>"$tmp/err"
	same 8 $? && same "" "$(cat "$tmp/out" "$tmp/err")" &&
		"$ipctrace" info "$tmp/capture" >"$tmp/info" &&
		"$ipctrace" report "$tmp/capture" >"$tmp/text" &&
		same 300 "$(calls_with 0x72 <"$tmp/text")" &&
		same 300 "$(records <"$tmp/text")" &&
		same 600 "$(stat -c %a "$tmp/capture")"
}

# The program's streams are its own, and the records are as the schema says.
streams() {
	echo input | "$ipctrace" run --json sh -c 'cat; ipcmk -Q' >"$tmp/out" 2>"$tmp/json"
	same 0 $? && same input "$(head -n 1 "$tmp/out")" || return
	ipcrm -q "$(sed 1d "$tmp/out" | tr -dc 0-9)"
	same msgget "$(jq -r 'select(.type == "call").call' "$tmp/json")" || return
	# One that is closed is; and we put nothing in its place.
	sh -c 'ls /proc/self/fd >&3' 3>"$tmp/without" <&- >&- 2>&-
	"$ipctrace" run sh -c 'ls /proc/self/fd >&3' 3>"$tmp/with" <&- >&- 2>&-
	same 0 $? && cmp "$tmp/without" "$tmp/with" || return
	[ ! -x /usr/bin/python3 ] || {
		"$ipctrace" calls --json >"$tmp/schema" &&
			"$(dirname "$0")/../lib/json_schema.py" "$tmp/schema" "$tmp/json"
	}
}

# Whatever becomes of the output, what counts is the program.
no_output() {
	program="$(many 0x73000000 20000); print 'done'; exit 7"
	"$ipctrace" run perl -e "$program" 2>/dev/full >"$tmp/out"
	same 7 $? && same "done" "$(cat "$tmp/out")" || return
	{
		"$ipctrace" run perl -e "$program" 2>&1 >"$tmp/out"
		echo $? >"$tmp/status"
	} | head -n 1 >"$tmp/one"
	same 7 "$(cat "$tmp/status")" && same "done" "$(cat "$tmp/out")" &&
		same 1 "$(wc -l <"$tmp/one")" || return
	mkdir -p "$tmp/disk" && mount -t tmpfs -o size=64k disk "$tmp/disk" || return
	"$ipctrace" run -o "$tmp/disk/capture" perl -e "$program" 2>"$tmp/err" >"$tmp/out"
	status=$?
	umount "$tmp/disk"
	same 7 $status && same "done" "$(cat "$tmp/out")" && same 1 "$(wc -l <"$tmp/err")"
}

not_begun() {
	"$ipctrace" run -o /no/such/directory/capture touch "$tmp/started" 2>"$tmp/err"
	same 1 $? && same 1 "$(wc -l <"$tmp/err")" && [ ! -e "$tmp/started" ] || return
	rmmod ipctrace
	"$ipctrace" run touch "$tmp/started" 2>"$tmp/err"
	status=$?
	insmod "$IPCTRACE_KO"
	same 1 $status && grep -q insmod "$tmp/err" && [ ! -e "$tmp/started" ]
}

plan 18
check "two programs and a follower at once" three_at_once
check "a fork storm: every process" fork_storm
check "the machine's filter rejects all, and others see that" machine_filter
check "what is asked for" chosen
check "-n: the program goes on" counted_out
check "a daemon is followed to its end" daemon_followed
check "--no-follow: not" daemon_left
check "interrupted when the program has ended" daemon_interrupted
check "nothing is lost while stopped" stopped
check "exit statuses" statuses
check "privileges, signals and priority of the program" privileges
check "signals reach another user's program" other_user
check "into a capture" captured
check "standard input and output are the program's" streams
check "without output the program counts" no_output
check "what cannot begin is not started" not_begun
check "$runs programs of one call, each seen once, and no others" one_call
check "setuid programs" setuid
rm -rf $suid
rmmod ipctrace
insmod "$IPCTRACE_KO"
reset_module
finish
