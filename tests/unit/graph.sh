#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Pictures of who shares what with whom: from captures of stories, see stories.c. What
# is in a picture is read by Graphviz, which turns DOT into JSON. $IPCTRACE is the
# program.

. ../lib/unit_stories.sh

if ! command -v dot >/dev/null; then
	echo "1..0 # SKIP no dot: install graphviz"
	exit
fi

for story in leak held selected many full attached namespaces; do
	"$stories" $story "$tmp/$story" || exit 1
done

# drawn NAME FILTER OPTION...: FILTER holds for {nodes, edges} as Graphviz reads them;
# "at" gives the node by its label's beginning
drawn()
{
	name=$1
	filter=$2
	shift 2
	"$IPCTRACE" graph "$@" >"$tmp/dot" 2>"$tmp/got" &&
	dot -Tdot_json "$tmp/dot" >"$tmp/json" 2>>"$tmp/got" &&
	jq -e 'def at($t): .objects | map(select(.label // "" | startswith($t)));
		def id($t): at($t)[0]._gvid;
		def between($a; $b): id($a) as $x | id($b) as $y |
			[.edges[]? | select(.tail == $x and .head == $y)];
		'"$filter" <"$tmp/json" >>"$tmp/got"
	result "$name" $?
}

drawn "each process and object is a node" '
	[at("server[200]"), at("other[100]"), at("leaker[100]"), at("user[150]"),
	 at("client[300]"), at("message queue 12"), at("semaphore set 9"),
	 at("shared memory segment 4")] | all(length == 1)' -i "$tmp/leak"
drawn "what was removed is dashed, and nothing else" '
	[.objects[] | select(.style // "" | test("dashed")) | .label] |
	length == 1 and (.[0] | startswith("message queue 12"))' -i "$tmp/leak"
drawn "what was left behind is marked" '
	[.objects[] | select(.ipctrace_state == "left") | .ipctrace_id] | sort ==
	["1", "2", "3", "77"]' -i "$tmp/leak"
drawn "who made it and who removed it" '
	between("server[200]"; "message queue 12") | length == 1 and
	(.[0].label | test("made and removed it"))' -i "$tmp/leak"
drawn "who holds a semaphore, and who waits for it" '
	(between("first[200]"; "semaphore set 5")[0] |
	 .ipctrace_holds == "1" and (.label | test("holds semaphore 1"))) and
	(between("second[300]"; "semaphore set 5")[0] |
	 .ipctrace_waits == "1" and (.label | test("has waited for 3.20s")))' \
	-i "$tmp/held"
drawn "who sends, and to whom: messages and bytes" '
	(between("first["; "message queue 5")[0] |
	 .ipctrace_bytes == "130" and (.label | test("^4 msgsnd"))) and
	(between("second["; "message queue 5")[0].ipctrace_bytes == "31") and
	(between("message queue 5"; "third[")[0].label |
	 test("^4 msgrcv.*71 bytes") and test("in the queue"))' -i "$tmp/selected"
drawn "who waits to send" '
	between("first["; "message queue 5")[0].ipctrace_waits == "1"' -i "$tmp/full"
drawn "namespaces have frames" '
	[.objects[] | select(.name | startswith("cluster_"))] | length == 2' \
	-i "$tmp/namespaces"
drawn "only what was asked for" '
	[.objects[] | .ipctrace_kind | values] | sort == ["process", "shm"]' \
	-e 'pid == 150' -i "$tmp/leak"
drawn "thousands are folded: at most 200 nodes and 600 edges, and no call is lost" '
	([.objects[] | select(.ipctrace_kind)] | length) <= 200 and
	(.edges | length) <= 600 and
	(at("10000 processes of worker") | length == 1) and
	([.objects[] | select(.ipctrace_kind == "process") | .ipctrace_nr | tonumber] |
	 add) >= 10000' -i "$tmp/many"
grep -q '10000 processes of worker' "$tmp/got"
result "it says what it has folded" $?

# picture NAME MAGIC: that file begins so
picture()
{
	"$IPCTRACE" graph -i "$tmp/leak" -o "$tmp/$1" >"$tmp/got" 2>&1 &&
	head -c 300 "$tmp/$1" | grep -qa "$2" &&
	[ "$(stat -c %a "$tmp/$1")" = 600 ]
	result "a picture: $1" $?
}

if ldconfig -p | grep -q libgvc.so; then
	picture x.svg '<svg\|<?xml'
	picture x.png PNG
	[ "$(grep -c 'class="node"' "$tmp/x.svg")" -eq 17 ]
	result "all nodes are in the picture" $?
	"$IPCTRACE" graph -i "$tmp/leak" -o "$tmp/y.svg" --layout 1us 2>"$tmp/got" &&
		grep -q 'simpler method' "$tmp/got" &&
		[ "$(grep -c 'class="node"' "$tmp/y.svg")" -eq 17 ]
	result "a layout that takes too long: a simpler one, and it says so" $?
	"$IPCTRACE" graph -i "$tmp/leak" -o "$tmp/none/x.svg" 2>"$tmp/got"
	[ $? -eq 1 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ]
	result "no file: one line, and status 1" $?
else
	skip "no libgvc6"
fi

"$IPCTRACE" graph -i "$tmp/leak" -o "$tmp/x.jpg" 2>"$tmp/got"
[ $? -eq 2 ] && grep -q 'accepted: a name that ends in .svg, .png or .dot' "$tmp/got" &&
	[ ! -e "$tmp/x.jpg" ]
result "another name: what is accepted, and status 2" $?
"$IPCTRACE" graph -i "$tmp/nowhere" -o "$tmp/z.dot" 2>"$tmp/got"
[ $? -eq 1 ] && [ -z "$(find "$tmp" -name 'z.dot*')" ]
result "no capture: no file, and nothing half made" $?

finish
