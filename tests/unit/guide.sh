#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The guide is true: its commands print what it shows. $IPCTRACE is the program.

: "${IPCTRACE:?}"
echo "TAP version 13"
tmp=$(mktemp) || exit 1
trap 'rm -f "$tmp"' EXIT
echo "1..1"
if ../../scripts/guide.sh >"$tmp" 2>&1; then
	echo "ok 1 commands of the guide print what it shows"
else
	echo "not ok 1 commands of the guide print what it shows"
	sed 's/^/# /' "$tmp"
	echo "# scripts/guide.sh --write puts in what they print now"
	exit 1
fi
