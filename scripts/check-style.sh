#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # check() calls functions by their names
#
# What can be checked without running anything, as TAP; status 1 when something
# is not in order. make style installs what this needs, and runs it.

set -eu

cd "$(dirname "$0")/.."
export LC_ALL=C

linux=build/linux-source/scripts
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

die() {
	echo "scripts/check-style.sh: $*" >&2
	exit 1
}

number=0
failed=0

# check NAME COMMAND...: one line of TAP. The command fails or says something
# when it is not content; what it says comes out as comment lines.
check() {
	name=$1
	shift
	number=$((number + 1))
	status=0
	"$@" >"$tmp/said" 2>&1 || status=$?
	if [ $status -eq 0 ] && ! [ -s "$tmp/said" ]; then
		echo "ok $number style: $name"
		return
	fi
	echo "not ok $number style: $name"
	sed 's/^/# /' "$tmp/said"
	failed=1
}

# sources [PATTERN...]: the repository's files, those not added yet included.
sources() {
	git ls-files --cached --others --exclude-standard -- "$@" |
	sort -u | while read -r file; do
		[ ! -f "$file" ] || printf '%s\n' "$file"
	done
}

# ---- Checks --------------------------------------------------------------

# What checkpatch says that does not hold here:
# type, files, source line (both as regular expressions); the reason above.
checkpatch_exceptions() {
	cat <<'END'
# macros that make the rows of a table are no expressions
BRACKET_SPACE . ^#define
COMPLEX_MACRO . ^#define
MACRO_ARG_PRECEDENCE . ^#define
MACRO_ARG_REUSE . ^#define
MACRO_ARG_PRECEDENCE . ^#define
PARENTHESIS_ALIGNMENT ^module/shared/syscalls\.c$ \[IPCTRACE_
MULTISTATEMENT_MACRO_USE_DO_WHILE . ^#define
# which belong to what is above, as EXPORT_SYMBOL does
LINE_SPACING . ^(NOKPROBE_SYMBOL|#undef)
# these are declarations
LINE_SPACING ^userspace/ (TAILQ_ENTRY|__int128)
# sizes, not bits
BIT_MACRO . <<
# a macro of the kernel's
PREFER_DEFINED_ATTRIBUTE_MACRO ^(userspace|tests)/ format\(printf
# messages stay in one piece, so that they can be searched for
LONG_LINE_STRING . .
# tables of errors by name
ENOSYS ^(module/shared/syscalls\.c|module/selftest\.c|userspace/commands/(reasons|metrics_values)\.c|tests/) ENOSYS
# assertions and declarations for each row of a table
TRAILING_SEMICOLON ^(module/shared/(layouts|syscalls)\.c|userspace/(base/library\.h|commands/(commands\.h|metrics_http\.c|ship_kafka\.c)))$ .
# an argument more, or none
SPACING ^module/compat\.h$ IPCT_COMPAT_EXIT_MORE
# rows of tables go on after two spaces
PARENTHESIS_ALIGNMENT ^(module/shared/syscalls|userspace/fields/schema)\.c$ .
# what a mode has for all three, as the kernel's own check has it
SYMBOLIC_PERMS ^module/rights\.c$ UGO
# a number with an exponent is no difference
SPACING ^(tests|userspace)/ [0-9]e-[0-9]
# sentences for people
SPLIT_STRING ^userspace/fields/schema\.c$ .
# 128 bits are the compiler's
UNSPECIFIED_INT ^(tests|userspace)/ __int128
# the one place for them
LINUX_VERSION_CODE ^(module/compat\.h|tests/splats/.*)$ .
CONSTANT_COMPARISON ^(module/compat\.h|tests/splats/.*)$ KERNEL_VERSION
# the kernel's primitives, defined for user space
. ^module/shared/portable\.h$ ^#define
# outside the kernel its types and macros are not at home
PREFER_KERNEL_TYPES ^(tests|userspace)/ .
PREFER_DEFINED_ATTRIBUTE_MACRO ^(tests|userspace)/ .
VOLATILE ^(tests|userspace)/ .
# scripts/check-barriers.sh asks for more
MEMORY_BARRIER . .
# expected text, line by line
SPLIT_STRING ^tests/ .
# a child's code, given to a macro as its argument
OPEN_ENDED_LINE ^tests/ .
# tests of a 32-bit program, and their tables and declarations
ARCH_DEFINES ^tests/ __i386__
LEADING_SPACE ^tests/ .
LINE_SPACING ^tests/ .
NAKED_SSCANF ^tests/ sscanf
# the C library's formats, and sentences for people
CAMELCASE ^userspace/ PRI
LONG_LINE ^(tests|userspace)/ "
# the compressors' libraries
CAMELCASE ^(tests|userspace)/ ZSTD_
CAMELCASE ^userspace/ deflate
# what protobuf-c makes, with members that say that others are there
CAMELCASE ^userspace/export/perfetto\.c$ (Pf__|gzFile)
SPACING ^userspace/export/perfetto\.c$ Pf__
MULTIPLE_ASSIGNMENTS ^userspace/export/perfetto\.c$ has_
# the database's names and types, which checkpatch does not know, and SQL
CAMELCASE ^userspace/export/virtual\.c$ .
SPACING ^userspace/export/ sqlite3
SPLIT_STRING ^userspace/(export/sqlite(_records)?|commands/sql)\.c$ .
# the name that libFuzzer calls
CAMELCASE ^tests/fuzz/ LLVMFuzzerTestOneInput
# expected values of several fields at once
MULTIPLE_ASSIGNMENTS ^tests/ .
# checkpatch takes types that macros make for products
SPACING ^tests/ (FIXTURE_(DATA|VARIANT)|^#define|\*.CALL)
END
}

# Lines of "file:line: LEVEL:TYPE: text", without the exceptions.
without_exceptions() {
	while IFS=: read -r file line level type text; do
		case $file in
		total*)	continue ;;
		esac
		printf '%s\t%s\t%s\t%s\n' "$type" "$file" \
			"$(sed -n "${line}p" "$file" | tr '\t' ' ')" \
			"$file:$line:$level:$type:$text"
	done | awk -F '\t' -v exceptions="$tmp/exceptions" '
	BEGIN {
		while ((getline line <exceptions) > 0) {
			if (line ~ /^#/)
				continue
			split(line, word, " ")
			n++
			type[n] = word[1]
			file[n] = word[2]
			source[n] = word[3]
		}
	}
	{
		for (i = 1; i <= n; i++)
			if ((type[i] == "." || type[i] == $1) &&
			    $2 ~ file[i] && $3 ~ source[i])
				next
		print $NF
	}'
}

# On a copy, since in a repository checkpatch leaves a file behind.
checkpatch() {
	checkpatch_exceptions >"$tmp/exceptions"
	script=$PWD/$linux/checkpatch.pl
	mkdir "$tmp/copy"
	# shellcheck disable=SC2046 # a list
	set -- $(sources '*.c' '*.h' '*.def')
	tar -cf - "$@" | tar -xf - -C "$tmp/copy"
	(cd "$tmp/copy" && "$script" --strict --no-tree --root=. --terse \
		--show-types -f "$@") >"$tmp/checkpatch" 2>"$tmp/errors" || :
	grep -q '^total:' "$tmp/checkpatch" || {
		cat "$tmp/errors"
		return 1
	}
	without_exceptions <"$tmp/checkpatch"
}

shell_scripts() {
	sources | while read -r file; do
		if head -n 1 "$file" | grep -qE '^#!.*[/ ]sh$'; then
			printf '%s\n' "$file"
		fi
	done
}

shellcheck_all() {
	# shellcheck disable=SC2046 # a list
	shellcheck $(shell_scripts)
}

# The kernel's semantic patches, those that need no compiler of OCaml. What they
# are not sure of in themselves is not ours.
coccinelle() {
	# shellcheck disable=SC2016 # the $ are for the inner shell
	grep -l '^virtual report' -r "$linux/coccinelle" |
		xargs grep -L 'script:ocaml' |
		xargs -P "$(nproc)" -I '{}' sh -c '
			spatch -D report --very-quiet --no-show-diff \
				$(sed -n "s,^//* *Options: *,,p" "$1") \
				--cocci-file "$1" -I include/uapi -I module \
				--dir module 2>&1' sh '{}' |
		grep -v '^warning: line .* be a metavariable?$' || :
}

# Enumerators that only count the others need no words.
kernel_doc() {
	# shellcheck disable=SC2046 # a list
	"$linux/kernel-doc" -none \
		$(sources 'module/*.[ch]' 'include/*.h') 2>&1 |
	grep -v "Enum value '__[A-Z0-9_]*_MAX' not described" || :
}

# Each source compiled on its own, with all that gcc and sparse can say.
silent_build() {
	release=${KERNEL:-$(cat build/kernels/default 2>/dev/null || :)}
	[ -n "$release" ] || die "run scripts/setup.sh style first"
	mkdir "$tmp/module" "$tmp/bench"
	cp -r Kbuild module include "$tmp/module/"
	cp -r tests/bench/Kbuild tests/bench/empty_probe.c include "$tmp/bench/"
	for dir in "$tmp/module" "$tmp/bench"; do
		make -C "/lib/modules/$release/build" M="$dir" W=1 C=2 \
			modules >"$tmp/build" 2>&1 || {
			cat "$tmp/build"
			return 1
		}
		# kernel-doc has a check of its own
		grep -E ': (warning|error):|inlined from' "$tmp/build" |
			grep -vE 'not described|expecting prototype|cannot understand' |
			sed "s,$dir/,," || :
	done
}

# Comparing kernel versions anywhere else is how code becomes unreadable.
version_tests() {
	# shellcheck disable=SC2046 # a list
	grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_RELEASE' \
		$(sources '*.c' '*.h' '*Kbuild' | grep -vE '^(module/compat\.h|tests/splats/.*)$') || :
}

# code FILE: without its comments.
code() {
	case $1 in
	*.[ch])	${CC:-cc} -fpreprocessed -dD -E -P "$1" 2>/dev/null ;;
	*)	sed 's/^[ 	]*#.*//' "$1" ;;
	esac
}

# A file that names more than half of the calls has a list of its own. What the manual
# pages say of a call's errors is in reasons.c, and for calls that it does not know there
# are none.
call_lists() {
	names=$(sed -n 's/^IPCTRACE_CALL([0-9]*, \([a-z]*\),.*/\1/p' \
		include/uapi/ipctrace/syscalls.def)
	half=$(($(echo "$names" | wc -l) / 2))
	[ "$half" -gt 0 ] || { echo "no calls"; return 1; }
	pattern="(__x64_sys_|__NR_|SYS_|sys_)?($(echo "$names" | paste -sd '|'))"
	sources module userspace scripts include Kbuild Makefile |
	grep -vE '/syscalls\.def$|/reasons\.c$' | while read -r file; do
		named=$(code "$file" | grep -owE "$pattern" |
			sed 's/.*_//' | sort -u | wc -l)
		[ "$named" -le "$half" ] ||
			echo "$file: names $named calls; expand syscalls.def instead"
	done
}

first_lines() {
	# JSON has no comments.
	sources '*.c' '*.h' '*.def' '*.sh' '*.pl' '*.py' '*.js' '*.css' '*.yaml' \
		'*.proto' '*Makefile' '*Kbuild' 'scripts/*' '.ci/*' \
		'.clang-format' ':!*.json' | while read -r file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0' ||
			echo "$file: no SPDX line"
	done
}

[ -x $linux/checkpatch.pl ] || die "run scripts/setup.sh style first"

echo "TAP version 13"
check "checkpatch is content" checkpatch
check "shellcheck is content" shellcheck_all
check "coccinelle's kernel patches have nothing to say" coccinelle
check "every kernel-doc comment is complete" kernel_doc
check "the modules build silently with W=1 and sparse" silent_build
check "kernel versions of the module are compared in compat.h only" version_tests
check "syscalls.def is the only list of calls" call_lists
check "docs/architecture.md has the files as they are" \
	scripts/index.sh --check docs/architecture.md
check "every source starts with its licence" first_lines
check "units and rooms depend on each other one way" \
	scripts/check-arrows.sh
check "ordering points come in pairs" scripts/check-barriers.sh
echo "1..$number"
exit $failed
