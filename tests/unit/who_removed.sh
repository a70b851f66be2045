#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Who removed it? From captures of stories that people have told: see stories.c.
# $IPCTRACE is the program.

. ../lib/unit_stories.sh

# says STORY KEY|ID WORDS...: each of WORDS is in the answer, "!WORDS" is not
says()
{
	story=$1
	name=$2
	shift 2
	"$stories" "$story" "$tmp/$story" &&
	"$IPCTRACE" who-removed -i "$tmp/$story" "$name" >"$tmp/got" 2>&1
	bad=$?
	has "$@" || bad=1
	result "$story: who-removed $name" $bad
}

# json STORY KEY|ID FILTER: holds for the answers, as an array
json()
{
	"$IPCTRACE" who-removed --json -i "$tmp/$1" "$2" >"$tmp/got" 2>&1 &&
	jq -es "$3" <"$tmp/got" >/dev/null
	result "$1: who-removed --json $2" $?
}

says logind sem:2 'removed by systemd-logind (pid 50), user root' \
	'Its program is /usr/lib/systemd/systemd-logind.' \
	'started by systemd (pid 1)' 'it is root: it has CAP_SYS_ADMIN' \
	'the owner is uid 1000' 'RemoveIPC=' 'removed 3 objects' \
	'ended with EIDRM: postgres (pid 101)' 'made by postgres (pid 100)' \
	'!Incomplete'
json logind sem:2 'length == 1 and .[0].likely == "logind" and
	.[0].removed_together == 3 and .[0].by.right == "CAP_SYS_ADMIN" and
	.[0].by.ancestors == [{pid: 1, uid: 0, comm: "systemd"}] and
	.[0].cut_off == [101] and .[0].cause == "IPC_RMID" and
	(.[0].there | not) and .[0].incomplete == null'
says forked 0x5047 'removed by server (pid 101)' 'ran in a forked child' \
	'of pid 100' '!removed 2 objects'
says ipcrm msg:5 'removed by ipcrm (pid 300)' \
	'started by cleanup.sh (pid 290), that by cron (pid 280).' \
	'Its program is /usr/bin/ipcrm.' 'the program is ipcrm'
says orphan 5 'removed by pg_ctl (pid 200)' \
	'It went with the last detach, by postgres (pid 101)' \
	'Attached at that time: a child of postgres (pid 100)'
says orphan 0x5047 'segment 32773 (key 0x00005047) is still there'
json orphan 0x5047 '[.[] | {id, there}] ==
	[{id: 5, there: false}, {id: 32773, there: true}] and
	.[0].attached == [{pid: null, child_of: 100, comm: "postgres"}]'
says collision shm:0x5047 'removed by scanner (pid 200)' \
	'two programs use one key' 'database made' 'scanner found it by that key'
says again 0x5047 'Message queue 32773' 'removed by ndo2db (pid 100)' \
	'used by: nagios (pid 200)' 'Message queue 65541' 'is still there' \
	'1 more of that name had gone'
says namespaces sem:0 'of IPC namespace 4026532222 was removed by two (pid 200)' \
	'of IPC namespace 4026531839 is still there'
json namespaces sem:0 '[.[] | {ipc_ns, there}] ==
	[{ipc_ns: 4026532222, there: false}, {ipc_ns: 4026531839, there: true}]'
says loss 0x5047 'ceased to exist in other (pid 200)' \
	'By which call is not recorded' 'Incomplete: records were lost' \
	'!was removed'
json loss 0x5047 '.[0].by.pid == 200 and .[0].cause == "unknown call" and
	.[0].incomplete == "records were lost"'

schema()
{
	"$IPCTRACE" who-removed --schema >"$tmp/schema" || return
	for story in logind forked ipcrm orphan collision again namespaces loss; do
		for name in sem:2 0x5047 5 sem:0; do
			"$IPCTRACE" who-removed --json -i "$tmp/$story" "$name"
		done
	done >"$tmp/rows" 2>/dev/null
	[ "$(wc -l <"$tmp/rows")" -ge 10 ] &&
		../lib/json_schema.py "$tmp/schema" "$tmp/rows" || return
	# It is one that refuses.
	for filter in 'del(.by)' '.by.pid = "1"' '.by.ancestors[0].surprise = 1' \
		'.cut_off[0] = "1"' '.surprise = 1' '.attached = null'; do
		jq -c "select(.likely == \"logind\") | $filter" <"$tmp/rows" >"$tmp/bad"
		[ -s "$tmp/bad" ] || return
		! ../lib/json_schema.py "$tmp/schema" "$tmp/bad" >/dev/null 2>&1 ||
			{ echo "accepts $filter"; return 1; }
	done
}
check "what it prints is as the schema says" schema

"$IPCTRACE" who-removed -i "$tmp/loss" 0x4711 >"$tmp/got" 2>&1
[ $? -eq 1 ] && grep -q '^ipctrace: 0x4711: not recorded: ' "$tmp/got"
result "nothing of that name: one line, and status 1" $?
"$IPCTRACE" who-removed -i "$tmp/loss" shm:x >"$tmp/got" 2>&1
[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q accepted "$tmp/got"
result "a name that is none: what is accepted, and status 2" $?

finish
