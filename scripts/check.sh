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

step style scripts/check-style.sh
step unit make -C tests/unit run
step model tests/model/check.sh
step fuzz make -C tests/fuzz run SECONDS=30
if ! make -C tests >"$logs/build.log" 2>&1; then
	tail -n 20 "$logs/build.log"
	total_failed=$((total_failed + 1))
fi
step guest scripts/vm -c 2 -m 2G -t 1800 -- sh -c "$guest"
# Probes that come and go under traffic on another CPU: see scripts/vm -s.
step load scripts/vm -s -c 2 -t 600 -- env IPCTRACE_CPUS_TAKE_TURNS=1 \
	make -C tests run_tests TESTS="unload control"
step bench scripts/bench.sh --assert

finish
