# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh

# within SECONDS COMMAND...: until it succeeds, or the time is up. Some kernels
# are slower: scripts/check-debug.sh says by how much.
within() {
	tries=$(($1 * 10 * ${IPCTRACE_SLOW:-1}))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
