#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What scripts/check-arrows.sh takes for a circle, on small trees made here: TAP.

check=$(cd "$(dirname "$0")/../.." && pwd)/scripts/check-arrows.sh
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
number=0
failed=0
echo "TAP version 13"

# file PATH LINE...: into the tree, compiled if it is C
file() {
	path=$1
	shift
	mkdir -p "$tmp/top/${path%/*}"
	printf '%s\n' "$@" >"$tmp/top/$path"
	case $path in
	*.h)	return ;;
	userspace/* | module/shared/*) compile reader "$path" ;;
	esac
	case $path in
	module/*) compile kernel "$path" ;;
	esac
}

compile() {
	object=$tmp/top/build/$1/${2%.c}.o
	mkdir -p "${object%/*}"
	cc -c -I"$tmp/top/module" -I"$tmp/top/userspace" -o "$object" \
		"$tmp/top/$2"
}

# tree: one without a circle: main -> commands -> view -> shared, a -> b -> shared
tree() {
	rm -rf "$tmp/top"
	file module/shared/ring.h 'void ring(void);'
	file module/shared/ring.c '#include "shared/ring.h"' 'void ring(void) { }'
	file module/b.h 'void b(void);'
	file module/b.c '#include "b.h"' '#include "shared/ring.h"' \
		'void b(void) { ring(); }'
	file module/a.h 'void a(void);'
	file module/a.c '#include "a.h"' '#include "b.h"' 'void a(void) { b(); }'
	file userspace/view/text.h 'void text(void);'
	file userspace/view/text.c '#include "shared/ring.h"' \
		'#include "view/text.h"' 'void text(void) { ring(); }'
	file userspace/commands/show.h 'void show(void);'
	file userspace/commands/show.c '#include "view/text.h"' \
		'void show(void) { text(); }'
	file userspace/main.c '#include "commands/show.h"' \
		'int main(void) { show(); }'
}

# expect STATUS NAME [WORD...]: all of the words are said
expect() {
	number=$((number + 1))
	expected=$1
	name=$2
	shift 2
	status=0
	TOP=$tmp/top KERNEL=kernel "$check" >"$tmp/said" 2>&1 || status=$?
	problem=
	[ $status -eq "$expected" ] || problem="status $status, not $expected"
	for word in "$@"; do
		grep -qF -e "$word" "$tmp/said" || problem="no '$word'"
	done
	if [ -z "$problem" ]; then
		echo "ok $number arrows: $name"
		return
	fi
	echo "# $problem"
	sed 's/^/# /' "$tmp/said"
	echo "not ok $number arrows: $name"
	failed=1
}

tree
expect 0 "no circle"

tree
file module/b.h '#include "a.h"' 'void b(void);'
expect 1 "a header of the module includes upward" "units in a circle" \
	"module/b -> module/a: includes" "module/a -> module/b: b, includes"

tree
file module/b.c 'extern void a(void);' 'void b(void) { a(); }'
expect 1 "a call upward, past the headers" "module/b -> module/a: a"

tree
file module/b.c 'extern int list[];' 'int *b = list;'
file module/a.c '#include "b.h"' 'int list[1];'
expect 1 "a table upward" "module/b -> module/a: list"

tree
file userspace/view/other.c '#include "commands/show.h"' \
	'void other(void) { show(); }'
expect 1 "rooms in a circle, their units not" "rooms in a circle" \
	"userspace/view -> userspace/commands"

tree
file userspace/view/text.c '#include "../module/b.h"' 'void text(void) { }'
expect 1 "the reader includes the module" \
	"userspace/view/text.c:1: the reader includes module/../module/b.h"

tree
file userspace/view/text.c '#include "b.h"' 'void text(void) { }'
expect 1 "the reader includes the module as the module would" \
	"userspace/view/text.c:1: the reader includes module/b.h"

tree
file module/shared/ring.c '#include "b.h"' 'void ring(void) { }'
expect 1 "what both build includes the module" \
	"module/shared/ring.c:1: module/shared/ includes module/b.h"

tree
file module/shared/ring.c '#include "view/text.h"' 'void ring(void) { }'
expect 1 "what both build includes the reader" \
	"module/shared/ includes userspace/view/text.h"

tree
file userspace/model/graph.c '#include <stdio.h>' \
	'void graph(void) { printf("%d\n", 1); }'
expect 1 "the model prints" "userspace/model/graph.c: calls printf"

tree
file userspace/model/graph.c '#include <fcntl.h>' \
	'int graph(void) { return open("/", O_RDONLY); }'
expect 1 "the model opens a file" "userspace/model/graph.c: calls open"

tree
rm "$tmp/top/build/reader/userspace/view/text.o"
expect 1 "what is not built is not clean" "userspace/view/text.c: not built"

echo "1..$number"
exit $failed
