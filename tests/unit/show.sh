#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # called by check
#
# How report shows a capture: colours, times, names, columns. What is expected comes
# from the capture's JSON and from other programs. $IPCTRACE is the program. TAP.

: "${IPCTRACE:?}"
here=$(cd "$(dirname "$0")" && pwd)
capture=$here/stored/version-2.capture
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
number=0
failed=0
TZ=Asia/Kolkata
LC_ALL=C
export TZ LC_ALL
unset NO_COLOR

# check NAME COMMAND...
check() {
	number=$((number + 1))
	name=$1
	shift
	if "$@" >"$tmp/said" 2>&1; then
		echo "ok $number show: $name"
		return
	fi
	head -n 20 "$tmp/said" | cut -c 1-300 | sed 's/^/# /'
	echo "not ok $number show: $name"
	failed=1
}

report() {
	"$IPCTRACE" report "$@" "$capture"
}

escape=$(printf '\033')

without_colors() {
	sed "s/$escape\\[[0-9]*m//g"
}

# on_terminal COMMAND: what it writes there, with its ends of lines
on_terminal() {
	script -q -e -c "$1" /dev/null </dev/null | tr -d '\r'
}

same() {
	diff "$tmp/expected" "$tmp/got"
}

echo "TAP version 13"

# ---- Colours -----------------------------------------------------------------

report >"$tmp/plain"

no_colors() {
	"$@" >"$tmp/got" && diff "$tmp/plain" "$tmp/got"
}

has_colors() {
	"$@" >"$tmp/got" && grep -q "$escape" "$tmp/got" || return
	without_colors <"$tmp/got" | diff "$tmp/plain" -
}

check "no colours in a pipe" no_colors report
check "nor when that is said" no_colors report --color auto
check "colours where they are asked for, and nothing else" \
	has_colors report --color always
check "even with NO_COLOR" has_colors env NO_COLOR=1 \
	"$IPCTRACE" report --color=always "$capture"
command="'$IPCTRACE' report '$capture'"
if command -v script >/dev/null; then
	check "colours on a terminal, and nothing else" \
		has_colors on_terminal "TERM=xterm $command"
	check "none with --color never" \
		no_colors on_terminal "TERM=xterm $command --color never"
	check "none with NO_COLOR" \
		no_colors on_terminal "NO_COLOR=1 TERM=xterm $command"
	check "an empty NO_COLOR says nothing" \
		has_colors on_terminal "NO_COLOR= TERM=xterm $command"
	check "none on a dumb terminal" \
		no_colors on_terminal "TERM=dumb $command"
fi

# An error is red from its first character to its last.
errors() {
	grep -c ' = -1 E' "$tmp/plain" >"$tmp/expected" &&
	report --color always |
		grep -c "= $escape\\[31m-1 E[A-Z0-9]* ([^)]*)$escape\\[0m <" \
		>"$tmp/got" && same
}
check "errors are red" errors

json_as_ever() {
	report --json >"$tmp/expected" &&
	report --json --color always >"$tmp/got" && same
}
check "JSON has no colours" json_as_ever

# ---- Times -------------------------------------------------------------------

# The capture's own moment: CLOCK_MONOTONIC and CLOCK_REALTIME, at bytes 32 and 40
moment() {
	od -A n -t u8 -j 32 -N 16 "$capture"
}

# dates PERL: of each line, from $ns, what $real is by the two clocks and $before
# shellcheck disable=SC2016 # the $ are perl's
dates() {
	report --json | jq .time_ns | perl -e '
		use POSIX;
		my ($start, $real_start) = split " ", shift;
		my $before;
		while (my $ns = <STDIN>) {
			chomp $ns;
			my $real = $real_start + $ns - $start;
			$before //= $ns;
			printf "%s\n", eval $ARGV[0] // die;
			$before = $ns;
		}' "$(moment)" "$1" >"$tmp/expected"
}

# shown COMMAND...: the first words
shown() {
	"$@" | sed 's/^ *\([^ ]*\) .*/\1/' >"$tmp/got"
	same
}

# shellcheck disable=SC2016
{
	dates 'sprintf "%d.%09d", $ns / 1e9, $ns % 1e9'
	check "times since boot" shown report --time boot
	dates 'strftime("%Y-%m-%dT%H:%M:%S", gmtime($real / 1e9)) .
	       sprintf ".%09dZ", $real % 1e9'
	check "date and time" shown report --time iso
	dates 'strftime("%H:%M:%S", localtime($real / 1e9)) .
	       sprintf ".%09d", $real % 1e9'
	check "time of day, local" shown report --time wall
	dates 'sprintf "%d.%09d", ($ns - $before) / 1e9, ($ns - $before) % 1e9'
	check "time since the last" shown report --time delta
}

# What --since takes is what --time iso shows.
since_shown() {
	report --time iso >"$tmp/all"
	report --time iso --since "$(sed -n '4s/ .*//p' "$tmp/all")" >"$tmp/got"
	sed 1,3d "$tmp/all" >"$tmp/expected"
	same
}
check "a date that was shown can be asked for" since_shown

rest_as_ever() {
	sed 's/^ *[^ ]* //' "$tmp/plain" >"$tmp/expected"
	report --time iso | sed 's/^ *[^ ]* //' >"$tmp/got"
	same
}
check "the rest of the line is the same" rest_as_ever

# ---- Names -------------------------------------------------------------------

check "users of another machine are numbers" no_colors report -N

# ---- Columns -------------------------------------------------------------------

columns=time_ns,type,comm,pid,uid,msgsz,errno,ret,object.key,object.mode,args.sops.sem_op,args.sops,object,args.buf.msg_perm.mode

# Each column is the field of that name, wherever it is in the record.
json_columns() {
	report --json --columns "$columns" >"$tmp/got" &&
	report --json | jq -c '
		def at($path): reduce $path[] as $name (.;
			if type == "object" then .[$name] else null end);
		. as $record | .args.sops as $sops |
		{"time_ns": .time_ns, "type": .type, "comm": .comm, "pid": .pid,
		 "uid": .uid, "args.msgsz": at(["args", "msgsz"]),
		 "errno": .errno, "ret": .ret,
		 "object.key": at(["object", "key"]),
		 "object.mode": at(["object", "mode"]),
		 "args.sops.sem_op": (if ($sops | type) == "array" then
				      [$sops[].sem_op] else null end),
		 "args.sops": $sops, "object": .object,
		 "args.buf.msg_perm.mode": at(["args", "buf", "msg_perm", "mode"])}' \
		>"$tmp/expected" && same
}
check "columns in JSON" json_columns

# A schema of such rows: each column's from the schema of records
json_columns_types() {
	"$IPCTRACE" calls --json | jq --arg columns type,time_ns,cpu,comm,errno,ret \
		'($columns | split(",")) as $names | .properties as $all |
		 {type: "object", additionalProperties: false, required: $names,
		  properties: ([$names[] | {key: ., value: ($all[.] |
			.type = ([.type] | flatten + ["null"] | unique) |
			if .enum then .enum += [null] else . end)}] |
			from_entries)}' >"$tmp/schema" &&
	report --json --columns type,time_ns,cpu,comm,errno,ret >"$tmp/rows" &&
	"$here/../lib/json_schema.py" "$tmp/schema" "$tmp/rows"
}
[ ! -x /usr/bin/python3 ] || check "their types are those of the schema" json_columns_types

# The same cells in a table, but for those that people read otherwise
text_columns() {
	report --columns call,pid,errno,object.mode,object.key >"$tmp/table" &&
	awk '{ $1 = $1; print }' "$tmp/table" >"$tmp/got" &&
	{
		echo call pid errno object.mode object.key
		report --json | jq -r '[.call, .pid, .errno, .object.mode?, .object.key?] |
			map(. // "-" | tostring) | join(" ")' | awk '
			function octal(n, s) {
				for (s = ""; n; n = int(n / 8))
					s = n % 8 s
				return "0" s
			}
			{
				if ($4 != "-") {
					$4 = octal($4)
					$5 = sprintf("0x%x", $5)
				}
				print
			}'
	} >"$tmp/expected" && same
}
check "columns in a table" text_columns

# All columns begin at the same places.
aligned() {
	report --columns pid,comm,call,errno,cpu >"$tmp/table" &&
	[ "$(awk '{ print length }' "$tmp/table" | sort -u | wc -l)" -eq 1 ]
}
check "they are below each other" aligned

times_in_columns() {
	report --time iso | sed 's/ .*//' >"$tmp/expected"
	report --time iso --columns time_ns | sed 1d >"$tmp/got" && same &&
	report --time iso --columns time_ns --csv | sed 1d >"$tmp/got" && same
}
check "times are as they are asked for" times_in_columns

# The same capture of a program that is called "=1+1", or "-cmd"
named() {
	# shellcheck disable=SC2016 # the $ is perl's
	NAME=$1 perl -pe 's/perl/$ENV{NAME}/g' "$capture" >"$tmp/named"
}

# What Python reads of it is what is in JSON; of names that are formulas only text.
csv() {
	named "$1"
	"$IPCTRACE" report --json "$tmp/named" >"$tmp/json"
	"$IPCTRACE" report --csv "$tmp/named" >"$tmp/csv"
	/usr/bin/python3 -c '
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
records = [json.loads(line) for line in open(sys.argv[2])]
assert len(rows) == len(records) and len(rows) > 20
for row, record in zip(rows, records):
    for name, cell in row.items():
        value = record
        for part in name.split("."):
            value = (value or {}).get(part)
        if isinstance(value, dict):
            assert json.loads(cell) == value, (name, cell, value)
        elif isinstance(value, str) and value[0] in "=+-@":
            assert cell == chr(39) + value, (name, cell, value)
        else:
            assert cell == ("" if value is None else str(value)), (name, cell, value)
assert any(row["ret"].startswith("-") for row in rows)
' "$tmp/csv" "$tmp/json"
}
if [ -x /usr/bin/python3 ]; then
	check "CSV is the same" csv perl
	check "a formula is text" csv '=1+1'
	check "so is what begins with a minus" csv '-cmd'
	check "or with a sign for an array" csv '@SUM'
	check "a quote and a comma" csv 'a","'
fi

# ---- As strace -----------------------------------------------------------------

# Every line is one of those that strace(1) describes, and no call is missing.
# shellcheck disable=SC2016 # the $ are perl's
strace_lines() {
	report --strace >"$tmp/log" &&
	[ "$(wc -l <"$tmp/log")" -eq "$(report | grep -c ' = ')" ] &&
	perl -ne '
		my $head = qr/^\d+ +\d{10}\.\d{6} /;
		my $tail = qr/\) += (?:-?\d+|0x[0-9a-f]+|\?|(?:-1|\?) E\w+ \([^()]*(?:\([^()]*\))?[^()]*\))(?: <\d+\.\d{6}>)?$/;
		next if /$head\w+\(.*$tail/ || /$head\w+\(.* <unfinished \.\.\.>$/ ||
			/$head<\.\.\. \w+ resumed>.*$tail/;
		print;
		$bad = 1;
		END { exit $bad }' "$tmp/log"
}
check "every line is one of strace's" strace_lines

# When each call was made, and how long it took: from JSON and the two clocks
# shellcheck disable=SC2016
strace_times() {
	report --json | jq -r 'select(.type == "call") |
		"\(.tid) \(.time_ns) \(.duration_ns) \(.call)"' | perl -ne '
		BEGIN { ($start, $real) = split " ", shift }
		($tid, $ns, $took, $call) = split;
		$made = $real + $ns - $took - $start;
		printf "%s %d.%06d %s <%d.%06d>\n", $tid, $made / 1e9,
		       $made % 1e9 / 1e3, $call, $took / 1e9, $took % 1e9 / 1e3' \
		"$(moment)" >"$tmp/expected"
	report --strace | sed 's/^\([0-9]*\) *\([0-9.]* [a-z]*\)(.* \(<[^ ]*>\)$/\1 \2 \3/' \
		>"$tmp/got"
	same
}
check "calls, times and durations" strace_times

# Results and arguments are those of the line of text, which has strace's notation.
strace_words() {
	report | sed -n 's/^.* \([a-z]*(.* = .*\) <[0-9.]*>.*$/\1/p' >"$tmp/expected"
	report --strace | sed 's/^[0-9]* *[0-9.]* \(.*\) <[^ ]*>$/\1/' >"$tmp/got"
	same
}
check "arguments and results" strace_words

# Another program's reader: it takes a log for each thread, without the thread
merged() {
	report --strace >"$tmp/log"
	awk -v log_="$tmp/log." '{ tid = $1; sub(/^[0-9]+ +/, ""); print >(log_ tid) }' \
		"$tmp/log" &&
	strace-log-merge "$tmp/log" | sed 's/^\([0-9]*\) */\1 /' >"$tmp/got" &&
	sort -s -k 2,2n "$tmp/log" | sed 's/^\([0-9]*\) */\1 /' >"$tmp/expected" && same
}
! command -v strace-log-merge >/dev/null ||
	check "strace-log-merge opens it" merged

echo "1..$number"
exit $failed
