#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# What the reader subscribes to for those who ask: all of it is seen, whatever
# filter the machine has, and others see nothing of that.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
ended=0x69ffffff

# The machine's filter lets nothing through from here on.
want_nothing() {
	echo 'comm == nobody' >"$debugfs/filter"
	echo clear >"$debugfs/control"
}

# subscribed TEXT: somebody has such a subscription
subscribed() {
	grep -q "^subscription [0-9]*: $1" "$debugfs/stats"
}

# follow READER ARGUMENT...: a reader of that name, until it is ended
follow() {
	reader=$1
	shift
	"$ipctrace" -N "$@" >"$tmp/$reader" 2>"$tmp/$reader.err" &
	eval "$reader=$!"
	pids="$pids $!"
}

# end READER...: they end well, when what was done is settled
end() {
	sleep 1
	for reader; do
		eval "kill -INT \$$reader; wait \$$reader" || return
		same "" "$(cat "$tmp/$reader.err")" || return
	done
}

# calls READER: how many calls it has printed
calls() {
	grep ' = ' "$tmp/$1" | finished | wc -l
}

# The first child is there when somebody begins to look; others come, each from one
# that ends, and some beside.
cat >"$tmp/storm" <<'END'
	$| = 1;
	print "$$\n";
	<STDIN>;
	for (1 .. $ARGV[0]) {
		for (1 .. 3) {
			next if fork;
			msgget(0x69000001, 0);
			exit;
		}
		exit if fork;
		msgget(0x69000002, 0);
	}
	msgget(0x69ffffff, 0);
END

# storm COUNT: one that is ready, its pid in $stormy; "go" lets it go
storm() {
	rm -f "$tmp/go" "$tmp/pid"
	mkfifo "$tmp/go"
	perl "$tmp/storm" "$1" <"$tmp/go" >"$tmp/pid" &
	exec 3>"$tmp/go"
	within 10 test -s "$tmp/pid"
	stormy=$(cat "$tmp/pid")
}

go() {
	echo >&3
	exec 3>&-
}

loses_none() {
	want_nothing
	storm 400
	follow some -p "$stormy" -f
	follow others
	within 20 subscribed "pid == $stormy" || return
	perl "$tmp/storm" 50 </dev/null >/dev/null &
	go
	within 100 grep -qi "$ended" "$tmp/some" || return
	end some others &&
		same 1601 "$(calls some)" && same 0 "$(calls others)"
}

taken_back() {
	storm 1
	follow some -p "$stormy" -f
	within 20 subscribed "pid == $stormy" || return
	kill -9 "$some"
	wait "$some"
	go
	within 20 eval '! subscribed pid'
}

# One that asks sees what it asks for, and no gap by a filter.
despite_a_filter() {
	want_nothing
	follow asked -e 'errno == ENOENT and call == msgget'
	follow unnarrowed -e 'key == 0x69000003 and ret < 0'
	within 20 subscribed ".*failed" && within 20 subscribed ".*key" || return
	perl -e 'msgget(0x69000003, 0); semget(0x69000003, 1, 0);
		$q = msgget(0, 0600); msgctl($q, 0, 0)'
	end asked unnarrowed || return
	same 1 "$(calls asked)" && same 2 "$(calls unnarrowed)"
}

# Nobody's subscription but the recorder's own is in what it writes.
recorded() {
	want_nothing
	storm 30
	follow other -e 'call == semget'
	follow stormy_one -p "$stormy" -f
	"$ipctrace" record -o "$tmp/one" -p "$stormy" -f &
	one=$!
	"$ipctrace" record -o "$tmp/all" &
	all=$!
	pids="$pids $one $all"
	within 20 subscribed "pid == $stormy" &&
		within 20 subscribed 'call in (semget)' &&
		within 20 test -s "$tmp/all" || return
	go
	perl -e 'semget(0x69000003, 1, 0) for 1 .. 10'
	within 100 grep -qi "$ended" "$tmp/stormy_one" || return
	sleep 2
	kill -INT $one $all
	wait $one && wait $all && end other stormy_one || return
	same 10 "$(calls other)" &&
		same 121 "$("$ipctrace" report "$tmp/one" | grep ' = ' | finished | wc -l)" &&
		same 0 "$("$ipctrace" report "$tmp/all" | grep -c ' = ')" &&
		same "" "$("$ipctrace" report --json "$tmp/one" 2>&1 |
			jq -r .type | grep -v 'call\|gap\|enter')"
}

plan 4
check "a storm of forks loses none, and others see nothing of it" loses_none
check "what is killed leaves nothing behind" taken_back
check "what is asked for is seen despite a filter" despite_a_filter
check "captures have what was asked for" recorded
echo >"$debugfs/filter"
finish
