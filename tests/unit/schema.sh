#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# JSON is as the schema says that ipctrace calls --json prints: all lines that the
# unit tests make, and what must not pass.
# $IPCTRACE is the program. TAP.

: "${IPCTRACE:?}"
here=$(cd "$(dirname "$0")" && pwd)
tests=$(dirname "$IPCTRACE")/tests/unit
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
number=0
failed=0

echo "TAP version 13"
if [ ! -x /usr/bin/python3 ]; then
	echo "1..0 # SKIP no /usr/bin/python3"
	exit 0
fi
"$IPCTRACE" calls --json >"$tmp/schema"

validate() {
	"$here/../lib/json_schema.py" "$tmp/schema" "$1" >"$tmp/said" 2>&1
}

# result STATUS NAME
result() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number schema: $2"
		return
	fi
	head -n 40 "$tmp/said" | cut -c 1-300 | sed 's/^/# /'
	echo "not ok $number schema: $2"
	failed=1
}

for test in json arguments; do
	IPCTRACE_JSON_LINES=$tmp/$test "$tests/$test" >/dev/null 2>&1
	validate "$tmp/$test"
	result $? "lines of $test"
done

# refused NAME FILTER [SELECT]: a good line, the first one for which SELECT holds,
# that FILTER spoils
refused() {
	cat "$tmp/json" "$tmp/arguments" |
		jq -c -n "first(inputs | select(${3:-true}))" >"$tmp/good"
	jq -c "$2" <"$tmp/good" >"$tmp/bad"
	if ! validate "$tmp/good" || cmp -s "$tmp/good" "$tmp/bad" ||
		validate "$tmp/bad"; then
		result 1 "refuses $1"
	else
		result 0 "refuses $1"
	fi
}

refused "a field that is not in it" '.surprise = 1'
refused "an argument that the call has not" '.args.surprise = 1'
refused "a number that is a string" '.pid = "100"'
refused "a record without its type" 'del(.type)'
refused "a call without an argument" 'del(.args.key)'
refused "a null that cannot be" '.cpu = null'
refused "a member that is not in it" '.object.surprise = 1'
refused "an object without one of its members" 'del(.object.key)'
refused "a member that is a string" '.object.mode = "0600"'
sops='.args.sops | type == "array"'
refused "an operation with more" '.args.sops[0].surprise = 1' "$sops"
refused "an operation with less" 'del(.args.sops[0].sem_op)' "$sops"
refused "an operation that is a number" '.args.sops[0] = 1' "$sops"
stat='.call == "msgctl" and (.args.buf | type == "object" and has("msg_perm"))'
refused "a struct with more" '.args.buf.surprise = 1' "$stat"
refused "a struct with a member of another" '.args.buf.shm_segsz = 1' "$stat"
refused "a struct in it with more" '.args.buf.msg_perm.surprise = 1' "$stat"
refused "a struct with a string" '.args.buf.msg_perm.mode = "0600"' "$stat"
refused "a union with two members" '.args.arg.array = []' \
	'.call == "semctl" and (.args.arg | type == "object" and has("buf"))'
refused "a message with more" '.args.msgp.surprise = 1' \
	'.args.msgp | type == "object"'
refused "a timeout with less" 'del(.args.timeout.tv_nsec)' \
	'.args.timeout | type == "object"'
refused "an argument of a call without a name" '.args.surprise = 1' \
	'.call == "call 77"'
refused "a list of numbers that are names" '.unread = [1]' 'has("unread")'
refused "a type that there is not" '.type = "cal"'
refused "a call without its result" 'del(.ret)' '.type == "call"'
refused "a call without its caller" 'del(.pid)' '.type == "call"'
refused "a call that has not returned, without its time" 'del(.duration_ns)' \
	'.type == "enter"'
refused "a call that died, without an end" 'del(.end)' '.type == "died"'
refused "an event without its object" 'del(.object)' '.type == "destroy"'
refused "a loss without a count" 'del(.count)' '.type == "lost"'
refused "a gap without a cause" 'del(.cause)' '.type == "gap"'
refused "a gap that does not say how long" 'del(.end_ns)' '.type == "gap"'
refused "a cause that there is not" '.cause = "paus"' '.type == "gap"'
refused "an end that there is not" '.end = "return"' '.end == "returned"'
refused "a family that there is not" '.object.kind = "msgs"' \
	'.object | type == "object"'
refused "an ABI that there is not" '.abi = "x86"' 'has("abi")'
refused "a right that there is not" '.right = "other"' 'has("right")'
refused "a right without a number" '.right = "right "' 'has("right")'
refused "a way that there is not" '.via = "socketcall"' 'has("via")'
refused "a state with more" '.before.surprise = 1' 'has("before")'

echo "1..$number"
exit $failed
