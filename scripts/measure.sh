# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the scripts that measure have in common; they source it in the repository's
# top. Each has a usage(), and a guest() that it runs in the virtual machine when it
# is called with --guest.

export LC_ALL=C

die() {
	echo "scripts/${0##*/}: $*" >&2
	exit 1
}

# wrong_usage: of this script, which ends
wrong_usage() {
	usage >&2
	exit 2
}

# begin ARGUMENT...: those of the script, which goes on unless it was only to run
# its part in the guest, or to print its usage.
begin() {
	case ${1:-} in
	--guest)
		shift
		guest "$@"
		exit ;;
	-h|--help)
		usage
		exit ;;
	esac
}

# release_for WHAT: of the kernel to measure with, which scripts/setup.sh WHAT
# installs
release_for() {
	found=${KERNEL:-$(cat build/kernels/default 2>/dev/null || :)}
	[ -n "$found" ] || die "run scripts/setup.sh $1 first"
	echo "$found"
}

# trim STRING: without the spaces around it.
trim() {
	t=${1#"${1%%[! ]*}"}
	printf '%s\n' "${t%"${t##*[! ]}"}"
}
