#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2317 # the library's; called by name
#
# The reader program: its JSON against what the caller knows, its options, and
# its complaints.
#
# shellcheck disable=SC2016 # the $ in filters are jq's

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace

# The fields of everything that happens, and those of a call, in order. A call
# that makes or finds an object has "created" beside them, and one that makes or
# removes it where the caller comes from.
common='["type","time_ns","cpu","pid","tid","ppid","comm","uid","gid","loginuid",
	"ipc_ns","cgroup","cgroup_path","container"]'
of_call='["abi","call","args","ret","errno","duration_ns","object","end"]'
origin='["start_ns","exe","ancestors"]'

# One process that makes, uses and removes a segment, and says who it is. The
# shell's exec keeps the pid; perl's name is what it sets itself.
traffic() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,S_IRUSR,S_IWUSR,IPC_CREAT -e '
		$0 = "q\"\\ \xff\n";
		$key = 0x69703001;
		printf "%d %d\n", $$, getppid();
		$id = shmget($key, 4096, IPC_CREAT | 0640);
		shmget($key + 1, 1, 0);
		shmctl($id, IPC_RMID, 0);
		$q = msgget(IPC_PRIVATE, 0600);
		msgsnd($q, pack("l! a*", 7, "hello"), 0);
		msgrcv($q, $m, 100, 7, 0);
		msgctl($q, IPC_RMID, 0);
		printf "%d %d\n", $id, $q;
	' >"$tmp/self"
	read -r pid ppid <"$tmp/self"
	read -r shm queue <<-END
		$(tail -n 1 "$tmp/self")
	END
}

# all FILTER: of the records of that process, as one array
all() {
	jq -c -s --argjson common "$common" --argjson of_call "$of_call" \
		--argjson origin "$origin" \
		--argjson pid "$pid" \
		--argjson ppid "$ppid" --argjson shm "$shm" \
		--argjson queue "$queue" \
		--argjson ns "$(stat -L -c %i /proc/self/ns/ipc)" \
		--argjson cgroup "$(stat -c %i \
			"/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)")" \
		--argjson loginuid "$(cat /proc/self/loginuid)" \
		--argjson before "$before" --argjson after "$after" \
		--arg path "$(sed -n 's/^0:://p' /proc/self/cgroup)" \
		"[.[] | select(.pid == \$pid)] | $1" <"$tmp/json"
}

# json FILTER: of its calls
json() {
	all "map(select(.type == \"call\")) | $1"
}

now() {
	perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e '
		printf "%.0f\n", 1e9 * clock_gettime(CLOCK_MONOTONIC)'
}

run_json() {
	echo clear >"$debugfs/control"
	before=$(now)
	traffic
	after=$(now)
	timeout 60 "$ipctrace" --json -p "$pid" | finished 9 >"$tmp/json"
}

every() {
	same true "$(json "length == 7 and all($1)")" ||
		{ json "map(select($1 | not))"; return 1; }
}

record() {
	same "$2" "$(json ".[$1] | $3")"
}

# refused STATUS PATTERN ARGUMENT...: one line on stderr, nothing on stdout
refused() {
	expected=$1 pattern=$2
	shift 2
	timeout 20 "$ipctrace" "$@" >"$tmp/out" 2>"$tmp/err"
	same "$expected" $? || return 1
	same "" "$(cat "$tmp/out")" && same 1 "$(wc -l <"$tmp/err")" &&
		{ grep -q -- "$pattern" "$tmp/err" || same "$pattern" "$(cat "$tmp/err")"; }
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		timeout 20 "$ipctrace" "$@" >"$tmp/out" 2>"$tmp/err"
	same 1 $? && same 1 "$(wc -l <"$tmp/err")" &&
		grep -qi 'permission\|root' "$tmp/err"
}

without_module() {
	rmmod ipctrace
	refused 1 'not loaded' -n 1
	status=$?
	insmod "$IPCTRACE_KO"
	return "$status"
}

# What one who only wants some of it gets; what happens to an object without a
# call belongs to the calls of its kind.
only_calls() {
	timeout 60 "$ipctrace" --json -p "$pid" -c "$1" | finished "$2" |
		jq -r '.call // .type' | tr '\n' ' ' >"$tmp/calls"
	same "$3" "$(cat "$tmp/calls")"
}

# What -e and the short options let through of that traffic: names of calls or types
asked() {
	expected=$1
	shift
	timeout 60 "$ipctrace" --json -p "$pid" --for 2s "$@" |
		jq -r 'select(.type != "gap") | .call // .type' | tr '\n' ' ' >"$tmp/calls"
	same "$expected" "$(cat "$tmp/calls")"
}

# A child's calls, and its child's, that were forked after it began
asked_of_forks() {
	echo clear >"$debugfs/control"
	sh -c 'read -r go; perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e "
		\$q = msgget(IPC_PRIVATE, 0600);
		if (!fork()) { msgctl(\$q, IPC_RMID, 0); exit }
		wait"; :' <"$tmp/go" &
	shell=$!
	timeout 60 "$ipctrace" --json -p $shell -f --for 4s >"$tmp/forks" &
	reader=$!
	sleep 1
	echo go >"$tmp/go"
	wait $shell
	wait $reader
	same "msgget msgctl " \
		"$(jq -r 'select(.type == "call").call' "$tmp/forks" | tr '\n' ' ')"
}

# Follows: what comes after it started, at once, and ends when told to.
follows() {
	echo clear >"$debugfs/control"
	"$ipctrace" --json >"$tmp/live" &
	reader=$!
	pids="$pids $reader"
	sleep 1
	traffic
	within 20 grep -q "\"pid\":$pid,.*msgctl" "$tmp/live" || return 1
	kill -INT "$reader"
	wait "$reader"
	same 0 $?
}

# Without a file, report prints the same, then a call that has not returned, and ends.
reports() {
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e '
		$SIG{ALRM} = sub { };
		$q = msgget(IPC_PRIVATE, 0600);
		alarm 30;
		msgrcv($q, $m, 100, 7, 0);
		msgctl($q, IPC_RMID, 0);
	' &
	waiter=$!
	within 10 sh -c "$ipctrace blocked | grep -q msgrcv"
	timeout 20 "$ipctrace" report --json >"$tmp/held"
	status=$?
	kill -ALRM $waiter
	wait $waiter
	same 0 $status || return 1
	grep "\"pid\":$pid," "$tmp/held" >"$tmp/mine"
	cmp "$tmp/mine" "$tmp/json" || return 1
	same "[\"enter\",\"msgrcv\",$waiter]" \
		"$(tail -n 1 "$tmp/held" | jq -c '[.type,.call,.pid]')"
}

# The same records as text are the lines that the device gives.
same_text() {
	grep "\[$pid\] " "$debugfs/trace" >"$tmp/trace"
	timeout 60 "$ipctrace" -N -p "$pid" -n "$(wc -l <"$tmp/trace")" >"$tmp/text"
	same 9 "$(finished <"$tmp/text" | wc -l)" && cmp "$tmp/text" "$tmp/trace"
}

# Each line of real traffic is as the schema says, and so is that of a call that
# waits for a message.
as_schema_says() {
	"$ipctrace" calls --json >"$tmp/schema" || return 1
	perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID -e '
		$SIG{ALRM} = sub { };
		$q = msgget(IPC_PRIVATE, 0600);
		alarm 20;
		msgrcv($q, $m, 100, 7, 0);
		msgctl($q, IPC_RMID, 0);
	' &
	within 10 sh -c "$ipctrace blocked --json >$tmp/blocked &&
		grep -q waits $tmp/blocked"
	status=$?
	kill -ALRM $!
	wait $!
	[ $status -eq 0 ] && "$(dirname "$0")/../lib/json_schema.py" \
		"$tmp/schema" "$tmp/live" "$tmp/json" "$tmp/held" "$tmp/blocked"
}

closed_pipe() {
	timeout 60 sh -c "$ipctrace | head -n 1" >"$tmp/out" 2>"$tmp/err"
	same 0 $? && same 1 "$(wc -l <"$tmp/out")" && same "" "$(cat "$tmp/err")"
}

plan 45
run_json
check "JSON: 7 calls with these fields and no others" \
	every '. | keys_unsorted - ["created"] - $origin == $common + $of_call'
check "where it comes from: of who makes and who removes" same \
	'[true,false,true,true,false,false,true]' \
	"$(json 'map((keys_unsorted | contains($origin)) and
		(.exe | endswith("/perl")) and .ancestors[0].pid == .ppid)')"
check "created: where an object was made" same \
	'[true,null,null,true,null,null,null]' "$(json 'map(.created)')"
check "2 objects destroyed, each before its call ends" same \
	'["call","call","destroy","call","call","call","call","destroy","call"]' \
	"$(all 'map(.type)')"
check "destroyed: these fields and no others" same true \
	"$(all 'map(select(.type == "destroy")) |
		all(keys_unsorted == $common + ["object"])')"
check "destroyed: the objects" same \
	"[[\"shm\",$shm,1768960001],[\"msg\",$queue,0]]" \
	"$(all 'map(select(.type == "destroy").object | [.kind,.id,.key])')"
check "pid, tid, ppid" every '.pid == $pid and .tid == $pid and .ppid == $ppid'
check "uid, gid, loginuid" \
	every '.uid == 0 and .gid == 0 and .loginuid == $loginuid'
check "ipc_ns and cgroup" every '.ipc_ns == $ns and .cgroup == $cgroup and .cgroup_path == $path and
	.container == null'
check "abi" every '.abi == "x86_64"'
check "time and duration" every '.time_ns - .duration_ns >= $before - 1000 and
	.time_ns <= $after + 1000 and .duration_ns > 0'
check "time goes on" \
	same true "$(json 'map(.time_ns) | . == sort')"
check "cpu" every ".cpu >= 0 and .cpu < $(nproc)"
check "calls" same \
	'["shmget","shmget","shmctl","msgget","msgsnd","msgrcv","msgctl"]' \
	"$(json 'map(.call)')"
check "a name of any bytes is a string" \
	every '(.comm | type) == "string" and (.comm | startswith("q\"\\ "))'
check "shmget" record 0 \
	"[{\"key\":1768960001,\"size\":4096,\"shmflg\":928},$shm,null]" \
	'[.args,.ret,.errno]'
check "shmget: object" record 0 \
	"{\"kind\":\"shm\",\"id\":$shm,\"key\":1768960001,\"uid\":0,\"gid\":0,\"cuid\":0,\"cgid\":0,\"mode\":416}" \
	'.object | del(.seq)'
check "sequence number" record 0 true \
	'.object.seq == ($shm / 32768 | floor)'
check "shmget, no such key" record 1 \
	'[{"key":1768960002,"size":1,"shmflg":0},-2,"ENOENT",null]' \
	'[.args,.ret,.errno,.object]'
check "shmctl" record 2 "[$shm,0,0,null,$shm]" \
	'[.args.shmid,.args.cmd,.ret,.errno,.object.id]'
check "msgsnd and msgrcv" same \
	"[[$queue,5,0,0],[$queue,100,7,0,5]]" \
	"$(json '[(.[4] | [.args.msqid,.args.msgsz,.args.msgflg,.ret]),
		  (.[5] | [.args.msqid,.args.msgsz,.args.msgtyp,.args.msgflg,
			   .ret])]')"
check "what msgp leads to" same '[{"mtype":7},{"mtype":7}]' \
	"$(json '[.[4].args.msgp,.[5].args.msgp]')"
check "how it ended" every '.end == "returned"'
check "text is that of the device" same_text
check "report: the same without an end to wait for, then a call in flight" reports
check "-c CALL" only_calls msgget 1 'msgget '
check "-c CALL,CALL" only_calls msgctl,shmget 3 'shmget shmget msgctl '
check "-c CLASS" only_calls shm 4 'shmget shmget destroy shmctl '
check "-e of arguments" asked 'msgsnd ' -e 'args.msgsz == 5'
check "-e of a command" asked 'shmctl msgctl ' -e 'cmd == IPC_RMID'
check "--errors" asked 'shmget ' --errors
check "--errno" asked 'shmget ' --errno ENOENT
check "--key, --user" asked 'shmget ' --key 0x69703002 -u root
check "-e of what is made" asked 'shmget msgget ' -e 'created == true'
check "--since now" asked '' --since 0s
check "--until now" asked 'shmget shmget destroy shmctl ' --until 0s -c shm
mkfifo "$tmp/go"
check "-f: children, and theirs" asked_of_forks
check "follows" follows
if [ -x /usr/bin/python3 ]; then
	check "every line is as the schema says" as_schema_says
else
	skip "no /usr/bin/python3 to look at JSON with"
fi
check "ends when its pipe closes" closed_pipe
check "refuses a call that there is not" refused 2 getppid -c getppid
check "refuses a count of 0" refused 2 count -n 0
check "refuses an option that there is not" refused 2 accepted --no-such
check "says so to those who may not" as_nobody -n 1
check "says so without the module" without_module
finish
