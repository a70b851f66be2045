#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What programs leave behind, and why calls fail: from captures of stories, see
# stories.c. $IPCTRACE is the program.

: "${IPCTRACE:?}"
stories=../../build/tests/unit/stories
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC
count=0
failed=0

# result NAME STATUS: with $tmp/got, where it is not good
result()
{
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count $1"
		return
	fi
	echo "not ok $count $1"
	sed 's/^/# /' "$tmp/got"
	failed=$((failed + 1))
}

# json NAME FILTER COMMAND...: FILTER holds for its rows, as an array
json()
{
	name=$1
	filter=$2
	shift 2
	"$IPCTRACE" "$@" >"$tmp/got" 2>&1 &&
	jq -es "$filter" <"$tmp/got" >/dev/null
	result "$name" $?
}

echo "TAP version 13"
for story in leak leak-loss failures; do
	"$stories" $story "$tmp/$story" || exit 1
done

json "leaks: what is left of a program, once for each start" \
	'[.[] | select(.program == "/usr/sbin/leaker")] | length == 1 and
	.[0].type == "leak" and .[0].count == 3 and .[0].bytes == 12288 and
	.[0].creator == "gone" and .[0].from == "recorded" and .[0].pid == 100 and
	.[0].made == 4 and .[0].gone == 0 and .[0].kind == "shm" and
	.[0].uid == 1000 and .[0].idle_ns > 119e9 and .[0].per_hour == 120 and
	.[0].incomplete == null' leaks --json -i "$tmp/leak"
json "leaks: what was used within the hour is not idle" \
	'[.[] | select(.type == "leak")] | length == 0' \
	leaks --json --idle 1h -i "$tmp/leak"
json "leaks: one that makes more than goes" \
	'[.[] | select(.program == "/usr/sbin/server")] | length == 1 and
	.[0].type == "growth" and .[0].count == 0 and .[0].made == 5 and
	.[0].gone == 1 and .[0].idle_ns == null and .[0].creator == "unknown"' \
	leaks --json -i "$tmp/leak"
json "leaks: of what is older than the records, no creator is named" \
	'[.[] | select(.from != "recorded")] | length == 1 and
	.[0].kind == "msg" and .[0].program == null and .[0].pid == null and
	.[0].creator == "unknown" and .[0].from == "unknown" and .[0].made == 0' \
	leaks --json -i "$tmp/leak"
json "leaks: records that were lost make it incomplete" \
	'all(.[] | select(.from == "recorded");
	.incomplete == "records were lost")' leaks --json -i "$tmp/leak-loss"
"$IPCTRACE" leaks -i "$tmp/leak" >"$tmp/got" 2>&1 &&
	grep -q '^/usr/sbin/leaker *100  gone  *recorded .* shm  *3  12288 ' "$tmp/got"
result "leaks: a table for people" $?
"$IPCTRACE" leaks --schema >"$tmp/got" 2>&1 &&
	jq -e '[.. | .properties? | objects | keys] | add | index("idle_ns")' \
		<"$tmp/got" >/dev/null
result "leaks: a schema" $?

echo "1..$count"
[ $failed -eq 0 ]
