# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# TAP for scripts in tests/unit: "result NAME STATUS" or "check NAME COMMAND...", each
# with what was printed in $tmp/got where it is not good, then "finish". $tmp is gone at
# the end, when clean_up has been called.

tmp=$(mktemp -d) || exit 1
count=0
failed=0

# For who has more to clean up
clean_up() {
	:
}
trap 'clean_up; rm -rf "$tmp"' EXIT

result() {
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count $1"
		return
	fi
	echo "not ok $count $1"
	sed 's/^/# /' "$tmp/got"
	failed=$((failed + 1))
}

check() {
	name=$1
	shift
	"$@" >"$tmp/got" 2>&1
	result "$name" $?
}

# finish: the plan, and the script's status
finish() {
	echo "1..$count"
	[ $failed -eq 0 ]
	exit
}

echo "TAP version 13"
