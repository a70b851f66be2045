#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Make the captures that the rules of ipctrace watch are tested with anew, from
# watch_stories.c: watch_captures.sh DIRECTORY. $IPCTRACE is the program.

set -eu

: "${IPCTRACE:?}"
program=$(realpath ../../build/tests/unit/watch_stories)
ipctrace=$(realpath "$IPCTRACE")
to=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# A capture that is merged has the name of its source.
cd "$tmp"
for story in $("$program" list); do
	"$program" "$story" story
	"$ipctrace" merge -o "$to/$story.calls" story
	rm story
done
