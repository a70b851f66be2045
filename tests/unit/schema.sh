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
if ! /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	echo "1..0 # SKIP no validator: install python3-jsonschema"
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

# refused NAME FILTER: a good line that FILTER spoils
refused() {
	head -n 1 "$tmp/json" | jq -c "$2" >"$tmp/bad"
	if validate "$tmp/bad"; then
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

echo "1..$number"
exit $failed
