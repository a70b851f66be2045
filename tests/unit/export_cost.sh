#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# What ipctrace export costs: instructions a record, which do not depend on what else
# the machine does, and memory, which must not grow with the records. From calls like
# those of a busy machine, of which many are alike.
set -u

: "${IPCTRACE=../../build/ipctrace}"
. ../lib/unit_tap.sh

# make_capture COUNT: of so many records, in blocks
make_capture() {
	../../build/tests/unit/speed "$tmp/plain" "$1" &&
		"$IPCTRACE" merge -o "$tmp/$1" "$tmp/plain" && rm "$tmp/plain"
}

# costs FORMAT MOST: at most so many instructions a record?
costs() {
	rm -rf "$tmp/out"
	begin=$(instructions "$IPCTRACE" export --format "$1" -o "$tmp/out" "$tmp/20000")
	rm -rf "$tmp/out"
	end=$(instructions "$IPCTRACE" export --format "$1" -o "$tmp/out" "$tmp/40000")
	cost=$(((end - begin) / 20000))
	echo "$cost instructions a record, at most $2"
	[ "$begin" -gt 0 ] && [ "$cost" -le "$2" ]
}

# peak FORMAT COUNT: the most memory that this takes, in KiB
peak() {
	rm -rf "$tmp/out"
	python3 - "$IPCTRACE" export --format "$1" -o "$tmp/out" "$tmp/$2" <<-'END'
		import resource, subprocess, sys
		subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
		print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	END
}

# bounded FORMAT STATED FEW MANY: what the manual states, in MB, is all that it takes
# more with these records than with next to none, and it takes no more with many of them
bounded() {
	none=$(peak "$1" 1000) && few=$(peak "$1" "$3") && many=$(peak "$1" "$4") || return
	echo "KiB: $none, $few with $3, $many with $4; stated $2 MB"
	[ "$many" -le $((none + $2 * 1024 + 1024)) ] &&
		[ "$many" -le $((few + 1024)) ]
}

check "captures" eval "for nr in 1000 20000 40000 400000 800000; do
	make_capture \$nr || break; done"
if command -v valgrind >/dev/null; then
	check "a record into a database" costs sqlite 8000
else
	skip "valgrind is not installed" "a record into a database"
fi
# With the numbers of the manual, which are beyond what the model takes
check "memory: csv" bounded csv 0 20000 40000
check "memory: jsonl" bounded jsonl 0 20000 40000
check "memory: sqlite" bounded sqlite 8 400000 800000
check "memory: perfetto" bounded perfetto 2 20000 40000
check "memory: chrome-json" bounded chrome-json 2 20000 40000
check "memory: ctf" bounded ctf 4 20000 40000
finish
