#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Measure what tracing costs a call, in instructions, in the virtual machine.
# make bench installs and builds what this needs, and runs it.

set -eu

usage() {
	cat <<'END'
usage: scripts/bench.sh [--assert]

Print instructions per call for each way of tracing, what that is above
tracing nothing, and how it compares with an empty kretprobe, the least that
watching a call's entry and return can cost. Also as build/bench/calls.csv.

  --assert  only a few rows, compared with what they must be;
            TAP output, and status 1 when they are not
END
}

die() {
	echo "scripts/bench.sh: $*" >&2
	exit 1
}

# What ipctrace may add to a call, as a multiple of what an empty kretprobe
# adds: half as much again for a full record, and the same once more for what
# pointers lead to, on the way in and out.
bound() {
	case $1 in
	msgget)	echo 1.5 ;;
	*)	echo 1.9 ;;
	esac
}
# An unrelated call takes the same path with and without the module. What is
# left is a timer tick that falls into the loop or not: below 0.5 a call.
unrelated_column=getppid
max_unrelated=1

# The rows of the table: name, how to set up, how to tear down. A set-up that
# returns 4 says that this machine lacks the tool, and the row is left out.
rows() {
	cat <<'END'
nothing | true | true
empty kprobe | load_empty_probe kprobe | rmmod empty_probe
empty kretprobe | load_empty_probe kretprobe | rmmod empty_probe
ipctrace paused | load_paused | rmmod ipctrace
ipctrace rejecting | load_rejecting | rmmod ipctrace
ipctrace | insmod "$IPCTRACE_KO" | rmmod ipctrace
ftrace syscall events | syscall_events 1 | syscall_events 0
END
}

# The rows that --assert looks at.
base_row=nothing
floor_row='empty kretprobe'
ours_row=ipctrace

# ---- In the guest --------------------------------------------------------

load_empty_probe() {
	insmod "build/bench/$(uname -r)/empty_probe.ko" "kind=$1"
}

load_paused() {
	insmod "$IPCTRACE_KO" && echo 0 >/sys/kernel/debug/ipctrace/control
}

load_rejecting() {
	insmod "$IPCTRACE_KO" &&
		echo 'uid == 1000000' >/sys/kernel/debug/ipctrace/filter
}

# Enter and exit of all calls of the three families, into the ring buffer.
syscall_events() {
	for enable in /sys/kernel/tracing/events/syscalls/sys_*_msg*/enable \
		      /sys/kernel/tracing/events/syscalls/sys_*_sem*/enable \
		      /sys/kernel/tracing/events/syscalls/sys_*_shm*/enable; do
		echo "$1" >"$enable" || return
	done
}

# The clock used before this one was calibrated in a hurry and runs at a
# slightly different speed.
wait_for_clock() {
	clock=/sys/devices/system/clocksource/clocksource0/current_clocksource
	tries=0
	while [ "$(cat $clock)" != tsc ]; do
		tries=$((tries + 1))
		[ $tries -le 100 ] || die "the guest's clock is $(cat $clock)"
		sleep 0.1
	done
}

# trim STRING: without the spaces around it.
trim() {
	t=${1#"${1%%[! ]*}"}
	printf '%s\n' "${t%"${t##*[! ]}"}"
}

# measure ROW SETUP TEARDOWN COLUMN...: lines of row, column, instructions.
measure() {
	row=$1 setup=$2 teardown=$3
	shift 3
	echo "measuring: $row" >&2
	status=0
	eval "$setup" || status=$?
	case $status in
	0)	;;
	4)	return 0 ;;
	*)	die "cannot set up: $row" ;;
	esac
	build/bench/calls "$@" >/tmp/row || die "calls failed: $row"
	eval "$teardown" || die "cannot tear down: $row"
	sed "s/^/$row$tab/" /tmp/row
}

# guest ROWS COLUMN...: ROWS is a list of names, one a line, or "" for all.
guest() {
	wanted=$1
	shift
	wait_for_clock
	rows | while IFS='|' read -r row setup teardown; do
		row=$(trim "$row")
		if [ -z "$wanted" ] ||
		   printf '%s\n' "$wanted" | grep -qxF "$row"; then
			measure "$row" "$setup" "$teardown" "$@"
		fi
	done
}

# ---- On the host ---------------------------------------------------------

build() {
	dir=build/bench/$release
	mkdir -p "$dir"
	cp -ru --preserve=timestamps tests/bench/Kbuild \
		tests/bench/empty_probe.c include "$dir/"
	make -s -C "/lib/modules/$release/build" M="$PWD/$dir" modules \
		>"$dir/log" 2>&1 || { cat "$dir/log" >&2; die "no empty_probe"; }
	${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Werror \
		-o build/bench/calls tests/bench/calls.c
}

run_guest() {
	scripts/vm -i -n -k "$release" -t 900 -- scripts/bench.sh --guest "$@"
}

# The results as a table for people; reads lines of row, column, value.
print_tables() {
	awk -F '\t' -v base="$base_row" -v floor="$floor_row" '
	!($1 in seen_row) { seen_row[$1]; row[++rows] = $1 }
	!($2 in seen_column) { seen_column[$2]; column[++columns] = $2 }
	{ value[$1, $2] = $3 }
	function head(title, r, c) {
		printf "\n%s\n\n%-*s", title, width, ""
		for (c = 1; c <= columns; c++)
			printf "  %*s", length(column[c]), column[c]
		printf "\n"
	}
	function line(name, kind, r, c, v, added, least) {
		printf "%-*s", width, name
		for (c = 1; c <= columns; c++) {
			v = value[name, column[c]]
			added = v - value[base, column[c]]
			least = value[floor, column[c]] - value[base, column[c]]
			if (kind == "total")
				v = sprintf("%.0f", v)
			else if (kind == "added")
				v = sprintf("%.0f", added)
			else if (least < 1)
				v = "-"
			else
				v = sprintf("%.2f", added / least)
			if (v ~ /^-0(\.00)?$/)
				v = substr(v, 2)
			printf "  %*s", length(column[c]), v
		}
		printf "\n"
	}
	END {
		for (r = 1; r <= rows; r++)
			if (length(row[r]) > width)
				width = length(row[r])
		head("Instructions per call")
		for (r = 1; r <= rows; r++)
			line(row[r], "total")
		head("Instructions added to a call")
		for (r = 1; r <= rows; r++)
			line(row[r], "added")
		head("Added, as a multiple of what the " floor " adds")
		for (r = 1; r <= rows; r++)
			line(row[r], "ratio")
	}'
}

print_csv() {
	awk -F '\t' -v base="$base_row" -v floor="$floor_row" '
	{ row[NR] = $1; column[NR] = $2; value[$1, $2] = $3 }
	END {
		print "row,call,instructions,added,ratio"
		for (i = 1; i <= NR; i++) {
			v = value[row[i], column[i]]
			added = v - value[base, column[i]]
			least = value[floor, column[i]] - value[base, column[i]]
			ratio = least < 1 ? "" : sprintf("%.3f", added / least)
			printf "%s,%s,%.2f,%.2f,%s\n", row[i], column[i], v, \
			       added, ratio
		}
	}'
}

bench() {
	results=build/bench/results
	run_guest "" >"$results"
	print_csv <"$results" >build/bench/calls.csv
	print_tables <"$results"
	echo
	echo "Also in build/bench/calls.csv. Kernel $release."
}

# value ROW COLUMN
value() {
	awk -F '\t' -v row="$1" -v column="$2" \
		'$1 == row && $2 == column { print $3; found = 1 }
		 END { exit !found }' "$results" ||
		die "no result for $1, $2"
}

# verdict NUMBER CONDITION TEXT: a TAP line; CONDITION is awk's, on numbers.
verdict() {
	if awk "BEGIN { exit !($2) }"; then
		echo "ok $1 $3"
	else
		echo "not ok $1 $3"
		failed=1
	fi
}

# added ROW COLUMN: to what the call costs without tracing.
added() {
	echo "$(value "$1" "$2") $(value "$base_row" "$2")" |
		awk '{ print $1 - $2 }'
}

assert() {
	results=build/bench/results.assert
	run_guest "$base_row
$floor_row
$ours_row" >"$results"
	columns=$(awk -F '\t' -v row="$base_row" -v unrelated="$unrelated_column" \
		'$1 == row && $2 != unrelated { print $2 }' "$results")

	failed=0 test=1
	echo "TAP version 13"
	echo "1..$((2 * $(echo "$columns" | wc -l) + 1))"
	for column in $columns; do
		least=$(added "$floor_row" "$column")
		ours=$(added "$ours_row" "$column")
		bound=$(bound "$column")
		ratio=$(echo "$ours $least" | awk '{ printf "%.3f", $1 / $2 }')
		verdict $test "$least > 100 && $least < 1000" \
			"bench: $floor_row adds $least instructions to $column"
		verdict $((test + 1)) "$ratio > 1 && $ratio <= $bound" \
			"bench: $ours_row adds $ours, $ratio times as many, at most $bound"
		test=$((test + 2))
	done
	unrelated=$(added "$ours_row" $unrelated_column)
	verdict $test "$unrelated <= $max_unrelated && $unrelated >= -$max_unrelated" \
		"bench: $ours_row adds $unrelated to $unrelated_column, at most $max_unrelated"
	return $failed
}

cd "$(dirname "$0")/.."
export LC_ALL=C
tab=$(printf '\t')

case ${1:-} in
--guest)
	shift
	guest "$@"
	exit ;;
-h|--help)
	usage
	exit ;;
''|--assert)
	;;
*)	usage >&2
	exit 2 ;;
esac

release=${KERNEL:-$(cat build/kernels/default 2>/dev/null || :)}
[ -n "$release" ] || die "run scripts/setup.sh bench first"
build
if [ "${1:-}" = --assert ]; then
	assert
else
	bench
fi
