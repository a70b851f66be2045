#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# The kernel tests again, on kernels that check what the module does: one with
# KASAN, lockdep and others, one with KCSAN, and a realtime one with lockdep.
# Ends with "N passed, N failed, N skipped".
#
#   scripts/check-debug.sh [debug|kcsan|rt]...
#
# make check-debug sets up what this needs, then calls it. What a checker
# reports makes the run of scripts/vm a failure: see scripts/vm.d/judge. Whole
# logs are kept in build/check-debug; what failed is printed.

set -u

cd "$(dirname "$0")/.." || exit 1
. scripts/steps.sh

# mistakes KERNEL: what must be noticed there. A report of lockdep or KASAN turns
# lockdep off, so these come last.
mistakes() {
	case $1 in
	debug)	echo rcu leak list object preempt sleep ubsan warning lock \
			lockdep kasan ;;
	kcsan)	echo race ;;
	rt)	echo rcu list preempt sleep warning nesting lockdep ;;
	*)	echo "usage: scripts/check-debug.sh [debug|kcsan|rt]..." >&2
		exit 2 ;;
	esac
}

kernels=${*:-debug kcsan rt}
for kernel in $kernels; do
	mistakes "$kernel" >/dev/null
done

# Kernels with checkers are several times slower: this is how much longer tests
# may take.
slow=IPCTRACE_SLOW=5

# quietly COMMAND...: says nothing unless it fails, and then is a failure
quietly() {
	"$@" >"$logs/build.log" 2>&1 && return
	tail -n 20 "$logs/build.log"
	total_failed=$((total_failed + 1))
	return 1
}

# build_for RELEASE: the module, also the one whose steps fail when told to.
build_for() {
	quietly make module debug-module bench-module KERNEL="$1"
}

quietly make -C tests
quietly make userspace

for kernel in $kernels; do
	if ! { release=$(scripts/debug-kernel.sh "$kernel") &&
	       build_for "$release"; }; then
		total_failed=$((total_failed + 1))
		continue
	fi
	# shellcheck disable=SC2046 # a list
	step "noticed-$kernel" tests/splats/splats.sh "$release" \
		$(mistakes "$kernel")
	step "$kernel" scripts/vm -k "$release" -c 2 -m 4G -t 7200 -- \
		env $slow sh -c "$guest"
	[ "$kernel" != debug ] ||
		step debug-load scripts/vm -s -k "$release" -c 2 -m 3G \
			-t 3600 -- env $slow IPCTRACE_CPUS_TAKE_TURNS=1 \
			make -C tests run_tests TESTS="unload control"
done

finish
