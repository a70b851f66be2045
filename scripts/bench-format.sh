#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Measure how fast recorded calls become text: ipctrace report against others
# who recorded the same program, each with its own format. make bench-format
# installs and builds what this needs, and runs it.

set -eu

usage() {
	cat <<'END'
usage: scripts/bench-format.sh [CALLS]

Record a program that makes CALLS System V IPC calls (100000) in the virtual
machine, once with each tool, and print how many events a second each then
formats, on one core. Also as build/bench/format.csv.

The time is that of the processor. An event is what the tool has as one: a call
is one record of ipctrace, and two events, entry and exit, of the others.
END
}

die() {
	echo "scripts/bench-format.sh: $*" >&2
	exit 1
}

# The others may have to be this many times slower for each event.
goal=5

dir=build/bench/format

# The rows: name, the tool that it needs, what it reads, the command.
rows() {
	cat <<END
ipctrace report | $PWD/build/ipctrace | ipctrace | report $dir/ipctrace
ipctrace report --json | $PWD/build/ipctrace | ipctrace | report --json $dir/ipctrace
perf script | perf | perf.data | script -i $dir/perf.data
trace-cmd report | trace-cmd | trace.dat | report -i $dir/trace.dat
babeltrace2 (LTTng) | babeltrace2 | lttng | $dir/lttng
babeltrace2 (CTF by perf data convert) | babeltrace2 | ctf | $dir/ctf
END
}

# ---- In the guest --------------------------------------------------------

# The four calls in turn; libc's semop() is semtimedop to the kernel.
# shellcheck disable=SC2016 # the $ are perl's
program='
	my $rounds = shift() / 4;
	my $queue = msgget(0, 0600) // die;
	my $set = semget(0, 1, 0600) // die;
	for (1 .. $rounds) {
		msgget(0x69000001, 0);
		msgsnd($queue, pack("l! a*", 1, "hello"), 0) or die;
		msgrcv($queue, my $message, 100, 0, 0) or die;
		semop($set, pack("s3", 0, 1, 0)) or die;
	}
	msgctl($queue, 0, 0);
	semctl($set, 0, 0, 0);'

calls='msgget msgsnd msgrcv semtimedop'

# make_calls COMMAND...: run the program under it.
make_calls() {
	"$@" perl -e "$program" "$count"
}

# events FORMAT: entry and exit of the calls, each as FORMAT has it.
events() {
	for call in $calls; do
		# shellcheck disable=SC2059 # it is one
		printf -- "$1" "enter_$call" "exit_$call"
	done
}

record_ipctrace() {
	insmod "$IPCTRACE_KO" ring_bytes=67108864
	build/ipctrace record -o $dir/ipctrace -c msgget,msgsnd,msgrcv,semop &
	recorder=$!
	make_calls env
	kill -INT $recorder
	wait $recorder || die "ipctrace record failed"
	rmmod ipctrace
}

record_perf() {
	list=$(events 'syscalls:sys_%s,syscalls:sys_%s,')
	make_calls perf record -q -a -m 4096 -e "${list%,}" -o $dir/perf.data
}

record_trace_cmd() {
	# shellcheck disable=SC2046 # a list
	make_calls trace-cmd record -q -b 65536 -o $dir/trace.dat \
		$(events '-e syscalls:sys_%s -e syscalls:sys_%s ') >&2
}

record_lttng() {
	modprobe lttng-tracer || return 0
	lttng-sessiond --daemonize
	lttng -q create ipctrace --output=$dir/lttng
	lttng -q enable-channel -k --subbuf-size=16M --num-subbuf=4 calls
	lttng -q enable-event -k -c calls --syscall \
		"$(echo "$calls" | tr ' ' ',')"
	lttng -q start
	make_calls env
	lttng -q destroy
}

guest() {
	count=$1
	record_ipctrace
	! command -v perf >/dev/null || record_perf
	! command -v trace-cmd >/dev/null || record_trace_cmd
	! modinfo lttng-tracer >/dev/null 2>&1 || record_lttng
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
	lttng)	echo "kernel $release has no LTTng modules, which do not compile with its headers" ;;
	ctf)	echo "perf cannot convert to CTF" ;;
	*)	echo "nothing was recorded" ;;
	esac
}

# trim STRING: without the spaces around it.
trim() {
	t=${1#"${1%%[! ]*}"}
	printf '%s\n' "${t%"${t##*[! ]}"}"
}

print_csv() {
	echo "tool,events,seconds,events_per_second"
	awk -F '\t' '{ printf "%s,%d,%.6f,%.0f\n", $1, $2, $3, $2 / $3 }'
}

print_table() {
	awk -F '\t' -v goal=$goal '
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
				if (rate[1] / rate[r] < goal)
					missed = missed ", " row[r]
			}
			printf "\n"
		}
		printf "\nGoal: text at least %d times as fast for an event: ", goal
		print missed ? "missed against " substr(missed, 3) : "reached"
	}'
}

cd "$(dirname "$0")/.."
export LC_ALL=C

case ${1:-} in
--guest)
	guest "$2"
	exit ;;
-h|--help)
	usage
	exit ;;
''|[1-9]*)
	;;
*)	usage >&2
	exit 2 ;;
esac

release=${KERNEL:-$(cat build/kernels/default 2>/dev/null || :)}
[ -n "$release" ] || die "run scripts/setup.sh bench-format first"
[ -x build/ipctrace ] || die "run make userspace first"

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
