# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # the library's
#
# For scripts that ask about captures of stories, see ../unit/stories.c: TAP as in
# unit_tap.sh, and what is in the answers. $IPCTRACE is the program.

: "${IPCTRACE:?}"
# shellcheck disable=SC2034 # for the tests
stories=../../build/tests/unit/stories
export TZ=UTC

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

. ../lib/unit_tap.sh
