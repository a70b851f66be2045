#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2016,SC2154,SC2317 # the library's; jq's; called by name
#
# ipctrace leaks, limits and explain while things happen: a program leaves segments
# behind until there may be no more, in an IPC namespace with a small kernel.shmmni.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
most=7

# A program of that name, in a namespace of its own, which goes on after it
leak() {
	cp "$(readlink -f "$(command -v perl)")" "$tmp/leaker" || return
	unshare -i sh -c '
		echo "$1" >/proc/sys/kernel/shmmni
		"$2" -MIPC::SysV=IPC_PRIVATE -e "
			\$n++ while defined shmget(IPC_PRIVATE, 8192, 0600);
			print \"\$\$ \$n\\n\"" >"$3"
		exec sleep 600' sh "$most" "$tmp/leaker" "$tmp/said" &
	inside=$!
	pids="$pids $inside"
	within 20 test -s "$tmp/said" || return
	read -r leaker left <"$tmp/said"
	ns=$(stat -L -c %i "/proc/$inside/ns/ipc")
	same "$most" "$left"
}

# rows FILTER ARGUMENT...: holds for its rows, as an array
rows() {
	filter=$1
	shift
	"$ipctrace" "$@" --json >"$tmp/rows" && cat "$tmp/rows" &&
		jq -es --argjson most "$most" --argjson pid "$leaker" \
			--argjson ns "$ns" --arg exe "$tmp/leaker" "$filter" \
			<"$tmp/rows"
}

leaks() {
	sleep 1.1	# it is idle then; the kernel's times are in seconds
	rows 'length == 1 and .[0].program == $exe and .[0].count == $most and
		.[0].bytes == $most * 8192 and .[0].creator == "gone" and
		.[0].from == "recorded" and .[0].pid == $pid and
		.[0].ipc_ns == $ns and .[0].made == $most and
		.[0].kind == "shm" and .[0].incomplete == null' \
		leaks --idle 100ms --ns "$ns"
}

not_idle() {
	rows 'all(.[]; .type == "growth")' leaks --ns "$ns"
}

limits() {
	rows '.[0].limit == "shmmni" and .[0].percent == 100 and
		.[0].used == $most and .[0].value == $most and
		(.[0].holders | startswith($exe + " of root: \($most)")) and
		(map(select(.limit == "shmall")) | .[0].used == 2 * $most)' \
		limits --ns "$ns"
}

# Of each namespace the limits that sysctl has there
others() {
	rows "map(select(.ipc_ns != \$ns and .limit == \"shmmni\")) | length == 1 and
		.[0].value == $(cat /proc/sys/kernel/shmmni) and
		.[0].used == $(($(wc -l </proc/sysvipc/shm) - 1))" limits &&
	rows "map(select(.ipc_ns == $(stat -L -c %i /proc/self/ns/ipc)) |
		{(.limit): .value}) | add |
		[.semmsl, .semmns, .semopm, .semmni] == [$(
			tr '\t' ',' </proc/sys/kernel/sem)]" limits
}

explain() {
	"$ipctrace" explain "$leaker" >"$tmp/why" && cat "$tmp/why" &&
	grep -q 'shmget(IPC_PRIVATE, 8192, .*ENOSPC' "$tmp/why" &&
	grep -q "because there were as many segments as kernel.shmmni permitted, which is $most now; $most were there then; or " \
		"$tmp/why"
}

# In a namespace where nothing else is
kernel_says() {
	unshare -i sleep 600 &
	inside=$!
	pids="$pids $inside"
	within 20 apart || return
	ns=$(stat -L -c %i "/proc/$inside/ns/ipc")
	echo 0 >"$debugfs/control"
	nsenter -i -t "$inside" ipcmk -M 4096
	sleep 1.1
	echo 1 >"$debugfs/control"
	rows 'length == 1 and .[0].type == "leak" and .[0].kind == "shm" and
		.[0].from == "kernel" and .[0].program == null and
		.[0].creator == "gone" and .[0].made == 0' leaks --idle 100ms --ns "$ns"
}

apart() {
	[ "$(stat -L -c %i "/proc/$inside/ns/ipc")" != \
	  "$(stat -L -c %i /proc/self/ns/ipc)" ]
}

plan 7
check "a program leaves segments behind until ENOSPC" leak
check "leaks: its name, how many, how much" leaks
check "leaks: nothing is left behind before it is idle" not_idle
check "limits: that one is used up, by whom" limits
check "limits: of each namespace its own" others
check "explain: which limit, its value and use" explain
check "leaks: made while nothing was recorded: what the kernel says" kernel_says
finish
