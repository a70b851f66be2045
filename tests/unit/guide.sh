#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# The guide is true: its commands print what it shows. $IPCTRACE is the program.

: "${IPCTRACE:?}"
. ../lib/unit_tap.sh

true_still()
{
	../../scripts/guide.sh && return
	echo "scripts/guide.sh --write puts in what they print now"
	return 1
}
check "commands of the guide print what it shows" true_still
finish
