#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Show what ipctrace does, in the virtual machine. make demo installs and
# builds what this needs, and runs it.

set -eu

cd "$(dirname "$0")/.."
echo "Starting a virtual machine with ipctrace loaded ..."
exec scripts/vm -- scripts/demo-guest.sh
