#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# The programs of a guest of another architecture.
#
#   scripts/guest-root.sh ARCHITECTURE
#
# ARCHITECTURE is Debian's name of it: arm64, i386. The root goes to build/roots,
# named by the machine's own suite, so that what the machine compiles for the
# architecture finds the C library it was linked with. Packages are unpacked, not
# configured: nothing of them need run here. scripts/vm boots with it.
#
# A second run finds it in place and asks the archive nothing.

set -eu

# What the kernel tests call.
packages='base-passwd bash busybox-static coreutils dash diffutils findutils
	grep jq kmod make mawk mount perl perl-base procps sed strace stress-ng
	util-linux'
# What they and the program are compiled and linked with.
packages="$packages libc6-dev libgcc-12-dev libbabeltrace2-dev libncurses-dev
	libprotobuf-c-dev
	libsqlite3-dev libyajl-dev libzstd-dev zlib1g-dev"

# The architectures of a kernel's processes, the first one its own. Those of 32
# bits of amd64 are no concern of ours: there the machine's own programs serve.
architectures=$1
[ "$1" != arm64 ] || {
	architectures=arm64,armhf
	packages="$packages libc6-dev:armhf libgcc-12-dev:armhf"
}

# What configuring the packages would have left.
configure() {
	as_root cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	as_root cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	as_root ln -sf mawk "$1/usr/bin/awk"
	echo '127.0.0.1 localhost' >"$tmp/hosts"
	as_root cp "$tmp/hosts" "$1/etc/"
}

[ $# -eq 1 ] || {
	echo "usage: scripts/guest-root.sh ARCHITECTURE" >&2
	exit 2
}
cd "$(dirname "$0")/.."
. scripts/archive.sh
export LC_ALL=C
root=$(guest_root "$1")
[ ! -e "$root" ] || exit 0

mkdir -p build/roots
tmp=$PWD/$(mktemp -d build/guest-root.XXXXXX)
trap 'as_root rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC2046,SC2086 # a list
bootstrap "$(own_suite)" "$tmp/root" --variant=extract --arch="$architectures" \
	--include="$(echo $packages | tr ' ' ,)"
configure "$tmp/root"
as_root mv "$tmp/root" "$root"
