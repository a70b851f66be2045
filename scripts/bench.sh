#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library's
#
# Measure what tracing costs a call, in instructions, in the virtual machine.
# make bench installs and builds what this needs, and runs it.

set -eu

cd "$(dirname "$0")/.."
. scripts/measure.sh
. scripts/recorder.sh

usage() {
	cat <<'END'
usage: scripts/bench.sh [--assert]

Print the instructions that each way of tracing adds to a call, also as a
multiple of what an empty kretprobe adds, the least that watching a call's
entry and return can cost. As a table also in build/bench/calls.csv, as a plot
in build/bench/calls.svg and .png where gnuplot is installed. make bench-deps
installs the other tracers; those that are not there are left out.

  --assert  only a few rows, compared with what they must be;
            TAP output, and status 1 when they are not
END
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
# And to one that its filter rejects.
rejected_bound=1.15
# And with ipctrace record on the same processor, which writes it to a file.
recorded_bound() {
	case $1 in
	msgget)	echo 2.2 ;;
	*)	echo 2.75 ;;
	esac
}
# An unrelated call takes the same path with and without the module. What is
# left is a timer tick that falls into the loop or not: below 0.5 a call.
unrelated_column=getppid
max_unrelated=1

# The rows of the table: name, how to set up, how to tear down; then, where the
# tool says how many events it lost, how to learn that, which is before the
# tear-down; and how many calls and repetitions, where the usual number takes
# too long. A set-up that returns 4 says that this machine lacks the tool, and
# the row is left out.
rows() {
	cat <<'END'
nothing | true | true
empty kprobe | load_empty_probe kprobe | rmmod empty_probe
empty kretprobe | load_empty_probe kretprobe | rmmod empty_probe
ipctrace paused | load_paused | rmmod ipctrace
ipctrace rejecting | load_rejecting | rmmod ipctrace | missed_by_ipctrace
ipctrace | insmod "$IPCTRACE_KO" | rmmod ipctrace | missed_by_ipctrace
ipctrace, record | load_with_recorder | rmmod ipctrace | lost_by_recorder | -n 30000 -r 5
ftrace syscall events | syscall_events 1 | syscall_events 0 | dropped_by_ftrace
LTTng | start_lttng | stop_lttng | lost_by_lttng
ftrace kprobe events | kprobe_events | no_kprobe_events | missed_by_kprobes
perf record | under perf record | true | lost_by_perf_record | -n 10000 -r 5
perf trace | under perf trace | true | lost_by_perf_trace | -n 3000 -r 5
bpftrace | under bpftrace | true | lost_by_bpftrace | -n 3000 -r 5
strace | under strace | true | echo 0 | -n 1000 -r 5
END
}

# The rows that --assert looks at.
base_row=nothing
floor_row='empty kretprobe'
ours_row=ipctrace
rejecting_row='ipctrace rejecting'
recorded_row='ipctrace, record'

# ---- In the guest --------------------------------------------------------

tracing=/sys/kernel/tracing

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

# What a tool writes, it writes to memory.
trace=/tmp/trace

missed_by_ipctrace() {
	awk '$1 == "cpu" { cpus = 1; next } cpus { sum += $4 }
	     END { print sum + 0 }' /sys/kernel/debug/ipctrace/stats
}

# There is one processor, so what the recorder takes while calls are made is time
# of these calls, and counted.
load_with_recorder() {
	[ -x build/ipctrace ] || return 4
	insmod "$IPCTRACE_KO" || return
	recorder_start $trace
}

lost_by_recorder() {
	recorder_stop || return
	build/ipctrace report $trace | recorder_count | cut -d ' ' -f 3
}

# The calls of the three families, as the kernel names them.
ipc_calls() {
	for event in "$tracing"/events/syscalls/sys_enter_msg* \
		     "$tracing"/events/syscalls/sys_enter_sem* \
		     "$tracing"/events/syscalls/sys_enter_shm*; do
		echo "${event##*/sys_enter_}"
	done
}

# Enter and exit of all of them, into the ring buffer.
syscall_events() {
	for call in $(ipc_calls); do
		for event in enter exit; do
			echo "$1" >"$tracing/events/syscalls/sys_${event}_$call/enable" ||
				return
		done
	done
}

dropped_by_ftrace() {
	awk '/^dropped events:/ { sum += $3 } END { print sum + 0 }' \
		$tracing/per_cpu/cpu*/stats
}

# Three arguments, from the registers that the system call was entered with,
# and the result.
kprobe_events() {
	for call in $(ipc_calls); do
		echo "p:bench/$call __x64_sys_$call first=+112(%di):u64" \
			"second=+104(%di):u64 third=+96(%di):u64"
		# shellcheck disable=SC2016 # the kernel's
		echo "r:bench/${call}_return __x64_sys_$call"' result=$retval:s64'
	done >/tmp/probes
	while read -r probe; do
		echo "$probe" >>$tracing/kprobe_events || return
	done </tmp/probes
	echo 1 >$tracing/events/bench/enable
}

no_kprobe_events() {
	echo 0 >$tracing/events/bench/enable
	echo >$tracing/kprobe_events
}

missed_by_kprobes() {
	awk '{ sum += $NF } END { print sum + 0 }' $tracing/kprobe_profile
}

# Its modules are not the kernel's: make bench-deps builds them, if they build.
start_lttng() {
	command -v lttng >/dev/null || return 4
	lttng_modules=build/lttng/$(uname -r)/src
	if ! [ -e "$lttng_modules/lttng-tracer.ko" ]; then
		echo "left out: LTTng has no modules for this kernel" >&2
		return 4
	fi
	mkdir -p "/lib/modules/$(uname -r)/extra" || return
	find "$lttng_modules" -name '*.ko' \
		-exec cp {} "/lib/modules/$(uname -r)/extra/" \; || return
	depmod 2>/dev/null || return
	modprobe lttng-tracer || {
		echo "left out: LTTng's modules do not load" >&2
		return 4
	}
	{
		lttng-sessiond --daemonize &&
		lttng create bench --output=$trace &&
		lttng enable-event --kernel --syscall \
			"$(ipc_calls | paste -s -d ,)" &&
		lttng start
	} >/tmp/lttng 2>&1 || {
		echo "left out: LTTng does not start" >&2
		stop_lttng
		return 4
	}
}

lost_by_lttng() {
	lttng stop >/tmp/lttng 2>&1 || return
	sed -n 's/.* \([0-9]*\) events were discarded.*/\1/p' /tmp/lttng |
		awk '{ sum += $1 } END { print sum + 0 }'
}

stop_lttng() {
	lttng destroy bench >/tmp/lttng 2>&1 || :
	kill "$(cat /run/lttng/lttng-sessiond.pid)"
}

# under TOOL [COMMAND]: a tool that starts the program itself; where it can, it
# watches the whole machine nevertheless.
under() {
	command -v "$1" >/dev/null || return 4
	run=under_$1${2:+_$2}
}

under_perf_record() {
	perf record -q -a -o $trace -e 'syscalls:sys_*_msg*' \
		-e 'syscalls:sys_*_sem*' -e 'syscalls:sys_*_shm*' "$@"
}

# No sample is of that name, so only lost ones are printed.
lost_by_perf_record() {
	perf script --show-lost-events --comms none -i $trace 2>/dev/null |
		sed -n 's/.*PERF_RECORD_LOST.* lost \([0-9]*\).*/\1/p' |
		awk '{ sum += $1 } END { print sum + 0 }'
}

under_perf_trace() {
	perf trace -a -o $trace -e 'msg*,sem*,shm*' "$@"
}

lost_by_perf_trace() {
	awk '{ for (i = 1; i < NF; i++) if ($i == "LOST") sum += $(i + 1) }
	     END { print sum + 0 }' $trace
}

under_bpftrace() {
	enter=tracepoint:syscalls:sys_enter exit=tracepoint:syscalls:sys_exit
	bpftrace -o $trace -c "$*" -e "
		${enter}_msg*, ${enter}_sem*, ${enter}_shm* {
			@start[tid] = nsecs;
		}
		${exit}_msg*, ${exit}_sem*, ${exit}_shm* /@start[tid]/ {
			printf(\"%s[%d] %s = %ld <%lld>\\n\", comm, pid, probe,
			       args->ret, nsecs - @start[tid]);
			delete(@start[tid]);
		}" 2>/tmp/errors
}

lost_by_bpftrace() {
	awk '/^Lost [0-9]+ events/ { sum += $2 } END { print sum + 0 }' \
		$trace /tmp/errors
}

under_strace() {
	strace -f -o $trace -e trace=%ipc "$@"
}

plainly() {
	"$@"
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

# measure ROW SETUP TEARDOWN LOST OPTIONS COLUMN...: lines of row, column,
# instructions; and of row, "lost", events, where LOST is not empty.
measure() {
	row=$1 setup=$2 teardown=$3 lost=$4 options=$5
	shift 5
	echo "measuring: $row" >&2
	run=plainly
	status=0
	eval "$setup" || status=$?
	case $status in
	0)	;;
	4)	return 0 ;;
	*)	die "cannot set up: $row" ;;
	esac
	# shellcheck disable=SC2086 # a list
	$run build/bench/calls $options "$@" >/tmp/row || die "calls failed: $row"
	if [ -n "$lost" ]; then
		eval "$lost" >/tmp/lost || die "cannot count what was lost: $row"
		printf 'lost\t%s\n' "$(cat /tmp/lost)" >>/tmp/row
	fi
	eval "$teardown" || die "cannot tear down: $row"
	rm -rf $trace
	sed -n "/$tab/s/^/$row$tab/p" /tmp/row
}

# guest ROWS COLUMN...: ROWS is a list of names, one a line, or "" for all.
guest() {
	wanted=$1
	shift
	wait_for_clock
	rows | while IFS='|' read -r row setup teardown lost options; do
		row=$(trim "$row")
		if [ -z "$wanted" ] ||
		   printf '%s\n' "$wanted" | grep -qxF "$row"; then
			measure "$row" "$setup" "$teardown" "$(trim "$lost")" \
				"$(trim "$options")" "$@" </dev/null
		fi
	done
}

# ---- On the host ---------------------------------------------------------

build() {
	mkdir -p build/bench
	make -s bench-module KERNEL="$release" >build/bench/log 2>&1 ||
		{ cat build/bench/log >&2; die "no empty_probe"; }
	${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Werror \
		-o build/bench/calls tests/bench/calls.c
}

run_guest() {
	scripts/vm -i -n -k "$release" -t 900 -- scripts/bench.sh --guest "$@"
}

# The results as a table for people; reads lines of row, column, value.
print_table() {
	awk -F '\t' -v base="$base_row" -v floor="$floor_row" '
	!($1 in seen_row) { seen_row[$1]; row[++rows] = $1 }
	$2 == "lost" { lost[$1] = $3; next }
	!($2 in seen_column) { seen_column[$2]; column[++columns] = $2 }
	{ value[$1, $2] = $3 }
	function cell(name, call, own, added, least, text) {
		own = value[base, call]
		if (name == base)
			return sprintf("%.0f       ", own)
		added = value[name, call] - own
		least = value[floor, call] - own
		text = sprintf("%.0f", added)
		sub(/^-0$/, "0", text)
		if (least < 1)
			return text
		return text sprintf(" %6s", sprintf("%.2f", added / least))
	}
	END {
		for (r = 1; r <= rows; r++)
			if (length(row[r]) > width)
				width = length(row[r])
		printf "%-*s", width, ""
		for (c = 1; c <= columns; c++)
			printf "  %13s", column[c]
		printf "  %7s\n", "lost"
		for (r = 1; r <= rows; r++) {
			printf "%-*s", width, row[r]
			for (c = 1; c <= columns; c++)
				printf "  %13s", cell(row[r], column[c])
			printf "  %7s\n", row[r] in lost ? lost[row[r]] : "-"
		}
	}'
}

print_csv() {
	awk -F '\t' -v base="$base_row" -v floor="$floor_row" '
	$2 == "lost" { lost[$1] = $3; next }
	{ row[++n] = $1; column[n] = $2; value[$1, $2] = $3 }
	END {
		print "row,call,instructions,added,ratio,lost"
		for (i = 1; i <= n; i++) {
			v = value[row[i], column[i]]
			added = v - value[base, column[i]]
			least = value[floor, column[i]] - value[base, column[i]]
			ratio = least < 1 ? "" : sprintf("%.3f", added / least)
			printf "\"%s\",%s,%.2f,%.2f,%s,%s\n", row[i], column[i], \
			       v, added, ratio, lost[row[i]]
		}
	}'
}

# print_plot_data: a line for each row, a field for each call, tabs between.
# What adds next to nothing has no place on a logarithmic scale, and no bar.
print_plot_data() {
	awk -F '\t' -v base="$base_row" '
	$2 == "lost" { next }
	!($1 in seen_row) { seen_row[$1]; row[++rows] = $1 }
	!($2 in seen_column) { seen_column[$2]; column[++columns] = $2 }
	{ value[$1, $2] = $3 }
	END {
		printf "row"
		for (c = 1; c <= columns; c++)
			printf "\t%s", column[c]
		for (r = 1; r <= rows; r++) {
			if (row[r] == base)
				continue
			printf "\n%s", row[r]
			for (c = 1; c <= columns; c++) {
				added = value[row[r], column[c]] - value[base, column[c]]
				printf "\t%s", added < 1 ? "NaN" : added
			}
		}
		printf "\n"
	}'
}

# plot TERMINAL FILE
plot() {
	gnuplot <<END
set terminal $1 size 1200,700 background "white"
set output "$2"
set datafile separator "\t"
set title "Instructions added to a call, one processor, Linux $release"
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 border -1
set logscale y
set yrange [50:100000]
set ylabel "instructions added (logarithmic)"
set grid ytics
set xtics rotate by -35
set key outside right top
plot for [i = 2:$(head -n 1 build/bench/calls.dat | wc -w)] \
	"build/bench/calls.dat" using i:xtic(1) title columnheader(i)
END
}

# What ipctrace record takes for a record, which is what it adds to the call that
# left it.
print_recorder() {
	awk -F '\t' -v with="$recorded_row" -v without="$ours_row" \
		-v unrelated="$unrelated_column" '
	$1 == without { own[$2] = $3 }
	$1 == with && $2 in own && $2 != unrelated {
		list = list sprintf("%s %.0f (%s)", list == "" ? "" : ",",
				    $3 - own[$2], $2)
	}
	END { print "Instructions of ipctrace record for a record:" list "." }'
}

bench() {
	results=build/bench/results
	run_guest "" >"$results"
	print_csv <"$results" >build/bench/calls.csv
	echo "Instructions that a call takes, and that are added to it, also as a"
	echo "multiple of what the $floor_row adds; events lost. Kernel $release."
	echo
	print_table <"$results"
	echo
	print_recorder <"$results"
	echo
	also=
	if command -v gnuplot >/dev/null; then
		print_plot_data <"$results" >build/bench/calls.dat
		plot svg build/bench/calls.svg
		plot pngcairo build/bench/calls.png
		also=", calls.svg, calls.png"
	fi
	echo "Also in build/bench: calls.csv$also."
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
$rejecting_row
$ours_row
$recorded_row" >"$results"
	columns=$(awk -F '\t' -v row="$base_row" -v unrelated="$unrelated_column" \
		'$1 == row && $2 != unrelated { print $2 }' "$results")

	failed=0 test=1
	echo "TAP version 13"
	echo "1..$((4 * $(echo "$columns" | wc -l) + 2))"
	for column in $columns; do
		least=$(added "$floor_row" "$column")
		ours=$(added "$ours_row" "$column")
		bound=$(bound "$column")
		ratio=$(echo "$ours $least" | awk '{ printf "%.3f", $1 / $2 }')
		verdict $test "$least > 100 && $least < 1000" \
			"bench: $floor_row adds $least instructions to $column"
		verdict $((test + 1)) "$ratio > 1 && $ratio <= $bound" \
			"bench: $ours_row adds $ours, $ratio times as many, at most $bound"
		ours=$(added "$rejecting_row" "$column")
		ratio=$(echo "$ours $least" | awk '{ printf "%.3f", $1 / $2 }')
		bound=$rejected_bound
		verdict $((test + 2)) "$ratio > 0 && $ratio <= $bound" \
			"bench: $rejecting_row adds $ours, $ratio times as many, at most $bound"
		ours=$(added "$recorded_row" "$column")
		bound=$(recorded_bound "$column")
		ratio=$(echo "$ours $least" | awk '{ printf "%.3f", $1 / $2 }')
		verdict $((test + 3)) "$ratio > 0 && $ratio <= $bound" \
			"bench: $recorded_row adds $ours, $ratio times as many, at most $bound"
		test=$((test + 4))
	done
	lost=$(value "$recorded_row" lost)
	verdict $test "$lost == 0" "bench: $recorded_row lost $lost"
	test=$((test + 1))
	unrelated=$(added "$ours_row" $unrelated_column)
	verdict $test "$unrelated <= $max_unrelated && $unrelated >= -$max_unrelated" \
		"bench: $ours_row adds $unrelated to $unrelated_column, at most $max_unrelated"
	return $failed
}

tab=$(printf '\t')

begin "$@"
case ${1:-} in
''|--assert)
	;;
*)	wrong_usage ;;
esac
release=$(release_for bench)
build
if [ "${1:-}" = --assert ]; then
	assert
else
	bench
fi
