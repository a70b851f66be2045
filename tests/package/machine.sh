#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091 # the library
#
# What runs on the machine that root.sh has made, when it has started: first with the
# old kernel, then with the new one. Turns it off in the end.

spool=/var/lib/ipctrace
units="ipctrace-module.service ipctrace-record.service"
watch=ipctrace-watch.service

# shellcheck disable=SC2086 # a list
active() {
	systemctl is-active --quiet $units
}

# pid_of UNIT
pid_of() {
	systemctl show -P MainPID "$1"
}

# shellcheck disable=SC2086 # a list
state() {
	systemctl status --no-pager -l $units
	journalctl --no-pager -b -o cat -u ipctrace-module -u ipctrace-record |
		tail -n 20
	false
}

runs() {
	retry 60 active || state
}

# powerless UNIT: what it may do is nothing, but that it is of the group
powerless() {
	status=/proc/$(pid_of "$1")/status
	grep -E '^(Uid|Gid|CapEff|CapBnd|NoNewPrivs|Seccomp):' "$status"
	[ "$(awk '/^Cap(Prm|Eff|Bnd|Inh|Amb):/ { print $2 }' "$status" | sort -u)" = \
		0000000000000000 ] &&
		[ "$(awk '/^Uid:/ { print $2 }' "$status")" = \
			"$(getent passwd ipctrace | cut -d: -f3)" ] &&
		grep -q '^Seccomp:.*2' "$status"
}

device() {
	stat -c '%a %U:%G' /dev/ipctrace
	[ "$(stat -c '%a %U:%G' /dev/ipctrace)" = "440 root:ipctrace" ] &&
		[ "$(cat /sys/module/ipctrace/parameters/group)" = \
			"$(getent group ipctrace | cut -d: -f3)" ]
}

# files: each capture is the service's, and for the group to read
captures() {
	stat -c '%a %U:%G %s' "$spool"/flight.* &&
		[ "$(stat -c '%a %U:%G' "$spool"/flight.* | sort -u)" = \
			"640 ipctrace:ipctrace" ]
}

# made TOOL-OPTION...: id of a new object
made() {
	ipcmk "$@" | sed 's/.*: //'
}

# as USER COMMAND...: with its group of the same name alone
as() {
	user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
}

# asked COMMAND... -- WORDS...: each of them is in what ipctrace says, "!WORDS" not
asked() {
	question=
	while [ "$1" != -- ]; do
		question="$question $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words
	$question >/root/said 2>&1 || :
	for words; do
		case $words in
		!*)	! grep -qF -e "${words#!}" /root/said ;;
		*)	grep -qF -e "$words" /root/said ;;
		esac || {
			echo "$words: not as it should be in"
			cat /root/said
			return 1
		}
	done
}

objects() {
	cat /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm | grep -v key |
		awk '{ print $1, $2, $3 }' | sort
}

# All kinds, of several users, that of the service among them
make_objects() {
	for user in root nobody games ipctrace; do
		case $user in
		nobody)	as="setpriv --reuid nobody --regid nogroup --clear-groups" ;;
		*)	as="as $user" ;;
		esac
		$as ipcmk -Q && $as ipcmk -S 2 && $as ipcmk -M 4096 || return
	done >/dev/null
	objects >/root/objects
	[ "$(wc -l </root/objects)" -ge 12 ]
}

# undisturbed COMMAND...: nobody's objects are
undisturbed() {
	"$@" && runs && objects | diff /root/objects -
}

# Its directory on a disk without room, which gets some again
fill_and_free() {
	systemctl stop ipctrace-record.service
	mount -t tmpfs -o size=64k,mode=2750,uid=ipctrace,gid=ipctrace tmpfs $spool
	systemctl start ipctrace-record.service
	runs || return
	! dd if=/dev/zero of=$spool/fill bs=4k 2>/dev/null || return
	# More than fits into the page that the capture has
	perl -e 'for (1..20000) { msgctl(msgget(0, 01600), 0, 0) }'
	retry 60 failing || state || return
	queue=$(made -Q)
	ipcrm -q "$queue"
	ls -la $spool
	rm $spool/fill
	retry 90 active || state || return
	asked ipctrace who-removed "msg:$queue" -- "removed by ipcrm (pid " || return
	[ -z "$(find $spool -name 'flight.*' -empty)" ] || return
	systemctl stop ipctrace-record.service
	umount $spool
	systemctl start ipctrace-record.service
}

failing() {
	[ "$(systemctl show -P SubState ipctrace-record.service)" = auto-restart ]
}

killed() {
	old=$(pid_of ipctrace-record.service)
	kill -KILL "$old"
	retry 90 restarted
}

restarted() {
	new=$(pid_of ipctrace-record.service)
	active && [ "$new" != "$old" ] && [ "$new" != 0 ]
}

# It has begun when it has the recorder open, not when it is started.
watching() {
	systemctl is-active --quiet $watch &&
		find "/proc/$(pid_of $watch)/fd" -lname /dev/ipctrace | grep -q .
}

watch_state() {
	systemctl status --no-pager -l $watch
	journalctl --no-pager -b -o cat -u $watch | tail -n 20
	ls -la $spool/incidents
	false
}

# Off on a new machine; enabled, it runs.
watches() {
	! systemctl is-enabled $watch && ! systemctl is-active $watch &&
		systemctl enable --now $watch && { retry 60 watching || watch_state; }
}

# A queue of somebody who uses it, which root removes
# shellcheck disable=SC2016 # Perl's
plant() {
	as games perl -e '
		$| = 1;
		$queue = msgget(0, 01600) // die;
		msgsnd($queue, pack("l! a*", 1, "x"), 0) or die;
		print "$queue\n";
		sleep 30' >/root/planted 2>&1 &
	retry 20 test -s /root/planted && ipcrm -q "$(cat /root/planted)"
}

in_journal() {
	journalctl --no-pager -b -o cat -u $watch |
		grep "high *removed-in-use: ipcrm (pid .*) removed msg $(cat /root/planted), .* of perl:"
}

# It keeps what led to it, too, for the group to read.
finds() {
	plant && { retry 60 in_journal || watch_state; } &&
		{ retry 60 test -s $spool/incidents/incident.1 || watch_state; } &&
		[ "$(stat -c '%a %U:%G' $spool/incidents/incident.1)" = \
			"640 ipctrace:ipctrace" ]
}

# Nothing else is wrong on a machine that has just started.
no_more() {
	! journalctl --no-pager -b -o cat -u $watch | grep -E ' (medium|high) ' |
		grep -v "removed msg $(cat /root/planted),"
}

# Those of debian/tests, as autopkgtest calls them
autopkgtest() {
	AUTOPKGTEST_TMP=/root/autopkgtest
	export AUTOPKGTEST_TMP
	mkdir -p $AUTOPKGTEST_TMP && sh "/root/check/autopkgtest-$1"
}

# ---- The two kernels ----------------------------------------------------------------

first() {
	check "module and recorder run after the start" runs
	check "the device is the group's, and the module knows it" device
	check "the recorder has no capability, and a filter of calls" \
		powerless ipctrace-record.service
	check "its exposure is 1.5 of 10 at most" systemd-analyze security --no-pager \
		--threshold=15 ipctrace-record.service
	queue=$(made -Q)
	ipcrm -q "$queue"
	check "who removed it: ipcrm, and this is known of the recorder" \
		asked ipctrace who-removed "msg:$queue" -- \
		"Message queue $queue" "removed by ipcrm (pid " "user root" \
		"Evidence: the recorder and " "$spool/flight" "!Incomplete"
	check "a member of the group may ask" asked as ipctrace ipctrace \
		who-removed "msg:$queue" -- "removed by ipcrm (pid "
	check "others may not" asked as games ipctrace who-removed "msg:$queue" -- \
		"!removed by ipcrm"
	check "who watches is off, and runs when it is enabled" watches
	check "it has no capability, and a filter of calls" powerless $watch
	check "its exposure is 1.5 of 10 at most" systemd-analyze security --no-pager \
		--threshold=15 $watch
	check "it finds what was planted: journal and capture have it" finds
	check "and nothing else above low" no_more
	check "the same is found in what was recorded before" asked ipctrace watch \
		--since 10m -- "removed msg $(cat /root/planted), key"
	check "it is stopped and disabled" systemctl disable --now $watch
	check "the package's own tests: reader" autopkgtest reader
	check "module" autopkgtest module
	check "captures are for the group" captures
	check "objects of several users" make_objects
	check "the recorder is started again: nobody's objects are disturbed" \
		undisturbed systemctl restart ipctrace-record.service
	check "the module is loaded again: nor by that" \
		undisturbed systemctl restart ipctrace-module.service
	check "the answer is the same from what was recorded before" \
		asked ipctrace who-removed "msg:$queue" -- "removed by ipcrm (pid " \
		"Evidence: the recorder and "
	check "the recorder is killed, and comes back" killed
	check "the answer is the same" asked ipctrace who-removed "msg:$queue" -- \
		"removed by ipcrm (pid "
	check "its disk is full; when there is room again it goes on" \
		undisturbed fill_and_free
	echo "$queue" >/root/queue
}

second() {
	queue=$(cat /root/queue)
	check "module and recorder run on the new kernel" runs
	check "what happened before the upgrade is still known" \
		asked ipctrace who-removed "msg:$queue" -- "removed by ipcrm (pid " \
		"of an earlier boot"
	segment=$(made -M 4096)
	as root ipcrm -m "$segment"
	check "what happens now is, too" asked ipctrace who-removed "shm:$segment" -- \
		"removed by ipcrm (pid " "Evidence: the recorder and "
	check "the reader is removed: the module goes with it" sh -c \
		'dpkg --remove ipctrace && ! lsmod | grep ipctrace'
	check "what was recorded stays" sh -c "ls $spool/flight.*"
	check "the reader is installed: all runs, without a restart of the machine" \
		sh -c 'dpkg --install /root/check/ipctrace_*.deb'
	check "it does" runs
	check "it knows what it knew" asked ipctrace who-removed "shm:$segment" -- \
		"removed by ipcrm (pid "
	check "both are purged" dpkg --purge ipctrace ipctrace-dkms
	check "nothing runs, nothing is left in the kernel" sh -c \
		'! lsmod | grep ipctrace && [ ! -e /dev/ipctrace ] &&
		! systemctl list-units --all --no-legend "ipctrace*" | grep .'
	check "no file, user or group is left" sh -c \
		'! find / -xdev -path /root -prune -o -path /var/log -prune -o \
			-path /proc -prune -o -name "*ipctrace*" -print | grep . &&
		! getent passwd ipctrace && ! getent group ipctrace'
	unowned >/root/after
	check "what no package owns is what it was" others
}

# others: files that came with our packages, and not with the kernel, the machine's
# start or this test
others() {
	unowned >/root/after
	! comm -13 /root/before /root/after |
		grep -v -e "$(uname -r)" -e '^/vmlinuz' -e '^/initrd' -e lost+found \
			-e /etc/machine-id -e ^/var/lib/systemd/ -e ^/var/lib/dbus/ \
			-e ^/etc/fstab -e ^/etc/hostname -e check.service
}

. /root/check/tap.sh
echo "TAP version 13"
case $(cat /proc/cmdline) in
*check=old*)	first ;;
*)	second ;;
esac
(finish)
sync
systemctl --no-block poweroff
