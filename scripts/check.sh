#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Run every test, count the cases, and end with "N passed, N failed, N skipped".
#
# make check sets up and builds what this needs, then calls it. Whole logs are
# kept in build/check; what failed is printed.

set -u

cd "$(dirname "$0")/.." || exit 1
. scripts/steps.sh
: "${KERNEL:=$(cat build/kernels/default)}"
export KERNEL

# A kernel of another suite: whether it builds and loads, and a test of each kind.
# scripts/matrix.sh runs all on many.
# shellcheck disable=SC2317 # called by step
other_kernel() {
	make -s -j "$(nproc)" module KERNEL="$1" >"$logs/other-build.log" 2>&1 || {
		tail -n 20 "$logs/other-build.log"
		return 1
	}
	scripts/vm -k "$1" -t 300 -- make -s -C tests run_tests \
		TESTS="coverage caller call_semop int80 arguments lifetimes ioctl"
}

# build DIRECTORY: on all processors; its tests run one after the other
build() {
	make -j "$(nproc)" -C "$1" >"$logs/build.log" 2>&1 && return
	tail -n 20 "$logs/build.log"
	total_failed=$((total_failed + 1))
}

step style scripts/check-style.sh
build tests/unit
begin model tests/model/check.sh
step unit make -C tests/unit run
end model
build tests/fuzz
step fuzz make -C tests/fuzz run SECONDS=30
build tests
scripts/released.sh "$KERNEL" || total_failed=$((total_failed + 1))
step guest scripts/vm -k "$KERNEL" -c 2 -m 2G -t 2700 -- sh -c "$guest"
# Probes that come and go under traffic on another CPU: see scripts/vm -s.
step load scripts/vm -k "$KERNEL" -s -c 2 -t 600 -- env IPCTRACE_CPUS_TAKE_TURNS=1 \
	make -C tests run_tests TESTS="unload control"
step accidents tests/splats/accidents.sh "$KERNEL"
other=$(scripts/kernel-release 6.12)
[ "$other" = "$KERNEL" ] || step other other_kernel "$other"
step bench scripts/bench.sh --assert

finish
