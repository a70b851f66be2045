#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The reader as a black box, without the module: options, errors, exit status.
# $IPCTRACE is the program.

: "${IPCTRACE:?}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
count=0
failed=0

result()
{
	count=$((count + 1))
	if [ "$1" = ok ]; then
		echo "ok $count $2"
	else
		echo "# $3"
		sed 's/^/# stderr: /' "$tmp/err"
		echo "not ok $count $2"
		failed=$((failed + 1))
	fi
}

# refused STATUS WORDS ARGUMENT...: one line with all of WORDS, nothing done
refused()
{
	status=$1
	words=$2
	shift 2
	"$IPCTRACE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	problem=
	[ $got -eq "$status" ] || problem="exit status $got, not $status"
	[ "$(wc -l <"$tmp/err")" -eq 1 ] || problem="not one line"
	[ ! -s "$tmp/out" ] || problem="it wrote to stdout"
	grep -q '^ipctrace: ' "$tmp/err" || problem="not from ipctrace"
	for word in $words; do
		grep -qF -e "$word" "$tmp/err" || problem="no '$word' in it"
	done
	result "${problem:-ok}" "refuses: $*" "$problem"
}

# printed WORDS ARGUMENT...: status 0, WORDS on stdout, nothing on stderr
printed()
{
	words=$1
	shift
	"$IPCTRACE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	got=$?
	problem=
	[ $got -eq 0 ] || problem="exit status $got, not 0"
	[ ! -s "$tmp/err" ] || problem="it wrote to stderr"
	for word in $words; do
		grep -qF -e "$word" "$tmp/out" || problem="no '$word' in it"
	done
	result "${problem:-ok}" "prints: $*" "$problem"
}

echo "TAP version 13"

options="--json --count --where --pid --forks --call --user --comm --key --id --ns
	 --ipc-ns --cgroup --container --errors --errno --slower --since --until --for --color
	 --time --numbers --columns --csv --strace --explain
	 --version --help"
calls="msgget msgsnd msgrcv msgctl semget semop semtimedop semctl
       shmget shmat shmdt shmctl"

# unknown options
refused 2 "'--frobnicate' $options" --frobnicate
refused 2 "'-x' $options" -x
refused 2 "'-x' $options" --json -xz
refused 2 "'--c' $options" --c 5		# --count, --call or --cgroup
refused 2 "--json $options" --json=yes
refused 2 "--version $options" --version=2

# options without their value
refused 2 "--count $options" -n
refused 2 "--count $options" --json --count
refused 2 "--pid $options" -p
refused 2 "--call $options" --call

# numbers
for number in 0 -1 1x x '' ' 1' 1.5 0x10 1e3 18446744073709551616 \
	      99999999999999999999999; do
	refused 2 "--count '$number' 1 18446744073709551615" -n "$number"
done
for number in 0 -1 1x x '' 4194305 18446744073709551617; do
	refused 2 "--pid '$number' 1 4194304" --pid "$number"
done

# what may have been meant
refused 2 "'--cuont' did you mean --count? $options" --cuont 5
refused 2 "'reprot' did you mean report? follow calls blocked record" reprot
refused 2 "'recrod' did you mean record?" recrod
refused 2 "'--ouput' did you mean --output?" record --ouput /dev/null

# calls
refused 2 "'frob' msg sem shm $calls" -c frob
refused 2 "'' msg sem shm $calls" -c ''
refused 2 "'' $calls" -c msgget,
refused 2 "'frob' $calls" --call msgget,frob,shmat
refused 2 "'MSGGET' $calls" --call=MSGGET
refused 2 "'msgget shmat' $calls" -c 'msgget shmat'

# questions: what is wrong, where, and what is accepted
refused 2 "-e 'erno' errno? byte 1 accepted: duration_ns" -e 'erno == ENOSPC'
refused 2 "-e 'ENOSPACE' ENOSPC? byte 23" report -e 'uid == 1 and errno == ENOSPACE' x
refused 2 "-e byte 9 missing" record --where '(uid < 1' -o /dev/null
refused 2 "-e byte 8 signal? timeout" blocked -e 'end == signl'
refused 2 "--where $options" -e
refused 2 "--errno 'ENOSPACE' ENOSPC?" --errno EINTR,ENOSPACE
refused 2 "--errno ''" --errno EINTR,
refused 2 "--user 'no-such-user' users" -u no-such-user
refused 2 "--key 'x'" --key x
refused 2 "--id '1x'" --id 1x
refused 2 "--slower '5' 20ms" --slower 5
refused 2 "--slower '5y'" --slower=5y
refused 2 "--for '5' 30s" --for 5
refused 2 "--for '0s'" --for 0s
refused 2 "--since 'tomorrow' 10m" --since tomorrow
refused 2 "--until '5y' 12:00" record -o /dev/null --until 5y
refused 2 "--comm quotation" --comm "\"'"
refused 2 "-f -p PID" -f
refused 2 "--color 'alway' always? auto never" --color alway
refused 2 "--time 'utc' boot wall delta iso" report --time utc x
refused 2 "--time $options" --time
refused 2 "--json --csv --strace $options" --json --csv
refused 2 "--json --csv --strace $options" --strace --csv
refused 2 "--strace --columns $options" --strace --columns pid
refused 2 "--time time_ns $options" --json --time iso
refused 2 "--time time_ns $options" --strace --time wall
refused 2 "--columns 'erno' errno? duration_ns object.uid" --columns pid,erno
refused 2 "--columns 'uidd' uid?" report --columns uidd --csv x
refused 2 "--columns 'id' object.id?" report --columns id x
refused 2 "--columns ''" report --columns pid, x
refused 2 "--columns 'pid'" report --columns pid,tid,pid x

# explained LINES ARGUMENT...: who decides what
explained()
{
	expected=$1
	shift
	"$IPCTRACE" "$@" --explain >"$tmp/out" 2>"$tmp/err" </dev/null
	problem=
	[ ! -s "$tmp/err" ] || problem="it wrote to stderr"
	[ "$(sed -n 's/^recorder: *//p; s/^reader: *//p' "$tmp/out" |
	     paste -sd'|')" = "$expected" ] || problem="$(cat "$tmp/out")"
	result "${problem:-ok}" "explains: $*" "$problem"
}

# decided HOW ARGUMENT...: and by what means
decided()
{
	expected=$1
	shift
	"$IPCTRACE" "$@" --explain >"$tmp/out" 2>"$tmp/err" </dev/null
	problem=
	[ "$(sed -n 's/^decided: *//p' "$tmp/out")" = "$expected" ] ||
		problem="$(cat "$tmp/out" "$tmp/err")"
	result "${problem:-ok}" "explains how: $*" "$problem"
}

either="by the reader; by a subscription, too, if the machine has a filter"
decided "by a subscription of its own, from then on" -p 5 -f
decided "by a subscription of its own, from then on" record -p 5 -f -e 'ret > 5'
decided "$either" -p 5
decided "$either" -e 'pid == 5 or errno == ENOSPC'
decided "$either" -e 'not pid == 5'
decided "by the reader, of what --filter lets through" -p 5 -f --filter failed
decided "" report -p 5 -f
decided "" follow
explained "everything|nothing more"
explained "uid == 0|nothing more" -e 'user == root'
explained "failed|errno == ENOSPC" -e 'errno == ENOSPC'
explained "pid == 5|tgid == 5" -p 5
explained "pid == 5|nothing more" -p 5 -f
explained "call in (msgsnd,msgrcv) and uid == 0|args.msgsz > 1000" \
	-e 'args.msgsz > 1000' -u root
explained "comm == \"web\"|nothing more" --comm web
explained "everything|comm ~ \"web*\"" --comm 'web*'
explained "(uid == 1 or failed)|(uid == 1 or errno == EINTR)" \
	record -e 'uid == 1 or errno == EINTR' --for 5m
explained "not call in (msgget)|nothing more" -e 'call not in (msgget)'
explained "call in (shmat,shmdt) and ipc_ns == 7 and (key == 5 or key == 16) and duration > 1000000ns|nothing more" \
	-c shmat,shmdt --ns 7 --key 5,0x10 --slower 1ms
explained "failed and failed|errno in (EINTR, EAGAIN)" \
	blocked -e failed -e 'errno in (EINTR, EAGAIN)'

# namespace and cgroup
refused 2 "--ipc-ns '0' 4294967295" --ipc-ns 0
refused 2 "--ipc-ns '4294967296' 4294967295" --ipc-ns=4294967296
refused 2 "--ipc-ns $options" --ipc-ns
refused 2 "--cgroup '0'" --cgroup 0
refused 2 "--cgroup ''" --cgroup ''
refused 2 "--cgroup '/no/such/cgroup'" --cgroup /no/such/cgroup

# calls
for call in $calls; do
	printed "$call x86_64" calls
done
printed "x86_64 65 i386 400 ipc() 13 key_t TOCTOU" calls

# numbers ABI HEADER: those of each call are the kernel's, where it has the call
numbers()
{
	for call in $calls ipc; do
		{
			echo "#include <asm/bitsperlong.h>"
			echo "#include <$2>"
			echo "$call __NR_$call __NR_${call}_time64"
		} | gcc -E -P -x c - | tail -n 1
	done | awk '{
		number = $2 ~ /^[0-9]+$/ ? $2 : $3 ~ /^[0-9]+$/ ? $3 : "null"
		print $1, number
	}' >"$tmp/expected"
	"$IPCTRACE" calls --json 2>"$tmp/err" |
	jq -r --arg abi "$1" '."x-calls"[] | "\(.call) \(.numbers[$abi])"' \
		>"$tmp/out"
	if diff "$tmp/expected" "$tmp/out" >>"$tmp/err"; then
		result ok "numbers of $1"
	else
		result failed "numbers of $1" "not those of $2"
	fi
}

numbers x86_64 asm/unistd_64.h
numbers i386 asm/unistd_32.h
numbers arm64 asm-generic/unistd.h
printed 'draft/2020-12/schema "x-calls" "semtimedop" "TOCTOU"' calls --json
printed "Usage TOCTOU" calls --help
refused 2 "'-x' --json" calls -x
refused 2 "'frob' --json" calls frob

# blocked
printed "Usage --json" blocked --help
refused 2 "'-x' --json" blocked -x
refused 2 "'frob' --json" blocked frob

# completion: what bash offers after these words, the last one begun
completes()
{
	expected=$1
	shift
	bash completion.bash "$@" >"$tmp/out" 2>"$tmp/err"
	problem=
	[ ! -s "$tmp/err" ] || problem="bash complains"
	[ "$(cat "$tmp/out")" = "$expected" ] ||
		problem="offers: $(cat "$tmp/out")"
	result "${problem:-ok}" "completes: $*" "$problem"
}

completes "record report" re
completes "run" ru
completes "--json" blocked --j
completes "--count --call --comm --cgroup --container --color --columns --csv" --c
completes "--cgroup" report --call msg --cg
completes "object.uid" report -e object.u
completes "args.msgsz" --where args.msgs
completes "semop" record -c semo
completes "msg msgget msgsnd msgrcv msgctl" --json --call msg
completes "always" --color al
completes "duration_ns duration" report --columns dura
completes "boot wall delta iso" report --time ""
true >"$tmp/completion"
completes "$tmp/completion" record -o "$tmp/comp"
completes "" report --output-
completes "msgget,msgsnd" record -c msgget,msgs
completes "ENOSPC" report --errno ENOSP
printed "Usage SHELL" completion --help
refused 2 "SHELL" completion
refused 2 "SHELL bash zsh" completion fish

# record
chosen="--count --where --pid --call --ns --cgroup"
printed "Usage -o FILE $chosen" record --help
refused 2 "-o FILE $chosen" record
refused 2 "--output $chosen" record -o
refused 2 "'-x' --output" record -x -o "$tmp/capture"
refused 2 "'frob' --output" record -o "$tmp/capture" frob
refused 2 "'frob' msgsnd" record -o "$tmp/capture" -c frob

# run: options before the program are ours, all that follows is its own
printed "Usage PROGRAM ARG -o FILE --no-follow $chosen 126" run --help
refused 2 "no PROGRAM --no-follow" run
refused 2 "no PROGRAM --no-follow" run --
refused 2 "'-x' --no-follow" run -x ls
refused 2 "'--no-folow' --no-follow?" run --no-folow ls
refused 2 "-o standard" run -o - touch "$tmp/ran"
refused 2 "--json report" run --json -o "$tmp/capture" touch "$tmp/ran"
refused 2 "--rotate" run --keep 2 -o "$tmp/capture" touch "$tmp/ran"
refused 2 "'erno' errno?" run -e 'erno == 1' touch "$tmp/ran"
refused 2 "'--filter'" run --filter 'uid == 0' touch "$tmp/ran"
explained "failed|errno == ENOSPC" run -e 'errno == ENOSPC'
completes "--no-follow" run --no
completes "--no-follow" run --json --no
completes "msgget" run -c msgg
mkdir "$tmp/bin" && cp /bin/true "$tmp/bin/a-program-to-run"
PATH=$PATH:$tmp/bin
completes "a-program-to-run" run -- a-program-to-r
completes "" a-program-to-r
completes "" run -- ipcmk --que
completes "" run -- ipcmk -c
if [ ! -e /dev/ipctrace ]; then
	refused 1 "/dev/ipctrace insmod" run touch "$tmp/ran"
	refused 1 "/dev/ipctrace insmod" run -n 1 -- touch -- "$tmp/ran"
	refused 1 "/dev/ipctrace insmod" run -o "$tmp/capture" touch "$tmp/ran"
fi
problem=
[ ! -e "$tmp/ran" ] || problem="it was started"
result "${problem:-ok}" "refused programs are not started" "$problem"

# report
printed "Usage FILE --json $chosen" report --help
if [ ! -e /dev/ipctrace ]; then
	refused 1 "/dev/ipctrace not loaded" report
	refused 1 "/dev/ipctrace not loaded" report --json --tail 5 --since 1m
fi
refused 2 "FILE --json -F $chosen" report -F
refused 2 "'-x' FILE" report -x
refused 2 "'frob' FILE" report /dev/null frob
refused 2 "'a/b' --cgroup" report --cgroup a/b /dev/null
refused 1 "/no/such/file" report /no/such/file
refused 1 "/dev/null: offset 0: empty" report /dev/null
refused 1 "standard input: offset 0: empty" report -
refused 1 "$0: offset 0: capture" report "$0"
refused 1 "/: Is a directory" report /

# arguments
refused 2 "'frob'" frob
refused 2 "'frob' $options" --json frob
refused 2 "'frob' $options" follow frob
refused 2 "'-n' $options" -- -n
refused 2 "''" ''

# a wrong option is found before --help is obeyed and the other way round
refused 2 "'-x'" -x --help
printed "Usage follow calls blocked record report doctor completion --help" --help
printed "Usage follow" -h
printed "Usage follow" --json -h
printed "Usage --json -n COUNT -p PID -c --version --help EXPR:" follow --help

# the help of each command is seen at once
commands=$("$IPCTRACE" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p
	s/^Also: //p' | tr -d ,)
for command in "" $commands; do
	# shellcheck disable=SC2086 # none is none
	"$IPCTRACE" $command --help >"$tmp/out" 2>"$tmp/err"
	problem=
	[ "$(wc -l <"$tmp/out")" -le 30 ] || problem="more than 30 lines"
	! grep -q '.\{81\}' "$tmp/out" || problem="more than 80 columns"
	result "${problem:-ok}" "help fits a screen: ${command:-ipctrace}" "$problem"
done
printed "ipctrace 0.1.0 transport 1 schema" --version
problem=
[ "$(sed -n 1p "$tmp/out")" = "ipctrace 0.1.0" ] || problem="it differs"
result "${problem:-ok}" "version line" "$problem"

# built to be hard to misuse
problem=
readelf -Wh "$IPCTRACE" | grep -q 'Type: *DYN' || problem="not position-independent"
readelf -Wd "$IPCTRACE" | grep -q 'BIND_NOW' || problem="binds late"
readelf -Wl "$IPCTRACE" | grep -q 'GNU_RELRO' || problem="no RELRO"
readelf -Wl "$IPCTRACE" | grep 'GNU_STACK' | grep -q 'RW ' ||
	problem="executable stack"
readelf -Ws "$IPCTRACE" | grep -q '__stack_chk_fail' || problem="no stack protector"
readelf -Ws "$IPCTRACE" | grep -q '__[a-z]*_chk' || problem="not fortified"
result "${problem:-ok}" "hardened" "$problem"

# a full disk
"$IPCTRACE" --help >/dev/full 2>"$tmp/err"
got=$?
problem=
[ $got -eq 1 ] || problem="exit status $got, not 1"
[ "$(wc -l <"$tmp/err")" -eq 1 ] || problem="not one line"
result "${problem:-ok}" "full disk" "$problem"

# the module is not loaded; right options in all forms come as far as that
if [ -e /dev/ipctrace ]; then
	count=$((count + 1))
	echo "ok $count # SKIP the module is loaded"
else
	refused 1 "/dev/ipctrace insmod"
	refused 1 "/dev/ipctrace insmod" follow
	refused 1 "/dev/ipctrace insmod" --ipc-ns 4026531839 --cgroup 1
	refused 1 "/dev/ipctrace insmod" record -o "$tmp/capture"
	refused 1 "/dev/ipctrace insmod" record -c msg -n 5 -o-
	refused 1 "/dev/ipctrace insmod" blocked
	refused 1 "/dev/ipctrace insmod" blocked --json
	refused 1 "/dev/ipctrace insmod" --json -n 5 -p 4194304 \
		-c msgget,shm --call semop
	refused 1 "/dev/ipctrace insmod" --count=18446744073709551615 \
		--pid=1 --call=msg,sem,shm --json
	refused 1 "/dev/ipctrace insmod" -n5 -p1 -cmsgsnd
fi

echo "1..$count"
[ $failed -eq 0 ]
