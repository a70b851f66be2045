#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Make corpus/ again: of what is there, of what was found below DIRECTORY, and
# of what fuzzing began with, the fewest inputs that reach as much. Those named
# regression-* stay.
# tests/fuzz/minimize.sh DIRECTORY FUZZER...

set -eu

cd "$(dirname "$0")"
out=$1
shift

rm -rf "$out/seeds"
mkdir -p "$out/seeds"
"$out/seeds-of" "$out/seeds"
for name; do
	mkdir -p "corpus/$name" "$out/found/$name"
	rm -rf "$out/least"
	mkdir "$out/least"
	"$out/$name" -set_cover_merge=1 -use_counters=0 -max_len=2048 "$out/least" \
		"corpus/$name" "$out/seeds/$name" "$out/found/$name" \
		>"$out/$name.merge.log" 2>&1
	find "corpus/$name" -type f ! -name 'regression-*' -delete
	find "$out/least" -type f -exec mv '{}' "corpus/$name/" ';'
	echo "$name: $(find "corpus/$name" -type f | wc -l) inputs," \
		"$(du -bs "corpus/$name" | cut -f 1) bytes"
done
