# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC1091 # the library
#
# TAP for tests that are scripts: "plan N", then N times "check NAME COMMAND...",
# which passes when COMMAND does, and "finish". A directory $tmp is there, and
# gone at the end, as are the processes in $pids.

. "$(dirname "$0")/../lib/within.sh"

debugfs=/sys/kernel/debug/ipctrace
# shellcheck disable=SC2034 # for the tests
build=$(cd "$(dirname "$0")/../../build" && pwd)
tmp=$(mktemp -d)
pids=
planned=0 done=0 failed=0

# The calls that a 64-bit program has, from the one list.
all_calls() {
	sed -n '/(12, ipc,/!s/^IPCTRACE_CALL([0-9]*, \([a-z]*\),.*/\1/p' \
		"$build/../include/uapi/ipctrace/syscalls.def"
}

clean_up() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

plan() {
	planned=$1
	echo "TAP version 13"
	echo "1..$planned"
	reset_module
}

# Loaded with the default parameters, recording.
reset_module() {
	if [ "$(cat /sys/module/ipctrace/parameters/ring_bytes 2>/dev/null)" \
	     != 4194304 ]; then
		[ ! -e /sys/module/ipctrace ] || rmmod ipctrace
		insmod "$IPCTRACE_KO"
	fi
	echo 1 >$debugfs/control
}

check() {
	name=$1
	shift
	done=$((done + 1))
	if "$@" >"$tmp/check" 2>&1; then
		echo "ok $done $name"
	else
		echo "not ok $done $name"
		failed=$((failed + 1))
		sed 's/^/# /' "$tmp/check" | head -n 40
	fi
}

skip() {
	done=$((done + 1))
	echo "ok $done # SKIP $1"
}

finish() {
	[ $done -eq "$planned" ] || echo "# planned $planned, ran $done"
	[ $failed -eq 0 ] && [ $done -eq "$planned" ]
	exit
}

# same EXPECTED SEEN: for check; says what differs
same() {
	[ "$1" = "$2" ] && return
	echo "expected: $1"
	echo "seen:     $2"
	return 1
}

# finished [COUNT]: of the records on standard input, text or JSON, those that are
# not of calls in flight or gaps; the first COUNT. Any call may have such a record
# before it ends: where a machine is slow, it takes long. And loading is a gap.
finished() {
	grep -v ${1:+-m "$1"} -e ' = ? <unfinished ' -e '^{"type":"enter"' \
		-e ' --- gap: ' -e '^{"type":"gap"'
}

# Finished and missed calls, and events, of the tables for people.
counted() {
	awk '$1 ~ /^(msg|sem|shm|ipc$)/ && NF >= 4 { n += $2 + $4 }
		$1 ~ /^(enter|undo|attach|detach|destroy|died|gap)$/ { n += $2 }
		END { print n }' \
		"$debugfs/stats"
}

# Every call that entered has ended, or was missed or rejected, or its task died.
balanced() {
	awk '$1 == "accounting:" { found = 1; ok = $2 == $6 + $9 + $13 + $16 + $19 }
		END { exit !(found && ok) }' "$debugfs/stats" ||
		grep accounting: "$debugfs/stats"
}
