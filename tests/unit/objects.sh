#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# What there is and was, and the lives of objects, from captures: see stories.c.
# $IPCTRACE is the program.

. ../lib/unit_stories.sh

# holds COMMAND STORY FILTER ARGUMENT...: for all rows as an array
holds()
{
	command=$1
	story=$2
	filter=$3
	shift 3
	"$IPCTRACE" "$command" --json -i "$tmp/$story" "$@" >"$tmp/json" &&
	cat "$tmp/json" && jq -es "$filter" <"$tmp/json"
}

for story in again orphan namespaces loss; do
	check "the story $story" "$stories" $story "$tmp/$story"
done

check "a key through successive ids" holds history again '
	[.[] | select(.event == "made") | .id] == [5, 32773, 65541] and
	[.[] | select(.event == "removed") | .id] == [5, 32773]' 0x5047
check "runs of the same are one line with a count" holds history again '
	[.[] | select(.event == "sent") | {count, pid}] ==
	[range(3) | {count: 2, pid: 200}]' 0x5047
check "one object only" holds history again '
	[.[].id] | unique == [32773]' msg:32773
check "who was there when it went" holds history orphan '
	map(select(.event == "removed")) |
	length == 1 and .[0].pid == 200 and
	.[0].detail == "attached: a child of postgres (pid 100)"' shm:5
check "the last detach and the end" holds history orphan '
	.[-2:] | map([.event, .pid]) == [["detached", 101], ["ended", 101]]' shm:5
check "in one of two namespaces" holds history namespaces '
	[.[].event] == ["made"] and .[0].pid == 100' sem:0 --ns 4026531839

check "objects that are there" holds objects again '
	length == 1 and .[0].id == 65541 and .[0].made_pid == 100 and
	.[0].used_pid == 200 and .[0].calls == 3 and .[0].sent == 16 and
	.[0].state == "there"'
check "and those that have gone" holds objects again '
	[.[] | select(.state == "removed") | {id, removed_pid, how}] ==
	[{id: 5, removed_pid: 100, how: "IPC_RMID"},
	 {id: 32773, removed_pid: 100, how: "IPC_RMID"}]' --removed
check "as it was at a time" holds objects again '
	length == 1 and .[0].id == 5 and .[0].calls == 2' --at 1000.000002
check "the same key and id in two namespaces" holds objects namespaces '
	[.[] | [.ipc_ns, .id, .state, .made_pid]] | sort ==
	[[4026531839, 0, "there", 100], [4026532222, 0, "removed", 200]]' --removed
check "what was lost" holds objects loss '
	[.[] | select(.id == 5) | [.how, .incomplete]] ==
	[["unknown call", "records were lost"]]' --removed

chosen()
{
	"$IPCTRACE" objects --removed --columns id,calls --sort -id \
		-i "$tmp/again" >"$tmp/table" &&
	printf '   id  calls\n65541      3\n32773      4\n    5      4\n' |
		diff - "$tmp/table"
}
check "columns and order as asked for" chosen

schema()
{
	for command in objects history; do
		"$IPCTRACE" $command --schema >"$tmp/schema" || return
		for story in again orphan namespaces loss; do
			if [ $command = objects ]; then
				"$IPCTRACE" objects --json --removed -i "$tmp/$story"
			else
				"$IPCTRACE" history --json -i "$tmp/$story" 0x5047
			fi
		done >"$tmp/rows" 2>/dev/null
		[ "$(wc -l <"$tmp/rows")" -ge 8 ] &&
			../lib/json_schema.py "$tmp/schema" "$tmp/rows" || return
		jq -c '.id = "1"' <"$tmp/rows" >"$tmp/bad"
		! ../lib/json_schema.py "$tmp/schema" "$tmp/bad" >/dev/null 2>&1 &&
		jq -c 'del(.kind)' <"$tmp/rows" >"$tmp/bad" &&
		! ../lib/json_schema.py "$tmp/schema" "$tmp/bad" >/dev/null 2>&1 ||
			return
	done
}
check "what they print is as their schemas say" schema

tree()
{
	"$IPCTRACE" objects --tree --removed -i "$tmp/orphan" >"$tmp/text" &&
	cat "$tmp/text" &&
	diff - "$tmp/text" <<-END
		IPC namespace 4026531839: 2 objects
		  No container
		    Made by pg_ctl (pid 200)
		      shm 32773, key 0x00005047, 4096 bytes, attached 0 times
		    Made by postgres (pid 100)
		      shm 5, key 0x00005047, 4096 bytes, attached 0 times, gone
	END
}
check "a tree" tree
"$IPCTRACE" objects --tree -i "$tmp/namespaces" >"$tmp/got" 2>&1
"$IPCTRACE" objects --tree --removed -i "$tmp/namespaces" >>"$tmp/got" 2>&1
[ "$(grep -c '^IPC namespace' "$tmp/got")" -eq 3 ]
result "a tree of two namespaces" $?
"$IPCTRACE" objects --tree --json -i "$tmp/again" >"$tmp/got" 2>&1
[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ]
result "a tree is no JSON: status 2" $?

# All of 32,000, in less than 256 MiB of addresses, of which a capture reserves half
many()
{
	"$stories" many "$tmp/many" || return
	(
		# shellcheck disable=SC3045 # dash has it
		ulimit -v $((256 * 1024))
		"$IPCTRACE" objects --csv -i "$tmp/many" >"$tmp/rows"
	) || return
	tail -n +2 "$tmp/rows" | cut -d , -f 2 | sort -n | uniq |
		awk '$1 != NR - 1 { bad = 1 } END { exit bad || NR != 32000 }'
}
check "32,000 objects" many

# The file of version 2, and the same in blocks: the same answers
halves()
{
	"$IPCTRACE" merge -o "$tmp/whole" "$tmp/orphan" || return
	for what in "objects --removed" "history 0x5047" "who-removed 0x5047"; do
		# shellcheck disable=SC2086 # words of a command
		"$IPCTRACE" $what --json -i "$tmp/orphan" >"$tmp/one" &&
		"$IPCTRACE" $what --json -i "$tmp/whole" >"$tmp/other" &&
		diff "$tmp/one" "$tmp/other" || return
	done
}
check "the same from a capture in blocks" halves

finish
