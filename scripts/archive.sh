# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the scripts that make roots of Debian suites share. Packages come from the
# machine's own archive: no address is written down. $tmp is the caller's.
# shellcheck disable=SC2154

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif command -v sudo >/dev/null; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		die "must be root, or have sudo"
	fi
}

# The machine's own suite.
own_suite() {
	# shellcheck disable=SC1091 # the machine's
	(. /etc/os-release && echo "$VERSION_CODENAME")
}

# guest_root ARCHITECTURE: the directory that scripts/guest-root.sh makes
guest_root() {
	echo "build/roots/$(own_suite)-$1"
}

# suite_of VERSION: the suite that has a kernel of that version, or release
suite_of() {
	case $1 in
	5.10|5.10.*)	echo bullseye ;;
	6.1|6.1.*)	echo bookworm ;;
	6.12|6.12.*)	echo trixie ;;
	newest|[7-9].*)	echo sid ;;
	*)	return 1 ;;
	esac
}

# flavour_of RELEASE: what it ends in; of a version the machine's own
flavour_of() {
	case $1 in
	*-686-pae)	echo 686-pae ;;
	*[0-9]-[a-z]*)	echo "${1##*[0-9]-}" ;;
	*)	dpkg --print-architecture ;;
	esac
}

# The address that the machine's own apt has its release from.
archive() {
	# shellcheck disable=SC2016 # the $() are apt's
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
		'Component: main' "Codename: $(own_suite)" | head -n 1
}

# A file of apt options for the root: the machine's proxies; and an unstable
# suite's release file may be past its date.
options() {
	echo 'APT::Install-Recommends "false";'
	case $1 in
	sid|unstable)	echo 'Acquire::Check-Valid-Until "false";' ;;
	esac
	apt-config dump | grep -i '^Acquire::[a-z]*::Proxy' || :
}

# bootstrap SUITE DIR OPTION...: a root in DIR, by mmdebstrap
bootstrap() {
	suite=$1 dir=$2
	shift 2
	command -v mmdebstrap >/dev/null ||
		as_root apt-get -q -y install --no-install-recommends \
			mmdebstrap >&2 || die "no mmdebstrap"
	site=$(archive)
	[ -n "$site" ] || die "apt does not say where its packages come from"
	options "$suite" >"$tmp/options"
	as_root mmdebstrap --mode=root --quiet --aptopt="$tmp/options" "$@" \
		"$suite" "$dir" "$site" >&2 ||
		die "cannot make a root of $suite"
}

# bootstrap_own DIR OPTION...: one of the machine's own release, with all updates
bootstrap_own() {
	dir=$1
	shift
	# shellcheck disable=SC2016 # the $() are apt's
	apt-get indextargets --format 'deb $(SITE) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u >"$tmp/sources.list"
	[ -s "$tmp/sources.list" ] ||
		die "apt does not say where its packages come from"
	options "$(own_suite)" >"$tmp/options"
	as_root mmdebstrap --mode=root --quiet --aptopt="$tmp/options" "$@" \
		"$(own_suite)" "$dir" "$tmp/sources.list" >&2 ||
		die "cannot make a root of $(own_suite)"
}

# in_copy ROOT COMMAND...: in a copy of a root, without a network, which is thrown
# away; what is in $tmp/io is /io there, and stays
in_copy() {
	mkdir -p "$tmp/io" "$tmp/copy"
	root=$(readlink -f "$1")
	shift
	# shellcheck disable=SC2016 # for the inner shell
	as_root unshare -mn sh -c 'root=$1 tmp=$2 copy=$2/copy && shift 2 &&
		mount -t tmpfs -o mode=755 tmpfs "$copy" &&
		mkdir "$copy/upper" "$copy/work" "$copy/root" &&
		mount -t overlay overlay -o "lowerdir=$root,upperdir=$copy/upper,workdir=$copy/work" \
			"$copy/root" &&
		mkdir -p "$copy/root/io" && mount --bind "$tmp/io" "$copy/root/io" &&
		mount --rbind /dev "$copy/root/dev" &&
		mount -t proc proc "$copy/root/proc" &&
		exec chroot "$copy/root" env -i LC_ALL=C.UTF-8 HOME=/root \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
			"$@"' sh "$root" "$tmp" "$@"
}
