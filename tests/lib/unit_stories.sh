# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# TAP for scripts that ask about captures of stories, see ../unit/stories.c: "result
# NAME STATUS" or "check NAME COMMAND...", each with what was printed in $tmp/got where
# it is not good, then "finish". $IPCTRACE is the program; $tmp is gone at the end.

: "${IPCTRACE:?}"
# shellcheck disable=SC2034 # for the tests
stories=../../build/tests/unit/stories
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC
count=0
failed=0

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

# has WORDS...: each of them is in $tmp/got, "!WORDS" is not; else says what is wrong
has() {
	wrong=0
	for words; do
		case $words in
		!*)	! grep -qF -e "${words#!}" "$tmp/got" || wrong=1 ;;
		*)	grep -qF -e "$words" "$tmp/got" ||
				{ echo "# not there: $words"; wrong=1; } ;;
		esac
	done
	return $wrong
}

# finish: the plan, and the script's status
finish() {
	echo "1..$count"
	[ $failed -eq 0 ]
	exit
}
