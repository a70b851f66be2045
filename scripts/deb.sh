#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# Debian packages below build/deb, built in a root that has what debian/control asks
# for and no more, without a network. What lintian says of them is an error.
#
#   scripts/deb.sh

set -eu

# What builds is there to stay, as long as it is what is asked for.
make_root() {
	grep '^Build-Depends' -A 9 debian/control >"$tmp/wanted"
	! cmp -s "$tmp/wanted" "$root/root/wanted" || return 0
	mkdir -p build/roots
	# shellcheck disable=SC2016 # for the hook
	bootstrap_own "$tmp/root" --variant=buildd --include=fakeroot,lintian \
		--customize-hook='mkdir -p "$1/root/src/debian" &&
			cp debian/control debian/changelog "$1/root/src/debian/" &&
			chroot "$1" apt-get -q -y build-dep /root/src &&
			rm -r "$1/root/src"'
	as_root cp "$tmp/wanted" "$tmp/root/root/wanted"
	as_root rm -rf "$root"
	as_root mv "$tmp/root" "$root"
}

# What belongs to the repository, or all but what was built
copy_sources() {
	mkdir -p "$tmp/io/src"
	if [ -e .git ]; then
		git ls-files -z --cached --others --exclude-standard |
			tar --null --ignore-failed-read -cf - -T -
	else
		tar -cf - --exclude=./build --exclude='*.ko' .
	fi | tar -C "$tmp/io/src" -xf -
}

cd "$(dirname "$0")/.."
. scripts/archive.sh
export LC_ALL=C
root=build/roots/$(own_suite)-deb

mkdir -p build
tmp=$PWD/$(mktemp -d build/deb.XXXXXX)
trap 'as_root rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

make_root
copy_sources
# shellcheck disable=SC2016 # for the inner shell
in_copy "$root" sh -ec 'mkdir /root/build /io/deb
	cp -a /io/src /root/build/ipctrace
	cd /root/build/ipctrace
	DEB_BUILD_OPTIONS="parallel=$(nproc) noautodbgsym" dpkg-buildpackage -us -uc
	cp ../*ipctrace*_* /io/deb/
	lintian --allow-root --info --display-info \
		--fail-on error,warning,info ../*.changes' \
	>"$tmp/log" 2>&1 || {
	tail -n 30 "$tmp/log" >&2
	cp "$tmp/log" build/deb.log
	die "the packages do not build, or lintian objects: build/deb.log"
}
rm -rf build/deb
mv "$tmp/io/deb" build/deb
cp "$tmp/log" build/deb/log
ls build/deb/*.deb
