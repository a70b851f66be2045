#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Show what ipctrace does, in the virtual machine. make demo installs and
# builds what this needs, and runs it.

set -eu

cd "$(dirname "$0")/.."
cc=${CC:-cc}
mkdir -p build/demo
$cc -O2 -Wall -pthread -o build/demo/swap scripts/demo-swap.c
# Not every compiler can; the demo then goes without.
$cc -m32 -static -O2 -Wall -o build/demo/32bit scripts/demo-32bit.c \
	2>/dev/null || rm -f build/demo/32bit
echo "Starting a virtual machine with ipctrace loaded ..."
exec scripts/vm -o build/demo -- scripts/demo-guest.sh
