# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# TAP for scripts in tests/unit: "result NAME STATUS" or "check NAME COMMAND...", each
# with what was printed in $tmp/got where it is not good, or "skip", then "finish". $tmp
# is gone at the end, when clean_up has been called.

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

# skip WHY [NAME]: a test that cannot be made here
skip() {
	count=$((count + 1))
	echo "ok $count${2:+ $2} # SKIP $1"
}

# instructions [OPTION]... PROGRAM...: how many it takes, as callgrind counts them; what
# it prints is not looked at
instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : //p'
}

# finish: the plan, and the script's status
finish() {
	echo "1..$count"
	[ $failed -eq 0 ]
	exit
}

echo "TAP version 13"
