#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; jq's; by name
#
# ipctrace ship from captures of stories (stories.c): what is sent is what other commands
# print; and a broker (broker.c) on the loopback gets all of it, once when duplicates
# are taken out, through outages, kill -9, full spools and full disks. $IPCTRACE is the
# program.

. ../lib/unit_stories.sh
broker=../../build/tests/unit/broker
rules=../../userspace/watch/rules.d
broker_pid=
pid=
clean_up()
{
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	[ -z "$broker_pid" ] || kill "$broker_pid" 2>/dev/null
}

for story in failures held again leak leak-loss full many; do
	"$stories" $story "$tmp/$story" || exit 1
done

# ship ARGUMENT...
ship()
{
	"$IPCTRACE" ship --rules "$rules" "$@"
}

# start ARGUMENT...: in the background, with what it says in $tmp/err; $stdin is its
# standard input
stdin=/dev/null
start()
{
	"$IPCTRACE" ship --rules "$rules" "$@" <"$stdin" 2>"$tmp/err" &
	pid=$!
}

# stop SIGNAL
stop()
{
	kill "$1" "$pid"
	wait "$pid" 2>/dev/null
	pid=
}

# ---- What a line says --------------------------------------------------------------

records()
{
	ship --to stdout --send records -i "$tmp/failures" >"$tmp/lines" &&
		jq -c 'select(.kind == "record").record' "$tmp/lines" >"$tmp/seen" &&
		"$IPCTRACE" report --json "$tmp/failures" | jq -c . >"$tmp/wanted" &&
		[ -s "$tmp/wanted" ] && diff "$tmp/wanted" "$tmp/seen"
}
check "records as report prints them" records

chosen()
{
	ship --to stdout -e 'errno == EINVAL' --send records -i "$tmp/failures" |
		jq -c '.record' >"$tmp/seen" &&
		"$IPCTRACE" report --json -e 'errno == EINVAL' "$tmp/failures" |
		jq -c . >"$tmp/wanted" &&
		[ "$(wc -l <"$tmp/wanted")" -gt 3 ] && diff "$tmp/wanted" "$tmp/seen"
}
check "those that -e wants" chosen

can_watch=yes
"$IPCTRACE" watch --rules /nonexistent 2>&1 | grep -q 'without libcyaml' && can_watch=

findings()
{
	ship --to stdout --send findings -i "$rules/tests/tamper.calls" |
		jq -c 'select(.kind == "finding").finding' >"$tmp/seen" &&
		"$IPCTRACE" watch --rules "$rules" --json -i "$rules/tests/tamper.calls" |
		jq -c . >"$tmp/wanted" &&
		[ -s "$tmp/wanted" ] && diff "$tmp/wanted" "$tmp/seen"
}
if [ -n "$can_watch" ]; then
	check "findings as watch prints them" findings
else
	skip "built without libcyaml" "findings as watch prints them"
fi

# What history says of each object there was
changes()
{
	ship --to stdout --send changes -i "$tmp/leak" | jq -r 'select(.kind == "change").change |
		[.time_ns, .kind, .id, .event, .pid] | @tsv' | sort >"$tmp/seen"
	"$IPCTRACE" objects --removed --json -i "$tmp/leak" | jq -r '"\(.kind):\(.id)"' |
		sort -u >"$tmp/objects"
	while read -r object; do
		"$IPCTRACE" history --json -i "$tmp/leak" "$object" 2>/dev/null
	done <"$tmp/objects" | jq -r 'select(.event == ("made", "changed", "removed",
		"ended", "vanished")) | [.time_ns, .kind, .id, .event, .pid] | @tsv' |
		sort >"$tmp/wanted"
	[ -s "$tmp/wanted" ] && diff "$tmp/wanted" "$tmp/seen"
}
check "changes as histories have them" changes

lost()
{
	ship --to stdout --send changes -i "$tmp/leak-loss" |
		jq -e -s 'map(select(.kind == "lost").lost.count) == [3]'
}
check "what was lost is told, whatever is sent" lost

# Of each line the host, the boot, a CPU and a position; two have never the same, and
# the next time they are the same.
places()
{
	jq -r '[.schema, .kind, .host, .boot, .cpu, .position] | @tsv'
}

set -- --host a --send records -e 'id < 8000'
positions()
{
	ship --to stdout "$@" -i "$tmp/many" >"$tmp/all" &&
		places <"$tmp/all" >"$tmp/places" &&
		ship --to stdout "$@" -i - <"$tmp/many" | places | cmp - "$tmp/places" &&
		sort "$tmp/places" | uniq -d >"$tmp/twice" &&
		[ "$(wc -l <"$tmp/places")" -eq 16000 ] && [ ! -s "$tmp/twice" ]
}
check "no two lines have the same place, and each has its own again" positions "$@"

hosts()
{
	ship --to stdout --send records --host node-7 -i "$tmp/failures" |
		jq -e -s 'all(.host == "node-7")' &&
		! ship --to stdout --host 'a"b' -i "$tmp/failures" 2>"$tmp/err" &&
		grep -q -- '--host: letters' "$tmp/err"
}
check "a host by another name" hosts

# What the service has recorded, boot after boot
spooled()
{
	mkdir "$tmp/flight" && cp "$tmp/leak" "$tmp/flight/flight.1" &&
		cp "$tmp/failures" "$tmp/flight/flight.2" &&
		IPCTRACE_SPOOL=$tmp/flight/flight ship --to stdout --send records \
			--since 2020-01-01T00:00:00 >"$tmp/seen" 2>"$tmp/err" || return
	for story in leak failures; do
		"$IPCTRACE" report --json "$tmp/$story"
	done | jq -c . >"$tmp/wanted"
	jq -c '.record' "$tmp/seen" | diff "$tmp/wanted" -
}
if [ -e /dev/ipctrace ]; then
	skip "the recorder is here, and would tell, too" "what the service has recorded"
else
	check "what the service has recorded" spooled
fi

# ---- Files and syslog ----------------------------------------------------------------

to_file()
{
	ship --to "file:$tmp/out" --send records -i "$tmp/failures" &&
		ship --to "file:$tmp/out" --send records -i "$tmp/failures" &&
		[ "$(stat -c %a "$tmp/out")" = 600 ] &&
		cat "$tmp/lines" "$tmp/lines" | cmp - "$tmp/out"
}
check "a file grows" to_file

full_disk()
{
	! ship --to file:/dev/full "$@" -i "$tmp/many" 2>"$tmp/err" || return
	cat "$tmp/err"
	[ "$(wc -l <"$tmp/err")" = 2 ] && grep -q 'No space left on device' "$tmp/err" &&
		grep -q ' 16000 lines could not be written' "$tmp/err"
}
check "a full disk: each line is counted" full_disk "$@"

to_syslog()
{
	/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready", flush=True)
s.settimeout(5)
for i in range(int(sys.argv[2])): print(s.recv(100000).decode())' \
		"$tmp/log" "$(wc -l <"$tmp/lines")" >"$tmp/logged" &
	pid=$!
	until [ -s "$tmp/logged" ]; do sleep 0.1; done
	ship --to "syslog:$tmp/log" --send records -i "$tmp/failures" && wait $pid &&
		pid= &&
		sed -n 's/^<30>.* ipctrace\[[0-9]*\]: @cee: //p' "$tmp/logged" |
		cmp - "$tmp/lines"
}
check "syslog gets all" to_syslog

no_log()
{
	! ship --to "syslog:$tmp/nobody" -i "$tmp/failures" 2>"$tmp/err" &&
		grep -q 'nobody: No such file' "$tmp/err" && [ "$(wc -l <"$tmp/err")" = 1 ]
}
check "nobody at a socket" no_log

# refused STATUS WORDS ARGUMENT...: with one line that has these words
refused()
{
	wanted=$1
	words=$2
	shift 2
	ship "$@" -i "$tmp/failures" 2>"$tmp/err"
	status=$?
	cat "$tmp/err"
	[ $status -eq "$wanted" ] && [ "$(wc -l <"$tmp/err")" = 1 ] &&
		grep -qF -e "$words" "$tmp/err"
}
check "without a place" refused 2 'where to?'
check "no place" refused 2 "is no place; accepted: kafka://" --to kafka
check "an unknown kind" refused 2 'did you mean records?' --to stdout --send recordss
check "-e without records" refused 2 '-e is about records' --to stdout --send changes \
	-e failed
check "a spool for standard output" refused 2 'are for --to kafka://' --to stdout \
	--spool "$tmp/spool"

# ---- A broker --------------------------------------------------------------------------

if [ ! -x "$broker" ]; then
	skip "no librdkafka" "brokers"
	finish
fi
"$broker" serve ipc >"$tmp/address" 2>/dev/null &
broker_pid=$!
until [ -s "$tmp/address" ]; do sleep 0.1; done
address=$(cat "$tmp/address")
kafka=kafka://$address/ipc

# arrived: all that the broker has, in $tmp/arrived; of lines that came more than once
# one, in $tmp/once
arrived()
{
	"$broker" read "$address" ipc 10000000 2 >"$tmp/arrived" 2>/dev/null
	sort -u "$tmp/arrived" >"$tmp/once"
}

# a broker that has nothing yet
new_broker()
{
	kill "$broker_pid"
	wait "$broker_pid" 2>/dev/null
	rm "$tmp/address"
	"$broker" serve ipc >"$tmp/address" 2>/dev/null &
	broker_pid=$!
	until [ -s "$tmp/address" ]; do sleep 0.1; done
	address=$(cat "$tmp/address")
	kafka=kafka://$address/ipc
	rm -rf "$tmp/spool"
}

# said WORDS: by the one in the background, within ten seconds
said()
{
	for _ in $(seq 100); do
		grep -qF -e "$1" "$tmp/err" && return
		sleep 0.1
	done
	cat "$tmp/err"
	return 1
}

once()
{
	ship --to "$kafka" --spool "$tmp/spool" "$@" -i "$tmp/many" || return
	arrived
	sort "$tmp/all" >"$tmp/wanted"
	[ "$(wc -l <"$tmp/arrived")" = "$(wc -l <"$tmp/all")" ] &&
		cmp "$tmp/wanted" "$tmp/once" &&
		[ "$(find "$tmp/spool" -name 'lines.*' | wc -l)" = 0 ]
}
check "all lines arrive, once, and none is left" once "$@"

# The broker is away, the program dies; the next one sends what the first had.
outage()
{
	new_broker
	kill -USR1 "$broker_pid"
	start --to "$kafka" --spool "$tmp/spool" "$@" -i "$tmp/many"
	said 'lines wait in' || return
	sleep 1
	stop -9
	cat "$tmp/spool"/lines.* >"$tmp/spooled"
	kill -USR2 "$broker_pid"
	ship --to "$kafka" --spool "$tmp/spool" --host b --send records \
		-i "$tmp/failures" || return
	ship --to stdout --host b --send records -i "$tmp/failures" >"$tmp/second"
	arrived
	wc -l "$tmp/spooled" "$tmp/second" "$tmp/arrived" "$tmp/once"
	[ "$(wc -l <"$tmp/spooled")" -gt 1000 ] &&
		sort -u "$tmp/spooled" "$tmp/second" | cmp - "$tmp/once"
}
check "an outage with a kill -9 in it: nothing is lost" outage "$@"

# Killed again and again while lines arrive: what is sent again can be told.
killed()
{
	new_broker
	for after in 0.3 0.6 1.2; do
		start --to "$kafka" --spool "$tmp/spool" "$@" -i "$tmp/many"
		sleep $after
		stop -9
	done
	ship --to "$kafka" --spool "$tmp/spool" "$@" -i "$tmp/many" || return
	arrived
	sort "$tmp/all" | cmp - "$tmp/once" || return
	places <"$tmp/arrived" | sort -u >"$tmp/seen"
	sort -u "$tmp/places" | cmp - "$tmp/seen"
}
check "kill -9 again and again: nothing is lost, duplicates can be removed" killed "$@"

# at PLACE: the one in the background has read so many bytes, within twenty seconds
at()
{
	for _ in $(seq 200); do
		[ "$(sed -n 's/^pos:[[:space:]]*//p' "/proc/$pid/fdinfo/0")" -lt "$1" ] ||
			return 0
		sleep 0.1
	done
	return 1
}

# accounted: what has arrived, and what is told to have gone, is all that there was
accounted()
{
	arrived
	dropped=$(jq -r 'select(.kind == "dropped").dropped | "\(.count) \(.total)"' \
		"$tmp/once" | awk '{ all += $1; total = $2 > total ? $2 : total }
		END { print all == total ? all : "not the total" }')
	came=$(grep -c '"kind":"record"' "$tmp/once")
	echo "$dropped dropped, $came came"
	[ "$dropped" -gt 1000 ] && [ $((dropped + came)) -eq "$(wc -l <"$tmp/all")" ] &&
		grep '"kind":"record"' "$tmp/once" | comm -23 - "$tmp/wanted" |
		cmp - /dev/null
}

# A pipe cannot wait.
spool_full()
{
	new_broker
	kill -USR1 "$broker_pid"
	stdin=$tmp/many
	start --to "$kafka" --spool "$tmp/spool" --spool-bytes 1M "$@" -i -
	stdin=/dev/null
	at 8000000 || return
	bytes=$(du -b "$tmp/spool"/lines.* | awk '{ all += $1 } END { print all }')
	kill -USR2 "$broker_pid"
	wait "$pid"
	status=$?
	pid=
	cat "$tmp/err"
	[ $status -eq 0 ] && [ "$bytes" -le 1048576 ] && accounted
}
check "a full spool: the oldest go, and a line says how many" spool_full "$@"

# A file can: with a spool that is too small by far all of it arrives.
spool_waits()
{
	new_broker
	ship --to "$kafka" --spool "$tmp/spool" --spool-bytes 1M "$@" -i "$tmp/many" || return
	arrived
	sort "$tmp/all" | cmp - "$tmp/once"
}
check "who reads a file waits for room" spool_waits "$@"

# A disk of a megabyte, in a namespace of our own
disk_full()
{
	new_broker
	kill -USR1 "$broker_pid"
	mkdir -p "$tmp/disk"
	unshare -m sh -c 'mount -t tmpfs -o size=1M none "$1" && shift && exec "$@"' sh \
		"$tmp/disk" "$IPCTRACE" ship --rules "$rules" --to "$kafka" "$@" \
		--spool "$tmp/disk/spool" -i - <"$tmp/many" 2>"$tmp/err" &
	pid=$!
	# More than may be on their way
	at 8000000 && said 'disk/spool: No space left on device; the oldest lines go' || return
	kill -USR2 "$broker_pid"
	wait "$pid"
	status=$?
	pid=
	cat "$tmp/err"
	[ $status -eq 0 ] && [ "$(wc -l <"$tmp/err")" = 3 ] &&
		grep -q 'takes lines again' "$tmp/err" && accounted
}
if unshare -m mount -t tmpfs none "$tmp" 2>/dev/null; then
	check "a full disk below the spool: each line is counted" disk_full "$@"
else
	skip "no mount namespace" "a full disk below the spool"
fi

# away STATUS WORDS ARGUMENT...: one line with these words, and one of what is left
away()
{
	words=$1
	shift
	rm -rf "$tmp/spool"
	! ship --spool "$tmp/spool" --for 1s --send records -i "$tmp/failures" "$@" \
		2>"$tmp/err" || return
	cat "$tmp/err"
	[ "$(wc -l <"$tmp/err")" = 2 ] && grep -q "$words" "$tmp/err" &&
		grep -q ": $(wc -l <"$tmp/lines") lines have not arrived" "$tmp/err" &&
		cat "$tmp/spool"/lines.* | cmp - "$tmp/lines"
}
check "no broker" away 'Connection refused.*lines wait in' --to kafka://127.0.0.1:1/ipc
check "an unknown host" away 'Failed to resolve' --to kafka://nobody.invalid/ipc

bad_certificate()
{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -out "$tmp/cert" \
		-days 1 -subj /CN=other >/dev/null 2>&1 || return
	port=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	openssl s_server -accept "127.0.0.1:$port" -key "$tmp/key" -cert "$tmp/cert" \
		-quiet >/dev/null 2>&1 &
	pid=$!
	sleep 0.5
	away 'certificate verify failed' --to "kafka://127.0.0.1:$port/ipc" \
		-X security.protocol=ssl
	status=$?
	kill $pid
	wait $pid 2>/dev/null
	pid=
	return $status
}
check "a certificate that nobody knows" bad_certificate

new_broker
config=$tmp/config
echo 'sasl.password=hidden' >"$config"
chmod 640 "$config"
set -- --to "$kafka" --spool "$tmp/spool"
check "a file of secrets that others may read" refused 2 \
	'others may read it, its mode is 0640; chmod 600' "$@" --config "$config"
check "a secret on the command line" refused 2 \
	'-X sasl.password: a secret is seen by all' "$@" -X sasl.password=hidden
never_shown()
{
	! grep -q hidden "$tmp/err"
}
check "and it is not shown" never_shown
check "an unknown property" refused 2 'No such configuration property' "$@" -X nosuch=1
check "no acknowledgement" refused 2 'acks=0' "$@" -X acks=0
check "a spool that is too small" refused 2 '1M is the least' "$@" --spool-bytes 4K
check "a spool that cannot be made" refused 1 'spool: /nonexistent/spool' --to "$kafka" \
	--spool /nonexistent/spool

configured()
{
	chmod 600 "$config"
	printf '# of the test\nsasl.password=hidden\nclient.id=one\n' >"$config"
	ship "$@" --config "$config" -X linger.ms=1 --send records -i "$tmp/failures"
}
check "one for us only is read" configured "$@"

other()
{
	rm -rf "$tmp/spool"
	start --to kafka://127.0.0.1:1/ipc --spool "$tmp/spool" -i "$tmp/failures"
	said 'lines wait in' && refused 1 'another ipctrace ship uses it' "$@"
	status=$?
	stop -TERM
	return $status
}
check "two of them in one spool" other "$@"

finish
