#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# Under load: records read + records reported lost = calls and events counted,
# exactly.
# Once with rings that hold it all or nearly, once with small ones that do not.

. "$(dirname "$0")/../lib/vm_tap.sh"
seconds=${ACCOUNT_SECONDS:-10}

# total FILE: records in it, and those it reports as lost
total() {
	awk -F '[:,}]' '
		/^\{"type":"lost"/ {
			for (i = 1; i < NF; i++)
				if ($i == "\"count\"") lost += $(i + 1)
			next
		}
		{ n++ }
		END { print n + lost, n + 0, lost + 0 }' "$1"
}

# Its last line may be half there while it is being written.
caught_up() {
	# shellcheck disable=SC2046 # three words
	set -- $(total "$tmp/json")
	[ "$1" -ge "$(counted)" ]
}

ordered() {
	jq -n 'reduce (inputs | .time_ns) as $t ({last: 0, bad: 0};
		{last: $t, bad: (.bad + if $t < .last then 1 else 0 end)}) |
		.bad' <"$tmp/json" >"$tmp/bad"
	same 0 "$(cat "$tmp/bad")"
}

# load PARAMETER
load() {
	rmmod ipctrace
	insmod "$IPCTRACE_KO" "$1"
	"$build/ipctrace" --json >"$tmp/json" &
	reader=$!
	pids="$pids $reader"
	stress-ng --msg 2 --sem-sysv 2 --shm-sysv 2 --timeout "$seconds" \
		>"$tmp/stress" 2>&1 || { cat "$tmp/stress"; return 1; }
	calls=$(counted)
	[ "$calls" -gt 1000 ] || { same "many calls" "$calls"; return 1; }
	within 60 caught_up || echo "the reader stopped short"
	kill -INT "$reader"
	wait "$reader"
	same "$calls" "$(counted)" || return 1
	same "" "$(balanced)" || return 1
	# shellcheck disable=SC2046 # three words
	set -- $(total "$tmp/json")
	echo "$calls calls, $2 read, $3 lost" >"$tmp/summary"
	same "$calls" "$1" || { cat "$tmp/summary"; return 1; }
}

plan 4
check "rings of 4 MiB: read + lost = calls" load ring_bytes=4194304
sed 's/^/# /' "$tmp/summary"
check "in order of completion" ordered
check "rings of 64 KiB: read + lost = calls" load ring_bytes=65536
sed 's/^/# /' "$tmp/summary"
check "in order of completion, lost ones too" ordered
rm -f "$tmp/json"
rmmod ipctrace
insmod "$IPCTRACE_KO"
finish
