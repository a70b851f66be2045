#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Captures asked in SQL: stories of stories.c, with the questions of the manual as they
# stand there. $IPCTRACE is the program.

. ../lib/unit_stories.sh

"$IPCTRACE" sql "$0" 'SELECT 1' >"$tmp/got" 2>&1
if grep -q 'built without SQLite' "$tmp/got"; then
	echo "1..0 # SKIP $(cat "$tmp/got")"
	exit 0
fi

for story in leak leak-loss held ipcrm loss full attached failures; do
	"$stories" $story "$tmp/$story" || exit 1
done

# question WORDS: the question below these words in the manual
question()
{
	awk -v words="$1" 'index($0, words) == 1 { found = 1 }
		found && /^\.Ed/ { exit }
		inside { print }
		found && /^\.Bd/ { inside = 1 }' ../../docs/man/sql.mdoc
}

# manual WORDS STORY LINE...: what the answer is, as CSV
manual()
{
	words=$1
	story=$2
	shift 2
	printf '%s\n' "$@" >"$tmp/expected"
	query=$(question "$words")
	[ -n "$query" ] && "$IPCTRACE" sql --csv "$tmp/$story" "$query" \
		>"$tmp/got" 2>&1 && diff "$tmp/expected" "$tmp/got" >"$tmp/diff"
	status=$?
	[ $status -eq 0 ] || cp "$tmp/diff" "$tmp/got"
	result "manual: $words" $status
}

# sql NAME STORY QUESTION LINE...: likewise
sql()
{
	name=$1
	story=$2
	query=$3
	shift 3
	printf '%s\n' "$@" >"$tmp/expected"
	"$IPCTRACE" sql --csv "$tmp/$story" "$query" >"$tmp/got" 2>&1 &&
		diff "$tmp/expected" "$tmp/got" >/dev/null
	result "$name" $?
}

manual "Who removed the object" ipcrm \
	kind,id,cause,removed_comm,removed_pid,made_comm \
	msg,5,IPC_RMID,ipcrm,300,server
manual "Which calls fail" failures call,errno,n msgsnd,EINVAL,4 shmget,EINVAL,2 \
	msgctl,EPERM,1 msgget,EEXIST,1 msgget,ENOENT,1 msgrcv,E2BIG,1 \
	msgsnd,EACCES,1 semctl,ERANGE,1 semop,E2BIG,1 semop,EAGAIN,1 \
	semop,EFBIG,1 semop,EIDRM,1 semop,EINTR,1 shmat,EINVAL,1 shmdt,EINVAL,1 \
	shmget,ENOSPC,1
manual "What have programs left" leak program,kind,objects,bytes \
	/usr/sbin/leaker,shm,3,12288 ,msg,1,
if "$IPCTRACE" watch --rules /nonexistent 2>&1 | grep -q 'without libcyaml'; then
	skip "built without libcyaml" "manual: What do the rules find"
else
	manual "What do the rules find" failures severity,rule,group,count,message \
		'low,collision,ipc_ns=4026531839 call=shmget key=0x00005047,1,"shmget of caller (pid 1001, uid 1001) failed: the object with key 0x00005047, which maker (pid 100) made, is too small for it"' \
		'high,limits,ipc_ns=4026531839 call=shmget uid=1001,1,"shmget of caller (pid 1003, uid 1001) failed with ENOSPC, 1 times in all"' \
		'medium,squat,ipc_ns=4026531839 call=msgget key=0x00005047,1,"caller (pid 1009, uid 1001) wanted to make an object with key 0x00005047, and there was one of uid 1000 already"'
fi
manual "Who holds a semaphore" held id,sem_num,holder,pid,waiter,pid \
	5,1,first,200,second,300
manual "Who has a segment" attached id,size,pid,how,child \
	5,4096,200,shmat,0 5,4096,200,fork,1 5,4096,300,shmat,0
manual "Is everything there?" loss what,cause,begin_ns,end_ns \
	lost,3,,1000000003000
manual "Which calls took" full seconds,call,comm,pid \
	1e-07,msgget,first,200 1e-07,msgsnd,first,200 1e-07,msgrcv,second,300
manual "Who has sent" full id,comm,calls,errors,bytes \
	5,first,2,0,8 5,second,1,0,8
manual "What went on" ipcrm id,call,comm,object_kind,object_id \
	5,msgget,server,msg,5 5,msgctl,ipcrm,msg,5

# The time of day is what lines have.
first=$("$IPCTRACE" report --json --errors "$tmp/failures" | jq -r .call | head -1)
utc=$("$IPCTRACE" report --errors --time iso "$tmp/failures" | head -1 | cut -c1-19)
"$IPCTRACE" sql --csv "$tmp/failures" "$(question "At what time")" >"$tmp/got" 2>&1 &&
	grep -q "^$utc,$first," "$tmp/got"
result "manual: At what time of day" $?

sql "none of them is a table without rows" leak "SELECT count(*) > 0 FROM meta" \
	"count(*) > 0" 1
sql "user_version" leak "PRAGMA user_version" user_version 1

# Bounds of the time, which are pushed down to the index, change no answer.
times="SELECT count(*) AS n FROM calls WHERE"
low=$("$IPCTRACE" sql --csv "$tmp/failures" \
	"SELECT time_ns FROM calls ORDER BY time_ns LIMIT 1 OFFSET 5" | tail -1)
high=$("$IPCTRACE" sql --csv "$tmp/failures" \
	"SELECT time_ns FROM calls ORDER BY time_ns LIMIT 1 OFFSET 9" | tail -1)
sql "a time with both bounds" failures \
	"$times time_ns BETWEEN $low AND $high" n 5
sql "bounds that are no part of it" failures \
	"$times time_ns > $low AND time_ns < $high" n 3
sql "one time" failures "$times time_ns = $low" n 1
sql "a bound that is no whole number" failures \
	"$times time_ns >= $low.5 AND time_ns <= $high" n 4
sql "a bound that is no number" failures "$times time_ns > NULL" n 0
sql "a bound below all times" failures "$times time_ns > -1 AND time_ns < -1" n 0
sql "what has no time before it" failures "$times time_ns < 9223372036854775807" \
	n "$("$IPCTRACE" report --json "$tmp/failures" | grep -c '^{"type":"call"')"

for format in --json --csv; do
	"$IPCTRACE" sql "$format" "$tmp/leak" \
		"SELECT 1 AS a, 1.5 AS b, 'x\"y' AS c, NULL AS d" >"$tmp/got" 2>&1
	case $format in
	--json)	jq -e '. == {a: 1, b: 1.5, c: "x\"y", d: null}' <"$tmp/got" >/dev/null ;;
	--csv)	[ "$(tail -1 "$tmp/got")" = '1,1.5,"x""y",' ] ;;
	esac
	result "numbers, texts and null: $format" $?
done
"$IPCTRACE" sql "$tmp/ipcrm" "SELECT removed_comm, removed_pid FROM who_removed" \
	>"$tmp/got" 2>&1 &&
	grep -q '^removed_comm  removed_pid$' "$tmp/got" &&
	grep -q '^ipcrm                 300$' "$tmp/got"
result "a table for people" $?

# refused NAME QUESTION WORDS: status 2, and one line with these words
refused()
{
	"$IPCTRACE" sql "$tmp/leak" "$2" >"$tmp/got" 2>&1
	[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && has "$3"
	result "refused: $1" $?
}

before=$(cksum <"$tmp/leak")
refused "to change" "DELETE FROM objects" "sql only reads"
refused "to make" "CREATE TABLE x(y)" "sql only reads"
refused "to open another file" "ATTACH '$tmp/other' AS other" "sql only reads"
refused "to set" "PRAGMA user_version = 9" "sql only reads"
refused "a second question" "SELECT 1; SELECT 2" "one question at a time"
refused "no question" "  -- nothing" "no question"
refused "a mistyped column" "SELECT pdi FROM calls" "did you mean pid?"
refused "a mistyped table" "SELECT 1 FROM cals" "did you mean calls?"
check "nothing was written" test "$before" = "$(cksum <"$tmp/leak")" -a \
	! -e "$tmp/other"
"$IPCTRACE" sql "$tmp/leak" "SELECT printf('%9000s', 'x')" >"$tmp/got" 2>&1
[ $? -eq 1 ] && has "9000 bytes"
result "a row that has no room is told" $?

# Where the beginning is damaged, who asks about the end does not come across it.
"$stories" many "$tmp/many" && "$IPCTRACE" merge -o "$tmp/blocks" "$tmp/many" || exit 1
"$IPCTRACE" info "$tmp/blocks" >"$tmp/got" 2>&1
[ "$(sed -n 's/^blocks  \([0-9]*\),.*/\1/p' "$tmp/got")" -gt 3 ]
result "a capture of several blocks" $?
printf 'damage' | dd of="$tmp/blocks" bs=1 seek=3000 conv=notrunc 2>/dev/null
last=$("$IPCTRACE" sql --csv "$tmp/many" "SELECT max(time_ns) FROM calls" | tail -1)
"$IPCTRACE" sql --csv "$tmp/blocks" \
	"$times time_ns > $last - 1000000 AND time_ns <= $last" >"$tmp/got" 2>&1 &&
	[ "$(cat "$tmp/got")" = "n
$("$IPCTRACE" sql --csv "$tmp/many" \
	"SELECT sum(time_ns > $last - 1000000) AS n FROM calls" | tail -1)" ]
result "of a part of the time only that part is read" $?
"$IPCTRACE" sql --csv "$tmp/blocks" "$times time_ns > 0" >"$tmp/got" 2>&1
[ $? -eq 1 ] && has "damaged"
result "damage in what is read is told" $?

finish
