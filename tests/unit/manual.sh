#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
# shellcheck disable=SC2046,SC2086 # lists of words
#
# The manual: whole, well formed, and it names what there is. $IPCTRACE is the program.

: "${IPCTRACE:?}"
. ../lib/unit_tap.sh
top=../..

# silent COMMAND...: it prints nothing when all is well
silent()
{
	"$@" >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	[ $status -eq 0 ] && [ ! -s "$tmp/said" ]
}

commands()
{
	"$IPCTRACE" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p
		s/^Also: //p' | tr -d , | tr ' ' '\n'
}

# Options in --help; two may stand on a line.
options()
{
	"$IPCTRACE" "$1" --help | sed -n 's/^  -/&/p' | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

text()
{
	mandoc -T ascii "$tmp/man/$1" | sed "s/.$(printf '\b')//g"
}

names_options()
{
	for command in $(commands); do
		text "ipctrace-$command.1" >"$tmp/page"
		for option in $(options "$command"); do
			grep -qE -- "$option( |\$)" "$tmp/page" ||
				echo "ipctrace-$command(1) lacks $option"
		done
	done
}

# names PAGE WORD...: each is in it
names()
{
	text "$1" >"$tmp/page"
	shift
	[ $# -gt 0 ] || echo "nothing to look for"
	for word; do
		grep -qF -- "$word" "$tmp/page" || echo "lacks $word"
	done
}

# Words of a file, as an expression of sed finds them
words()
{
	sed -n "$1" "$2" | sort -u
}

check "pages can be made" silent env IPCTRACE="$(realpath "$IPCTRACE")" \
	$top/scripts/gen-man.sh "$tmp/man"
check "they are well formed" silent mandoc -T lint -W warning "$tmp/man"/*
check "every command has one, and nothing else has" silent sh -c "
	{ ls '$tmp/man'; } | sed -n 's/^ipctrace-\(.*\)\.1/\1/p' | sort >'$tmp/a'
	sort | diff '$tmp/a' -" <<E2
$(commands)
E2
check "every option is in the page of its command" silent names_options
check "every command is in ipctrace(1)" silent names ipctrace.1 $(commands)
check "every ioctl is in ipctrace(4)" silent names ipctrace.4 \
	$(words 's/^#define \(IPCTRACE_IOC_[A-Z_]*\) \\$/\1/p' \
		$top/include/uapi/ipctrace/ipctrace.h)
# Those that only tests have stand between #ifdef and #endif.
parameters=$(cat $top/module/*.c | sed '/^#ifdef IPCTRACE_DEBUG/,/^#endif/d' |
	sed -n 's/^MODULE_PARM_DESC(\([a-z_]*\),.*/\1/p')
check "every parameter is in ipctrace(4)" silent names ipctrace.4 $parameters
check "every kind of record is in ipctrace(4)" silent names ipctrace.4 \
	$("$IPCTRACE" calls --json | jq -r '.properties.type.enum[]' | grep -v pad)
check "every field is in ipctrace-fields(7)" silent names ipctrace-fields.7 \
	$("$IPCTRACE" calls --json | jq -r '.properties | keys[]')
check "every call is in ipctrace-fields(7)" silent names ipctrace-fields.7 \
	$("$IPCTRACE" calls --json | jq -r '."x-calls"[].call')
finish
