# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Steps of a check, each a command that prints TAP: "step NAME COMMAND...", or
# "begin NAME COMMAND..." and later "end NAME", with other steps meanwhile; then
# "finish", which ends the script with "N passed, N failed, N skipped". Whole logs
# are kept in $logs; what failed is printed. A test that says nothing, or less
# than it planned, has failed.

logs=build/${0##*/}
logs=${logs%.sh}
rm -rf "$logs"
mkdir -p "$logs"

# Count the cases of TAP, however many programs wrote it one after the other,
# and print what failed. Programs of a kselftest run are nested by "# ", and
# each ends in a line of the run itself. Counts go to the file COUNTS.
# shellcheck disable=SC2016 # the $ are awk's
count='
function bad(why) {
	failed++
	print NAME ": " why
}
# The plan of a program: fulfilled?
function finish(depth) {
	if (plan[depth] >= 0 && ran[depth] != plan[depth])
		bad("planned " plan[depth] " tests, ran " ran[depth])
	plan[depth] = -1
	ran[depth] = 0
}
function result(depth, line) {
	ran[depth]++
	if (line ~ /^not ok/) {
		if (line !~ /# TODO/)
			failed++
		wrong = 1
	} else if (line ~ /# SKIP/)
		skipped++
	else
		passed++
}
BEGIN { plan[0] = plan[1] = -1 }
{
	line = $0
	depth = 0
	if (line ~ /^# (TAP version|1\.\.[0-9]|ok [0-9]|not ok [0-9])/) {
		depth = 1
		line = substr(line, 3)
	}
	block[n++] = $0
}
line ~ /^TAP version/ && depth == 0 { finish(0) }
line ~ /^1\.\.[0-9]/ {
	# Last in some programs, first in others.
	if (plan[depth] >= 0)
		finish(depth)
	plan[depth] = substr(line, 4) + 0
	if (depth == 1)
		nested = 1
}
line ~ /^(not )?ok [0-9]/ {
	if (depth == 1) {
		result(1, line)
		next
	}
	if (!nested)
		result(0, line)
	else {
		# Counted by its cases; unless it failed without any of them.
		ran[0]++
		before = failed
		finish(1)
		if (line ~ /^not ok/ && !wrong && before == failed)
			bad(line)
		if (failed != before)
			wrong = 1
	}
	if (wrong)
		for (i = 0; i < n; i++)
			print "  " block[i]
	n = wrong = nested = 0
}
END {
	finish(1)
	finish(0)
	if (passed + failed + skipped == 0) {
		bad("no tests")
		for (i = n > 20 ? n - 20 : 0; i < n; i++)
			print "  " block[i]
	}
	print passed + 0, failed + 0, skipped + 0 >COUNTS
}'

total_passed=0 total_failed=0 total_skipped=0

# step NAME COMMAND...: run it, count its tests
step() {
	name=$1
	shift
	echo "== $name"
	status=0
	"$@" >"$logs/$name.log" 2>&1 || status=$?
	judge
}

# begin NAME COMMAND...: run it beside what follows. A shell has such commands ignore
# SIGINT and SIGQUIT, so none that cares for these.
begin() {
	name=$1
	shift
	"$@" >"$logs/$name.log" 2>&1 &
	echo $! >"$logs/$name.pid"
}

# end NAME: wait for it, count its tests
end() {
	name=$1
	echo "== $name"
	status=0
	wait "$(cat "$logs/$name.pid")" || status=$?
	judge
}

# Of the step $name, which ended with $status
judge() {
	awk -v NAME="$name" -v COUNTS="$logs/$name.counts" "$count" \
		"$logs/$name.log"
	read -r passed failed skipped <"$logs/$name.counts"
	# It may have ended before it could say what is wrong.
	if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
		failed=1
		echo "$name: ended with status $status:"
		tail -n 20 "$logs/$name.log"
	fi
	echo "$name: $passed passed, $failed failed, $skipped skipped"
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
}

finish() {
	echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
	[ "$total_failed" -eq 0 ]
	exit
}

# What runs in the guest. Tests clean up after themselves.
# shellcheck disable=SC2016,SC2034 # the $ are for the guest; for the scripts
guest='make -C tests run_tests || exit
left=$(cat /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm | grep -v key)
printf "TAP version 13\n1..1\n"
[ -z "$left" ] || echo "$left" | sed "s/^/# left: /"
[ -z "$left" ] || printf "not "
echo "ok 1 no IPC object is left behind"'
