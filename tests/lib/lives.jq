# SPDX-License-Identifier: GPL-2.0
#
# What lives.c knows of objects, $truth, against what ipctrace says, $answer: each
# prints what is wrong, and nothing where all is right. $lost: records are missing.
# Then what is said to be incomplete may lack something, and nothing may be false.

def name: "\(.ns) \(.kind) \(.id)";

def by_name: reduce .[] as $one ({}; .[$one | name] += [$one]);

def truths: $truth | map(select(.kind)) | sort_by(.n);

# Of the two namespaces of the driver
def answers: ($truth | map(.ns) | unique) as $ns |
	map(.ns = .ipc_ns | select(.ns as $one | $ns | index($one)));

def wrong($is; $what): if $is then empty else $what end;

# One after the other: what the rows have and the truth has not, and the other way
def without($match): reduce $match[] as $pid ({ left: ., wrong: [] };
	(if $pid[1] then .left | map(.[1] == $pid[0]) | index(true)
	 else (.left | index([[$pid[0], 0]])) //
	      (.left | map(.[0] == $pid[0]) | index(true)) end) as $at |
	if $at == null then .wrong += [$pid] else .left |= del(.[$at]) end);

# $rows: [pid, it is a child of that]; $attached: [pid, parent that forked it]
def attached($attached; $rows): $attached | without($rows | sort_by(.[1])) |
	wrong(.left == [] and .wrong == []; "attached \(.)");

# Who had the same number counts as one.
def sums: group_by(.[:2]) | map([.[0][0], .[0][1], (map(.[2]) | add), (map(.[3]) | add)]);

def used($t; $used): $used == $t.used or ($used != null and $used == $t.or_used);

# ---- objects --json --removed

def object_wrong($t; $a):
	wrong($a.made_pid == $t.made; "made"),
	wrong($a.changed_pid == $t.changed; "changed"),
	wrong(used($t; $a.used_pid); "used"),
	wrong($a.removed_pid == $t.removed; "removed"),
	wrong($a.state == $t.state; "state"),
	wrong($a.key == $t.key; "key"),
	wrong($t.state == "there" or $a.how == "IPC_RMID" or
	      $a.how == "IPC_RMID, last detach"; "how"),
	wrong($t.kind != "shm" or $a.attached == ($t.attached | length); "attached"),
	wrong($t.state == "removed" or $a.waiting == ($t.waits | length); "waiting"),
	wrong($t.kind != "sem" or $t.state == "removed" or
	      ($a.holders <= ($t.holds | length) and
	       $a.holders >= ($t.holds | sums | length)); "holders");

# What is incomplete, and still is told. Where two had one id, one after the other, which
# only happens by kernel.*_next_id, and the end of the first is missing, nobody can tell
# them apart: $t is a list.
def object_false($t; $a):
	wrong($a.made_pid == null or any($t[]; .made == $a.made_pid); "made"),
	wrong($a.changed_pid == null or
	      any($t[].changers[]; . == $a.changed_pid); "changed"),
	wrong($a.used_pid == null or any($t[].users[]; . == $a.used_pid); "used"),
	wrong($a.removed_pid == null or any($t[]; .removed == $a.removed_pid); "removed"),
	wrong($a.key == "0x00000000" or any($t[]; .key == $a.key); "key"),
	wrong($a.how | IN(null, "IPC_RMID", "IPC_RMID, last detach", "last detach",
			  "unknown call", "unknown"); "how");

def pairs: by_name as $a | (truths | by_name) as $t |
	([$a, $t] | map(keys) | add | unique)[] as $name |
	[$t[$name] // [], $a[$name] // []];

def objects: $answer | answers | sort_by(.made_ns) |
	if $lost then
		(truths | by_name) as $t | .[] | . as $a | ($t[name] // []) |
		if $a.incomplete or length > 1 then [[object_false(.; $a)]]
		else map([. as $one | object_wrong($one; $a)]) end |
		wrong(any(.[]; . == []); { $a, wrong: ., truth: $t[$a | name] })
	else
		pairs | . as [$t, $a] | range([$t, $a] | map(length) | max) |
		{ t: $t[.], a: $a[.] } |
		[if .t and .a then object_wrong(.t; .a),
				   wrong(.a.incomplete == null; "incomplete")
		 else "one is missing" end] as $wrong |
		wrong($wrong == []; { $wrong } + .)
	end;

# ---- who-removed --json of a key

def removal_wrong($t; $a):
	wrong($a.by.pid == $t.removed; "by"),
	wrong($a.made.pid == $t.made; "made"),
	wrong($a.there == ($t.state != "removed"); "there"),
	wrong($a.cause == "there" or $a.cause == "IPC_RMID" or
	      $a.cause == "IPC_RMID, last detach"; "cause"),
	wrong(($a.cut_off | sort) == ($t.cut_off | sort); "cut_off"),
	if $t.state != "removed" then empty else
		attached($t.left; $a.attached | map([.pid // .child_of, .child_of != null]))
	end;

# Who did it, or made it, may not be known. What is not said to be incomplete is so.
def removal_false($t; $a):
	wrong($a.by == null or $a.by.pid == $t.removed or $a.cause == "unknown call"; "by"),
	wrong($a.made == null or $a.made.pid == $t.made; "made"),
	wrong($a.cause | IN("there", "IPC_RMID", "IPC_RMID, last detach", "last detach",
			    "unknown call", "unknown"); "cause"),
	wrong($a.incomplete or $a.there == ($t.state != "removed"); "there"),
	if $a.incomplete or $a.by == null or $t.state != "removed" then empty else
		wrong(($a.cut_off | sort) == ($t.cut_off | sort); "cut_off"),
		attached($t.left; $a.attached | map([.pid // .child_of, .child_of != null]))
	end;

# One of several that had the id
def removal_of_any($t; $a):
	wrong($a.by == null or $a.cause == "unknown call" or
	      any($t[]; .removed == $a.by.pid); "by"),
	wrong($a.made == null or any($t[]; .made == $a.made.pid); "made");

def removals: $answer | answers | sort_by(.made.time_ns) |
	if $lost then
		(truths | by_name) as $t | .[] | . as $a | ($t[name] // []) |
		if length > 1 then [[removal_of_any(.; $a)]]
		else map([. as $one | removal_false($one; $a)]) end |
		wrong(any(.[]; . == []); { $a, wrong: ., truth: $t[$a | name] })
	else
		($answer[0].key) as $key | by_name as $a |
		(truths | map(select([.key] | inside($keys))) | by_name) as $t |
		([$a, $t] | map(keys) | add | unique)[] as $name |
		[$t[$name] // [], $a[$name] // []] |
		. as [$t, $a] | range([$t, $a] | map(length) | max) |
		{ t: $t[.], a: $a[.] } |
		[if .t and .a then removal_wrong(.t; .a),
				   wrong(.a.incomplete == null; "incomplete")
		 else "one is missing" end] as $wrong |
		wrong($wrong == []; { $wrong } + .)
	end;

# ---- holders --json of all ids

def rows_of($type): map(select(.type == $type));

def holders_wrong($t; $a):
	wrong(($a | rows_of("hold") | map([.pid, .sem_num, .taken, .undo]) | sums) ==
	      ($t.holds | sums); "holds"),
	wrong(($a | rows_of("wait") | map(.pid) | sort) == ($t.waits | sort); "waits"),
	attached($t.attached; $a | rows_of("attachment") | map([.pid, .child]));

# A row that is said to be sure
def row_false($t; $a): $a |
	if .incomplete then empty
	elif .type == "hold" then
		[.pid, .sem_num, .taken, .undo] as $hold |
		wrong($t.holds | sums | index([$hold]); "hold")
	elif .type == "attachment" then
		[.pid, .child] as $one | $t.attached | without([$one]) |
		wrong(.wrong == []; "attachment")
	elif .type == "wait" then
		.pid as $pid | wrong($t.waits | index($pid); "wait")
	else empty end;

def holders: ($answer | answers | by_name) as $a |
	(truths | map(select(.state != "removed")) | by_name) as $t |
	if $lost then
		$a | keys[] as $name |
		[.[$name][] as $row | $t[$name][0] as $one |
		 if $one == null then wrong($row.incomplete; "there")
		 else row_false($one; $row) end] +
		[.[$name][0].incomplete as $not | $t[$name][0] |
		 if . == null or $not then empty else holders_wrong(.; $a[$name]) end] |
		wrong(. == []; { wrong: ., $name, t: $t[$name], a: $a[$name] })
	else
		$t | keys[] as $name | select($name | test(" msg ") | not) |
		[if $a[$name] then holders_wrong($t[$name][0]; $a[$name]),
			wrong($a[$name] | all(.incomplete == null); "incomplete")
		 else "missing" end] |
		wrong(. == []; { wrong: ., $name, t: $t[$name], a: $a[$name] })
	end;
