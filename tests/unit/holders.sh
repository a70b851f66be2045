#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Who holds it, who waits, and is it a deadlock? From captures of stories: see
# stories.c. $IPCTRACE is the program.

. ../lib/unit_stories.sh

# says STORY WORDS COMMAND...: each line of WORDS is in what it prints, "!LINE" is not
says()
{
	story=$1
	expected=$2
	shift 2
	"$stories" "$story" "$tmp/$story" &&
	"$IPCTRACE" "$@" -i "$tmp/$story" >"$tmp/got" 2>&1
	bad=$?
	while read -r line; do
		has "$line" || bad=1
	done <<-END
		$expected
	END
	result "$story: $*" $bad
}

# json STORY FILTER COMMAND...: holds for the lines, as an array
json()
{
	story=$1
	filter=$2
	shift 2
	"$IPCTRACE" "$@" --json -i "$tmp/$story" >"$tmp/got" 2>&1 &&
	jq -es "$filter" <"$tmp/got" >/dev/null
	result "$story: $* --json" $?
}

says held 'Semaphore set 5 (key 0x00005047)
	Semaphore 1 is 0:
	held by first (pid 200) since
	(4 s): took 1 by semop, with SEM_UNDO
	waited for by second (pid 300)
	!Semaphore 0
	!Deadlock
	!Incomplete' holders sem:5
json held 'map(select(.type == "hold")) | length == 1 and (.[0] | .pid == 200 and
	.comm == "first" and .sem_num == 1 and .taken == 1 and .undo == 1 and
	.how == "semop" and .from == "recorded" and .incomplete == null)' \
	holders sem:5
json held 'map(select(.type == "wait")) | length == 1 and (.[0] | .pid == 300 and
	.sem_num == 1 and .sem_op == -1 and .stuck == null)' holders sem:5
json held 'map(select(.type == "semaphore") | [.sem_num, .value, .signals]) ==
	[[0, 1, 0], [1, 0, 0]]' holders 0x5047
says held 'second[300]
	waits: semaphore 1, sem_op=-1, held by first[200] for 4.200 s (took it by semop, with SEM_UNDO)
	!deadlock' blocked
json held 'length == 1 and (.[0].waits | .for == "semaphore" and .sem_num == 1 and
	.holders == 1 and .held_by[0].pid == 200 and .held_by[0].undo == 1 and
	.stuck == null and .circle == [] and (.signal | not))' blocked

says abba 'held by first (pid 200)
	held by second (pid 300)
	Deadlock: pid 200 waits for pid 300, that waits for pid 200.
	Deadlock: pid 300 waits for pid 200, that waits for pid 300.
	It waits behind a deadlock.' holders sem:5
says abba 'without SEM_UNDO); deadlock: 300 waits for 200 waits for 300
	with SEM_UNDO); deadlock: 200 waits for 300 waits for 200
	; behind a deadlock of others' blocked
json abba '[.[] | [.pid, .waits.stuck, [.waits.circle[].pid]]] | sort ==
	[[200, "deadlock", [200, 300]], [300, "deadlock", [300, 200]],
	 [400, "behind a deadlock", []]]' blocked
says abba 'first[200]
	!second[300] ppid' blocked -e 'waits.stuck == "deadlock" and pid == 200'
says abbacca 'deadlock: 200 waits for 300 waits for 400 waits for 200' blocked
json abbacca 'map(select(.waits.stuck == "deadlock") | .waits.circle | length) ==
	[3, 3, 3]' blocked

says dead 'held by first (pid 200, dead) since
	took 1 by semop, without SEM_UNDO
	It died without giving it back' holders sem:5
says dead 'without SEM_UNDO, dead); nobody gives it back: first[200] died, without SEM_UNDO' \
	blocked
json dead '.[0].waits | .stuck == "dead holder" and .held_by[0].life == "dead"' \
	blocked

says signals 'a signal and not a lock: others give than take (3 times)
	!held by
	waited for by second (pid 300)' holders sem:5
json signals 'map(select(.type == "hold")) == []' holders sem:5
says signals 'a signal and not a lock
	!held by' blocked

says held-loss 'held by first (pid 200)
	Incomplete: records were lost' holders sem:5
says held-loss 'held by first[200]
	; incomplete: records were lost' blocked
json held-loss '.[0].waits.incomplete == "records were lost"' blocked

says full 'waits: queue full, last received by second[300] 2.500 s ago' blocked
json full '.[0].waits | .for == "full" and .last.pid == 300' blocked

says attached 'Shared memory segment 5 (key 0x00005047)
	Attached by first (pid 200) at 0x7f0000000000 since
	, by shmat.
	Attached by a child of first (pid 200) at 0x7f0000000000 since
	, by fork.
	Attached by second (pid 300) at 0xfe0000000000
	!(pid 400)' holders shm:5
json attached '[.[] | select(.type == "attachment") | [.pid, .child, .how, .addr]] ==
	[[200, false, "shmat", 139637976727552],
	 [200, true, "fork", 139637976727552],
	 [300, false, "shmat", 279275953455104]]' holders 5

"$IPCTRACE" holders --schema >"$tmp/schema" 2>&1 &&
jq -e '.properties.stuck' <"$tmp/schema" >/dev/null
result "the schema is one" $?
for story in held abba signals attached; do
	"$IPCTRACE" holders --json -i "$tmp/$story" 5
done >"$tmp/rows" 2>"$tmp/got"
../lib/json_schema.py "$tmp/schema" "$tmp/rows" >>"$tmp/got" 2>&1
result "what it prints is as the schema says" $?
for story in held abba dead signals held-loss full; do
	"$IPCTRACE" blocked --json -i "$tmp/$story"
done >"$tmp/rows" 2>"$tmp/got"
"$IPCTRACE" calls --json >"$tmp/schema"
../lib/json_schema.py "$tmp/schema" "$tmp/rows" >>"$tmp/got" 2>&1
result "and so is what blocked prints" $?

"$IPCTRACE" holders -i "$tmp/held" 0x4711 >"$tmp/got" 2>&1
[ $? -eq 1 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q '^ipctrace: 0x4711: ' "$tmp/got"
result "no such object: one line, and status 1" $?
"$IPCTRACE" holders -i "$tmp/full" msg:5 >"$tmp/got" 2>&1
[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q accepted "$tmp/got"
result "a queue: what is accepted, and status 2" $?

finish
