#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; perl's $; by name
#
# ipctrace top while calls happen: rates are those of the recorder's counters, also when
# records are lost; who waits, for whom; the history of an object; on a full screen, too.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace

# Two calls that work and one that fails, $1 times; a queue is made and removed
traffic() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,IPC_NOWAIT -e '
		$0 = "trafficker";
		$q = msgget(IPC_PRIVATE, 0600);
		for (1 .. $ARGV[0]) {
			msgsnd($q, pack("l! a*", 7, "hello"), 0);
			msgrcv($q, $m, 100, 0, IPC_NOWAIT);
			msgrcv($q, $m, 100, 0, IPC_NOWAIT);	# fails
		}
		msgctl($q, IPC_RMID, 0);' "$1"
}

counter() {
	awk -v call="$1" '$1 == call { print $2 }' "$debugfs/stats"
}

reads() {
	grep -q ", $1 readers" "$debugfs/stats"
}

# start ARGUMENT...: one interval of it, as text, which is as long as it takes: what is
# not too much for the rings it takes when it goes on
start() {
	"$ipctrace" top -b -n 1 -i 3 "$@" >"$tmp/out" 2>"$tmp/err" &
	top=$!
	pids="$pids $top"
	# It has opened the device twice, and looks at what there is.
	within 20 reads 2 && sleep 0.5 && kill -STOP "$top"
}

end() {
	kill -CONT "$top"
	wait "$top"
	same 0 $? && same "" "$(cat "$tmp/err")"
}

# is_rate COLUMN NAME COUNT: that column, a second, makes so many in the interval, which
# is told to three digits
is_rate() {
	awk -v column="$1" -v name="$2" -v count="$3" '
		/calls\/s/ { seconds = $NF; sub(/s$/, "", seconds) }
		!found && ($1 == name || $2 == name) {
			seen = $column * seconds
			found = 1
		}
		END {
			printf("%s: %s in %s s, not %s\n", name, seen, seconds, count)
			exit !(found && seen >= count - count / 50 - seconds &&
			       seen <= count + count / 50 + seconds)
		}' "$tmp/out" || { cat "$tmp/out"; return 1; }
}

rates() {
	start --view calls || return
	before=$(counter msgrcv)
	traffic 3000
	same 6000 $(($(counter msgrcv) - before)) && end &&
		is_rate 2 msgsnd 3000 && is_rate 2 msgrcv 6000 &&
		is_rate 3 msgrcv 3000 &&
		grep -q '^msgrcv .* ENOMSG 3000$' "$tmp/out" &&
		! grep -q LOST "$tmp/out"
}

# What is lost is told, and nothing is the less for it.
loss() {
	start || return
	traffic 20000
	end && grep -q "LOST [0-9]* records" "$tmp/out" &&
		is_rate 2 msgsnd 20000 && is_rate 3 trafficker 60000
}

# Of processes and objects only what is asked for
asked() {
	start --view processes -e 'failed' || return
	traffic 2000
	end && is_rate 3 trafficker 2000 && is_rate 4 trafficker 2000
}

# A set that was there before the module looked, and whoever waits
waits() {
	echo 0 >"$debugfs/control"
	old=$(perl -MIPC::SysV=IPC_PRIVATE -e 'print semget(IPC_PRIVATE, 3, 0600)')
	echo 1 >"$debugfs/control"
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,SETVAL -e '
		$0 = "holder";
		$s = semget(IPC_PRIVATE, 1, 0600);
		semctl($s, 0, SETVAL, 1);
		semop($s, pack("s3", 0, -1, 0));
		if (!fork) { $0 = "waiter"; semop($s, pack("s3", 0, -1, 0)); exit }
		sleep 600 until -e $ARGV[0]; ' "$tmp/never" &
	holder=$!
	pids="$pids $holder"
	sleep 1
	"$ipctrace" top -b -n 1 >"$tmp/out" 2>"$tmp/err"
	status=$?
	set=$(awk '$1 ~ /^sem:/ && $0 ~ /holder/ { sub("sem:", "", $1); print $1; exit }' \
		"$tmp/out")
	perl -MIPC::SysV=IPC_RMID -e 'semctl($_, 0, IPC_RMID, 0) for @ARGV' "$old" "$set"
	kill "$holder"
	same 0 $status && cat "$tmp/out" && grep -q " 1 waiting " "$tmp/out" &&
		grep -q "waiter .* semtimedop *sem:$set .* semaphore 0, held by holder\[$holder\] for " \
			"$tmp/out" &&
		awk -v set="sem:$old" '$1 == set && $2 == 0 && $7 == 3 { found = 1 }
			END { exit !found }' "$tmp/out"
}

seen() {
	tmux -L top capture-pane -p >"$tmp/screen"
	grep -q "$1" "$tmp/screen"
}

# Each second anew; an object is opened while it is used.
screen() {
	command -v tmux >/dev/null || return 4
	traffic 200000 &
	traffic=$!
	pids="$pids $traffic"
	LC_ALL=C.UTF-8 TERM=xterm tmux -L top -f /dev/null new-session -d -x 100 -y 24 \
		"TERM=tmux-256color $ipctrace top 2>$tmp/err; echo over \$?; exec cat" ||
		return
	tmux -L top set -g status off
	status=1
	within 20 seen "trafficker *[0-9]*[1-9]" &&
		tmux -L top send-keys 2 && within 20 seen "^msg:[0-9]* *[0-9]*[1-9]" &&
		tmux -L top send-keys Enter && within 20 seen "^History of message queue" &&
		within 5 seen " by trafficker " &&
		tmux -L top send-keys q Space && within 5 seen FROZEN &&
		tmux -L top send-keys q && within 5 seen "^over 0" && status=0
	tmux -L top capture-pane -p
	cat "$tmp/err"
	tmux -L top kill-server
	kill "$traffic"
	wait "$traffic"
	ipcrm --all=msg
	return $status
}

plan 5
check "rates are the counters'" rates
check "also when records are lost" loss
check "of what is asked for" asked
check "who waits, and for whom" waits
check "on a full screen" screen
reset_module
finish
