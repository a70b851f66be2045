#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# One capture in each format says the same, as programs that are not ours read it: calls
# by name and outcome, objects, what was destroyed, gaps, losses. $IPCTRACE is the
# program; IPCTRACE_CAPTURES names captures more.

. ../lib/unit_stories.sh

sums="python3 ../lib/export_sums.py"
formats="jsonl csv sqlite perfetto chrome-json ctf"
# What this program was built without says so, by name, and is not asked for more.
for format in $formats; do
	"$IPCTRACE" export --format "$format" -o "$tmp/none" stored/version-2.capture \
		>"$tmp/got" 2>&1
	rm -rf "$tmp/none"
	! grep -q "built without .*; install .*-dev" "$tmp/got" || {
		echo "# $(cat "$tmp/got")"
		formats=$(echo "$formats" | sed "s/ *$format//")
	}
done

for story in logind orphan again loss leak failures attached abba full; do
	"$stories" $story "$tmp/$story" || exit 1
done

# What the program prints, summed up by jq: not by what exports
expected()
{
	"$IPCTRACE" report --json "$1" | jq -rs '
		(group_by(.type, .call, .errno, .object.kind)[] | .[0] as $r |
		if $r.type == "call" or $r.type == "died" then
			["call", $r.call, ($r.errno // "-"), length]
		elif $r.type == "lost" then ["lost", "", "", (map(.count) | add)]
		elif $r.type == "destroy" then ["destroyed", $r.object.kind, "", length]
		else [$r.type, "", "", length] end),
		([.[] | select(.object) | [.ipc_ns, .object.kind, .object.id]] | unique |
		group_by(.[1])[] | ["object", .[0][1], "", length]) |
		join(" ")' |
	awk '{ n = $NF; sub(/ [0-9]+$/, ""); sum[$0] += n }
		END { for (key in sum) print key, sum[key] }' | sort
}

for capture in "$tmp/logind" "$tmp/orphan" "$tmp/again" "$tmp/loss" "$tmp/leak" \
	"$tmp/failures" "$tmp/attached" "$tmp/abba" "$tmp/full" \
	${IPCTRACE_CAPTURES:-}; do
	expected "$capture" >"$tmp/expected"
	for format in $formats; do
		rm -rf "$tmp/out"
		"$IPCTRACE" export --format "$format" -o "$tmp/out" "$capture" \
			>"$tmp/got" 2>&1 &&
			$sums "$format" "$tmp/out" >"$tmp/sums" 2>"$tmp/got" &&
			sort "$tmp/sums" | diff "$tmp/expected" - >"$tmp/got"
		result "$format: ${capture##*/}" $?
	done
done

# A trace as programs see it that know the format from its schema only
"$IPCTRACE" export --format perfetto -o "$tmp/trace" "$tmp/full" >"$tmp/got" 2>&1 &&
	zcat "$tmp/trace" | protoc --decode_raw >"$tmp/got" &&
	[ "$(grep -c '^ *47: ' "$tmp/got")" -eq \
		"$("$IPCTRACE" messages --each --json -i "$tmp/full" | jq -s \
			'[.[] | select(.sender_pid and .receiver_pid)] | length')" ]
result "perfetto: protoc reads it; a flow for each message that was delivered" $?
"$IPCTRACE" export --format perfetto -o "$tmp/trace" "$tmp/abba" >"$tmp/got" 2>&1 &&
	zcat "$tmp/trace" | protoc --decode_raw >"$tmp/got" &&
	grep -q '2: "semaphore 1"' "$tmp/got"
result "perfetto: semaphores have counters" $?

# CSV, field for field
for capture in "$tmp/failures" "$tmp/orphan" "$tmp/loss" "$tmp/attached" \
	${IPCTRACE_CAPTURES:-}; do
	"$IPCTRACE" export -o "$tmp/out.jsonl" "$capture" >"$tmp/got" 2>&1 &&
		"$IPCTRACE" export -o "$tmp/out.csv" "$capture" >"$tmp/got" 2>&1 &&
		$sums flat "$tmp/out.jsonl" "$tmp/out.csv" >"$tmp/got" 2>&1
	result "csv: each field of JSON has its column: ${capture##*/}" $?
done

# CTF, record for record
for capture in "$tmp/failures" "$tmp/orphan" ${IPCTRACE_CAPTURES:-}; do
	rm -rf "$tmp/out" "$tmp/out.csv"
	"$IPCTRACE" export --format ctf -o "$tmp/out" "$capture" >"$tmp/got" 2>&1 &&
		"$IPCTRACE" export -o "$tmp/out.csv" "$capture" >"$tmp/got" 2>&1 &&
		$sums same "$tmp/out" "$tmp/out.csv" >"$tmp/got" 2>&1
	result "ctf: babeltrace2 has the same fields in the same order: ${capture##*/}" $?
done

# DuckDB reads the lines of JSON, where somebody has it: npm install @duckdb/node-api
# in a directory that IPCTRACE_DUCKDB names.
"$IPCTRACE" export --format jsonl -o "$tmp/lines" "$tmp/failures" >"$tmp/got" 2>&1
name="duckdb: calls by name and error"
if [ -d "${IPCTRACE_DUCKDB:-}/node_modules/@duckdb/node-api" ]; then
	cat >"$tmp/ask.js" <<-END
		const { DuckDBInstance } = require('@duckdb/node-api');
		(async () => {
			const db = await DuckDBInstance.create(':memory:');
			const got = await (await db.connect()).runAndReadAll(
				"SELECT call || ' ' || coalesce(errno, '-') || ' ' || count(*) " +
				"FROM read_json_auto('$tmp/lines', format = 'newline_delimited', " +
				"union_by_name = true, sample_size = -1) " +
				"WHERE type = 'call' GROUP BY call, errno");
			got.getRows().forEach(row => console.log('call ' + row[0]));
		})();
	END
	expected "$tmp/failures" | grep '^call ' >"$tmp/expected"
	NODE_PATH=$IPCTRACE_DUCKDB/node_modules node "$tmp/ask.js" 2>"$tmp/got" |
		sort | diff "$tmp/expected" - >>"$tmp/got"
	result "$name" $?
else
	skip "IPCTRACE_DUCKDB names no directory with @duckdb/node-api" "$name"
fi

# SQLite, asked by its own program and by ours, has the same in each table and view.
"$IPCTRACE" export -o "$tmp/x.db" "$tmp/attached" >"$tmp/got" 2>&1
for table in calls events gaps lost objects processes uses attachments holds findings \
	meta who_removed leaks slowest holders; do
	sqlite3 -csv -header "$tmp/x.db" "SELECT * FROM $table" |
		tr -d '\r' >"$tmp/expected"
	[ -s "$tmp/expected" ] || sqlite3 "$tmp/x.db" \
		"SELECT group_concat(name) FROM pragma_table_info('$table')" >"$tmp/expected"
	"$IPCTRACE" sql --csv "$tmp/attached" "SELECT * FROM $table" >"$tmp/got" 2>&1 &&
		python3 - "$tmp/expected" "$tmp/got" <<-'END'
			import csv, sys
			a, b = (list(csv.reader(open(name))) for name in sys.argv[1:])
			sys.exit(a != b)
		END
	result "the table $table is in the file what it is without one" $?
done

# What rules find there is what ipctrace watch tells.
rules=../../userspace/watch/rules.d/tests
name="findings are those of watch"
if "$IPCTRACE" watch --rules /nonexistent 2>&1 | grep -q 'without libcyaml'; then
	skip "built without libcyaml" "$name"
else
	bad=0
	: >"$tmp/got"
	for story in collision removed-in-use hidden-lost leak; do
		"$IPCTRACE" watch --json -i "$rules/$story.calls" |
			jq -c '.more |= if . then 1 else 0 end' >"$tmp/expected"
		rm -f "$tmp/x.db"
		"$IPCTRACE" export -o "$tmp/x.db" "$rules/$story.calls" &&
			sqlite3 -json "$tmp/x.db" "SELECT * FROM findings" | jq -c '.[]' |
			diff "$tmp/expected" - >>"$tmp/got" && [ -s "$tmp/expected" ] || bad=1
	done
	result "$name" $bad
fi

# ---- Of a part -----------------------------------------------------------------

"$IPCTRACE" export -o "$tmp/part.csv" --errors "$tmp/failures" >"$tmp/got" 2>&1 &&
	[ "$(tail -n +2 "$tmp/part.csv" | wc -l)" -eq \
		"$("$IPCTRACE" report --errors --json "$tmp/failures" | wc -l)" ]
result "only what was asked for: --errors" $?
at=$("$IPCTRACE" sql --csv "$tmp/failures" \
	"SELECT (time_ns / 1000) || ' ' || count(*) OVER () FROM calls ORDER BY time_ns LIMIT 1 OFFSET 5" | tail -1)
when=$(echo "${at% *}" | sed 's/......$/.&/')
"$IPCTRACE" export -o "$tmp/part.jsonl" --since "$when" "$tmp/failures" \
	>"$tmp/got" 2>&1 &&
	[ "$(tail -n +2 "$tmp/part.jsonl" | grep -c '"type":"call"')" -eq $((${at#* } - 5)) ]
result "only what was asked for: --since" $?
"$IPCTRACE" report --json "$tmp/leak" >"$tmp/leak.json"
"$IPCTRACE" export --format jsonl -o - "$tmp/leak" 2>"$tmp/got" | tail -n +2 |
	cmp - "$tmp/leak.json" >>"$tmp/got"
result "jsonl is what report prints, also to a pipe" $?

# ---- Files ---------------------------------------------------------------------

# What is in the directory, and nothing else
only()
{
	[ "$(ls "$tmp/files")" = "$1" ] && return
	ls "$tmp/files"
	return 1
}

mkdir "$tmp/files"
"$stories" many "$tmp/many" || exit 1
for format in $formats; do
	[ "$format" != ctf ] || continue
	echo before >"$tmp/files/out"
	(ulimit -f 100; "$IPCTRACE" export --format "$format" -o "$tmp/files/out" "$tmp/many") \
		>"$tmp/got" 2>&1
	[ $? -eq 1 ] && [ "$(cat "$tmp/files/out")" = before ] && only out >>"$tmp/got" &&
		[ "$(wc -l <"$tmp/got")" -eq 1 ] && grep -q 'writ' "$tmp/got"
	result "$format: what has no room leaves nothing, and what was there stays" $?
done
rm "$tmp/files/out"
(ulimit -f 100; "$IPCTRACE" export --format ctf -o "$tmp/files/out" "$tmp/many") \
	>"$tmp/got" 2>&1
[ $? -eq 1 ] && [ -z "$(ls "$tmp/files")" ] && grep -q 'writ' "$tmp/got"
result "ctf: what has no room leaves nothing" $?
mkdir "$tmp/there"
"$IPCTRACE" export --format ctf -o "$tmp/there" "$tmp/leak" >"$tmp/got" 2>&1
[ $? -eq 1 ] && has "is there already" && [ -z "$(ls "$tmp/there")" ]
result "ctf: a directory that is there is not written to" $?
(umask 0; "$IPCTRACE" export --format csv -o "$tmp/files/out" "$tmp/leak") \
	>"$tmp/got" 2>&1 &&
	[ "$(stat -c %a "$tmp/files/out")" = 600 ]
result "it is for its owner only" $?
"$IPCTRACE" export --format csv -o /dev/null "$tmp/leak" >"$tmp/got" 2>&1 &&
	[ -c /dev/null ]
result "what is no file is not taken away" $?
"$IPCTRACE" export --format sqlite -o - "$tmp/leak" >"$tmp/got" 2>&1
[ $? -eq 1 ] && has "must be a file"
result "a database is no stream" $?

# refused NAME WORDS OPTION...
refused()
{
	name=$1
	words=$2
	shift 2
	"$IPCTRACE" export "$@" >"$tmp/got" 2>&1
	[ $? -eq 2 ] && [ "$(wc -l <"$tmp/got")" -eq 1 ] && has "$words"
	result "refused: $name" $?
}

refused "no file" "no file to write" "$tmp/leak"
refused "no format" "which format?" -o "$tmp/files/x.what" "$tmp/leak"
refused "a mistyped format" "did you mean sqlite?" --format sqlit -o x "$tmp/leak"
refused "two captures" "-i and FILE: which?" -i "$tmp/leak" -o x.csv "$tmp/leak"
refused "a question that is none" "no such field" -e 'nmae == 1' -o x.csv "$tmp/leak"
"$IPCTRACE" export -o "$tmp/files/x.csv" "$tmp/nothing" >"$tmp/got" 2>&1
[ $? -eq 1 ] && has "cannot be opened"
result "a capture that is not there" $?
check "none of them has left a file" only out

finish
