#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the libraries'
#
# The Debian packages as people meet them: built where there is nothing else, put on a
# plain Debian machine and purged from it again, by piuparts, too; the machine started,
# a removal caused and asked about; with a newer kernel the same, until all is purged
# while it runs. Ends with "N passed, N failed, N skipped". make check-package sets up
# what this needs.

set -u

cd "$(dirname "$0")/.." || exit 1
. scripts/archive.sh
. scripts/steps.sh

# one NAME COMMAND...: a test by itself, as TAP
# shellcheck disable=SC2317 # called by step
one() {
	what=$1
	shift
	echo "1..1"
	"$@" || {
		echo "not ok 1 $what"
		return 1
	}
	echo "ok 1 $what"
}

# shellcheck disable=SC2317 # called by step
install() {
	root=$(scripts/plain-root.sh) || return
	mkdir -p "$tmp/io/deb"
	cp build/deb/*.deb "$tmp/io/deb/"
	cp -r tests/package "$tmp/io/tests"
	for own in reader module; do
		cp debian/tests/$own "$tmp/io/tests/autopkgtest-$own"
	done
	in_copy "$root" sh /io/tests/root.sh
}

# Debian's own test of installing, and of what is left after purging
# shellcheck disable=SC2317 # called by step
piuparts() {
	root=$(scripts/plain-root.sh) || return
	as_root piuparts --existing-chroot="$(readlink -f "$root")" \
		--distribution="$(own_suite)" --mirror="$(archive) main" \
		--do-not-verify-signatures --no-eatmydata --no-upgrade-test \
		build/deb/*.deb >"$logs/piuparts.said" 2>&1 || {
		tail -n 30 "$logs/piuparts.said"
		return 1
	}
}

# machine KERNEL: start it with the old or the new one
# shellcheck disable=SC2317 # called by step
machine() {
	[ -e "$tmp/io/disk" ] || {
		echo "there is no disk"
		return 1
	}
	: >"$tmp/tap"
	if [ -w /dev/kvm ] && grep -q -E '^flags.* (vmx|svm)( |$)' /proc/cpuinfo; then
		set -- "$1" -accel kvm -cpu host
	else
		# As scripts/vm says why
		set -- "$1" -accel tcg,thread=multi -cpu max,la57=off,erms=off,cx16=off
	fi
	kernel=$1
	shift
	timeout --foreground -k 5 "${TIMEOUT:-1200}" qemu-system-x86_64 \
		-nodefaults -no-user-config -display none -no-reboot -machine q35 \
		-m 2G -smp 2 "$@" \
		-kernel "$tmp/io/vmlinuz-$kernel" -initrd "$tmp/io/initrd-$kernel" \
		-append "root=/dev/vda rw console=ttyS0 panic=-1 check=$kernel tsc=reliable" \
		-drive "file=$tmp/io/disk,if=virtio,format=raw" \
		-chardev "file,id=log,path=$logs/$kernel.console" -serial chardev:log \
		-device virtio-serial-pci \
		-chardev "file,id=tap,path=$tmp/tap" \
		-device virtserialport,chardev=tap,name=check
	ended=$?
	cat "$tmp/tap"
	scripts/vm.d/judge <"$logs/$kernel.console" || return
	return "$ended"
}

tmp=$PWD/$(mktemp -d build/check-package.XXXXXX)
# shellcheck disable=SC2154 # the library's
trap 'as_root rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

step build one "packages are built, and lintian has nothing to say" scripts/deb.sh
step install install
step piuparts one "piuparts has nothing to say" piuparts
step first machine old
step upgraded machine new
finish
