#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library's
#
# Measure how fast recorded calls become text: ipctrace report against others
# who recorded the same program, each with its own format. make bench-format
# installs and builds what this needs, and runs it.

set -eu

cd "$(dirname "$0")/.."
. scripts/measure.sh

usage() {
	cat <<'END'
usage: scripts/bench-format.sh [CALLS]

Record a program that makes CALLS System V IPC calls (100000) in the virtual
machine, once with each tool, and print how many events a second each then
formats, on one core. Also as build/bench/format.csv.

babeltrace2 reads what perf recorded, converted to its format: LTTng, whose own
format that is, has no modules that compile with the kernel's headers.

The time is that of the processor. An event is what the tool has as one: a call
is one record of ipctrace, and two events, entry and exit, of the others.
END
}

# So many times as fast for each event, at least, as text and as JSON
text_goal=8
json_goal=6

dir=build/bench/format
reader=build/ipctrace

# The rows: name, the tool that it needs, what it reads, the command.
rows() {
	cat <<END
ipctrace report | $reader | ipctrace | report $dir/ipctrace
ipctrace report --json | $reader | ipctrace | report --json $dir/ipctrace
perf script | perf | perf.data | script -i $dir/perf.data
trace-cmd report | trace-cmd | trace.dat | report -i $dir/trace.dat
babeltrace2 | babeltrace2 | ctf | $dir/ctf
END
}

# ---- In the guest --------------------------------------------------------

# Four calls in turn. The machine is gone afterwards, and with it the objects.
# shellcheck disable=SC2016 # the $ are perl's
program='
	my $rounds = shift() / 4;
	my $queue = msgget(1, 01600) // die;
	my $set = semget(1, 1, 01600) // die;
	for (1 .. $rounds) {
		msgget(2, 0);
		msgsnd($queue, pack("l! a*", 1, "hello"), 0) or die;
		msgrcv($queue, my $message, 100, 0, 0) or die;
		semop($set, pack("s3", 0, 0, 0)) or die;
	}'

# make_calls COMMAND...: run the program under it.
make_calls() {
	"$@" perl -e "$program" "$count"
}

record_ipctrace() {
	insmod "$IPCTRACE_KO" ring_bytes=67108864
	$reader record -o $dir/ipctrace -c msg,sem &
	recorder=$!
	make_calls env
	kill -INT $recorder
	wait $recorder || die "ipctrace record failed"
	rmmod ipctrace
}

# Entry and exit of all calls of the two families
record_perf() {
	make_calls perf record -q -a -m 4096 -o $dir/perf.data \
		-e 'syscalls:sys_*_msg*,syscalls:sys_*_sem*'
}

record_trace_cmd() {
	make_calls trace-cmd record -q -b 65536 -o $dir/trace.dat \
		-e 'syscalls:sys_*_msg*' -e 'syscalls:sys_*_sem*' >&2
}

guest() {
	count=$1
	record_ipctrace
	! command -v perf >/dev/null || record_perf
	! command -v trace-cmd >/dev/null || record_trace_cmd
}

# ---- On the host ---------------------------------------------------------

# seconds COMMAND...: of processor time. The clock has hundredths of a second,
# so the command runs as often as it takes for one of them not to count. The
# best of three, which other work on this machine has disturbed least.
# shellcheck disable=SC2016 # the $ are perl's
seconds() {
	perl -e '
		open(my $result, ">&", STDOUT) or die;
		open(STDOUT, ">", "/dev/null") or die;
		my $best;
		for (1 .. 3) {
			my ($runs, $time) = (0, 0);
			while ($time < 1) {
				my @before = times;
				system(@ARGV) == 0 or die "cannot run @ARGV\n";
				my @after = times;
				$time += $after[2] + $after[3] -
					 $before[2] - $before[3];
				$runs++;
			}
			$best = $time / $runs
				if !defined $best || $time / $runs < $best;
		}
		printf $result "%.6f\n", $best;' "$@"
}

# One line for each row that can be measured: name, events, seconds.
measure() {
	rows | while IFS='|' read -r row tool input command; do
		row=$(trim "$row") tool=$(trim "$tool") input=$(trim "$input")
		if ! command -v "$tool" >/dev/null; then
			echo "left out: $row: $tool is not installed" >&2
			continue
		elif ! [ -e "$dir/$input" ]; then
			echo "left out: $row: $(missing "$input")" >&2
			continue
		fi
		# shellcheck disable=SC2086 # words
		events=$("$tool" $command 2>/dev/null | grep -c '\(msg\|sem\)')
		# shellcheck disable=SC2086 # words
		printf '%s\t%s\t%s\n' "$row" "$events" \
			"$(seconds "$tool" $command)"
	done
}

# missing INPUT: why it could not be recorded
missing() {
	case $1 in
	ctf)	echo "perf cannot convert its recording" ;;
	*)	echo "nothing was recorded" ;;
	esac
}

print_csv() {
	echo "tool,events,seconds,events_per_second"
	awk -F '\t' '{ printf "%s,%d,%.6f,%.0f\n", $1, $2, $3, $2 / $3 }'
}

print_table() {
	awk -F '\t' -v text_goal=$text_goal -v json_goal=$json_goal '
	{
		row[NR] = $1
		events[NR] = $2
		rate[NR] = $2 / $3
		if (length($1) > width)
			width = length($1)
	}
	END {
		printf "%-*s  %8s  %12s  %10s  %10s\n", width, "", "events",
		       "events/s", "text is", "JSON is"
		for (r = 1; r <= NR; r++) {
			printf "%-*s  %8d  %12.0f", width, row[r], events[r],
			       rate[r]
			if (r > 2) {
				printf "  %7.1f x  %7.1f x", rate[1] / rate[r],
				       rate[2] / rate[r]
				if (rate[1] / rate[r] < text_goal ||
				    rate[2] / rate[r] < json_goal)
					missed = missed ", " row[r]
			}
			printf "\n"
		}
		printf "\nGoal: at least %d times as fast for an event as text, %d times as JSON: ",
		       text_goal, json_goal
		print missed ? "missed against " substr(missed, 3) : "reached"
	}'
}

begin "$@"
case ${1:-} in
''|[1-9]*)
	;;
*)	wrong_usage ;;
esac
release=$(release_for bench-format)
[ -x $reader ] || die "run make userspace first"

rm -rf $dir
mkdir -p $dir
scripts/vm -k "$release" -n -t 900 -o $dir -- \
	scripts/bench-format.sh --guest "${1:-100000}" >$dir/log 2>&1 || {
	cat $dir/log >&2
	die "cannot record"
}
[ ! -e $dir/perf.data ] ||
	perf data convert --to-ctf $dir/ctf -i $dir/perf.data >>$dir/log 2>&1 ||
	rm -rf $dir/ctf
measure >$dir/results
print_csv <$dir/results >build/bench/format.csv
print_table <$dir/results
echo
echo "Also in build/bench/format.csv. Kernel $release."
