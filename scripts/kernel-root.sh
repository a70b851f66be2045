#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# Another Debian suite's kernels, to build for and to boot.
#
#   scripts/kernel-root.sh SUITE [FLAVOUR]...
#
# FLAVOUR is as in linux-image-FLAVOUR: amd64 (the default), cloud-amd64,
# rt-amd64, 686-pae, arm64. The suite's newest kernel of each goes to
# build/kernels, and what modules for it are built with, the suite's own headers
# and compiler, to build/roots/SUITE: host tools of newer headers do not run on
# an older C library. scripts/kbuild builds there. The releases are printed.
#
# Packages come from the machine's own archive. A second run finds all in place
# and asks the archive nothing.

set -eu

usage() {
	echo "usage: scripts/kernel-root.sh SUITE [FLAVOUR]..." >&2
	exit 2
}

# architecture FLAVOUR: Debian's name of it
architecture() {
	case $1 in
	686*)	echo i386 ;;
	*)	echo "${1##*-}" ;;
	esac
}

make_root() {
	[ ! -e "$root" ] || return 0
	bootstrap "$suite" "$tmp/root" --variant=apt --include=make,gcc,kmod
	as_root cp "$tmp/options" "$tmp/root/etc/apt/apt.conf.d/99machine"
	mkdir -p build/roots
	as_root mv "$tmp/root" "$root"
}

# in_root COMMAND...: names are looked up as the machine does.
in_root() {
	as_root cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	as_root chroot "$root" "$@"
}

updated=
update_once() {
	[ -z "$updated" ] || return 0
	in_root apt-get -q update >&2 || die "no package lists of $suite"
	updated=1
}

# unpack DIR PACKAGE...: without installing
unpack() {
	dir=$1
	shift
	as_root rm -rf "$root/root/packages"
	as_root mkdir "$root/root/packages"
	in_root sh -c 'cd /root/packages && apt-get -q \
		-o APT::Sandbox::User=root download "$@"' sh "$@" >&2 ||
		die "no packages $*"
	for deb in "$root"/root/packages/*.deb; do
		as_root dpkg -x "$deb" "$dir"
	done
	as_root rm -rf "$root/root/packages"
}

# depends PACKAGE NAME: what a package depends on of that name
depends() {
	in_root apt-cache depends "$1" |
		sed -n "s/^ *Depends: <*\($2[^ :>]*\).*/\1/p" | head -n 1
}

# Headers of another architecture come with host tools for it; those of this one
# do the same.
get_headers() {
	if [ "$arch" = "$native" ]; then
		in_root apt-get -q -y install "linux-headers-$release" >&2 ||
			die "cannot install linux-headers-$release"
		return
	fi
	package=linux-headers-$release:$arch
	in_root apt-get -q -y install \
		"$(depends "$package" linux-kbuild-)" >&2 ||
		die "cannot install what builds for $release"
	if [ "$arch" = arm64 ]; then
		in_root apt-get -q -y install gcc-aarch64-linux-gnu >&2 ||
			die "cannot install a compiler for $arch"
	fi
	# Not into the root: its /lib is a link, and would not stay one.
	unpack "$tmp/headers" "$package" \
		"$(depends "$package" "linux-headers-.*-common")"
	as_root cp -a "$tmp/headers/usr/src" "$root/usr/"
}

# The machine's own boot files are none of our business: not installed.
get_image() {
	# Newer suites have it in several packages.
	parts=$(in_root apt-cache depends "linux-image-$release:$arch" |
		sed -n "s/^ *Depends: <*\(linux-[a-z]*-$release\)[:>]*.*/\1/p")
	# shellcheck disable=SC2046,SC2086 # a list
	unpack "$tmp/image" $(printf "%s:$arch\n" \
		"linux-image-$release" $parts)
	# Unpacking runs no postinst, which is where depmod would be.
	if [ -d "$tmp/image/usr/lib/modules" ]; then
		as_root mkdir -p "$tmp/image/lib"
		as_root mv "$tmp/image/usr/lib/modules" "$tmp/image/lib/"
	fi
	as_root rm -rf "$tmp/image/usr"
	mkdir -p "$tmp/image/boot"
	for file in vmlinuz config System.map; do
		[ ! -e "$tmp/image/lib/modules/$release/$file" ] ||
			as_root mv "$tmp/image/lib/modules/$release/$file" \
				"$tmp/image/boot/$file-$release"
	done
	as_root chown -R "$(id -u):$(id -g)" "$tmp/image"
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$tmp/image" "$release"
	echo "$suite $arch" >"$tmp/image/root"
	mkdir -p build/kernels
	rm -rf "build/kernels/$release"
	mv "$tmp/image" "build/kernels/$release"
}

# get_flavour FLAVOUR: its kernel; print the release
get_flavour() {
	stamp=$root/root/release-$1
	arch=$(architecture "$1")
	if [ ! -e "$stamp" ] ||
	   [ ! -e "build/kernels/$(cat "$stamp")/root" ]; then
		[ "$arch" = "$native" ] ||
			in_root dpkg --add-architecture "$arch"
		update_once
		release=$(depends "linux-image-$1:$arch" 'linux-image-[0-9]')
		release=${release#linux-image-}
		[ -n "$release" ] || die "$suite has no linux-image-$1"
		get_headers
		get_image
		echo "$release" >"$tmp/release"
		as_root cp "$tmp/release" "$stamp"
	fi
	cat "$stamp"
}

[ $# -gt 0 ] || usage
case $1 in
-*)	usage ;;
esac
cd "$(dirname "$0")/.."
. scripts/archive.sh
export LC_ALL=C
suite=$1
shift
native=$(dpkg --print-architecture)
[ $# -gt 0 ] || set -- "$native"
root=build/roots/$suite

mkdir -p build
tmp=$PWD/$(mktemp -d build/kernel-root.XXXXXX)
trap 'as_root rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

make_root
for flavour; do
	get_flavour "$flavour"
done
