#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# The module on the kernels that people run: build, load, run the kernel tests,
# and compare the records of the same calls (tests/diff/same.c) with those of the
# first kernel. Ends with a table.
#
#   scripts/matrix.sh [SUITE:FLAVOUR]...
#
# Set TESTS to the names of the tests to run, for fewer than all that are programs.
# TIMEOUT is for one kernel, in seconds: by itself so long that two processors with
# nothing else to do are done with all of them within an hour.

set -u

cd "$(dirname "$0")/.." || exit 1
[ $# -gt 0 ] || set -- bookworm:amd64 bullseye:amd64 trixie:amd64 \
	trixie:cloud-amd64 sid:amd64 sid:cloud-amd64 bookworm:rt-amd64 \
	bookworm:cloud-amd64 bookworm:arm64 trixie:arm64 bookworm:686-pae
tests=${TESTS:-$(for file in tests/vm/*.c; do basename "$file" .c; done |
	tr '\n' ' ')}
# All are built: a test may want to see the others.
unset TESTS MAKEFLAGS
: "${TIMEOUT:=720}"
. scripts/steps.sh

# release SUITE FLAVOUR: of the kernel, which is there then
release() {
	# The machine's own suite has one already.
	if [ "$1:$2" = bookworm:amd64 ] && [ -s build/kernels/default ]; then
		cat build/kernels/default
	else
		scripts/kernel-root.sh "$1" "$2" 2>>"$logs/roots.log"
	fi
}

# architecture RELEASE: Debian's name of it, nothing if it is the machine's own
architecture() {
	[ ! -e "build/kernels/$1/root" ] || {
		read -r _ arch <"build/kernels/$1/root"
		[ "$arch" = "$(dpkg --print-architecture)" ] || echo "$arch"
	}
}

# build RELEASE: the module, and what the tests need that is not built yet
build() {
	make -j "$(nproc)" module debug-module KERNEL="$1" || return
	arch=$(architecture "$1")
	[ -z "$arch" ] || {
		scripts/guest-root.sh "$arch" && make -C tests ARCH="$arch"
	}
}

# What differs between two runs is taken out: times, CPUs, process ids, addresses
# on the stack, what the test was begun by. A slow call may have left an extra record.
same_form() {
	sed -E '/<unfinished|\.\.\.$/d
		s/^ *[0-9.]+ \[[0-9]+\] //
		s/\[[0-9]+\] ppid=[0-9]+/[] ppid=/
		s/ (exe|from)=[^ ]+//g
		s/<[0-9.]+>/<>/
		s/0x(7f|bf|ff)[0-9a-f]+/0x/g
		s/(time|l[sr]pid)=[0-9]+/\1=/g' "$1"
}

# What two architectures differ in by nature: what their calls are called, and how
# the C library makes them, by ipc() or not, and with IPC_64 where the kernel's
# call has an older form. All that the calls say of themselves must be the same:
# values, structures, results, objects, events; whatever the size of a word.
any_architecture() {
	sed -E 's/ abi=[a-z0-9_]+//
		s/ via=ipc//
		s/IPC_64\|//' "$1"
}

# What ipctrace cannot tell where the kernel does not describe its structures (see
# ipctrace(4), CAVEATS), as Debian's of 32 bits do not.
any_btf() {
	if grep -q '^CONFIG_DEBUG_INFO_BTF=y' "build/kernels/$1/boot/config-$1"
	then
		cat
	else
		sed -E '/ SEM_UNDO adds /d
			s/(SETALL|GETALL), .*\) = /\1) = /
			s/ msg_qbytes=[0-9]+->[0-9]+//
			s/( shmat\(.*) size=[0-9]+\]/\1]/'
	fi
}

# same_records RELEASE: as the first kernel's?
same_records() {
	if [ "$(architecture "$1")" = "$(architecture "$first")" ]; then
		diff -u "$logs/$first.same" "$logs/$1.same"
		return
	fi
	for each in "$first" "$1"; do
		any_architecture "$logs/$each.same" | any_btf "$first" |
			any_btf "$1" >"$logs/$each.any"
	done
	diff -u "$logs/$first.any" "$logs/$1.any"
}

# What the guest does: the records, then the tests. Marked, for its output is one.
# shellcheck disable=SC2016 # for the guest
in_guest='cd "$1" && ipctrace=/sys/kernel/debug/ipctrace
cat $ipctrace/probes | sed "s/^/@probes /"
"$IPCTRACE_BUILD/tests/vm/same" && "$IPCTRACE_BUILD/tests/vm/same-32" && sleep 1
sed "s/^/@record /" $ipctrace/trace
exec make -s -C tests run_tests TESTS="$2"'

row() {
	printf '%-28s %-6s %-6s %-9s %7s %7s %7s  %s\n' "$@"
}

# kernel SUITE FLAVOUR: a line of the table
kernel() {
	kernel=$(release "$1" "$2") || kernel=
	built=no loaded=no probes=- passed=- failed=- skipped=- same=-
	if [ -z "$kernel" ]; then
		kernel=$1:$2
		total_failed=$((total_failed + 1))
	elif ! build "$kernel" >"$logs/$kernel.build.log" 2>&1; then
		tail -n 20 "$logs/$kernel.build.log"
		total_failed=$((total_failed + 1))
	else
		built=yes
		step "$kernel" scripts/vm -t "$TIMEOUT" -k "$kernel" -- \
			sh -c "$in_guest" sh "$PWD" "$tests"
		log=$logs/$kernel.log
		if grep -aq '^@probes' "$log"; then
			loaded=yes
			probes=$(grep -ac '^@probes .* attached ' "$log")/$(
				grep -a '^@probes' "$log" | grep -vc ' state ')
		fi
		sed -n 's/^@record //p' "$log" >"$logs/$kernel.records"
		same_form "$logs/$kernel.records" >"$logs/$kernel.same"
		: "${first:=$kernel}"
		same=yes
		if ! [ -s "$logs/$kernel.same" ] ||
		   ! same_records "$kernel" >"$logs/$kernel.diff"; then
			same=NO
			total_failed=$((total_failed + 1))
			head -n 20 "$logs/$kernel.diff"
		fi
	fi
	row "$kernel" $built $loaded "$probes" "$passed" "$failed" "$skipped" \
		$same >>"$logs/table"
}

if ! make -C tests >"$logs/build.log" 2>&1; then
	tail -n 20 "$logs/build.log"
	total_failed=$((total_failed + 1))
fi
row kernel built loaded probes passed failed skipped records >"$logs/table"
first=
for pair; do
	kernel "${pair%%:*}" "${pair#*:}"
done
echo
cat "$logs/table"
finish
