#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# died.sh [RELEASE]: a task ends inside a call, by a fault of the kernel that it
# survives. Its call is told of, and no longer in flight. TAP. The module is built
# for that kernel first.

set -eu

cd "$(dirname "$0")/../.."
release=${1:-$(cat build/kernels/default)}

dir=$PWD/build/splats/died-$release
mkdir -p "$dir"
cp -u tests/splats/died/Kbuild tests/splats/died/died.c "$dir/"
scripts/kbuild "$release" M="$dir" -s modules >&2

# shellcheck disable=SC2016 # the $ are for the guest
guest='debugfs=/sys/kernel/debug/ipctrace
sysctl -q kernel.panic_on_oops=0 kernel.panic_on_warn=0
insmod "$1"
perl -e '\''
	use IPC::SysV qw(IPC_PRIVATE);
	my $id = msgget(IPC_PRIVATE, 0600);
	$0 = "dies";
	msgsnd($id, pack("l! a*", 1, "x"), 0);
'\''
sleep 1
echo "TEXT $(grep "msgsnd.*task died" $debugfs/trace)"
echo "BLOCKED $(wc -l <$debugfs/blocked)"
grep accounting: $debugfs/stats
grep "^died" $debugfs/stats
dmesg | grep -c "BUG: kernel NULL pointer"
rmmod ipctrace_died
rmmod ipctrace && echo UNLOADED'
status=0
scripts/vm -k "$release" -- sh -c "$guest" sh "$dir/ipctrace_died.ko" \
	>"$dir/said" 2>&1 </dev/null || status=$?

number=0
bad=0
check() {
	number=$((number + 1))
	if grep -q "$2" "$dir/said"; then
		echo "ok $number died: $1"
	else
		bad=1
		echo "not ok $number died: $1"
		sed 's/^/# /' "$dir/said"
	fi
}
echo "TAP version 13"
echo "1..4"
[ "$status" -eq 126 ] || echo "# status $status, not that of an oops"
check "a record of it" '^TEXT .*msgsnd(.*) = ? <task died> <'
check "no longer in flight" '^BLOCKED 0'
check "accounted for" '+ 0 in flight .* + 1 died'
check "the module goes" '^UNLOADED'
exit $bad
