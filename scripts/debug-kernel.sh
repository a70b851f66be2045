#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Build a small kernel with checkers, for scripts/vm, and print its release.
#
#   scripts/debug-kernel.sh debug|kcsan|rt
#
# From Debian's source and a configuration with nothing but what
# tests/guest.config and tests/NAME.config ask for. It is kept in build/kernels
# beside Debian's, with what building a module for it takes, and built again
# only when one of these files, the source or the compiler is another. Run
# scripts/setup.sh check-debug first.

set -eu

cd "$(dirname "$0")/.."
repo=$(pwd -P)
export LC_ALL=C

die() {
	echo "scripts/debug-kernel.sh: $*" >&2
	exit 1
}

case ${1:-} in
debug|kcsan) name=$1 version=6.1 ;;
rt)	name=$1 version=6.12 ;;		# the first with PREEMPT_RT in it, and long-lived
*)	die "usage: scripts/debug-kernel.sh debug|kcsan|rt" ;;
esac
archive=/usr/src/linux-source-$version.tar.xz

# shellcheck disable=SC2016 # the ${} is dpkg-query's
package=$(dpkg-query -W -f '${Version}' "linux-source-$version" 2>/dev/null) ||
	die "run scripts/setup.sh check-debug first"
# Named by what does not change with Debian's revisions of a version.
release=${package%%-*}-$name
kernel=$repo/build/kernels/$release
source=$repo/build/kernels/linux-$package

# options: as kconfig wants them, without their reasons, and without those that
# the latter file has as "=n".
options() {
	without=$(sed -n 's/^\(CONFIG_[^[:space:]]*=\)n.*/\1y/p' \
		"tests/$name.config")
	sed -n 's/^\(CONFIG_[^[:space:]]*\).*/\1/p' tests/guest.config \
		"tests/$name.config" | grep -v '=n$' | grep -vxF "$without"
	echo "CONFIG_LOCALVERSION=\"-$name\""
}

key() {
	echo "linux-source-$version $package"
	gcc --version | head -n 1
	pahole --version
	options
}

# Beside its destination, so that the mv is one rename.
get_source() {
	[ ! -e "$source" ] || return 0
	rm -rf "$source.new"
	mkdir "$source.new"
	tar -C "$source.new" --strip-components=1 \
		-xJf "$archive" || die "cannot unpack $archive"
	mv "$source.new" "$source"
}

# An option that depends on what is not there would be dropped in silence.
configure() {
	options >"$kernel/options"
	make -s -C "$source" O="$kernel/build" \
		KCONFIG_ALLCONFIG="$kernel/options" allnoconfig || return
	lost=$(grep -vxFf "$kernel/build/.config" "$kernel/options") || return 0
	echo "options that did not get into the configuration:"
	echo "$lost"
	return 1
}

# What scripts/vm takes, in Debian's places.
install_kernel() {
	mkdir -p "$kernel/boot" &&
	cp "$kernel/build/.config" "$kernel/boot/config-$release" &&
	cp "$kernel/build/arch/x86/boot/bzImage" \
		"$kernel/boot/vmlinuz-$release"
}

# What compiling modules does not need any more, which is most of it.
shrink() {
	find "$kernel/build" \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \
		-o -name '.tmp_vmlinux*' \) ! -path '*/scripts/*' \
		! -path '*/tools/*' -delete
}

build() {
	rm -rf "$kernel"
	mkdir -p "$kernel/build"
	if ! { configure && make -s -C "$source" O="$kernel/build" \
			-j "$(nproc)" bzImage modules && install_kernel &&
		shrink; } >"$kernel/log" 2>&1
	then
		tail -n 20 "$kernel/log" >&2
		die "cannot build $release; see $kernel/log"
	fi
	key >"$kernel/key"
}

mkdir -p build/kernels
if [ "$(cat "$kernel/key" 2>/dev/null)" != "$(key)" ]; then
	echo "scripts/debug-kernel.sh: building $release, once" >&2
	get_source
	build
fi
echo "$release"
