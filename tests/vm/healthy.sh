#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2016,SC2154,SC2317 # the library's; perl's; called by name
#
# Programs that are well, IPCTRACE_HEALTHY seconds (20) of them: ipctrace watch finds
# nothing above low, and what is planted in the end all the same. The programs are
# stress-ng, fakeroot, servers that fork beforehand and share a lock and a scoreboard, as
# Apache does, ipcs again and again, and, from a minute on, PostgreSQL with its memory in
# System V segments; those of them that there are.

. "$(dirname "$0")/../lib/vm_tap.sh"
ipctrace=$build/ipctrace
seconds=${IPCTRACE_HEALTHY:-20}
postgres=$(find /usr/lib/postgresql -path "*/bin/initdb" -printf "%h\n" 2>/dev/null | sort -V | tail -n 1)

begin() {
	"$ipctrace" watch --json >"$tmp/found" 2>"$tmp/errors" &
	watch=$!
	pids="$pids $watch"
	within 20 grep -q ', [1-9][0-9]* readers' "$debugfs/stats"
}

# as USER COMMAND...: with its group of the same name alone, where it may write
as() {
	user=$1
	shift
	(cd "$tmp/$user" &&
		exec setpriv --reuid "$user" --regid "$(id -g "$user")" \
			--clear-groups env HOME="$tmp/$user" "$@")
}

# ---- The programs; each ends after SECONDS, with an error if something is wrong -----

load_stress() {
	stress-ng --msg 1 --sem-sysv 1 --shm-sysv 1 --timeout "$1"
}

# Packages are built so.
load_fakeroot() {
	end=$(($(date +%s) + $1))
	while [ "$(date +%s)" -lt "$end" ]; do
		as nobody fakeroot sh -ec '
			rm -rf root && mkdir -p root/etc root/bin
			echo one >root/etc/one
			cp /bin/true root/bin/
			chown -R 0:0 root && chmod 4755 root/bin/true
			tar -cf root.tar root
			tar -tvf root.tar | grep -q "root/root.*etc/one"' || return
	done
}

# Eight workers, each for 50 requests; who has the lock takes the next one.
load_prefork() {
	as nobody perl -MIPC::SysV=IPC_PRIVATE,IPC_RMID,SEM_UNDO,SETVAL -e '
		use strict;
		my $end = time + shift;
		my $lock = semget(IPC_PRIVATE, 1, 0600) // die "semget: $!";
		my $board = shmget(IPC_PRIVATE, 4096, 0600) // die "shmget: $!";
		semctl($lock, 0, SETVAL, 1) or die "semctl: $!";
		sub change { semop($lock, pack("s3", 0, shift, SEM_UNDO)) or die "semop: $!" }
		sub work {
			my $slot = shift;
			for (1 .. 50) {
				change(-1);
				select(undef, undef, undef, 0.005);
				change(1);
				shmwrite($board, pack("L", $_), 64 * $slot, 4) or die "shmwrite: $!";
				select(undef, undef, undef, 0.02);
				last if time >= $end;
			}
			exit 0;
		}
		my (%slots, $bad);
		sub start {
			my $slot = shift;
			my $pid = fork // die "fork: $!";
			work($slot) unless $pid;
			$slots{$pid} = $slot;
		}
		start($_) for 0 .. 7;
		while ((my $pid = wait) > 0) {
			$bad = 1 if $?;
			my $slot = delete $slots{$pid};
			start($slot) if time < $end;
		}
		semctl($lock, 0, IPC_RMID, 0) or die "semctl: $!";
		shmctl($board, IPC_RMID, 0) or die "shmctl: $!";
		exit !!$bad' "$1"
}

load_ipcs() {
	end=$(($(date +%s) + $1))
	while [ "$(date +%s)" -lt "$end" ]; do
		ipcs -a >/dev/null && ipcs -u >/dev/null || return
		sleep 1
	done
}

load_postgres() {
	as postgres "$postgres/initdb" -N -A trust -D data >/dev/null || return
	cat >>"$tmp/postgres/data/postgresql.conf" <<-END
		listen_addresses = ''
		unix_socket_directories = '$tmp/postgres'
		shared_memory_type = sysv
		dynamic_shared_memory_type = sysv
		min_parallel_table_scan_size = 0
		parallel_setup_cost = 0
		parallel_tuple_cost = 0
	END
	as postgres "$postgres/pg_ctl" -w -t 300 -D data -l log start &&
		as postgres "$postgres/pgbench" -h "$tmp/postgres" -i -q postgres &&
		as postgres "$postgres/pgbench" -h "$tmp/postgres" -c 4 -T "$1" postgres
	bad=$?
	as postgres "$postgres/pg_ctl" -w -D data -m fast stop || bad=1
	return $bad
}

# there LOAD: is it on this machine?
there() {
	case $1 in
	stress)		command -v stress-ng ;;
	fakeroot)	command -v fakeroot ;;
	postgres)	[ "$postgres" ] && [ "$seconds" -ge 60 ] && id postgres ;;
	esac >/dev/null 2>&1
}

# All at once
loads() {
	chmod 755 "$tmp"
	for user in nobody postgres; do
		id $user >/dev/null 2>&1 || continue
		mkdir "$tmp/$user" && chown "$user" "$tmp/$user"
	done
	running=
	for load in prefork ipcs stress fakeroot postgres; do
		case $load in
		stress|fakeroot|postgres)	there $load || continue ;;
		esac
		"load_$load" "$seconds" >"$tmp/load.$load" 2>&1 &
		running="$running $load:$!"
	done
	bad=0
	echo "$running" | sed 's/:[0-9]*//g' >"$tmp/ran"
	for load in $running; do
		wait "${load#*:}" || {
			echo "${load%:*} has failed:"
			tail -n 10 "$tmp/load.${load%:*}"
			bad=1
		}
	done
	kill -0 "$watch" && return $bad
}

above_low() {
	jq -r 'select(.severity != "low") | "\(.severity) \(.rule): \(.message)"' <"$tmp/found"
}

# Findings come when their window has begun; what is known of an end takes a second.
healthy() {
	sleep 3
	same "" "$(above_low)"
}

plant() {
	setpriv --reuid 1000 --clear-groups perl -e '
		$| = 1;
		$queue = msgget(0x5151, 01600) // die;
		msgsnd($queue, pack("l! a*", 1, "x"), 0) or die;
		print "$queue\n";
		sleep 60' >"$tmp/queue" 2>&1 &
	pids="$pids $!"
	within 20 test -s "$tmp/queue" && ipcrm -q "$(cat "$tmp/queue")" || return
	within 20 grep -q removed-in-use "$tmp/found" || {
		cat "$tmp/found" "$tmp/errors"
		return 1
	}
	above_low
	[ "$(above_low | wc -l)" -eq 1 ]
}

end() {
	kill -INT "$watch" && wait "$watch"
	same 0 $?
}

plan 5
check "begin: the records are read" begin
check "load: $seconds s of programs, which are well" loads
check "healthy: nothing above low" healthy
check "plant: the queue of somebody who uses it, and that alone" plant
check "end: interrupted" end
echo "# $seconds s:$(cat "$tmp/ran"); low: $(jq -r 'select(.severity == "low") | .rule' \
	<"$tmp/found" | sort | uniq -c | awk '{ printf "%s%s %d", n++ ? ", " : "", $2, $1 }')"
# The rings are full of it: others do not begin with what was lost.
echo clear >"$debugfs/control"
finish
