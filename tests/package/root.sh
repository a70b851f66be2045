#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# Packages in a root of a plain Debian machine (scripts/plain-root.sh), where nothing
# runs: what they install and what is left of them. /io/deb has them. In the end they
# are installed and a newer kernel is, too: /io/disk is the machine to boot.

. /io/tests/tap.sh

old=$(basename /lib/modules/*)
arch=$(dpkg --print-architecture)

get() {
	apt-get -q -y --no-install-recommends install "$@"
}

# said PATTERN: exactly one line of what the last installation said
said() {
	[ "$(grep -c -e "$1" /root/said)" -eq 1 ] || {
		cat /root/said
		return 1
	}
}

# The two for people: the library's are for programs, piuparts installs all.
installs() {
	get /io/deb/ipctrace_*.deb /io/deb/ipctrace-dkms_*.deb >/root/said 2>&1 || {
		cat /root/said
		return 1
	}
}

nothing_left() {
	unowned >/root/after
	diff /root/before /root/after || return
	! getent passwd ipctrace && ! getent group ipctrace
}

# has_module RELEASE: made by DKMS, for that kernel
has_module() {
	file=$(modinfo -k "$1" -F filename ipctrace) &&
		echo "$file" | grep updates/dkms &&
		[ "$(modinfo -k "$1" -F vermagic ipctrace | cut -d' ' -f1)" = "$1" ]
}

has_file() {
	[ "$(stat -c '%a %U:%G' "$1")" = "$2" ]
}

only_the_module() {
	found=$(find /usr/src/ipctrace-* -mindepth 1 -maxdepth 1 -printf '%f\n' |
		sort | tr '\n' ' ')
	[ "$found" = "Kbuild dkms.conf include module " ] || {
		echo "$found"
		return 1
	}
}

program() {
	ipctrace --version && [ -e /usr/share/man/man1/ipctrace.1.gz ] &&
		[ -e /usr/share/bash-completion/completions/ipctrace ]
}

upgrade() {
	get "linux-image-$arch" "linux-headers-$arch"
}

# What boots is to run the other test, and is no part of the machine otherwise.
make_disk() {
	mkdir -p /root/check /tmp/whole &&
		cp /io/tests/* /io/deb/ipctrace_*.deb /root/check/ &&
		cat >/etc/systemd/system/check.service <<-END &&
		[Unit]
		After=multi-user.target

		[Service]
		Type=oneshot
		TimeoutStartSec=infinity
		ExecStart=/bin/sh /root/check/machine.sh
		StandardOutput=file:/dev/virtio-ports/check
		StandardError=inherit

		[Install]
		WantedBy=multi-user.target
		END
		systemctl enable check.service &&
		echo '/dev/vda / ext4 defaults 0 1' >/etc/fstab &&
		echo plain >/etc/hostname &&
		rm -rf /srv/archive /var/cache/apt/archives/*.deb &&
		mount --bind / /tmp/whole && mkdir -p /tmp/whole/dev &&
		mke2fs -q -t ext4 -d /tmp/whole /io/disk 3G &&
		cp "/boot/vmlinuz-$old" /io/vmlinuz-old &&
		cp "/boot/initrd.img-$old" /io/initrd-old &&
		cp "/boot/vmlinuz-$new" /io/vmlinuz-new &&
		cp "/boot/initrd.img-$new" /io/initrd-new &&
		umount /tmp/whole
}

cd /
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
echo 'deb [trusted=yes] file:/srv ./' >/etc/apt/sources.list
rm -f /etc/apt/sources.list.d/*
echo "TAP version 13"
check "what they depend on is there" sh -c 'apt-get -q update &&
	apt-get -q -y --no-install-recommends install dkms libyajl2 libzstd1'
unowned >/root/before

check "they install where there are no headers" installs
check "one line names the headers that are missing" \
	said "apt install.* linux-headers-$old"
check "the tree for DKMS has what the module needs, and no more" only_the_module
check "they are purged" dpkg --purge ipctrace ipctrace-dkms
check "nothing is left of them" nothing_left

check "headers of the kernel" get "linux-headers-$old"
unowned >/root/before
check "they install with headers" installs
check "no line names headers" sh -c '! grep linux-headers /root/said'
check "there is a module for the kernel that is installed, not for the one that runs" \
	has_module "$old"
check "the program runs, with its manual and completion" program
check "its directory is for user and group ipctrace" \
	has_file /var/lib/ipctrace "2750 ipctrace:ipctrace"
check "both services are to start with the machine" sh -ec '
	[ -e /etc/systemd/system/sysinit.target.wants/ipctrace-module.service ]
	[ -e /etc/systemd/system/dev-ipctrace.device.wants/ipctrace-record.service ]'
check "who watches is not" sh -c '! find /etc/systemd -name ipctrace-watch.service | grep .'
check "the units are without fault" systemd-analyze verify --man=no \
	/lib/systemd/system/ipctrace-module.service \
	/lib/systemd/system/ipctrace-record.service \
	/lib/systemd/system/ipctrace-watch.service
for service in record watch; do
	check "$service: the service is exposed by 1.5 of 10 at most" \
		systemd-analyze security --no-pager --offline=true --threshold=15 \
		/lib/systemd/system/ipctrace-$service.service
done
check "the rules that came with it pass their own tests" ipctrace watch --check
check "a newer kernel is installed" upgrade
new=$(find /lib/modules -mindepth 1 -maxdepth 1 ! -name "$old" -printf '%f\n')
check "and has a module by itself" has_module "${new:-none}"
rm /usr/sbin/policy-rc.d
check "there is a disk to boot from" make_disk
finish
