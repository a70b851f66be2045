#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library's
#
# Measure whether what ipctrace costs a call grows with the machine and its
# load, in the virtual machine. make bench installs and builds what this needs,
# and runs it.

set -eu

cd "$(dirname "$0")/.."
. scripts/measure.sh

usage() {
	cat <<'END'
usage: scripts/bench-growth.sh

Print what ipctrace adds to a call, with more and more other calls that are
blocked, readers, objects, and processors that make calls at once, and whether
that is flat: a call with ipctrace takes at most a tenth more than it takes with
the fewest. In instructions; with several processors QEMU cannot count those, and it
is time, as a percentage of the call without ipctrace in the same run, and flat
with at most three tenths more.
Also as build/bench/growth.csv, as a plot in build/bench/growth.svg and .png
where gnuplot is installed. Status 1 when one of them is not flat.
END
}

columns='msgget msgsnd+msgrcv semtimedop'

# What grows: name, levels, processors of the machine, how to set up and tear
# down a level; "nothing" is measured in the same surroundings. Readers are there
# with ipctrace only.
dimensions() {
	cat <<'END'
blocked calls | 0 100 10000 | 1 | surround blocked | stop_surrounding
readers | 0 1 8 64 | 1 | start_readers | stop_readers
objects | 1 1000 32000 | 1 | surround_objects | stop_surrounding
CPUs | 1 2 4 8 | 8 | true | true
END
}

# ---- In the guest --------------------------------------------------------

debugfs=/sys/kernel/debug/ipctrace

# With room for all that are to be blocked.
insert() {
	insmod "$IPCTRACE_KO" max_blocked=10240
}

# surround WHAT NUMBER: until stop_surrounding.
surround() {
	mkfifo /tmp/end
	build/bench/surroundings "$1" "$2" </tmp/end >/tmp/ready &
	surrounding=$!
	exec 3>/tmp/end
	until grep -q ready /tmp/ready; do
		kill -0 "$surrounding" || return
		sleep 0.1
	done
	[ "$1" = blocked ] || return 0
	# 70 is msgrcv.
	until [ "$(cat /proc/$surrounding/task/*/syscall | grep -c '^70 ')" -eq "$2" ]; do
		sleep 0.1
	done
}

# One of them is that of the calls. There may be 32000 queues (MSGMNI).
surround_objects() {
	surround objects $(($1 - 1))
}

stop_surrounding() {
	exec 3>&-
	wait "$surrounding"
	rm /tmp/end
}

start_readers() {
	readers=
	[ -e $debugfs ] || return 0
	while [ "$(echo "$readers" | wc -w)" -lt "$1" ]; do
		build/ipctrace >/dev/null &
		readers="$readers $!"
	done
	until grep -q ", $1 readers" $debugfs/stats; do
		sleep 0.1
	done
}

stop_readers() {
	for reader in $readers; do
		kill -INT "$reader"
		wait "$reader"
	done
}

# measure NAME LEVEL ROW: lines of name, level, row, column, instructions.
measure() {
	case $1 in
	CPUs)	options="-n 5000 -r 9 -c $2" ;;
	*)	options='-n 5000 -r 5 -p' ;;
	esac
	# shellcheck disable=SC2086 # lists
	build/bench/calls $options $columns >/tmp/row || return
	sed "s/^/$1$tab$2$tab$3$tab/" /tmp/row
}

# rows NAME: what is measured in turn. Instructions repeat, time does not.
rows() {
	case $1 in
	CPUs)	set -- 1 2 3 4 5 ;;
	*)	set -- 1 ;;
	esac
	for _ in "$@"; do
		echo nothing ipctrace
	done
}

# guest CPUS: all that is to be measured on a machine of so many.
guest() {
	clock=/sys/devices/system/clocksource/clocksource0/current_clocksource
	until grep -qx tsc $clock; do
		sleep 0.1
	done
	dimensions | while IFS='|' read -r name levels cpus setup teardown; do
		name=$(trim "$name")
		[ "$(trim "$cpus")" = "$1" ] || continue
		for level in $levels; do
			echo "measuring: $level $name" >&2
			for row in $(rows "$name"); do
				[ "$row" = nothing ] || insert || exit
				eval "$setup $level" || exit
				measure "$name" "$level" "$row" || exit
				eval "$teardown" || exit
				[ "$row" = nothing ] || rmmod ipctrace || exit
			done
		done </dev/null
	done
}

# ---- On the host ---------------------------------------------------------

build() {
	for program in calls surroundings; do
		${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Werror -pthread \
			-o build/bench/$program tests/bench/$program.c
	done
}

# added: lines of name, level, column, what was added, by how much that makes the
# call take longer than at the first level; from those of measure. Of what was
# measured several times the least counts: there was the least besides.
added() {
	awk -F '\t' -v OFS='\t' '
	!(($1, $2, $4) in seen) { seen[$1, $2, $4]; key[++keys] = $1 FS $2 FS $4 }
	!(($1, $2, $3, $4) in took) || $5 < took[$1, $2, $3, $4] {
		took[$1, $2, $3, $4] = $5
	}
	END {
		for (k = 1; k <= keys; k++) {
			split(key[k], at, FS)
			own = took[at[1], at[2], "nothing", at[3]]
			ours = took[at[1], at[2], "ipctrace", at[3]]
			if (!((at[1], at[3]) in first))
				first[at[1], at[3]] = ours / own
			print at[1], at[2], at[3],
			      at[1] == "CPUs" ? 100 * (ours / own - 1) : ours - own,
			      ours / own / first[at[1], at[3]]
		}
	}'
}

# Status 1 when a dimension is not flat.
print_table() {
	awk -F '\t' -v columns="$columns" '
	!(($1, $2) in seen) { seen[$1, $2]; line[++lines] = $1 FS $2 }
	{ value[$1, $2, $3] = $4; grown[$1, $2, $3] = $5 }
	END {
		n = split(columns, column, " ")
		printf "%-20s", ""
		for (c = 1; c <= n; c++)
			printf "  %13s", column[c]
		for (l = 1; l <= lines; l++) {
			split(line[l], at, FS)
			if (at[1] != name && name)
				printf "  %s", verdict
			if (at[1] != name) {
				name = at[1]
				unit = name == "CPUs" ? "%" : " "
				verdict = "flat"
			}
			printf "\n%6d %-13s", at[2], name
			for (c = 1; c <= n; c++) {
				printf "  %12.0f%s",
				       value[name, at[2], column[c]], unit
				# Time does not repeat as instructions do.
				most = name == "CPUs" ? 1.3 : 1.1
				g = grown[name, at[2], column[c]]
				if (g > most) {
					verdict = "not flat"
					failed = 1
				}
			}
		}
		printf "  %s\n", verdict
		exit failed
	}'
}

# print_plot_data NAME: level, and a field for each column.
print_plot_data() {
	awk -F '\t' -v name="$1" -v columns="$columns" '
	$1 != name { next }
	!($2 in seen) { seen[$2]; level[++levels] = $2 }
	{ value[$2, $3] = $4 }
	END {
		n = split(columns, column, " ")
		for (l = 1; l <= levels; l++) {
			printf "%s", level[l]
			for (c = 1; c <= n; c++)
				printf "\t%s", value[level[l], column[c]]
			printf "\n"
		}
	}'
}

# plot TERMINAL FILE
plot() {
	{
		cat <<END
set terminal $1 size 1200,800 background "white"
set output "$2"
set datafile separator "\t"
set multiplot layout 2,2 title "What ipctrace adds to a call, Linux $release"
set style data linespoints
set grid ytics
set key bottom right
END
		dimensions | while IFS='|' read -r name rest; do
			name=$(trim "$name")
			print_plot_data "$name" <build/bench/growth \
				>"build/bench/growth.${name%% *}"
			case $name in
			CPUs)	echo 'set yrange [0:100]; set ylabel "% of the time"' ;;
			*)	echo 'set yrange [0:1000]; set ylabel "instructions"' ;;
			esac
			printf 'set xlabel "%s"\nplot' "$name"
			i=2
			for column in $columns; do
				printf ' "build/bench/growth.%s" using %s:xtic(1) title "%s",' \
					"${name%% *}" $i "$column"
				i=$((i + 1))
			done
			echo
		done
	} | gnuplot
}

bench() {
	mkdir -p build/bench
	build
	for cpus in $(dimensions | cut -d "|" -f 3 | sort -u); do
		count=-i
		[ "$cpus" = 1 ] || count=
		# shellcheck disable=SC2086 # nothing, or an option
		scripts/vm $count -n -c "$cpus" -k "$release" -t 1200 -- \
			scripts/bench-growth.sh --guest "$cpus"
	done >build/bench/growth.results
	added <build/bench/growth.results >build/bench/growth
	{
		echo "what,number,call,added,grown"
		tr '\t' ',' <build/bench/growth
	} >build/bench/growth.csv
	echo "Instructions, or with several CPUs how much time, that ipctrace adds to"
	echo "a call. Kernel $release."
	echo
	status=0
	print_table <build/bench/growth || status=$?
	echo
	also=
	if command -v gnuplot >/dev/null; then
		plot svg build/bench/growth.svg
		plot pngcairo build/bench/growth.png
		also=", growth.svg, growth.png"
	fi
	echo "Also in build/bench: growth.csv$also."
	return $status
}

tab=$(printf '\t')

begin "$@"
[ $# -eq 0 ] || wrong_usage
release=$(release_for bench)
bench
