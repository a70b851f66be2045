#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # run() calls functions by their names
#
# What is too long for make check, part by part, and a table of what became of
# it at the end. make torture sets up what this needs, then calls it.
#
# scripts/torture.sh [PART]...; status 1 when one failed. Logs are in
# build/torture, where those of other parts stay; so do the lines of the table,
# which "scripts/torture.sh table" prints again, all of them.
#
#   RECORDS=NUMBER        records for each test of rings, 100000000
#   FUZZ_SECONDS=NUMBER   for each fuzzer, 600
#   REQUESTS=NUMBER       to the device, 1000000
#   ROUNDS=NUMBER         of unloading and loading under traffic, 500
#   SLEEPERS=NUMBER       processes asleep at once, 10000
#   STRESS_SECONDS=NUMBER of stress-ng, 3600
#   HEALTHY_SECONDS=NUMBER of programs that are well, 600
#   FAULTS=NUMBER         each NUMBERth place in loading fails, 1: all
#   CALLS=NUMBER          random calls, 1000000

set -u

cd "$(dirname "$0")/.." || exit 1
logs=build/torture
mkdir -p $logs

records=${RECORDS:-100000000}
seconds=${FUZZ_SECONDS:-600}
requests=${REQUESTS:-1000000}
rounds=${ROUNDS:-500}
sleepers=${SLEEPERS:-10000}
stress=${STRESS_SECONDS:-3600}
healthy=${HEALTHY_SECONDS:-600}
faults=${FAULTS:-1}
calls=${CALLS:-1000000}
failed=0

# A part is a function part_NAME, which writes TAP, and count_NAME, which says
# from its log how much that was.
parts="rings races models fuzz device calls faults load sleepers clocks readers cpus lives pointers stress healthy"

# rings with many records, and some of them under ThreadSanitizer
part_rings() {
	make -s -C tests/unit all >&2 &&
		IPCTRACE_RECORDS=$records build/tests/unit/ring_threads_fast
}

part_races() {
	make -s -C tests/unit all >&2 &&
		IPCTRACE_RECORDS=$((records / 10)) \
			build/tests/unit/ring_threads_tsan
}

count_rings() {
	echo "$records records, $(grep -c ':reader [0-9]' "$1") readers"
}

count_races() {
	echo "$((records / 10)) records, $(grep -c ':reader [0-9]' "$1") readers"
}

part_models() {
	tests/model/check.sh long
}

count_models() {
	sed -n 's/^ok .*: \([0-9]*\) states$/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 " states" }'
}

part_fuzz() {
	make -s -C tests/fuzz run SECONDS="$seconds"
}

count_fuzz() {
	sed -n 's/^ok .*: \([0-9]*\) inputs in .*/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 " inputs" }'
}

# guest SLOW "OPTION..." TESTS=NAME [VARIABLE=VALUE...]: kernel tests in a virtual
# machine. Their runner gives each 600 seconds, times IPCTRACE_SLOW.
guest() {
	slow=$1
	options=$2
	shift 2
	# shellcheck disable=SC2086 # a list
	make -s -C tests >&2 &&
		scripts/vm -t $((600 * slow + 60)) $options -- \
			make -s -C tests run_tests "IPCTRACE_SLOW=$slow" "$@"
}

# random requests to the device
part_device() {
	guest 6 "" TESTS=fuzz_device "IPCTRACE_FUZZ=$requests"
}

count_device() {
	echo "$requests requests, $(sed -n 's/.*:\(seed [0-9]*\)$/\1/p' "$1")"
}

# said LOG: what tests of it said of their numbers
said() {
	sed -n -e 's/^# # vm[^ ]*:[0-9]*:[a-z0-9_]*:\(.*[0-9].*\)/\1/p' \
		-e 's/^# # \([0-9]* s: .*\)/\1/p' "$1" |
		awk 'NR > 1 { printf "; " } { printf "%s", $0 }'
}

# cases LOG: how many of its tests passed
cases() {
	echo "$(grep -c '^# ok ' "$1") tests"
}

# memory refused at each place in turn, on a kernel that can
part_faults() {
	scripts/setup.sh check-debug >&2 &&
		kernel=$(scripts/debug-kernel.sh debug) &&
		make module debug-module KERNEL="$kernel" >&2 &&
		guest 12 "-n -k $kernel -m 3G" TESTS=faults \
			"IPCTRACE_FAULTS=$faults"
}

# unloaded and loaded again under traffic
part_load() {
	guest 12 "-s -c 4" TESTS=unload IPCTRACE_CPUS_TAKE_TURNS=1 \
		"IPCTRACE_ROUNDS=$rounds"
}

# processes asleep at once, then woken, killed, their object removed
part_sleepers() {
	guest 6 "-m 4G" TESTS=crowd "IPCTRACE_SLEEPERS=$sleepers"
}

# the wall clock stepped, tasks frozen, the machine stopped
part_clocks() {
	rm -f "$logs/monitor"
	stop_when_asked &
	guest 1 "-q $logs/monitor" TESTS=clock IPCTRACE_STOP=1
	status=$?
	# A guest that did not come up never asks.
	kill $! 2>/dev/null
	wait $!
	return "$status"
}

# Stop the machine for 5 seconds when its test says so, in the part's log.
# shellcheck disable=SC2016 # the $ are Perl's
stop_when_asked() {
	tries=9000
	until grep -q 'stop me' "$logs/clocks.log"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return
		sleep 0.1
	done
	perl -MIO::Socket::UNIX -e '
		my $monitor = IO::Socket::UNIX->new(shift) or die "monitor: $!\n";
		print $monitor "stop\n";
		$monitor->flush;
		sleep 5;
		print $monitor "cont\n";
		$monitor->flush;
		sleep 1;
	' "$logs/monitor" >&2
}

# Readers stopped, killed, slow; processors off and on; callers, objects and
# namespaces that go during a call; pointers to nowhere.
for part in readers:many_readers cpus:hotplug lives:lifetimes pointers:bad_pointers; do
	eval "part_${part%:*}() {
		guest 2 '' TESTS=${part#*:}
	}"
done

# stress-ng with a recorder
part_stress() {
	guest $((stress / 300 + 2)) "" TESTS=stress "IPCTRACE_STRESS=$stress"
}

# programs that are well, of which ipctrace watch has nothing to say
part_healthy() {
	guest $((healthy / 300 + 2)) "" TESTS=healthy "IPCTRACE_HEALTHY=$healthy"
}

for part in faults load sleepers clocks readers cpus stress healthy; do
	eval "count_$part() { said \"\$1\"; }"
done
for part in lives pointers; do
	eval "count_$part() { cases \"\$1\"; }"
done

# random calls, 64-bit and 32-bit, all accounted for
part_calls() {
	guest 6 "" TESTS=fuzz_calls "IPCTRACE_FUZZ=$calls"
}

count_calls() {
	sed -n 's/.*:\([0-9]*\) calls, .*/\1/p' "$1" |
		awk '{ sum += $1 } END { printf "%d calls, ", sum }'
	sed -n 's/.*:\(seed [0-9]*\)$/\1/p' "$1" | head -n 1
}

# run PART: a line of the table
run() {
	echo "== $1"
	begin=$(date +%s)
	outcome=held
	"part_$1" >"$logs/$1.log" 2>&1 || outcome=FAILED
	# One that said nothing has not run.
	if ! grep -q '^ok ' "$logs/$1.log" || grep -q '^not ok' "$logs/$1.log"
	then
		outcome=FAILED
	fi
	[ $outcome = held ] || { failed=1; tail -n 40 "$logs/$1.log"; }
	printf '%s\t%s\t%s\t%s\n' "$1" $outcome "$(($(date +%s) - begin)) s" \
		"$("count_$1" "$logs/$1.log")" >"$logs/$1.row"
}

# table PART...: what became of those of them that have run
table() {
	{
		printf 'part\toutcome\ttime\tcounts\n'
		for part; do
			cat "$logs/$part.row" 2>/dev/null
		done
	} | awk -F '\t' '{ printf "%-10s %-8s %8s  %s\n", $1, $2, $3, $4 }'
}

# shellcheck disable=SC2086 # a list
if [ "$*" = table ]; then
	table $parts
	exit
fi
# shellcheck disable=SC2086 # a list
[ $# -gt 0 ] || set -- $parts
for part; do
	case " $parts " in
	*" $part "*)	;;
	*)	echo "usage: scripts/torture.sh [$parts]... | table" >&2; exit 2 ;;
	esac
done
for part; do
	rm -f "$logs/$part.row"
done
for part; do
	run "$part"
done

echo
table "$@"
exit $failed
