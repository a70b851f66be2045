#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317,SC3045 # called by check; dash has ulimit -v
#
# ipctrace report reads whatever comes in the memory that capture.h names.
set -u

ipctrace=${IPCTRACE:-../../build/ipctrace}
count=0
status=0

# check DESCRIPTION COMMAND...
check() {
	count=$((count + 1))
	description=$1
	shift
	if "$@"; then
		echo "ok $count $description"
	else
		echo "not ok $count $description"
		status=1
	fi
}

# A header, and RECORDS getppid-like records of 160 bytes without a mark: more than
# is kept. @schema is any that the reader takes.
without_marks() {
	perl -e '
		my $n = shift;
		print pack("a8 V6 Q2 x64", "\x89ipctrc\n", 2, 112, 1, 4, 2, 0, 1, 1);
		for my $i (1 .. $n) {
			print pack("v C2 v C2 Q x144", 160, 1, 0, $i & 1, 0, 0,
				   $n - $i + 1);
		}' "$1"
}

# limit MEBIBYTES of address space for all that comes after
in_memory() {
	lines=$(without_marks 1000000 | (ulimit -v $((256 * 1024)) &&
		"$ipctrace" report - 2>"$messages") | wc -l)
	[ "$lines" -eq 1000000 ]
}

says_so() {
	grep -q "no mark for too long" "$messages"
}

messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
echo "TAP version 13"
check "an endless pipe without marks is printed in 256 MiB" in_memory
check "and it is told that the order may not be right" says_so
echo "1..$count"
exit $status
