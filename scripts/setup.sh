#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# Install what a bare Debian machine lacks to build and test ipctrace.
#
#   scripts/setup.sh [build|vm|check|torture|check-debug|demo|style|bench|bench-deps|
#                     bench-format|matrix|deb|check-package|check-fleet]...
#
# Packages come from the machine's own archive; everything else goes under
# build/. A second run finds all in place and asks the archive nothing.
#
#   KERNEL=RELEASE   fetch that kernel too, beside the default one; a version,
#                    such as 6.12, is the kernel of the suite that has it

set -eu

usage() {
	echo "usage: scripts/setup.sh" \
		"[build|vm|check|torture|check-debug|demo|style|bench|bench-deps|bench-format|matrix|deb|check-package|check-fleet]..." >&2
	exit 2
}

# The table: what each use needs. "@kernel" and "@source" are what a
# package alone does not give: see get_kernel and get_source.
needs() {
	case $1 in
	build)	echo gcc libc6-dev make libbabeltrace2-dev libcyaml-dev libmicrohttpd-dev \
			libncurses-dev libprotobuf-c-dev librdkafka-dev libsqlite3-dev libsystemd-dev libyajl-dev \
			libzstd-dev pkg-config protobuf-c-compiler zlib1g-dev ;;
	vm)	needs build
		echo qemu-system-x86 busybox-static cpio kmod xz-utils @kernel ;;
	check)	needs vm; needs style
		echo clang libclang-rt-14-dev spin sparse stress-ng fakeroot strace jq valgrind \
			gcc-multilib libc6-dev-i386 shellcheck perl mmdebstrap tmux mandoc zsh \
			python3-jsonschema python3-prometheus-client graphviz sqlite3 \
			babeltrace2 protobuf-compiler @source @other_kernel ;;
	torture)
		needs check
		echo postgresql ;;
	check-debug)
		needs check
		echo bc bison dwarves flex libelf-dev linux-source-6.12 ;;
	demo)	needs vm
		echo stress-ng util-linux perl jq gcc-multilib libc6-dev-i386 libgvc6 ;;
	style)	echo coccinelle sparse clang-format shellcheck perl xz-utils @source ;;
	bench)	needs vm; echo gnuplot-nox stress-ng ;;
	bench-deps)
		needs bench
		echo bpftrace linux-perf lttng-tools strace @lttng ;;
	matrix)	needs check
		# Debian's cross compilers cannot be beside gcc-multilib.
		echo clang lld mmdebstrap qemu-system-arm ;;
	deb)	echo mmdebstrap dpkg-dev ;;
	check-package)
		needs deb; needs vm
		echo e2fsprogs piuparts ;;
	check-fleet)
		needs build
		echo curl jq prometheus python3-minimal ;;
	bench-format)
		needs vm
		echo linux-perf trace-cmd babeltrace2 perl ;;
	*)	return 1 ;;
	esac
}

# The files worth having of the kernel's source, with their paths kept.
source_files='
	scripts/checkpatch.pl
	scripts/coccicheck
	scripts/coccinelle
	scripts/const_structs.checkpatch
	scripts/kernel-doc
	scripts/spelling.txt
	scripts/subarch.include
	tools/testing/selftests/gen_kselftest_tar.sh
	tools/testing/selftests/kselftest
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/kselftest_install.sh
	tools/testing/selftests/kselftest_module.h
	tools/testing/selftests/lib.mk
	tools/testing/selftests/run_kselftest.sh'

updated=
missing=
update_once() {
	[ -z "$updated" ] || return 0
	as_root apt-get -q update >&2 ||
		echo "setup.sh: apt-get update failed; going on" >&2
	updated=1
}

# in_archive PACKAGE: is there one of exactly that name?
in_archive() {
	apt-cache pkgnames "$1" | grep -qFx "$1"
}

# install_packages PACKAGE...: those that are missing, in one go.
install_packages() {
	missing=
	# shellcheck disable=SC2016 # the ${} are dpkg-query's
	have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" \
		2>/dev/null || :)
	for pkg; do
		case "
$have
" in
		*"
$pkg installed
"*)		;;
		*)	missing="$missing $pkg" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	update_once
	# A name that apt-get does not know it takes for a pattern.
	for pkg in $missing; do
		in_archive "$pkg" || die "the archive has no package $pkg"
	done
	# shellcheck disable=SC2086 # a list
	as_root apt-get -q -y install --no-install-recommends $missing >&2 ||
		die "apt-get could not install:$missing"
}

# The release that the archive's current headers are for.
archive_release() {
	apt-cache depends linux-headers-amd64 |
		sed -n 's/^ *Depends: linux-headers-\([0-9].*\)/\1/p' |
		head -n 1
}

# fetch_image RELEASE: the kernel and its modules, not installed but unpacked:
# the machine's own boot files are none of our business.
fetch_image() {
	dir=build/kernels/$1
	[ ! -e "$dir/boot/vmlinuz-$1" ] || return 0
	update_once
	(
		cd "$tmp"
		apt-get -q -o APT::Sandbox::User=root download "linux-image-$1" >&2
		dpkg -x linux-image-*.deb root
		# Unpacking runs no postinst, which is where depmod would be.
		[ -e "root/lib/modules/$1/modules.dep" ] || depmod -b root "$1"
		rm -rf root/usr
	) || die "no usable package linux-image-$1"
	rm -rf "$dir"
	mkdir -p build/kernels
	mv "$tmp/root" "$dir"
}

get_kernel() {
	release=$(cat build/kernels/default 2>/dev/null || :)
	if [ -z "$release" ]; then
		update_once
		release=$(archive_release)
		[ -n "$release" ] || die "the archive has no linux-headers-amd64"
	fi
	install_packages "linux-headers-$release"
	fetch_image "$release"
	if [ ! -e build/kernels/default ]; then
		echo "$release" >"$tmp/default"
		mv "$tmp/default" build/kernels/default
	fi
	[ -z "${KERNEL:-}" ] || get_release "$KERNEL"
}

# What scripts/check.sh tries besides.
get_other_kernel() {
	get_release 6.12
}

# get_release RELEASE|VERSION: from the machine's own suite if that has it
get_release() {
	wanted=$(scripts/kernel-release "$1")
	[ ! -e "build/kernels/$wanted" ] || return 0
	if in_archive "linux-headers-$wanted"; then
		install_packages "linux-headers-$wanted"
		fetch_image "$wanted"
		return
	fi
	suite=$(suite_of "$1") || die "no suite is known to have kernel $1"
	scripts/kernel-root.sh "$suite" "$(flavour_of "$1")" >"$tmp/release" ||
		die "no kernel $1"
	[ -e "build/kernels/$(scripts/kernel-release "$1")" ] ||
		die "$suite has no kernel $1, but $(cat "$tmp/release")"
}

# The list of files is kept with them, so that a longer list unpacks again.
get_source() {
	stamp=build/linux-source/.files
	if [ -e $stamp ] && [ "$(cat $stamp)" = "$source_files" ]; then
		return 0
	fi
	install_packages linux-source-6.1
	top=linux-source-6.1
	mkdir "$tmp/source"
	# shellcheck disable=SC2046,SC2086 # a list
	tar -C "$tmp/source" --strip-components=1 -xJf /usr/src/$top.tar.xz \
		$(printf "$top/%s " $source_files) ||
		die "cannot unpack /usr/src/$top.tar.xz"
	echo "$source_files" >"$tmp/source/.files"
	rm -rf build/linux-source
	mv "$tmp/source" build/linux-source
}

# LTTng's modules, unpacked and built for the guest's kernel: to install the
# package would be to build them for this machine's own. The package may be too
# old for the kernel of the same release; then the table does without.
get_lttng() {
	for r in $(cat build/kernels/default) ${KERNEL:-}; do
		dir=build/lttng/$r
		[ ! -e "$dir" ] || continue
		update_once
		(
			cd "$tmp"
			apt-get -q -o APT::Sandbox::User=root download \
				lttng-modules-dkms >&2
			dpkg -x lttng-modules-dkms_*.deb lttng
		) || die "no usable package lttng-modules-dkms"
		mkdir -p build/lttng
		mv "$tmp"/lttng/usr/src/lttng-modules-* "$dir"
		make -s -j "$(nproc)" -C "$dir" \
			KERNELDIR="/lib/modules/$r/build" >"$dir/log" 2>&1 ||
			echo "setup.sh: lttng-modules-dkms does not compile for" \
				"$r: see $dir/log" >&2
		rm -rf "$tmp"/lttng*
	done
}

cd "$(dirname "$0")/.."
. scripts/archive.sh
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

[ $# -gt 0 ] || set -- build
list=
for what; do
	list="$list $(needs "$what")" || usage
done
command -v apt-get >/dev/null || die "needs Debian's apt-get"

packages=
extras=
for item in $list; do
	case $item in
	@*)	extras="$extras ${item#@}" ;;
	*)	packages="$packages $item" ;;
	esac
done

# Beside its destination, so that the final mv is one rename.
mkdir -p build
tmp=$(mktemp -d build/setup.XXXXXX)
tmp=$PWD/$tmp
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC2086 # a list
install_packages $packages
# shellcheck disable=SC2086 # a list
for extra in $(printf '%s\n' $extras | sort -u); do
	"get_$extra"
done
