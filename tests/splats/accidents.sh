#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# accidents.sh [RELEASE]: faults of the kernel that it survives, and what ipctrace
# makes of them. A task ends inside a call: the call is told of, and no longer in
# flight. ftrace stops for good: either calls are recorded as before or a gap says
# that they are not, and the module does not go, since what is patched stays.
# TAP. The module is built for that kernel first.

set -eu

cd "$(dirname "$0")/../.."
release=${1:-$(cat build/kernels/default)}

number=0
bad=0

# guest NAME: run what is on standard input in a guest that has the module NAME
# beside ipctrace, as $1. What it said is in $said.
guest() {
	name=$1
	dir=$PWD/build/splats/$1-$release
	said=$dir/said
	mkdir -p "$dir"
	cp -u "tests/splats/$1/Kbuild" "tests/splats/$1/$1.c" "$dir/"
	scripts/kbuild "$release" M="$dir" -s modules >"$dir/build.log" 2>&1 ||
		cat "$dir/build.log" >&2
	# What the kernel reports is the purpose: a status that says so is right.
	scripts/vm -k "$release" -- sh -c "$(cat)" sh "$dir/ipctrace_$1.ko" \
		>"$said" 2>&1 </dev/null || :
}

check() {
	number=$((number + 1))
	if grep -q "$2" "$said"; then
		echo "ok $number accidents: $name: $1"
	else
		bad=1
		echo "not ok $number accidents: $name: $1"
		sed 's/^/# /' "$said"
	fi
}

echo "TAP version 13"
echo "1..9"

guest died <<'END'
debugfs=/sys/kernel/debug/ipctrace
sysctl -q kernel.panic_on_oops=0 kernel.panic_on_warn=0
insmod "$1"
perl -e '
	use IPC::SysV qw(IPC_PRIVATE);
	my $id = msgget(IPC_PRIVATE, 0600);
	$0 = "dies";
	msgsnd($id, pack("l! a*", 1, "x"), 0);
'
sleep 1
echo "TEXT $(grep "msgsnd.*task died" $debugfs/trace)"
echo "BLOCKED $(wc -l <$debugfs/blocked)"
grep accounting: $debugfs/stats
echo "FAULTS $(dmesg | grep -c "BUG: kernel NULL pointer")"
rmmod ipctrace_died
rmmod ipctrace && echo UNLOADED
END
check "there was a fault" '^FAULTS 1'
check "a record of the call" '^TEXT .*msgsnd(.*) = ? <task died> <'
check "no longer in flight" '^BLOCKED 0'
check "accounted for" '+ 0 in flight .* + 1 died'
check "the module goes" '^UNLOADED'

guest killed <<'END'
debugfs=/sys/kernel/debug/ipctrace
insmod "$1" || echo "NOT KILLED"
sleep 3
call=$(perl -e 'print msgget(0x4b494c4c, 0) // "ENOENT"')
echo "CALL $call"
if grep -q "msgget(0x4b494c4c" $debugfs/trace ||
   grep -q "gap.*ftrace" $debugfs/trace; then
	echo TOLD
fi
grep -i ftrace $debugfs/stats $debugfs/trace
rmmod ipctrace && echo UNLOADED || echo STAYS
cat $debugfs/stats >/dev/null && echo ALIVE
END
check "the call is made" '^CALL ENOENT'
check "it is recorded, or a gap says that it is not" '^TOLD'
check "the module stays" '^STAYS'
check "and works" '^ALIVE'
exit $bad
