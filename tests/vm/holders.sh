#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# ipctrace holders and blocked while two processes are in a deadlock, and when one of
# them is killed.
#
# shellcheck disable=SC2016 # the $ in filters are jq's

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace

# start [undo]: two in a deadlock; its input is open until the descriptor is closed
start() {
	mkfifo "$tmp/fifo$1" || return 1
	"$build/tests/vm/abba" "$@" <"$tmp/fifo$1" >"$tmp/ids" &
	pids="$pids $!"
	exec 9>"$tmp/fifo$1"
	within 20 test -s "$tmp/ids" && read -r set segment parent one two <"$tmp/ids"
}

# in_flight COUNT: so many of them wait
in_flight() {
	"$ipctrace" blocked --json -e "pid in ($one, $two)" >"$tmp/json" &&
		[ "$(wc -l <"$tmp/json")" -eq "$1" ]
}

# holds FILTER: of what was printed last, as an array
holds() {
	jq -es --argjson set "$set" --argjson parent "$parent" --argjson one "$one" \
		--argjson two "$two" "$1" <"$tmp/json" >"$tmp/jq" || cat "$tmp/json"
	jq -e . <"$tmp/jq" >/dev/null
}

deadlock() {
	start && within 20 in_flight 2 &&
		holds '[.[] | [.pid, .waits.sem_num, .waits.held_by[0].pid,
			.waits.held_by[0].undo, .waits.held_by[0].life, .waits.stuck,
			[.waits.circle[] | .pid, .id]]] | sort ==
			([[$one, 1, $two, 0, "alive", "deadlock",
			   [$one, $set, $two, $set]],
			  [$two, 0, $one, 0, "alive", "deadlock",
			   [$two, $set, $one, $set]]] | sort)'
}

in_words() {
	"$ipctrace" blocked -p "$one" >"$tmp/out" && cat "$tmp/out" &&
		grep -q "held by abba\[$two\] for [0-9.]* s (took it by [a-z]*, without SEM_UNDO, alive); deadlock: $one waits for $two waits for $one" \
			"$tmp/out"
}

of_the_set() {
	"$ipctrace" holders --json "sem:$set" >"$tmp/json" &&
		holds '[.[] | select(.type == "hold") | [.pid, .sem_num, .taken,
			.undo, .from, .incomplete]] | sort == ([[$one, 0, 1, 0,
			"recorded", null], [$two, 1, 1, 0, "recorded", null]] | sort)'
}

of_the_segment() {
	"$ipctrace" holders --json "shm:$segment" >"$tmp/json" &&
		holds '(map(select(.type == "attachment") |
			[.pid, .child, .how]) | sort) ==
			([[$parent, false, "shmat"], [$one, false, "fork"],
			  [$two, false, "fork"]] | sort) and
			(.[0] | .value == 3 and .incomplete == null)'
}

# Its semaphore is never given back, and the other waits on.
killed() {
	kill -9 "$one" && within 20 in_flight 1 && sleep 0.5 && in_flight 1 &&
		holds '.[0] | .pid == $two and .waits.stuck == "dead holder" and
			.waits.held_by[0].pid == $one and
			.waits.held_by[0].life == "dead"' &&
		"$ipctrace" holders "sem:$set" >"$tmp/out" && cat "$tmp/out" &&
		grep -q "held by abba (pid $one, dead)" "$tmp/out" &&
		grep -q 'died without giving it back' "$tmp/out"
}

gone() {
	exec 9>&-
	within 20 no_set
	"$ipctrace" holders "sem:$set" >"$tmp/out" 2>&1
	same 1 $? && same 1 "$(wc -l <"$tmp/out")" && grep -q 'who-removed' "$tmp/out"
}

no_set() {
	! awk -v id="$set" '$2 == id { found = 1 } END { exit !found }' \
		/proc/sysvipc/sem
}

# SEM_UNDO gives it to the other, which then holds both.
undone() {
	: >"$tmp/ids"
	start undo && within 20 in_flight 2 &&
		holds 'map(.waits.stuck) == ["deadlock", "deadlock"]' &&
		kill -9 "$one" && within 20 in_flight 0 &&
		"$ipctrace" holders --json "sem:$set" >"$tmp/json" &&
		holds '[.[] | select(.type == "hold") | [.pid, .sem_num, .undo]] |
			sort == [[$two, 0, 1], [$two, 1, 1]]'
	status=$?
	exec 9>&-
	within 20 no_set && return $status	# they take with them what they made
}

plan 7
check "two in a deadlock" deadlock
check "the same for people" in_words
check "who holds the set" of_the_set
check "who has a segment, by shmat and by fork" of_the_segment
check "one that is killed does not give back" killed
check "a set that has gone has no holder" gone
check "one that is killed gives back with SEM_UNDO" undone
finish
