#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# What a record costs in ipctrace report, in instructions, which do not depend on what
# else the machine does: from a compressed capture of calls like those of a busy
# machine. What opening and starting costs is in a short capture, too, and taken off.
set -u

: "${IPCTRACE:=../../build/ipctrace}"
. ../lib/unit_tap.sh

few=20000
many=40000

# make_capture COUNT: of so many records, in blocks
make_capture() {
	../../build/tests/unit/speed "$tmp/plain" "$1" &&
		"$IPCTRACE" merge -o "$tmp/$1" "$tmp/plain"
}

# costs MOST [OPTION]: at most so many a record?
costs() {
	most=$1
	shift
	begin=$(instructions "$IPCTRACE" report "$@" "$tmp/$few")
	end=$(instructions "$IPCTRACE" report "$@" "$tmp/$many")
	cost=$(((end - begin) / (many - few)))
	echo "$cost instructions a record, at most $most"
	[ "$begin" -gt 0 ] && [ "$cost" -le "$most" ]
}

if ! command -v valgrind >/dev/null; then
	skip "valgrind is not installed"
	finish
fi
check "captures" eval "make_capture $few && make_capture $many"
check "a record as text" costs 1600
check "a record as JSON" costs 2300 --json
finish
