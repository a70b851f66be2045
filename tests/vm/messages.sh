#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; perl's $; by name
#
# ipctrace messages of what is happening: from the recorder, from a capture, and of a
# queue that is older than the module.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace

# Process 1 sends $1 messages of 12 bytes, process 2 receives all but the last two;
# prints the queue, and both
traffic() {
	perl -MIPC::SysV=IPC_PRIVATE -e '
		$| = 1;
		$q = $ARGV[1] eq "" ? msgget(IPC_PRIVATE, 0600) : $ARGV[1];
		if (!($sender = fork())) {
			for (1 .. $ARGV[0]) {
				msgsnd($q, pack("l! a12", 1 + $_ % 3, "x"), 0) or exit 1;
			}
			exit 0;
		}
		waitpid($sender, 0);
		if (!($receiver = fork())) {
			for (1 .. $ARGV[0] - 2) {
				msgrcv($q, $m, 100, -3, 0) or exit 1;
			}
			exit 0;
		}
		waitpid($receiver, 0);
		print "$q $sender $receiver\n";' "$1" "$2" >"$tmp/ids" &&
		read -r queue sender receiver <"$tmp/ids"
}

# holds FILTER: of what was printed, as an array
holds() {
	jq -es --argjson queue "$queue" --argjson one "$sender" \
		--argjson two "$receiver" "$1" <"$tmp/json" >"$tmp/jq" || cat "$tmp/json"
	jq -e . <"$tmp/jq" >/dev/null
}

recorder() {
	traffic 50 "" && "$ipctrace" messages --json "msg:$queue" >"$tmp/json" &&
		holds 'map(select(.type == "pair") | [.sender_pid, .receiver_pid,
			.messages, .bytes, .unsure]) | sort ==
			([[$one, $two, 48, 576, 0], [$one, null, 2, 24, 0]] | sort)' &&
		holds '.[0] | .type == "queue" and .sent == 50 and .received == 48 and
			.depth == 2 and .depth_bytes == 24 and
			.depth_from == "kernel" and .max_depth == 50 and
			.max_bytes == 600 and .incomplete == null'
}

# The last two are of the highest type.
each() {
	"$ipctrace" messages --json --each "msg:$queue" >"$tmp/json" &&
		holds 'length == 50 and all(.sure and .sender_pid == $one) and
			(map(select(.receiver_pid == null).mtype)) == [3, 3] and
			(map(select(.receiver_pid).mtype) | . == sort)'
}

in_words() {
	"$ipctrace" messages "msg:$queue" >"$tmp/out" && cat "$tmp/out" &&
		grep -q 'In it now, as the kernel says: 2 messages, 24 bytes' "$tmp/out" &&
		grep -q "Drained by perl\[$receiver\]: 48\\." "$tmp/out"
}

capture() {
	"$ipctrace" record --since 10m --for 1s -o "$tmp/capture" 2>"$tmp/err"
	"$ipctrace" messages --json -i "$tmp/capture" "msg:$queue" >"$tmp/json" &&
		holds 'map(select(.type == "pair") | [.sender_pid, .receiver_pid,
			.messages, .bytes, .unsure]) | sort ==
			([[$one, $two, 48, 576, 0], [$one, null, 2, 24, 0]] | sort)' &&
		"$ipctrace" messages --json --each "msg:$queue" >"$tmp/one" &&
		"$ipctrace" messages --json --each -i "$tmp/capture" "msg:$queue" \
			>"$tmp/other" && same_lines
}

same_lines() {
	jq -c 'del(.time)' "$tmp/one" >"$tmp/a"
	jq -c 'del(.time)' "$tmp/other" >"$tmp/b"
	diff "$tmp/a" "$tmp/b"
}

# What was sent before the module was loaded has no sender.
older() {
	ipcrm -q "$queue"
	rmmod ipctrace || return 1
	traffic 5 "" && insmod "$IPCTRACE_KO" && old=$queue && traffic 7 "$old" &&
		"$ipctrace" messages --json "msg:$queue" >"$tmp/json" &&
		holds 'map(select(.type == "pair")) as $pairs |
			($pairs | map(.messages - .unsure) | add) <= 2 and
			(.[0] | .sent == 7 and .received == 5 and .depth == 4 and
			 .max_depth == null and .incomplete != null)'
	status=$?
	ipcrm -q "$queue"
	return $status
}

plan 5
check "what the recorder holds" recorder
check "each message, by type" each
check "the same for people" in_words
check "the same from a capture" capture
check "a queue that is older than the records" older
finish
