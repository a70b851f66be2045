#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# make install puts everything below DESTDIR and PREFIX, make uninstall takes all of it
# away; the units name the program where it is, and are as closed as they can be.

. ../lib/unit_tap.sh

there()
{
	for file in bin/ipctrace include/ipctrace/ipctrace.h \
		    share/man/man1/ipctrace.1 share/man/man1/ipctrace-who-removed.1 \
		    share/man/man4/ipctrace.4 lib/sysusers.d/ipctrace.conf \
		    lib/systemd/system/ipctrace-record.service \
		    lib/systemd/system/ipctrace-metrics.service \
		    share/ipctrace/prometheus/ipctrace.rules.yml \
		    share/ipctrace/grafana/ipctrace.json \
		    lib/systemd/system/ipctrace-watch.service \
		    share/ipctrace/rules.d/removed-in-use.yaml \
		    share/ipctrace/rules.d/tests/removed-in-use.calls \
		    lib/udev/rules.d/60-ipctrace.rules; do
		[ -e "$tmp/root/opt/x/$file" ] || {
			echo "$file"
			return 1
		}
	done
	"$tmp/root/opt/x/bin/ipctrace" --version
}

unit=$tmp/root/opt/x/lib/systemd/system/ipctrace-record.service
make="make -s -C ../.. DESTDIR=$tmp/root PREFIX=/opt/x"
# shellcheck disable=SC2086 # words
check "make install" $make install
check "what there is" there
check "nothing is elsewhere" sh -c "[ \"\$(ls $tmp/root $tmp/root/opt)\" = \
\"\$(printf '$tmp/root:\nopt\n\n$tmp/root/opt:\nx')\" ]"
check "the unit names the program" \
	grep -q '^ExecStart=/opt/x/bin/ipctrace record ' "$unit"
check "and nothing stands for something else any more" \
	sh -c "! grep -r @ '$tmp/root/opt/x/lib/systemd' | grep -v SystemCallFilter"
if command -v systemd-analyze >"$tmp/got"; then
	check "the service is exposed by 1.5 of 10 at most" systemd-analyze security \
		--no-pager --offline=true --threshold=15 "$unit"
	check "that of metrics likewise" systemd-analyze security \
		--no-pager --offline=true --threshold=15 \
		"${unit%record.service}metrics.service"
	check "so is the one that watches" systemd-analyze security \
		--no-pager --offline=true --threshold=15 \
		"${unit%record*}watch.service"
	check "of devices it may use the one" sh -c "
		systemd-analyze security --no-pager --offline=true '$unit' |
			grep 'DeviceAllow=.*special devices: /dev/ipctrace:r '"
else
	skip "no systemd-analyze: how far the service is exposed"
fi
check "the rules that are installed are those that it uses" sh -c "
	'$tmp/root/opt/x/bin/ipctrace' watch --check | grep -q ' 0 failed'"
# shellcheck disable=SC2086 # words
check "make uninstall" $make uninstall
check "no file is left" sh -c "! find '$tmp/root' ! -type d | grep ."

finish
