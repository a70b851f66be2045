#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# A plain Debian machine that knows nothing of ipctrace, to install packages on: the
# machine's own suite with systemd and the oldest kernel of it that there is, in
# build/roots. What else will be installed there lies in /srv/archive for apt: DKMS,
# headers, and the current kernel. Prints the directory.
#
#   scripts/plain-root.sh
#
# A second run finds it in place and asks the archive nothing, unless other packages
# are wanted by then.

set -eu

# releases: of kernels with headers, the oldest first
releases() {
	apt-cache pkgnames linux-headers- |
		sed -n "s/^linux-headers-\([0-9.]*-[0-9]*-$arch\)$/\1/p" | sort -V
}

[ $# -eq 0 ] || {
	echo "usage: scripts/plain-root.sh" >&2
	exit 2
}
cd "$(dirname "$0")/.."
. scripts/archive.sh
export LC_ALL=C
root=build/roots/$(own_suite)-plain
wanted="libbabeltrace2-0 libcyaml1 libncursesw6 libprotobuf-c1 libsqlite3-0 libyajl2 libzstd1"
if [ "$(cat "$root/srv/wanted" 2>/dev/null)" = "$wanted" ]; then
	echo "$root"
	exit
fi
arch=$(dpkg --print-architecture)
old=$(releases | head -n 1)
[ -n "$old" ] || die "apt knows no kernel headers: apt-get update"

mkdir -p build/roots
tmp=$PWD/$(mktemp -d build/plain-root.XXXXXX)
trap 'as_root rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# What the packages may want later is fetched now: there is no network afterwards.
cat >"$tmp/fetch" <<END
set -e
mkdir -p "\$1/srv/archive/partial"
chroot "\$1" apt-get -q -y --download-only -o Dir::Cache::archives=/srv/archive \\
	install dkms linux-headers-$old linux-headers-$arch linux-image-$arch \\
	$wanted
rm -rf "\$1/srv/archive/partial" "\$1/srv/archive/lock"
END
# Of a thousand drivers these are enough to start from a disk, and are found in no time.
cat >"$tmp/drivers" <<END
mkdir -p "\$1/etc/initramfs-tools/conf.d" "\$1/usr/share/initramfs-tools/modules.d"
echo MODULES=list >"\$1/etc/initramfs-tools/conf.d/drivers"
printf 'virtio_pci\nvirtio_blk\next4\n' >"\$1/usr/share/initramfs-tools/modules.d/drivers"
END
bootstrap_own "$tmp/root" --variant=minbase \
	--essential-hook="sh $tmp/drivers \"\$1\"" \
	--include="systemd-sysv,udev,dbus,libpam-systemd,kmod,e2fsprogs,procps,linux-image-$old" \
	--customize-hook="sh $tmp/fetch \"\$1\""
(cd "$tmp/root/srv" && dpkg-scanpackages archive) >"$tmp/Packages" 2>/dev/null
as_root cp "$tmp/Packages" "$tmp/root/srv/Packages"
echo "$wanted" >"$tmp/wanted"
as_root cp "$tmp/wanted" "$tmp/root/srv/wanted"
as_root rm -rf "$root"
as_root mv "$tmp/root" "$root"
echo "$root"
