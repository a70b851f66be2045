#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Kernels and configurations that the module is not built for: one sentence says
# why, whatever else is wrong. TAP.

kbuild=$(cd "$(dirname "$0")/../.." && pwd)/Kbuild
number=0
failed=0
echo "TAP version 13"

# kbuild VARIABLE=VALUE...: what reading Kbuild says of a kernel that has all that is
# needed but for these
kbuild() {
	make -f "$kbuild" CONFIG_MODULES=y CONFIG_X86=y CONFIG_ARM64= \
		CONFIG_SYSVIPC=y CONFIG_KRETPROBES=y VERSION=5 PATCHLEVEL=10 \
		"$@" 2>&1 | sed -n 's/^.*\*\*\* //p'
}

# expect SENTENCE VARIABLE=VALUE...
expect() {
	number=$((number + 1))
	sentence=$1
	shift
	said=$(kbuild "$@")
	if [ "$said" = "$sentence.  Stop." ]; then
		echo "ok $number refusals: $*"
		return
	fi
	echo "not ok $number refusals: $*"
	echo "# said: $said"
	failed=1
}

# As any file without a rule, and no sentence before.
expect "No targets" CONFIG_X86=y
expect "No targets" CONFIG_X86= CONFIG_ARM64=y
expect "No targets" VERSION=6 PATCHLEVEL=1
expect "ipctrace needs Linux 5.10 or newer, and this is 5.9" PATCHLEVEL=9
expect "ipctrace needs Linux 5.10 or newer, and this is 4.19" \
	VERSION=4 PATCHLEVEL=19
expect "ipctrace runs on x86-64, i386 and arm64 only, and this kernel is for another processor" \
	CONFIG_X86=
expect "ipctrace needs CONFIG_SYSVIPC: this kernel has no System V IPC" \
	CONFIG_SYSVIPC=
expect "ipctrace needs a kernel with CONFIG_KRETPROBES" CONFIG_KRETPROBES=
echo "1..$number"
exit $failed
