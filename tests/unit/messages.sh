#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# From whom to whom? From captures of stories: see stories.c. $IPCTRACE is the program.

. ../lib/unit_stories.sh

# json STORY FILTER NAME: holds for what messages --json prints, as an array
json()
{
	"$IPCTRACE" messages --json -i "$tmp/$1" >"$tmp/got" 2>&1 &&
	jq -es "$2" <"$tmp/got" >/dev/null
	result "$1: messages --json: $3" $?
}

# each STORY EXPECTED: sender and receiver of each message, whether that is sure, why not
each()
{
	"$IPCTRACE" messages --each --json -i "$tmp/$1" >"$tmp/json" &&
	jq -r '[.mtype, .sender_pid, .receiver_pid, .sure, .why] |
		map(tostring) | join(" ")' <"$tmp/json" >"$tmp/lines" &&
	printf '%s\n' "$2" | diff - "$tmp/lines" >"$tmp/got"
	result "$1: messages --each" $?
}

# says STORY WORDS...: each of WORDS is in the text, "!WORDS" is not
says()
{
	story=$1
	shift
	"$IPCTRACE" messages -i "$tmp/$story" msg:5 >"$tmp/got" 2>&1
	bad=$?
	has "$@" || bad=1
	result "$story: messages msg:5" $bad
}

for story in selected late sent-unseen at-once left-over namespaces; do
	"$stories" $story "$tmp/$story" || exit 1
done

each selected '2 300 400 true null
1 200 400 true null
1 300 400 true null
3 200 400 true null
4 200 null true null
5 200 null true null'
json selected 'map(select(.type == "pair") |
	[.sender, .receiver, .messages, .bytes, .unsure]) | sort ==
	[["first", null, 2, 90, 0], ["first", "third", 2, 40, 0],
	 ["second", "third", 2, 31, 0]]' "pairs"
json selected 'map(select(.type == "pair" and .sender == "second")) | .[0] |
	(.p50_ns - 1004000 | fabs) < 6000 and (.max_ns == 1004000)' "times in queue"
json selected 'map(select(.type == "queue")) | length == 1 and (.[0] |
	[.sent, .received, .depth, .depth_bytes, .max_depth, .max_bytes,
	 .depth_from, .incomplete] == [6, 4, 2, 90, 4, 90, "recorded", null] and
	.oldest_ns > 2000000000)' "how much is in it"
json selected 'map(select(.type == "depth")) | .[0].max_depth == 4 and
	.[-1].max_depth == 2 and (map(.max_depth) | min) == 1 and
	([.[1:], .[:-1]] | transpose | all(.[0].from_ns == .[1].until_ns))' \
	"how much was in it over time"
says selected '6 messages sent, 4 received' 'In it in the end: 2 messages, 90 bytes' \
	'Most: 4 messages' 'Drained by third[400]: 4.' '!Incomplete'

each late '1 null 400 false who sent it was not seen
1 200 400 false what else was in the queue is not known
1 300 400 true null'
says late 'Incomplete: there are no records of that time'
each sent-unseen '1 200 400 false what else was in the queue is not known
1 null 400 false who sent it was not seen
1 300 null false it may have been received unseen'
says sent-unseen 'How much is in it is not known' 'Incomplete: records were lost'
each at-once "1 200 400 false calls overlapped: it may be another's
1 300 500 false calls overlapped: it may be another's
2 200 500 true null"
json at-once 'map(select(.type == "pair") | [.sender, .receiver, .messages,
	.unsure]) | sort == [["first", "fourth", 1, 0], ["first", "third", 1, 1],
	["second", "fourth", 1, 1]]' "unsure"
each left-over '1 200 400 true null
1 200 null true it went with the queue'
says left-over 'It has gone, and 1 messages with it.' '!In it'

chosen()
{
	"$IPCTRACE" messages --columns sender_pid,messages --sort sender_pid \
		-i "$tmp/at-once" >"$tmp/table" &&
	printf 'pid  messages\n200         1\n200         1\n300         1\n' |
		diff - "$tmp/table" &&
	"$IPCTRACE" messages --csv --each --columns mtype,delay_ns --sort -mtype \
		-i "$tmp/at-once" >"$tmp/table" &&
	printf 'mtype,delay_ns\n2,0\n1,2000\n1,2000\n' | diff - "$tmp/table"
}
check "columns and order as asked for" chosen

schema()
{
	"$IPCTRACE" messages --schema >"$tmp/schema" || return
	for story in selected late sent-unseen at-once left-over; do
		"$IPCTRACE" messages --json -i "$tmp/$story" &&
		"$IPCTRACE" messages --json --each -i "$tmp/$story"
	done >"$tmp/rows"
	../lib/json_schema.py "$tmp/schema" "$tmp/rows"
}
check "what it prints is as the schema says" schema

"$IPCTRACE" messages -i "$tmp/late" 0x4711 >"$tmp/got" 2>&1
[ $? -eq 1 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q '^ipctrace: 0x4711: ' "$tmp/got"
result "no such queue: one line, and status 1" $?
"$IPCTRACE" messages -i "$tmp/late" sem:5 >"$tmp/got" 2>&1
[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q accepted "$tmp/got"
result "a set: what is accepted, and status 2" $?
"$IPCTRACE" messages -i "$tmp/late" --sort tine >"$tmp/got" 2>&1
[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q 'accepted' "$tmp/got"
result "a column that there is not: status 2" $?
"$IPCTRACE" messages -i "$tmp/namespaces" >"$tmp/got" 2>&1 &&
grep -q '^No message was sent or received' "$tmp/got"
result "nothing: a sentence" $?

finish
