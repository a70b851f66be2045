#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What report -e prints of a capture is what jq, asked the same, takes out of
# report --json; and -e prints it as text, too.
# $IPCTRACE is the program. TAP.

: "${IPCTRACE:?}"
tests=$(dirname "$IPCTRACE")/tests/unit
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
number=0
failed=0

echo "TAP version 13"
IPCTRACE_ASK_CAPTURE=$tmp/capture "$tests/ask" >/dev/null 2>&1
"$IPCTRACE" report --json "$tmp/capture" >"$tmp/all" 2>"$tmp/err"

# result PROBLEM NAME
result() {
	number=$((number + 1))
	if [ -z "$1" ]; then
		echo "ok $number ask: $2"
		return
	fi
	echo "# $1"
	sed 's/^/# stderr: /' "$tmp/err" | head -n 5
	echo "not ok $number ask: $2"
	failed=1
}

# same JQ ARGUMENT...: neither none nor all
same() {
	jq -c "select(.type == \"lost\" or .type == \"gap\" or ($1))" "$tmp/all" \
		>"$tmp/expected"
	shift
	"$IPCTRACE" report --json "$@" "$tmp/capture" 2>"$tmp/err" |
		jq -c . >"$tmp/out"
	"$IPCTRACE" report "$@" "$tmp/capture" 2>>"$tmp/err" >"$tmp/text"
	problem=
	cmp -s "$tmp/expected" "$tmp/out" ||
		problem="$(wc -l <"$tmp/expected") lines by jq, $(wc -l <"$tmp/out") by -e"
	[ "$(wc -l <"$tmp/text")" -eq "$(wc -l <"$tmp/out")" ] ||
		problem="as text $(wc -l <"$tmp/text") lines"
	[ -s "$tmp/out" ] || problem="none is like that"
	[ "$(wc -l <"$tmp/out")" -lt "$(wc -l <"$tmp/all")" ] || problem="all are"
	result "$problem" "$*"
}

same '.errno == "EINTR"' -e 'errno == EINTR'
same '.errno == "EINTR" or .errno == "ENOSPC"' --errno EINTR,ENOSPC
same '.ret != null and .ret < 0 and .ret >= -4095' --errors
same '.end == "signal"' -e 'end == signal'
same '.uid == 0' -u root
same '.pid == 101' -p 101
same '.pid == 101 and .uid == 1000' -p 101 -e 'uid == 1000'
same '.call == "shmat" or .call == "shmdt"' -e 'call ~ "shm[ad]t"'
same '.args.msgsz != null and .args.msgsz > 1000' -e 'args.msgsz > 1000'
same '.args.cmd == 0 and (.call | endswith("ctl"))' -e 'cmd == IPC_RMID'
same '.args.cmd == 11 and .call == "semctl"' -e 'cmd == GETPID'
same '(.args.msgflg // 0) / 2048 % 2 >= 1' -e 'msgflg & IPC_NOWAIT'
same '.object != null and (.object.mode / 2 | floor) % 2 == 1' \
	-e 'object.mode & 0o002'
same '.before != null and .after != null and .before.uid != .after.uid' \
	-e 'has before and has after and before.uid != after.uid'
same '.object.cuid != null and .object.cuid == .uid' -e 'object.cuid == uid'
same '.comm | startswith("post")' --comm 'post*'
same '.comm == "a b"' --comm 'a b'
same '.toctou != null' -e toctou
same '[.toctou[]? | .user != null and .user > 2] | any' -e 'toctou.user > 2'
same '.args.sops | type == "array" and any(.[]; .sem_op < 0)' -e 'sops.sem_op < 0'
same '.args.msgp | type == "object" and .mtype > 2' -e 'msgp.mtype > 2'
same '.duration_ns != null and .duration_ns > 1000000' --slower 1ms
same '.created == true' -e created
same '.type == "destroy" and .object.kind == "shm"' \
	-e 'type == destroy and object.kind == shm'
same '.cgroup_path != null and (.cgroup_path | startswith("/a/"))' \
	-e 'cgroup_path ~ "/a/*"'
same '.cgroup_path == "/a" or (.cgroup_path // "" | startswith("/a/"))' \
	--cgroup /a
same '(.errno == "EINTR" or .uid == 0) and (.pid == 100 | not)' \
	-e '(errno == EINTR or user == root) and tgid != 100'
same '.ns_pid == 1 and .abi == "x86_64"' -e 'ns_pid == 1 and abi == x86_64'
same '.tid != .pid' -e 'tid != tgid'
same '.adjust != null' -e 'has adjust'

echo "1..$number"
exit $failed
