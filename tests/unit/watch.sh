#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
# shellcheck disable=SC2015,SC2016 # either way is meant; sed's
#
# ipctrace watch: each rule with what it must tell and what it must not, many of both
# mixed, with losses, what it costs, and how rules are written. $IPCTRACE is the
# program, watch_stories.c has the stories.

. ../lib/unit_stories.sh

rules=../../userspace/watch/rules.d
watch_stories=../../build/tests/unit/watch_stories

if "$IPCTRACE" watch --rules /nonexistent 2>&1 | grep -q 'without libcyaml'; then
	echo "1..0 # SKIP built without libcyaml"
	exit
fi

# ---- Each rule -------------------------------------------------------------------

"$IPCTRACE" watch --check >"$tmp/got" 2>&1
result "check: all rules pass their own tests" $?
sed -n 's/^\(not \)\{0,1\}ok /# /p' "$tmp/got"
bad=0
for file in "$rules"/*.yaml; do
	id=${file##*/}
	id=${id%.yaml}
	# What a limit is no record tells.
	[ "$id" != limits-near ] || continue
	grep -q "^ok $id: fires on" "$tmp/got" &&
		grep -q "^ok $id: is silent on" "$tmp/got" ||
		{ echo "# $id: not tested both ways"; bad=1; }
done
result "check: each rule is tested both ways" $bad

# The captures in the tree are those of the stories as they are now.
bad=0
for story in $("$watch_stories" list); do
	"$watch_stories" "$story" "$tmp/story" &&
		"$IPCTRACE" report --json "$tmp/story" >"$tmp/new" &&
		"$IPCTRACE" report --json "$rules/tests/$story.calls" >"$tmp/old" &&
		cmp -s "$tmp/new" "$tmp/old" || { echo "# $story"; bad=1; }
done
result "captures: as the stories are" $bad

bad=0
for file in "$rules"/tests/*.near.calls; do
	"$IPCTRACE" watch --fail-on medium -i "$file" >"$tmp/got" 2>&1 ||
		{ echo "# $file: $(cat "$tmp/got")"; bad=1; }
done
result "near misses: nothing above low" $bad

# told CAPTURE FILTER NAME: FILTER holds for the findings, as an array
told() {
	"$IPCTRACE" watch --json -i "$1" >"$tmp/got" 2>&1 &&
		jq -es "$2" <"$tmp/got" >/dev/null
	bad=$?
	[ $bad -eq 0 ] || sed 's/^/# /' "$tmp/got"
	result "$3" $bad
}

told $rules/tests/removed-in-use.calls 'length == 1 and .[0].rule == "removed-in-use" and
	.[0].severity == "high" and .[0].comm == "one1" and .[0].uid == 2001 and
	.[0].kind == "msg" and .[0].count == 1 and .[0].incomplete == null and
	(.[0].message | contains("of victim1:") and contains("1 had used it"))' \
	"removed-in-use: who, whose, and how"
told $rules/tests/tamper.calls 'length == 1 and .[0].comm == "one1" and
	(.[0].message | contains("of uid 1000001") and contains("mode 0660 to 0600"))' \
	"tamper: before and after"
told $rules/tests/toctou.calls 'length == 1 and
	(.[0].message | contains("sops[0].sem_op was 1") and contains("had 2"))' \
	"toctou: both values"
told $rules/tests/scan.calls 'length == 1 and .[0].rule == "scan" and
	.[0].count == 40' "scan: two processes of a user are one finding"
told $rules/tests/deadlock.calls 'length == 1 and .[0].rule == "deadlock" and
	(.[0].message | contains("holds: deadlock"))' "deadlock: one for a circle"
told ../../docs/guide/removed.calls '[.[] | select(.severity == "high")] |
	length == 1 and .[0].rule == "removed-in-use" and .[0].comm == "ipcrm"' \
	"a recorded incident: ipcrm took what was in use"
told ../../docs/guide/probing.calls '[.[] | select(.severity != "low")] |
	length == 1 and .[0].rule == "scan" and .[0].comm == "visitor"' \
	"a recorded incident: somebody probes"
bad=0
for name in containers logout old queue semaphore slow; do
	"$IPCTRACE" watch --fail-on medium -i ../../docs/guide/$name.calls \
		>"$tmp/got" 2>&1 || { sed "s/^/# $name: /" "$tmp/got"; bad=1; }
done
result "recorded programs that are well: nothing above low" $bad

# ---- Many of both -----------------------------------------------------------------

# score: how the findings in $tmp/found compare with what was planted, $tmp/truth
score() {
	jq -r 'select(.more | not) | select(.rule | startswith("hidden") | not) |
		"\(.uid) \(.rule)"' <"$tmp/found" >"$tmp/findings"
	awk '
	NR == FNR { planted[$2] = $1; lost[$2] = $3; nr += $1 != "-"; next }
	{
		uid = $1 >= 1000000 ? $1 - 1000000 + 2000 : $1
		if (planted[uid] == $2)
			good[uid] = 1
		else
			wrong++
	}
	END {
		for (uid in good)
			found++
		for (uid in planted)
			if (planted[uid] != "-" && !(uid in good) && !lost[uid])
				unsaid++
		printf "%d %d %d %d %.4f %.4f\n", nr, found, wrong, unsaid,
			found / (found + wrong), found / nr
	}' "$tmp/truth" "$tmp/findings"
}

"$watch_stories" mixed 4711 1000 0 "$tmp/mixed" >"$tmp/truth" &&
	"$IPCTRACE" watch --json -i "$tmp/mixed" >"$tmp/found"
score >"$tmp/score"
read -r planted found wrong unsaid precision recall <"$tmp/score"
echo "# planted $planted, found $found, false $wrong: precision $precision, recall $recall"
awk -v p="$precision" -v r="$recall" 'BEGIN { exit !(p >= 0.99 && r >= 0.99) }'
result "2000 episodes, half of them harmless: precision and recall" $?

"$watch_stories" mixed 4711 1000 100 "$tmp/mixed" >"$tmp/truth" &&
	"$IPCTRACE" watch --json -i "$tmp/mixed" >"$tmp/found"
score >"$tmp/score"
read -r planted found wrong unsaid precision recall <"$tmp/score"
echo "# planted $planted, found $found, false $wrong: precision $precision, recall $recall"
[ "$wrong" -eq 0 ]
result "1 % of records lost: no false finding" $?
[ "$unsaid" -eq 0 ] && grep -q '"rule":"hidden-lost"' "$tmp/found"
result "1 % of records lost: what is missed lacks records, which is told" $?
jq -es '[.[] | select(.incomplete == "records were lost")] | length > 0' \
	<"$tmp/found" >/dev/null
result "1 % of records lost: findings of such a time are incomplete" $?

# ---- What it costs ------------------------------------------------------------------

# cost N: instructions to watch N records
cost() {
	"$watch_stories" traffic "$1" "$tmp/traffic" &&
		instructions "$IPCTRACE" watch -i "$tmp/traffic"
}

if command -v valgrind >/dev/null; then
	few=$(cost 10000)
	many=$(cost 30000)
	each=$(((many - few) / 20000))
	echo "# $each instructions a record, with all rules"
	[ "$each" -le 4200 ]
	result "a record costs 4200 instructions at most" $?
else
	skip "no valgrind" "a record costs 4200 instructions at most"
fi

"$watch_stories" flood 60000 "$tmp/flood" &&
	prlimit --as=400000000 "$IPCTRACE" watch --json -i "$tmp/flood" >"$tmp/found" 2>&1
jq -es '[.[] | select(.rule == "removed-in-use" and .uid == 2200)] | length == 1' \
	<"$tmp/found" >/dev/null
result "a user who floods: others' findings come, in bounded memory" $?
"$IPCTRACE" watch -i "$tmp/flood" >"$tmp/got" 2>&1 &&
	[ "$(grep -c '[^[:print:]]' "$tmp/got")" -eq 0 ] &&
	grep -q 'high   removed-in-use' "$tmp/got"
result "a user who forges names: nothing that a terminal obeys" $?

# ---- How rules are written -----------------------------------------------------------

# wrong NAME SED WORDS...: a rule changed by SED is refused, with WORDS
wrong() {
	name=$1
	script=$2
	shift 2
	rm -rf "$tmp/rules"
	mkdir "$tmp/rules"
	sed "$script" "$rules/denied.yaml" >"$tmp/rules/denied.yaml"
	"$IPCTRACE" watch --check --rules "$tmp/rules" >"$tmp/got" 2>&1
	[ $? -eq 1 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && has "$@"
	result "rules: $name" $?
}

wrong "a field that there is not is named with its line" \
	's/^threshold:/treshold:/' 'denied.yaml:8: no such field' \
	"'treshold', did you mean threshold?"
wrong "what is no word" 's/^severity: .*/severity: hihg/' \
	"denied.yaml:4: severity: no such word as 'hihg', did you mean high?"
wrong "a condition about a field that there is not" 's/^condition: .*/condition: erno == EPERM/' \
	"denied.yaml:6: condition: near 'erno == EPERM': no such field as 'erno', did you mean errno?"
wrong "a message with such a field" 's/{errno}/{objekt.id}/' \
	"message: no such field as 'objekt.id', did you mean object.id?"
wrong "a group of such a field" 's/^group_by: .*/group_by: [uidd]/' \
	"denied.yaml:9: group_by: no such field as 'uidd'"
wrong "a time without unit" 's/^window: .*/window: 60/' \
	"denied.yaml:7: window: '60' is not a time"
wrong "nothing to do" '/^do:/,/which right/d' 'do: is missing'
wrong "what is no YAML" '1i [' 'denied.yaml:'

# with TEXT: all rules, and a file of one's own
with() {
	rm -rf "$tmp/rules"
	mkdir "$tmp/rules"
	cp "$rules"/*.yaml "$tmp/rules"
	cat >"$tmp/rules/zz-local.yaml"
}

with <<-END
	extends: denied
	exceptions:
	- fields: [comm, uid]
	  values: [one*, 2001]
	  reason: it is allowed to ask
END
"$IPCTRACE" watch --rules "$tmp/rules" -i $rules/tests/denied.calls >"$tmp/got" 2>&1
has '7 events suppressed' '!medium'
result "exceptions: what they suppress is counted" $?
sed -i '$a\  expires: 2020-01-31' "$tmp/rules/zz-local.yaml"
"$IPCTRACE" watch --rules "$tmp/rules" -i $rules/tests/denied.calls >"$tmp/got" 2>&1
has 'medium denied' '!suppressed'
result "exceptions: they expire" $?
sed 's/^severity: .*/severity: low/' $rules/denied.yaml | with
"$IPCTRACE" watch --rules "$tmp/rules" -i $rules/tests/denied.calls >"$tmp/got" 2>&1
[ $? -eq 1 ] && has "zz-local.yaml:2: id: " "has that id; 'overrides: true' takes its place"
result "rules: none silences another without saying so" $?
sed -i '$aoverrides: true' "$tmp/rules/zz-local.yaml"
"$IPCTRACE" watch --rules "$tmp/rules" -i $rules/tests/denied.calls >"$tmp/got" 2>&1
has 'low    denied' '!medium'
result "rules: one that says so takes its place" $?

"$IPCTRACE" watch --learn -i $rules/tests/denied.calls >"$tmp/patch" 2>&1 &&
	grep -q '^+++ /etc/ipctrace/rules.d/learnt-denied.yaml' "$tmp/patch" &&
	sed -n '/^@@/,$s/^+//p' "$tmp/patch" | with &&
	"$IPCTRACE" watch --rules "$tmp/rules" -i $rules/tests/denied.calls >"$tmp/got" 2>&1
has 'suppressed' '!medium'
result "learn: what it proposes keeps the findings away" $?

# ---- What was recorded before now ----------------------------------------------------

# Captures that say nothing of their boot are of one each, and of no machine. Those of
# stories begin at midnight; removed-in-use takes no second, stall-idle two minutes.
if [ -e /dev/ipctrace ]; then
	skip "the recorder is here, and would answer, too" "spool: boot after boot"
else
	mkdir "$tmp/spool"
	cp $rules/tests/removed-in-use.calls "$tmp/spool/flight.1"
	cp $rules/tests/stall-idle.calls "$tmp/spool/flight.2"
	export IPCTRACE_SPOOL="$tmp/spool/flight"
	"$IPCTRACE" watch --fail-on high --since 2025-12-31T00:00:00 >"$tmp/got" 2>"$tmp/errors"
	[ $? -eq 3 ] && [ "$(awk '{ print $3, $4 }' "$tmp/got" | tr '\n' ' ')" = \
		"high removed-in-use: medium stall-idle: " ]
	bad=$?
	mv "$tmp/errors" "$tmp/got"
	[ "$(grep -c 'from 1 capture of .*, of an earlier boot, since 2026' "$tmp/got")" -eq 2 ] || bad=1
	result "spool: boot after boot, and where that is from" $bad
	"$IPCTRACE" watch --since 2026-01-01T00:00:10 >"$tmp/got" 2>&1 &&
		has stall-idle '!removed-in-use'
	result "spool: what is asked since a moment" $?
	"$IPCTRACE" watch --until 2026-01-01T00:01:00 >"$tmp/got" 2>&1 &&
		has '!stall-idle'
	result "spool: what is asked until a moment" $?

	# Recordings of one boot, one after the other
	nr=0
	for name in removed queue semaphore leak probing; do
		nr=$((nr + 1))
		cp ../../docs/guide/$name.calls "$tmp/spool/flight.$nr"
	done
	"$IPCTRACE" watch --since 2026-11-29T20:48:00 >"$tmp/got" 2>&1 &&
		has 'removed-in-use: ipcrm' 'limits: shmget of worker' 'scan: visitor' \
			'from 5 captures of'
	result "spool: captures of a boot as if they were one" $?
	"$IPCTRACE" watch --since 2026-11-29T20:49:30 >"$tmp/got" 2>&1 &&
		has 'scan: visitor' '!removed-in-use' '!limits:' 'from 3 captures of'
	result "spool: what ended long before is not read" $?
	unset IPCTRACE_SPOOL
fi

# ---- The command ----------------------------------------------------------------------

"$IPCTRACE" watch --fail-on high -i $rules/tests/denied.calls >/dev/null 2>&1
low=$?
"$IPCTRACE" watch --fail-on medium -i $rules/tests/denied.calls >/dev/null 2>&1
bad=$?
[ $low -eq 0 ] && [ $bad -eq 3 ]
result "fail-on: status 3 for what is so bad, 0 for less" $?
"$IPCTRACE" watch --why-not denied -i $rules/tests/denied.near.calls >"$tmp/got" 2>&1
has 'its condition held 3 times; a finding takes 5 of a group in 60 s' \
	'1 times not: errno in (EACCES, EPERM)'
result "why-not: what held, and what did not" $?
"$IPCTRACE" watch --explain denied >"$tmp/got" 2>&1 &&
	has 'severity:  medium' 'condition: errno in (EACCES, EPERM)' 'do: '
result "explain: what a rule says" $?
"$IPCTRACE" watch --explain denid >"$tmp/got" 2>&1
[ $? -eq 2 ] && has "no such rule as 'denid', did you mean denied?"
result "explain: no such rule" $?
"$IPCTRACE" watch --save "$tmp" -i $rules/tests/denied.calls >"$tmp/got" 2>&1
[ $? -eq 2 ] && has '--save is for what happens now'
result "save: only of what happens now" $?
"$IPCTRACE" watch --for 1s --since 1h >"$tmp/got" 2>&1
[ $? -eq 2 ] && has '--for is for what happens now'
result "for: only of what happens now" $?
"$IPCTRACE" watch --schema >"$tmp/schema" 2>&1 &&
	"$IPCTRACE" watch --json -i "$tmp/flood" >"$tmp/got" &&
	../lib/json_schema.py "$tmp/schema" "$tmp/got" >"$tmp/bad" 2>&1
bad=$?
[ $bad -eq 0 ] || head -n 5 "$tmp/bad" | sed 's/^/# /'
result "json: as its schema says" $bad

finish
