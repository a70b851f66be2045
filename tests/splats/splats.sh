#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# splats.sh RELEASE KIND...: is each kind of mistake noticed on that kernel? Makes
# them all in one virtual machine. TAP.

set -eu

cd "$(dirname "$0")/../.."
release=$1
shift

# What the verdict has to say of each.
report() {
	case $1 in
	kasan)	echo 'BUG: KASAN: vmalloc-out-of-bounds in kasan' ;;
	leak)	echo 'unreferenced object' ;;
	list)	echo 'list_del corruption' ;;
	lock)	echo 'possible circular locking dependency' ;;
	lockdep) echo 'BUG: lockdep is turned off' ;;
	nesting) echo 'BUG: Invalid wait context' ;;
	object)	echo 'ODEBUG: free active' ;;
	preempt) echo 'BUG: using smp_processor_id() in preemptible' ;;
	race)	echo 'BUG: KCSAN: data-race in .*\[ipctrace_splats\]' ;;
	rcu)	echo 'WARNING: suspicious RCU usage' ;;
	sleep)	echo 'BUG: sleeping function called from invalid context' ;;
	ubsan)	echo 'UBSAN: shift-out-of-bounds' ;;
	warning) echo 'WARNING: CPU: .* warning' ;;
	esac
}

dir=$PWD/build/splats/$release
mkdir -p "$dir"
cp -u tests/splats/Kbuild tests/splats/splats.c "$dir/"
make -s -C "build/kernels/$release/build" M="$dir" modules >&2

# "lockdep" is no mistake of its own: after "lock" or "nesting" it is off. And what dmesg shows
# is cleared, as tests do. A race is only seen when both are at it, which on a busy
# machine processors of a guest are not always.
# shellcheck disable=SC2016 # the $ are for the guest
mistakes='module=$1
shift
for kind; do
	[ "$kind" != lockdep ] || continue
	for try in 1 2 3 4 5 6 7 8 9 10; do
		insmod "$module" kind="$kind" && rmmod ipctrace_splats
		[ "$kind" = race ] && ! dmesg | grep -q KCSAN || break
	done
done
dmesg -C'
status=0
scripts/vm -n -c 2 -m 3G -k "$release" -- sh -c "$mistakes" sh \
	"$dir/ipctrace_splats.ko" "$@" >"$dir/said" 2>&1 </dev/null || status=$?

echo "TAP version 13"
echo "1..$(($# + 1))"
number=1
if [ "$status" -eq 126 ]; then
	echo "ok 1 splats make a run fail"
else
	echo "not ok 1 splats make a run fail: status $status"
	sed 's/^/# /' "$dir/said"
fi
for kind; do
	number=$((number + 1))
	if ! grep -q "$(report "$kind")" "$dir/said"; then
		printf 'not '
	fi
	echo "ok $number noticed: $kind"
done
