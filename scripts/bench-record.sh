#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library's
#
# Measure recording under load: stress-ng's three System V stressors on two
# emulated processors, with ipctrace record writing every record to a file, and
# with empty kretprobes on the same calls. make bench installs and builds what
# this needs, and runs it.

set -eu

cd "$(dirname "$0")/.."
. scripts/measure.sh
. scripts/recorder.sh

usage() {
	cat <<'END'
usage: scripts/bench-record.sh [ROUNDS]

Print how many operations stress-ng does in 10 seconds with empty kretprobes and
with ipctrace record, in turn, ROUNDS times (5), and how many records were written
and lost. Time in an emulator depends on what else the machine does: only the
ratio of the two in one run says something, and that little on a busy machine.
Three stressors share two processors, and small changes shift that share: the
rows of single stressors say how, and the row of all together what recording took.
END
}

seconds=10
capture=/tmp/capture

# ---- In the guest --------------------------------------------------------

# Operations of each of the three stressors.
load() {
	stress-ng --msg 1 --sem-sysv 1 --shm-sysv 1 -t $seconds \
		--metrics-brief >/tmp/stress 2>&1 || return
	awk '{
		for (i = 1; i < NF; i++)
			if ($i ~ /^(msg|sem-sysv|shm-sysv)$/ &&
			    $(i + 1) ~ /^[0-9]+$/)
				ops[$i] = $(i + 1)
	}
	END { print ops["msg"], ops["sem-sysv"], ops["shm-sysv"] }
	' /tmp/stress
}

empty() {
	insmod "build/bench/$(uname -r)/empty_probe.ko" kind=kretprobe || return
	echo "empty $(load)"
	rmmod empty_probe
}

recorded() {
	insmod "$IPCTRACE_KO" || return
	recorder_start $capture || return
	ops=$(load)
	recorder_stop || return
	echo "record $ops $(build/ipctrace report $capture | recorder_count)"
	rm $capture
	rmmod ipctrace
}

guest() {
	# The host gives the guest its memory at the first touch: not in time that
	# is measured.
	head -c 1G /dev/zero >$capture && rm $capture || exit
	for _ in $(seq "$1"); do
		empty && recorded || exit
	done
}

# ---- On the host ---------------------------------------------------------

print_result() {
	awk '
	function median(kind, i, n,	list, j, k, t) {
		for (j = 1; j <= n; j++) {
			list[j] = ops[kind, i, j]
			for (k = j; k > 1 && list[k] < list[k - 1]; k--) {
				t = list[k]
				list[k] = list[k - 1]
				list[k - 1] = t
			}
		}
		return list[int((n + 1) / 2)]
	}
	function row(name, i,	least, ours) {
		least = median("empty", i, n["empty"])
		ours = median("record", i, n["record"])
		printf "%-18s %16d %16d %8.2f\n", name, least, ours,
		       ours / least
	}
	{
		r = ++n[$1]
		for (i = 1; i <= 3; i++)
			ops[$1, i, r] = $(i + 1)
		ops[$1, 0, r] = $2 + $3 + $4
		delivered += $6
		lost += $7
	}
	END {
		printf "%-18s %16s %16s %8s\n", "operations",
		       "empty kretprobe", "ipctrace record", "ratio"
		row("msg", 1)
		row("sem-sysv", 2)
		row("shm-sysv", 3)
		row("together", 0)
		printf "\n%d records written to the file, %d lost\n", delivered, lost
	}'
}

begin "$@"
case ${1:-} in
''|*[!0-9]*)
	[ $# -eq 0 ] || wrong_usage ;;
esac
release=$(release_for bench)
[ -e "build/bench/$release/empty_probe.ko" ] || die "run scripts/bench.sh first"
echo "stress-ng for $seconds seconds, two processors. Kernel $release."
echo
scripts/vm -n -m 4G -k "$release" -t 900 -- \
	scripts/bench-record.sh --guest "${1:-5}" >build/bench/record
print_result <build/bench/record
