#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Questions without -i: what the service has recorded answers them, where the recorder
# does not, of the last boot or of one before; and the answer says so. Captures of
# stories (stories.c), which say nothing of their boot, stand for one each. $IPCTRACE is
# the program.

. ../lib/unit_stories.sh

[ ! -e /dev/ipctrace ] || {
	echo "1..0 # SKIP the recorder is here, and would answer, too"
	exit
}

# says COMMAND... -- WORDS...: each of WORDS is in the answer, "!WORDS" is not
says()
{
	asked=
	while [ "$1" != -- ]; do
		asked="$asked $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words
	"$IPCTRACE" $asked >"$tmp/got" 2>&1
	bad=$?
	has "$@" || bad=1
	result "ipctrace$asked" $bad
}

mkdir "$tmp/spool"
export IPCTRACE_SPOOL="$tmp/spool/flight"
"$IPCTRACE" who-removed 0x5047 >"$tmp/got" 2>&1
[ $? -eq 1 ] && grep -q '^ipctrace: /dev/ipctrace: ' "$tmp/got"
result "no recorder and no captures: one line about the recorder" $?

"$stories" ipcrm "$tmp/spool/flight.9"
"$stories" logind "$tmp/spool/flight.10"
"$stories" forked "$tmp/spool/flight.11"
says who-removed 0x5047 -- 'removed by server (pid 101)' \
	"Evidence: 1 capture of $tmp/spool/flight, of an earlier boot, since " \
	'!ipcrm'
says who-removed sem:2 -- 'removed by systemd-logind (pid 50)' \
	'removed 3 objects' 'Evidence: 1 capture of'
says who-removed --json sem:2 -- '"evidence":"1 capture of' '"likely":"logind"'
says history sem:2 -- 'removed   by systemd-logind (pid 50), semctl' \
	"ipctrace: from 1 capture of $tmp/spool/flight"
says objects --removed -- "ipctrace: from 1 capture of $tmp/spool/flight"
"$IPCTRACE" objects >"$tmp/got" 2>&1
[ $? -eq 1 ] && grep -q '^ipctrace: /dev/ipctrace: ' "$tmp/got"
result "what there is now is for the recorder and the kernel to say" $?

"$IPCTRACE" who-removed shm:77 >"$tmp/got" 2>&1
[ $? -eq 1 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] &&
	has 'ipctrace: shm:77: not recorded: ' 'nor is it in what was recorded before'
result "nothing of that name, in all of them: one line, and status 1" $?

: >"$tmp/spool/flight.12"
says who-removed 0x5047 -- 'removed by server (pid 101)' '!flight.12'
"$IPCTRACE" who-removed -i "$tmp/spool/flight.9" 0x5047 >"$tmp/got" 2>&1 &&
	has 'removed by ipcrm' '!Evidence'
result "with -i only that is asked" $?

finish
