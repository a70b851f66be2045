#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
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

echo "1..$number"
exit $failed
