# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# TAP for what is asked of an installed package: "check NAME COMMAND...", with what the
# command printed where it failed, then "finish".

count=0
failed=0

check() {
	name=$1
	shift
	count=$((count + 1))
	if got=$("$@" 2>&1); then
		echo "ok $count $name"
		return
	fi
	echo "not ok $count $name"
	echo "$got" | tail -n 40 | sed 's/^/# /'
	failed=$((failed + 1))
}

# retry SECONDS COMMAND...: until it is true
retry() {
	left=$1
	shift
	until "$@"; do
		[ "$left" -gt 0 ] || return 1
		left=$((left - 1))
		sleep 1
	done
}

# unowned: files that are of no package, but for what others write all the time
unowned() {
	cat /var/lib/dpkg/info/*.list | sort -u >/root/owned
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \
		-o -path /tmp -o -path /var/tmp -o -path /io -o -path /srv \
		-o -path /root -o -path /var/log -o -path /var/cache \
		-o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print |
		grep -v -e '^/etc/\(passwd\|group\|g\?shadow\|subuid\|subgid\)-$' \
			-e '^/etc/\.pwd\.lock$' | sort | comm -23 - /root/owned
}

finish() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
	exit
}
