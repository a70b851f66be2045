#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# libipctrace: its examples, compiled as others would, tell of a capture what ipctrace
# tells; it has the symbols of its map and no others; and it prints nothing itself.

. ../lib/unit_stories.sh
top=$(cd ../.. && pwd)
lib=$top/build/lib

make -s -C "$top" install-library PREFIX="$tmp/usr" >"$tmp/got" 2>&1 || {
	cat "$tmp/got"
	exit 1
}
export PKG_CONFIG_PATH="$tmp/usr/lib/pkgconfig" LD_LIBRARY_PATH="$tmp/usr/lib"
"$stories" ipcrm "$tmp/capture" || exit 1

# What it has to print, from ipctrace itself
expected()
{
	"$IPCTRACE" report --json "$1" -e 'cmd == IPC_RMID and not failed' | jq -r '
		select(.type == "call") |
		"\(.comm)[\(.pid)] removed \(.object.kind) \(.object.id) of user \(.object.uid)"' \
		>"$tmp/expected" && [ -s "$tmp/expected" ]
}

compile()
{
	cc -Wall -Wextra -Werror "$@"
}

# shellcheck disable=SC2046 # words
shared()
{
	expected "$tmp/capture" &&
	compile -o "$tmp/removals" "$top/docs/examples/removals.c" \
		$(pkg-config --cflags --libs libipctrace) &&
	"$tmp/removals" "$tmp/capture" >"$tmp/said" &&
	diff "$tmp/expected" "$tmp/said" &&
	readelf -d "$tmp/removals" | grep -q 'NEEDED.*libipctrace.so.0'
}
check "the example in C, shared" shared

# shellcheck disable=SC2046 # words
static()
{
	compile -o "$tmp/removals-static" "$top/docs/examples/removals.c" \
		$(pkg-config --cflags libipctrace) "$tmp/usr/lib/libipctrace.a" \
		-lyajl -lzstd -lpthread -lm &&
	"$tmp/removals-static" "$tmp/capture" >"$tmp/said" &&
	diff "$tmp/expected" "$tmp/said" &&
	! readelf -d "$tmp/removals-static" | grep -q 'NEEDED.*libipctrace'
}
check "the example in C, static" static

python()
{
	/usr/bin/python3 "$top/docs/examples/removals.py" "$tmp/capture" >"$tmp/said" &&
	diff "$tmp/expected" "$tmp/said"
}
check "the example in Python" python

# The map is written by hand: it is what others rely on.
symbols()
{
	sed -n 's/^\t\(ipctrace_.*\);/\1/p' "$top/userspace/lib/libipctrace.map" |
		sort >"$tmp/map"
	grep -oE '^[a-z].*[ *]ipctrace_[a-z_]+\(|^ipctrace_[a-z_]+\(' \
		"$top/userspace/lib/libipctrace.h" | grep -oE 'ipctrace_[a-z_]+\(' |
		tr -d '(' | sort >"$tmp/header"
	nm -D --defined-only "$lib/libipctrace.so" | sed -n 's/.* T \([^@]*\).*/\1/p' |
		sort >"$tmp/so"
	nm --defined-only "$lib/libipctrace.a" | sed -n 's/.* [TDBRV] //p' | sort >"$tmp/a"
	diff "$tmp/map" "$tmp/header" && diff "$tmp/map" "$tmp/so" &&
	diff "$tmp/map" "$tmp/a"
}
check "the symbols of its map, and no others" symbols

compile_header()
{
	cxx=$(command -v c++ || command -v clang++)
	echo '#include <libipctrace.h>' >"$tmp/alone.c"
	cp "$tmp/alone.c" "$tmp/alone.cc"
	compile -std=c99 -pedantic -fsyntax-only -I"$tmp/usr/include" "$tmp/alone.c" &&
	"$cxx" -Wall -Werror -fsyntax-only -I"$tmp/usr/include" "$tmp/alone.cc"
}
check "its header stands alone, in C99 and in C++" compile_header

# One line to whoever asks, nothing to standard error
fails()
{
	"$tmp/removals" "$tmp/nothing" >"$tmp/said" 2>&1
	[ $? -eq 1 ] && cat "$tmp/said" && [ "$(wc -l <"$tmp/said")" -eq 1 ] &&
		grep -q "$tmp/nothing.*No such file" "$tmp/said" &&
	head -c 600 "$tmp/capture" >"$tmp/cut" &&
	{ "$tmp/removals" "$tmp/cut" >"$tmp/said" 2>&1; [ $? -eq 1 ]; } &&
	cat "$tmp/said" && [ "$(grep -vc removed "$tmp/said")" -eq 1 ] &&
	grep -q "cut" "$tmp/said"
}
check "what fails is told once, with the file" fails

uninstalled()
{
	make -s -C "$top" uninstall-library PREFIX="$tmp/usr" &&
	! find "$tmp/usr" -type f -o -type l | grep .
}
check "nothing is left when it is uninstalled" uninstalled
finish
