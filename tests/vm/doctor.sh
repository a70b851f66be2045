#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# What ipctrace doctor says of a machine where all is well, and of each fault that
# can be had here. Files of the system that it looks at are put in place by mounts, in
# a mount namespace that goes with the test.

if [ -z "$IPCTRACE_DOCTOR_ALONE" ]; then
	IPCTRACE_DOCTOR_ALONE=1 exec unshare -m "$0"
fi
. "$(dirname "$0")/../lib/vm_tap.sh"
reader=$build/ipctrace
release=$(uname -r)

# says VERDICT CHECK WORDS [CURE]: doctor says so, as JSON and as text; and its status
# is 1 exactly when something is wrong
says() {
	"$reader" doctor --json >"$tmp/json"
	status=$?
	cat "$tmp/json"
	jq -se --arg check "$2" --arg verdict "$1" --arg words "$3" --arg cure "${4-}" \
		'any(.check == $check and .verdict == $verdict and
			(.text | contains($words)) and (.cure // "" | contains($cure)))' \
		"$tmp/json" >/dev/null || return 1
	same "$(jq -s 'any(.verdict == "wrong") | if . then 1 else 0 end' "$tmp/json")" \
		$status || return 1
	"$reader" doctor | grep -qE "^$1 +$2 +.*$3"
}

# A directory of ours in the place of one of the system
covered() {
	mkdir -p "$tmp/cover" &&
	mount -t tmpfs cover "$1"
}

plan 19

# Only what this machine has not may be a note: the service.
all_well() {
	"$reader" doctor --json >"$tmp/json"
	jq -se 'all(.verdict == "right" or .check == "service")' "$tmp/json" || return 1
	same 0 "$("$reader" doctor >/dev/null; echo $?)" &&
	same "module signature lockdown ftrace btf device version recording probes filter missed service" \
		"$(jq -r .check "$tmp/json" | tr '\n' ' ' | sed 's/ $//')"
}
check "all is well" all_well
check "the version is the module's" says right version \
	"$(cat /sys/module/ipctrace/version)"

paused() {
	echo 0 >"$debugfs/control"
	says wrong recording "paused" "$debugfs/control"
}
check "paused" paused
# The cure is one: whatever it prints is run.
cured() {
	sh -c "$(jq -r 'select(.check == "recording").cure' "$tmp/json")" &&
	says right recording "records"
}
check "its cure works" cured

filtered() {
	"$reader" --filter 'uid == 4711' --for 1ms &&
	says note filter "uid == 4711"
}
check "a filter is set" filtered
unfiltered() {
	"$reader" --filter '' --for 1ms >/dev/null &&
	says right filter "all calls"
}
check "none is" unfiltered

forbidden() {
	chmod o+rx "$tmp"
	setpriv --reuid=1 --regid=1 --clear-groups "$reader" doctor --json |
		jq -se 'any(.check == "device" and .verdict == "wrong" and
			(.cure | contains("sudo")))'
}
check "not permitted: root" forbidden
in_group() {
	rmmod ipctrace && insmod "$IPCTRACE_KO" group=1 max_blocked=1 || return 1
	setpriv --reuid=2 --regid=2 --clear-groups "$reader" doctor --json |
		jq -se 'any(.check == "device" and .verdict == "wrong" and
			(.cure | contains("adduser") and contains("daemon")))' &&
	setpriv --reuid=2 --regid=2 --groups 1 "$reader" doctor --json |
		jq -se 'any(.check == "device" and .verdict == "right")'
}
check "not permitted: the group" in_group

# More calls in flight than max_blocked allows
missed() {
	queue=$(perl -e 'print msgget(0, 0600)')
	before=$(jq -s 'length' "$tmp/json")
	for kind in 1 2 3 4 5 6 7 8; do
		perl -e 'msgrcv($ARGV[0], $m, 10, $ARGV[1], 0)' "$queue" "$kind" &
	done
	within 30 sh -c "grep -q . $debugfs/blocked && [ \$($reader doctor --json |
		jq -r 'select(.check == \"missed\").verdict') = note ]"
	status=$?
	ipcrm -q "$queue"
	wait
	[ $status -eq 0 ] && [ "$before" -gt 0 ] &&
	says note missed "max_blocked" "max_blocked="
}
check "calls were missed" missed

ftrace_off() {
	echo 0 >"$debugfs/control"
	sysctl -q kernel.ftrace_enabled=0
	says wrong ftrace "off" "sysctl kernel.ftrace_enabled=1"
	status=$?
	sysctl -q kernel.ftrace_enabled=1
	echo 1 >"$debugfs/control"
	return $status
}
check "ftrace is off" ftrace_off

silent() {
	rmmod ipctrace && insmod "${IPCTRACE_KO%/*/*}/debug/$release/ipctrace.ko" \
		blind=freeque || return 1
	says wrong probes "freeque"
}
if [ -e "${IPCTRACE_KO%/*/*}/debug/$release/ipctrace.ko" ]; then
	check "a probe does not fire" silent
else
	skip "no debug module"
fi

rmmod ipctrace
no_btf() {
	covered /sys/kernel/btf || return 1
	says note btf "SEM_UNDO"
	status=$?
	umount /sys/kernel/btf
	return $status
}
check "no BTF" no_btf

not_loaded() {
	covered /lib/modules &&
	mkdir -p "/lib/modules/$release/updates/dkms" &&
	echo "updates/dkms/ipctrace.ko:" >"/lib/modules/$release/modules.dep" &&
	cp "$IPCTRACE_KO" "/lib/modules/$release/updates/dkms/" &&
	says wrong module "not loaded" "modprobe ipctrace"
}
check "installed, and not loaded" not_loaded

secure_boot() {
	covered /sys/firmware &&
	mkdir -p /sys/firmware/efi/efivars &&
	printf '\006\000\000\000\001' >/sys/firmware/efi/efivars/SecureBoot-8be4 &&
	says wrong signature "not signed" "mokutil --import"
}
check "Secure Boot, and not signed" secure_boot
signed() {
	printf '~Module signature appended~\n' \
		>>"/lib/modules/$release/updates/dkms/ipctrace.ko"
	says note signature "key" "mokutil --import"
}
check "Secure Boot, and signed" signed

not_built() {
	rm -r "/lib/modules/$release/updates"
	: >"/lib/modules/$release/modules.dep"
	covered /usr/src &&
	mkdir -p /usr/src/ipctrace-0.1.0 &&
	: >/usr/src/ipctrace-0.1.0/dkms.conf &&
	says wrong module "headers" "apt install linux-headers-$release"
}
check "no headers to build it with" not_built
built_never() {
	mkdir "/lib/modules/$release/build"
	says wrong module "has not been built" "dkms autoinstall -k $release"
}
check "not built" built_never
not_installed() {
	rm -r /usr/src/ipctrace-0.1.0
	says wrong module "not installed" "apt install ipctrace-dkms"
}
check "not installed" not_installed

service() {
	mkdir -p /var/lib/ipctrace && : >/var/lib/ipctrace/calls.1 &&
	says right service "keeps records" &&
	touch -d '1 hour ago' /var/lib/ipctrace/calls.1 &&
	says note service "60 minutes"
	status=$?
	rm -r /var/lib/ipctrace
	return $status
}
check "the service's records" service

umount /lib/modules /usr/src
insmod "$IPCTRACE_KO"
finish
