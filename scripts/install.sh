#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Install all but the module, or take it away again. make install calls this.
#
#   scripts/install.sh install|uninstall [library]	all, or libipctrace alone
#
# Environment: DESTDIR, PREFIX (/usr/local); where others than PREFIX/lib are meant,
# UNITDIR, UDEVDIR, MODPROBEDIR, LIBDIR, or others than PREFIX/share, ZSHDIR.
#
# What the system is told by is in scripts/system.

set -eu

usage() {
	echo "usage: scripts/install.sh install|uninstall [library]" >&2
	exit 2
}

# files: what there is to install: mode, source, and where it goes
files() {
	echo 755 build/ipctrace "$bindir/ipctrace"
	for file in include/uapi/ipctrace/*; do
		echo 644 "$file" "$prefix/include/ipctrace/${file##*/}"
	done
	for file in scripts/system/*.service; do
		echo 644 "$file" "$unitdir/${file##*/}"
	done
	echo 644 scripts/system/prometheus/ipctrace.rules.yml \
		"$prefix/share/ipctrace/prometheus/ipctrace.rules.yml"
	echo 644 scripts/system/grafana/ipctrace.json \
		"$prefix/share/ipctrace/grafana/ipctrace.json"
	echo 644 scripts/system/udev.rules "$udevdir/rules.d/60-ipctrace.rules"
	echo 644 scripts/system/modprobe.conf "$modprobedir/ipctrace.conf"
	for kind in sysusers tmpfiles; do
		echo 644 scripts/system/$kind.conf \
			"$prefix/lib/$kind.d/ipctrace.conf"
	done
	for file in userspace/watch/rules.d/*.yaml; do
		echo 644 "$file" "$prefix/share/ipctrace/rules.d/${file##*/}"
	done
	for file in userspace/watch/rules.d/tests/*.calls; do
		echo 644 "$file" "$prefix/share/ipctrace/rules.d/tests/${file##*/}"
	done
	for file in build/man/*.[1-9]; do
		echo 644 "$file" "$prefix/share/man/man${file##*.}/${file##*/}"
	done
	echo 644 build/completion/ipctrace.bash \
		"$prefix/share/bash-completion/completions/ipctrace"
	echo 644 build/completion/_ipctrace "$zshdir/_ipctrace"
}

library_files() {
	echo 644 userspace/lib/libipctrace.h "$prefix/include/libipctrace.h"
	echo 644 build/lib/libipctrace.so.0 "$libdir/libipctrace.so.0"
	echo link build/lib/libipctrace.so "$libdir/libipctrace.so"
	echo 644 build/lib/libipctrace.a "$libdir/libipctrace.a"
	echo 644 build/lib/libipctrace.pc "$libdir/pkgconfig/libipctrace.pc"
}

# put MODE SOURCE DESTINATION: units name the program by its path
put() {
	install -d "$(dirname "$3")"
	case $2 in
	*.service)
		sed "s|@BINDIR@|$bindir|" "$2" >"$3"
		chmod "$1" "$3" ;;
	*.pc)	sed "s|^prefix=.*|prefix=$prefix|; s|^libdir=.*|libdir=$libdir|" "$2" >"$3"
		chmod "$1" "$3" ;;
	*.so)	cp -P --remove-destination "$2" "$3" ;;
	*)	install -m "$1" "$2" "$3" ;;
	esac
}

what=files
[ "${2:-}" != library ] || what=library_files
[ $# -eq 1 ] || { [ $# -eq 2 ] && [ $what = library_files ]; } || usage
cd "$(dirname "$0")/.."
umask 022
root=${DESTDIR:-}
prefix=${PREFIX:-/usr/local}
bindir=$prefix/bin
libdir=${LIBDIR:-$prefix/lib}
unitdir=${UNITDIR:-$prefix/lib/systemd/system}
udevdir=${UDEVDIR:-$prefix/lib/udev}
modprobedir=${MODPROBEDIR:-$prefix/lib/modprobe.d}
zshdir=${ZSHDIR:-$prefix/share/zsh/site-functions}
case $1 in
install)
	$what | while read -r mode source destination; do
		put "$mode" "$source" "$root$destination"
	done ;;
uninstall)
	$what | while read -r mode source destination; do
		rm -f "$root$destination"
	done
	[ $what = files ] || exit 0
	# As they were made, or another time
	rm -f "$root$prefix"/share/man/man[147]/ipctrace*.[147]
	for dir in include/ipctrace share/ipctrace/prometheus share/ipctrace/grafana \
		   share/ipctrace; do
		rmdir "$root$prefix/$dir" 2>/dev/null || :
	done ;;
*)	usage ;;
esac
