# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# "ipctrace record" beside something else, in the guest, with ipctrace loaded and no
# other reader: recorder_start, then recorder_stop. Run in the repository's top.

# recorder_start FILE: has begun to read on return
recorder_start() {
	build/ipctrace record -o "$1" &
	recorder=$!
	until grep -q ', 1 readers' /sys/kernel/debug/ipctrace/stats; do
		kill -0 $recorder || return
		sleep 0.1
	done
}

# recorder_stop: once it has read what there is until now
recorder_stop() {
	kill -INT "$recorder" && wait "$recorder"
}

# recorder_count: of what report prints: records written, delivered, lost
recorder_count() {
	awk '/ --- [0-9]+ records of this CPU overwritten/ { lost += $4; next }
		{ n++ }
		END { print n + lost, n + 0, lost + 0 }'
}
