#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# Calls over time, as a page: what is in it, read without a browser, and, where there
# is Chromium, in one, with clicks. $IPCTRACE is the program.

. ../lib/unit_stories.sh

# What is packed into a page, as JSON: see timeline_pack.c
unpack='
import base64, json, re, struct, sys, zlib
page = open(sys.argv[1], encoding="utf-8").read()
data = zlib.decompress(base64.b64decode(re.search(r"id=\"data\">([^<]*)<", page)[1]))
size = struct.unpack("<I", data[:4])[0]
head = json.loads(data[4:4 + size])
at = 4 + size
for name, length in head["columns"]:
    head[name] = []
    if name == "texts":
        head[name] = data[at:at + length].decode(errors="replace")
    value = shift = 0
    for byte in data[at:at + length] if name != "texts" else b"":
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            head[name].append(value)
            value = shift = 0
    at += length
assert at == len(data)
json.dump(head, sys.stdout)'

for story in leak held selected woken failures many; do
	"$stories" $story "$tmp/$story" || exit 1
	"$IPCTRACE" timeline -i "$tmp/$story" -o "$tmp/$story.html" >"$tmp/got" 2>&1 &&
		python3 -c "$unpack" "$tmp/$story.html" >"$tmp/$story.json" 2>>"$tmp/got"
	result "a page of a story: $story" $?
done

# data NAME STORY FILTER: holds for what is in the page
data()
{
	jq -e "$3" <"$tmp/$2.json" >"$tmp/got" 2>&1
	result "$1" $?
}

# Report has a line for each record, and of a call in flight one, too.
for story in leak held selected failures many; do
	lines=$("$IPCTRACE" report "$tmp/$story" | wc -l)
	data "a row for each record: $story" $story ".rows == $lines"
	calls=$("$IPCTRACE" report --json "$tmp/$story" |
		jq -s 'map(select(.type == "call") | .duration_ns) | add')
	data "they take as long as the calls did: $story" $story \
		"[.took, .type] | transpose | map(select(.[1] == 1)[0]) | add == $calls"
done
data "processes" held '[.processes[] | .[0]] | sort == [100, 200, 300, 9999]'
data "who made an object, and who removed it" leak \
	'.objects[] | select(.[1] == 12) | .[7:11] == ["server", 200, "server", 200] and .[5] > 0'
data "what was left behind" leak \
	'[.objects[] | select(.[6] == 2) | .[1]] | sort == [1, 2, 3]'
data "records that were lost" woken '.gaps | length == 1 and .[0][2:] == ["records were lost", 7]'
data "a call is told as a line has it" failures '.texts | contains("semctl(") and contains("SETVAL")'

"$IPCTRACE" timeline -i "$tmp/failures" -e 'call == semctl' -o "$tmp/x.html" 2>"$tmp/got" &&
	python3 -c "$unpack" "$tmp/x.html" >"$tmp/x.json"
data "only what was asked for" x \
	".rows == $("$IPCTRACE" report -e 'call == semctl' "$tmp/failures" | wc -l) and
	.asked == \"call == semctl\""
[ "$(stat -c %a "$tmp/leak.html")" = 600 ] &&
	! grep -qE '(src|href)=|https?://' "$tmp/leak.html"
result "one file, for its owner, that names no other" $?
grep -q "</script>.*</script>" "$tmp/leak.html"
[ "$(grep -c '<script' "$tmp/leak.html")" -eq 2 ]
result "one script, and the data" $?
if [ -w /dev/full ]; then
	mkdir "$tmp/full" && mount -t tmpfs -o size=16k none "$tmp/full" 2>/dev/null
	full=$?
	if [ $full -eq 0 ]; then
		"$IPCTRACE" timeline -i "$tmp/many" -o "$tmp/full/x.html" 2>"$tmp/got"
		[ $? -eq 1 ] && [ -z "$(ls "$tmp/full")" ] && [ "$(wc -l <"$tmp/got")" -eq 1 ]
		result "a disk that is full: one line, and no half page" $?
		umount "$tmp/full"
	else
		skip "no disk that can be filled"
	fi
fi
"$IPCTRACE" timeline -i "$tmp/leak" 2>"$tmp/got"
[ $? -eq 2 ] && grep -q 'which file' "$tmp/got"
result "no file: what is missing, and status 2" $?
"$IPCTRACE" timeline -i "$tmp/leak" -e 'pid == 4711' -o "$tmp/none.html" 2>"$tmp/got"
[ $? -eq 1 ] && grep -q 'nothing to draw' "$tmp/got" && [ ! -e "$tmp/none.html" ]
result "nothing to draw: one line, and no file" $?

# A question to the page is answered as by ipctrace.
set --
while read -r question; do
	set -- "$@" "$question=>$("$IPCTRACE" report -e "$question" "$tmp/failures" | wc -l)"
done <<'END'
call == semop
errno == EINVAL
call in (msgget, shmget) and not errno == ENOENT
pid > 1010 and call == sem
key == 0x5047 or comm ~ "ipc*"
END
"$IPCTRACE" report --json "$tmp/many" | jq -s 'map(select(.type == "call")) | length' >"$tmp/nr"
python3 timeline.py "$tmp" "$(cat "$tmp/nr")" "$@" >"$tmp/browser" 2>&1 || failed=$((failed + 1))
sed -n 's/^ok [0-9]* \(# SKIP.*\)/\1/p' "$tmp/browser"
while read -r line; do
	case $line in
	"ok "*)		echo "ok $((count += 1)) in a browser: ${line#ok * }" ;;
	"not ok "*)	echo "not ok $((count += 1)) in a browser: ${line#not ok * }" ;;
	1..*)		;;
	*)		echo "# $line" ;;
	esac
done <"$tmp/browser"

finish
