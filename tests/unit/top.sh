#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016,SC2317 # the library's; shells' $; by name
#
# ipctrace top on captures of stories (stories.c): as text, and on terminals of tmux, of
# several kinds and sizes, which are as they were when it has ended, however it has.

. ../lib/unit_stories.sh

program=$(realpath "$IPCTRACE")
nr=0
socket=top$$-$nr
export LC_ALL=C.UTF-8 TERM=xterm
export TMUX_TMPDIR="$tmp"
unset TMUX
clean_up() {
	tmux -L "$socket" kill-server 2>/dev/null
}

for story in abba again held; do
	check "the story $story" "$stories" $story "$tmp/$story"
done

# ---- As text -------------------------------------------------------------------

batch()
{
	"$program" top -b --input "$tmp/$1" >"$tmp/text" 2>&1 || return
	shift
	cat "$tmp/text"
	for words; do
		tr -s ' ' <"$tmp/text" | grep -qF -e "$words" ||
			{ echo "not there: $words"; return 1; }
	done
}
check "who is in a deadlock" batch abba "3 waiting" \
	"first 200 semop sem:5 200 DEADLOCK of 2, semaphore 1, held by second[300] for 2.00s" \
	"third 400 semop sem:5 400 behind a deadlock, semaphore 0, held by first[200] for 3.00s"
check "what processes and objects have" batch held "1 queue 1 set 0 segments" \
	" 200 first 0 - - 1 - - 100ns - 1 " " 300 second 0 - 1 - " \
	"sem:5 1 - 1 1 0x00005047 2 - 4 " " first[200] server[100] "
# Six messages of 5 and 8 bytes in turn, in 12 us
check "calls, errors and bytes" batch again "916667 calls/s" \
	"200 nagios 500000 " "msgsnd 500000 - 100ns 100ns 100ns 100ns - 6" \
	"msg:65541 250000 - 2 - 0x00005047 "

one_view()
{
	"$program" top -b --input "$tmp/held" --view objects --sort object \
		-e 'uid == 0' >"$tmp/text" &&
		! grep -q Processes "$tmp/text" &&
		sed -n '/^Objects/,$p' "$tmp/text" | grep -c '^[a-z]*:[0-9]' |
			grep -qx 1 && grep -q '^msg:9999 ' "$tmp/text"
}
check "one view, of what is asked for" one_view

refuses()
{
	wanted=$1
	shift
	"$program" top "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	[ $? -eq 2 ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
		grep -qF -e "$wanted" "$tmp/err"
}
check "--sort names what is accepted" refuses \
	"unknown column 'nam' of Processes, did you mean name?" -b --sort nam
check "-i takes seconds" refuses "'x' is not a number of seconds; accepted: 1, 0.5" -i x
check "-i takes no less than a tenth" refuses "'0.01' is not" -i 0.01
check "-n is for -b" refuses "-n: only with -b" -n 1

no_terminal()
{
	"$program" top --input "$tmp/held" >"$tmp/out" 2>&1 </dev/null
	[ $? -eq 1 ] && grep -qF -- '-b' "$tmp/out"
}
check "without a terminal it says so" no_terminal

if ! command -v tmux >/dev/null; then
	skip "no tmux"
	finish
elif grep -q ncurses "$tmp/out"; then
	skip "the program was built without ncurses"
	finish
fi
result "with tmux and ncurses" 0

# ---- On terminals -----------------------------------------------------------------

tm()
{
	tmux -L "$socket" "$@"
}

# A server may take a moment to end: the next one is another.
another_server()
{
	tm kill-server 2>/dev/null
	nr=$((nr + 1))
	socket=top$$-$nr
}

# start COLUMNS LINES TERM STORY: it runs in a shell, which then tells its status
start()
{
	another_server
	rm -f "$tmp/before" "$tmp/after" "$tmp/status" "$tmp/err"
	columns=$1
	lines=$2
	term=$3
	cat >"$tmp/run" <<-END
		stty -a >$tmp/before
		(
			echo \$BASHPID >$tmp/pid
			TERM=$term exec $program top --input $tmp/$4 2>$tmp/err
		)
		echo \$? >$tmp/status
		stty -a >$tmp/after
		echo; echo over
		exec cat
	END
	tm -f /dev/null new-session -d -x "$columns" -y "$lines" \
		"bash -m $tmp/run" \; set status off 2>"$tmp/tmux" &&
		tm resize-window -x "$columns" -y "$lines"
}

seen()
{
	tm capture-pane -p >"$tmp/screen"
}

# sees WORDS: within 10 seconds; blanks count as one
sees()
{
	for _ in $(seq 100); do
		seen
		tr -s ' ' <"$tmp/screen" | grep -qF -e "$1" && return
		sleep 0.1
	done
	echo "not there: $1"
	cat "$tmp/screen" "$tmp/err"
	return 1
}

keys()
{
	tm send-keys "$@"
}

# ended STATUS: so, with the terminal as before, and nothing left on it
ended()
{
	for _ in $(seq 100); do
		[ -s "$tmp/after" ] && break
		sleep 0.1
	done
	[ "$(cat "$tmp/status")" = "$1" ] || {
		echo "status $(cat "$tmp/status"), not $1"
		cat "$tmp/err"
		return 1
	}
	sed 's/rows [0-9]*; columns [0-9]*; //' "$tmp/before" >"$tmp/was"
	sed 's/rows [0-9]*; columns [0-9]*; //' "$tmp/after" | diff "$tmp/was" - || return
	sees over || return
	# Some have no other screen to draw on.
	case $term in
	linux | vt100) ;;
	*)	! grep -q "F1 Help" "$tmp/screen" || { cat "$tmp/screen"; return 1; } ;;
	esac
	[ "$(tm display -p '#{alternate_on} #{cursor_flag} #{keypad_cursor_flag}')" = \
		"0 1 0" ] || { echo "not as before"; return 1; }
}

# No line is longer than the screen, which is full
fits()
{
	seen
	awk -v columns="$columns" -v lines="$lines" '
		length($0) > columns { bad = 1 }
		END { exit bad || NR != lines }' "$tmp/screen" ||
		{ cat "$tmp/screen"; return 1; }
}

kind()
{
	start 80 24 "$1" abba && sees "100 server" && fits &&
		grep -q "^1 Processes   2 Objects   3 Calls   4 Waits" "$tmp/screen" &&
		grep -q "^F1 Help  F4 Filter  F6 Sort  F10 Quit" "$tmp/screen" &&
		[ "$(grep -c . "$tmp/screen")" -eq 10 ] || return
	keys 4
	sees "DEADLOCK of 2, semaphore 1, held by" || return
	keys h
	sees "ipctrace top: keys" || return
	keys q
	sees "DEADLOCK" || return
	keys q
	ended 0
}
for term in xterm xterm-256color screen tmux-256color linux vt100; do
	check "TERM=$term" kind $term
done

unknown_kind()
{
	start 80 24 nonsense abba && sees over || return
	grep -q "TERM=nonsense; without one: -b" "$tmp/err" && ended 1
}
check "a terminal that nobody knows" unknown_kind

size()
{
	start "$1" "$2" tmux-256color abba && sees "$3" && fits || return
	keys q
	ended 0
}
check "40x10" size 40 10 " 100 server"
check "39x9: one line that says so" size 39 9 "39x9 is too small, 40x10 is needed"
check "20x2" size 20 2 "20x2 is too small, 4"
check "300x80" size 300 80 " 100 server"

sorts()
{
	start 80 24 tmux-256color held && sees "100 server" || return
	keys F6
	sees "Sort by" || return
	keys Home Enter
	sees " 100 server" || return
	sed -n '5p' "$tmp/screen" | grep -q '^9999 ' || return
	keys I
	sleep 0.3
	seen
	sed -n '5p' "$tmp/screen" | grep -q '^ 100 ' || { cat "$tmp/screen"; return 1; }
	keys q
	ended 0
}
check "sort" sorts

filters()
{
	start 80 24 tmux-256color held && sees "100 server" || return
	keys F4
	sees "Filter:" || return
	keys -l "uid = 0"
	keys Enter
	sees "at character 5: after uid" && grep -q "^Filter: uid = 0" "$tmp/screen" &&
		grep -q " 100 server" "$tmp/screen" || return
	keys BSpace BSpace
	keys -l "= 0"
	sees "Filter: uid == 0" || return
	keys Enter
	sees "filter: uid == 0" && grep -q bystander "$tmp/screen" &&
		! grep -q server "$tmp/screen" || return
	keys \\ C-u Enter
	sees "100 server" || return
	keys F10
	ended 0
}
check "filter, and what is wrong with one" filters

opens()
{
	start 100 24 tmux-256color again && sees "200 nagios" || return
	keys Tab
	sees "msg:65541" || return
	keys Enter
	sees "History of message queue 65541" &&
		[ "$(grep -c 'made *by ndo2db (pid 100), msgget' "$tmp/screen")" -eq 3 ] &&
		grep -q 'msg 5 .*removed *by ndo2db' "$tmp/screen" || return
	keys Escape
	sees "2 Objects" || return
	keys 1
	sees "200 nagios" || return
	keys Down Enter
	sees "Process 100, ndo2db" && grep -q "made it, removed it" "$tmp/screen" || return
	keys q 3
	sees "msgsnd" || return
	keys Enter
	sees "p99.9" || return
	keys q q
	ended 0
}
check "open an object, a process, a call" opens

# A storm of sizes; the last one counts.
storm()
{
	start 80 24 tmux-256color abba && sees "100 server" || return
	for i in $(seq 60); do
		tm resize-window -x $((10 + i * 37 % 150)) -y $((2 + i * 13 % 50))
		[ $((i % 10)) -ne 0 ] || keys $((i / 10 % 4 + 1)) Down F6 Escape
	done
	columns=72
	lines=15
	tm resize-window -x 72 -y 15
	sleep 0.5
	keys 1
	sees " 100 server" || return
	tm resize-window -x 50 -y 12
	columns=50
	lines=12
	sleep 0.5
	fits && grep -q " 100 server" "$tmp/screen" &&
		sed -n 12p "$tmp/screen" | grep -q "^F1 Help" || return
	keys q
	ended 0
}
check "a storm of sizes" storm

# $1 is sent to the process that was started, or with "child" to the one that draws.
dies()
{
	start 80 24 xterm abba && sees "100 server" || return
	pid=$(cat "$tmp/pid")
	[ -z "$3" ] || pid=$(cat "/proc/$pid/task/$pid/children")
	kill -"$1" "${pid% }"
	ended "$2"
}
check "it ends in order of SIGINT" dies INT 0
check "it ends in order of SIGTERM" dies TERM 0
check "it ends in order of SIGHUP" dies HUP 0
for signal in QUIT:131 ABRT:134 SEGV:139 BUS:135 ILL:132 FPE:136 USR1:138 ALRM:142; do
	check "it dies of SIG${signal%:*}" dies ${signal%:*} ${signal#*:}
done
for signal in KILL:137 SEGV:139 ABRT:134; do
	check "what draws dies of SIG${signal%:*}" dies ${signal%:*} ${signal#*:} child
done
check "Ctrl-C" eval 'start 80 24 xterm abba && sees "100 server" && keys C-c && ended 0'

# Stopped, the terminal is the shell's; then all is drawn anew.
stops()
{
	another_server
	columns=80
	lines=24
	tm -f /dev/null new-session -d -x 80 -y 24 \
		"bash --norc -i" \; set status off && sleep 0.5
	keys -l "PS1='shell> '; $program top --input $tmp/abba"
	keys Enter
	sees "100 server" || return
	keys C-z
	sees "shell> " || return
	keys -l "stty -a | grep -o ' icanon\| echo '; fg"
	keys Enter
	sees "100 server" || return
	keys q
	sees " icanon"
}
check "Ctrl-Z, and again" stops

# Nobody is there any more.
hangs_up()
{
	start 80 24 xterm abba && sees "100 server" || return
	pid=$(cat "$tmp/pid")
	children=$(cat "/proc/$pid/task/$pid/children")
	tm kill-server
	for _ in $(seq 50); do
		[ -e "/proc/$pid" ] || [ -e "/proc/${children% }" ] || return 0
		sleep 0.1
	done
	return 1
}
check "the terminal goes away" hangs_up
finish
