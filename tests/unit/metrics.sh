#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; of eval; by name
#
# ipctrace metrics on captures of stories (stories.c), whose end state is known: values,
# which series there are, both formats by parsers of others, and the HTTP side with
# clients that mean no good. $IPCTRACE is the program.

. ../lib/unit_stories.sh
server=
clean_up()
{
	[ -z "$server" ] || kill "$server" 2>/dev/null
}

for story in failures held full again leak leak-loss crowd many; do
	"$stories" $story "$tmp/$story" || exit 1
done

# samples STORY ARGUMENT...: into $tmp/samples
samples()
{
	story=$1
	shift
	"$IPCTRACE" metrics --once -i "$tmp/$story" "$@" >"$tmp/text" || return
	grep -v '^#' "$tmp/text" >"$tmp/samples"
}

# are STORY NAME LINES: those of that name that are not 0, without it
are()
{
	samples "$1" && sed -n "s/^$2{\(.*\)}/\1/p; s/^$2 //p" "$tmp/samples" |
		grep -v ' 0$' >"$tmp/seen"
	echo "$3" | diff - "$tmp/seen"
}

check "errors by call and errno" are failures ipctrace_errors_total \
'call="msgget",errno="EEXIST" 1
call="msgget",errno="ENOENT" 1
call="msgsnd",errno="EACCES" 1
call="msgsnd",errno="EINVAL" 4
call="msgrcv",errno="E2BIG" 1
call="msgctl",errno="EPERM" 1
call="semop",errno="E2BIG" 1
call="semop",errno="EAGAIN" 1
call="semop",errno="EFBIG" 1
call="semop",errno="EIDRM" 1
call="semop",errno="EINTR" 1
call="semctl",errno="ERANGE" 1
call="shmget",errno="EINVAL" 2
call="shmget",errno="ENOSPC" 1
call="shmat",errno="EINVAL" 1
call="shmdt",errno="EINVAL" 1'
check "calls" are failures ipctrace_calls_total \
'call="msgget" 4
call="msgsnd" 5
call="msgrcv" 1
call="msgctl" 2
call="semget" 1
call="semop" 5
call="semctl" 2
call="shmget" 5
call="shmat" 1
call="shmdt" 1'
check "those that failed" are failures ipctrace_failed_calls_total \
'call="msgget" 2
call="msgsnd" 5
call="msgrcv" 1
call="msgctl" 1
call="semop" 5
call="semctl" 1
call="shmget" 3
call="shmat" 1
call="shmdt" 1'

# Four take 100 ns, and one 20 us.
durations()
{
	samples failures &&
		grep 'duration.*call="semop"' "$tmp/samples" | sed 's/.*le=//' >"$tmp/seen"
	cat >"$tmp/wanted" <<-END
		"2.5e-07"} 4
		"5e-07"} 4
		"1e-06"} 4
		"2.5e-06"} 4
		"5e-06"} 4
		"1e-05"} 4
		"5e-05"} 5
		"0.0001"} 5
		"0.001"} 5
		"0.01"} 5
		"0.1"} 5
		"1.0"} 5
		"10.0"} 5
		"60.0"} 5
		"600.0"} 5
		"+Inf"} 5
		ipctrace_call_duration_seconds_sum{call="semop"} 2.04e-05
		ipctrace_call_duration_seconds_count{call="semop"} 5
	END
	diff "$tmp/wanted" "$tmp/seen"
}
check "durations" durations
check "objects" are leak ipctrace_objects \
'kind="msg",ipc_ns="4026531839" 5
kind="sem",ipc_ns="4026531839" 1
kind="shm",ipc_ns="4026531839" 5'
check "bytes" are leak ipctrace_object_bytes 'kind="shm",ipc_ns="4026531839" 20480'
check "use of limits" are leak ipctrace_limit_used \
'limit="msgmni",ipc_ns="4026531839" 5
limit="semmsl",ipc_ns="4026531839" 1
limit="semmns",ipc_ns="4026531839" 1
limit="semmni",ipc_ns="4026531839" 1
limit="shmmax",ipc_ns="4026531839" 4096
limit="shmall",ipc_ns="4026531839" 5
limit="shmmni",ipc_ns="4026531839" 5'
check "messages that are in queues" are again ipctrace_object_bytes \
	'kind="msg",ipc_ns="4026531839" 16'
check "who is blocked" are held ipctrace_blocked_calls 'call="semop" 1'
check "since when" are held ipctrace_longest_blocked_call_seconds \
	'call="semop" 3.2000011'
check "a full queue" are full ipctrace_blocked_calls 'call="msgsnd" 1'
check "what was lost" are leak-loss ipctrace_lost_records_total 3
# 12 + 11 ... + 5 sets have their own; 4 + 3 + 2 + 1 have not.
check "eight namespaces, and others" are crowd ipctrace_objects "$(for i in $(seq 12 -1 5); do
	echo "kind=\"sem\",ipc_ns=\"$((4026532222 + i))\" $i"
done)
kind=\"sem\",ipc_ns=\"other\" 10"
check "of others, what is used most" eval 'samples crowd &&
	grep -qx "ipctrace_limit_used{limit=\"semmni\",ipc_ns=\"other\"} 4" "$tmp/samples"'

by_object()
{
	samples failures --per-object 2 && grep '^ipctrace_object_calls' "$tmp/samples" |
		sed 's/.*{//' >"$tmp/seen"
	cat >"$tmp/wanted" <<-END
		kind="sem",ipc_ns="4026531839",object="0x00005047"} 8
		kind="msg",ipc_ns="4026531839",object="0x00005047"} 6
		kind="other",ipc_ns="other",object="other"} 5
	END
	diff "$tmp/wanted" "$tmp/seen" &&
		! "$IPCTRACE" metrics --once -i "$tmp/failures" --per-object 51
}
check "the busiest objects, and others" by_object

# ---- Which series there are ------------------------------------------------------------

names()
{
	sed 's/ [^ ]*$//' "$tmp/samples"
}
constant()
{
	samples failures && names >"$tmp/few" && samples many && names >"$tmp/lots" &&
		diff "$tmp/few" "$tmp/lots"
}
check "the same for 4 objects and for 32,000" constant

# The most that there can be: eight namespaces, and one more for all others, in crowd
bounded()
{
	samples crowd && wc -l <"$tmp/samples" && [ "$(wc -l <"$tmp/samples")" -lt 850 ] &&
		samples many --per-object 50 && [ "$(wc -l <"$tmp/samples")" -lt 1000 ] &&
		[ "$(grep -c '^ipctrace_object_calls' "$tmp/samples")" -eq 51 ]
}
check "fewer than 1,000" bounded

labels()
{
	samples crowd && grep -o '[a-z_]*="' "$tmp/samples" | sort -u | paste -sd ' ' |
		grep -Fx 'call=" cause=" errno=" ipc_ns=" kind=" le=" limit=" version="'
}
check "no label that grows" labels

described()
{
	samples leak --per-object 1 && "$IPCTRACE" manual list:metrics >"$tmp/list" &&
		sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$tmp/text" >"$tmp/types" &&
		sed -n 's/^\.It Va \([^ ]*\).*/\1/p' "$tmp/list" | diff - "$tmp/types"
}
check "all are in the manual" described

# ---- Parsers of others --------------------------------------------------------------------

# parse MODULE ARGUMENT...: samples there are, as it sees them
parse()
{
	module=$1
	shift
	"$IPCTRACE" metrics --once -i "$tmp/leak" --per-object 3 "$@" >"$tmp/text" &&
		/usr/bin/python3 - "$module" "$tmp/text" <<-'END'
			import importlib, sys
			parser = importlib.import_module(sys.argv[1])
			text = open(sys.argv[2]).read()
			names = {}
			for family in parser.text_string_to_metric_families(text):
			    assert family.documentation, family.name
			    assert family.type in ('counter', 'gauge', 'histogram'), family
			    for sample in family.samples:
			        key = (sample.name, tuple(sorted(sample.labels.items())))
			        assert key not in names, key
			        names[key] = sample.value
			lines = [l for l in text.split('\n') if l and l[0] != '#']
			assert len(names) == len(lines), (len(names), len(lines))
			assert names['ipctrace_objects', (('ipc_ns', '4026531839'),
			                                  ('kind', 'shm'))] == 5
		END
}
if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
	check "text, by Prometheus's parser" parse prometheus_client.parser
	check "OpenMetrics, by theirs" parse prometheus_client.openmetrics.parser \
		--openmetrics
else
	skip "no parser: install python3-prometheus-client"
fi
if command -v promtool >"$tmp/got"; then
	check "promtool has nothing to say" eval '
		samples leak --per-object 3 && promtool check metrics <"$tmp/text" >"$tmp/said" 2>&1
		status=$?; cat "$tmp/said"; [ $status -eq 0 ] && [ ! -s "$tmp/said" ]'
fi

# ---- A file for node_exporter ---------------------------------------------------------------

textfile()
{
	mkdir -p "$tmp/dir" && umask 077 &&
		"$IPCTRACE" metrics -i "$tmp/leak" --textfile "$tmp/dir/x.prom" || return
	umask 022
	[ "$(ls -A "$tmp/dir")" = x.prom ] && [ "$(stat -c %a "$tmp/dir/x.prom")" = 644 ] &&
		grep -q '^ipctrace_objects{kind="shm",ipc_ns="4026531839"} 5$' "$tmp/dir/x.prom"
}
check "a file, for others to read" textfile

refuses()
{
	wanted=$1
	status=$2
	shift 2
	"$IPCTRACE" metrics "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	[ $got -eq "$status" ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		grep -qF -e "$wanted" "$tmp/err"
}
check "no file that node_exporter would not read" refuses "end in .prom" 2 \
	--textfile "$tmp/x.txt" -i "$tmp/leak"
check "nobody to give them to" refuses "to whom?" 2
check "an address is a number" refuses "'localhost:1' is no place to listen" 2 \
	--listen localhost:1
check "a port is one" refuses "'127.0.0.1:65536' is no place" 2 --listen 127.0.0.1:65536
check "no capture" refuses "$tmp/nothing" 1 -i "$tmp/nothing" --once

# ---- By HTTP -----------------------------------------------------------------------------------

[ -x /usr/bin/python3 ] || {
	skip "no /usr/bin/python3: by HTTP"
	finish
}
port=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$IPCTRACE" metrics -i "$tmp/many" --listen "$port" --for 120s >"$tmp/out" 2>"$tmp/err" &
server=$!
for _ in $(seq 200); do
	{ grep -q : "$tmp/err" || ! kill -0 $server 2>/dev/null; } && break
	grep -q ":$(printf %04X "$port") .* 0A " /proc/net/tcp && break
	sleep 0.1
done
if grep -q libmicrohttpd "$tmp/err"; then
	skip "$(cat "$tmp/err")"
	finish
fi

# web REQUEST...: lines of one, with CR; its status line and its types
web()
{
	/usr/bin/python3 - "$port" "$@" <<-'END'
		import socket, sys
		s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 30)
		s.sendall(('\r\n'.join(sys.argv[2:]) + '\r\n\r\n').encode())
		data = b''
		while True:
		    try:
		        more = s.recv(65536)
		    except ConnectionResetError:
		        break
		    if not more:
		        break
		    data += more
		head, _, body = data.partition(b'\r\n\r\n')
		print('\n'.join(head.decode().split('\r\n')))
		open('/dev/fd/3', 'wb').write(body)
	END
}

# says STATUS WORDS REQUEST...
says()
{
	status=$1
	words=$2
	shift 2
	web "$@" >"$tmp/head" 3>"$tmp/body" && cat "$tmp/head" &&
		head -n 1 "$tmp/head" | grep -q "^HTTP/1.1 $status " &&
		{ grep -qF -e "$words" "$tmp/head" || grep -qF -e "$words" "$tmp/body"; }
}
get="GET /metrics HTTP/1.1"
check "GET /metrics" says 200 "Content-Type: text/plain; version=0.0.4" "$get" "Host: x"
check "it is what is printed" eval 'samples many &&
	grep -v "_exporter_\|^#" "$tmp/body" >"$tmp/b" &&
	grep -v _exporter_ "$tmp/samples" | diff - "$tmp/b"'
check "OpenMetrics if that is accepted" says 200 "# EOF" "$get" "Host: x" \
	"Accept: text/plain;q=0.5, application/openmetrics-text;version=1.0.0"
check "its type" grep -q "^Content-Type: application/openmetrics-text; version=1.0.0" \
	"$tmp/head"
check "not where it is refused" says 200 "Content-Type: text/plain" "$get" "Host: x" \
	"Accept: application/openmetrics-text;q=0, text/plain"
check "nothing else" says 404 "GET /metrics is all" "GET / HTTP/1.1" "Host: x"
check "no way up" says 404 "" "GET /metrics/../../etc/passwd HTTP/1.1" "Host: x"
check "no POST" says 405 "Allow: GET" "POST /metrics HTTP/1.1" "Host: x" \
	"Content-Length: 1000000000"
check "no HEAD" says 405 "Allow: GET" "HEAD /metrics HTTP/1.1" "Host: x"
check "no endless head" eval '
	web "$get" "X: $(printf %060000d 0)" >"$tmp/head" 3>"$tmp/body"
	! grep -q "^HTTP/1.1 200" "$tmp/head"'

# Sixty of them open connections and send a byte now and then: one who asks is answered
# when the first of these have been cut.
slow()
{
	/usr/bin/python3 - "$port" <<-'END' &
		import socket, sys, time
		all = []
		for i in range(60):
		    s = socket.socket()
		    s.setblocking(False)
		    s.connect_ex(('127.0.0.1', int(sys.argv[1])))
		    all.append(s)
		end = time.time() + 100
		while time.time() < end:
		    time.sleep(0.5)
		    for s in all:
		        try:
		            s.send(b'G')
		        except OSError:
		            pass
	END
	slow=$!
	sleep 1
	says 200 "ipctrace_objects" "$get" "Host: x"
	status=$?
	kill $slow
	return $status
}
check "slow clients keep nobody out for long" slow
check "it is as well afterwards" says 200 "ipctrace_objects" "$get" "Host: x"
check "a port that is taken" refuses "Address already in use" 1 -i "$tmp/leak" \
	--listen "$port"
kill $server
check "it ends in order" wait $server
server=

# ---- What a scrape costs --------------------------------------------------------------------

# printing STORY: instructions of that alone
printing()
{
	instructions --toggle-collect=metrics_text "$IPCTRACE" metrics --once \
		-i "$tmp/$1" --per-object 50
}

# A scrape is 10 ms at most with 32,000 objects: at one instruction a nanosecond. It
# depends on the number of series only.
cost()
{
	few=$(printing leak)
	lots=$(printing many)
	echo "$few instructions, $lots with 32,000 objects"
	[ "$few" -gt 100000 ] && [ "$lots" -lt 10000000 ]
}
if command -v valgrind >"$tmp/got"; then
	check "a scrape: less than 10 ms" cost
	sed 's/^/# /' "$tmp/got"
else
	skip "no valgrind"
fi
finish
