#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # called by check
#
# A made-up call is one row of syscalls.def, in a copy of the sources: all else
# follows from it, or the build refuses the row and names the place: TAP.

top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
number=0
failed=0
echo "TAP version 13"

cd "$tmp" || exit 1
cp -r "$top/Kbuild" "$top/Makefile" "$top/README.md" "$top/include" \
	"$top/module" "$top/scripts" "$top/userspace" .
mkdir build
ln -s "$top/build/kernels" build/kernels
rows=include/uapi/ipctrace/syscalls.def
kernel=$(cat build/kernels/default 2>/dev/null)

# check NAME COMMAND...
check() {
	number=$((number + 1))
	name=$1
	shift
	if "$@" >said 2>&1; then
		echo "ok $number new_call: $name"
		return
	fi
	tail -n 30 said | sed 's/^/# /'
	echo "not ok $number new_call: $name"
	failed=1
}

skip() {
	number=$((number + 1))
	echo "ok $number new_call: $1 # SKIP $2"
}

# ---- What follows from the row ------------------------------------------------

# The functions exist, so that the selftest has something to call in a module that
# somebody loads; ipc() has no call of that number.
cat >>$rows <<'END'
IPCTRACE_CALL(13, semdance, SEM, ARG0, NOTHING, PROMPT, NATIVE_PLAIN,
	      NR(31, 990, 991, 992, 993),
	      ARG(semid, ID, FIRST), ARG(steps, COUNT, SECOND),
	      ARG(semflg, GETFLG, THIRD))
END

# What ipctrace itself would have recorded, as a capture: the call itself and by
# ipc(), where its arguments are in other places.
cat >capture.c <<'END'
#include <fcntl.h>

#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "unit_capture.h"

int main(int argc, char **argv)
{
	struct cgroups *cgroups = cgroups_new(NULL);
	struct ipctrace_call call = {
		.header = {
			.len = sizeof(call),
			.type = IPCTRACE_TYPE_CALL,
			.call = ipct_ipc_call(31),
			.flags = IPCTRACE_F_FAMILY(IPCTRACE_SEM),
			.abi = IPCTRACE_ABI_X86_64,
			.time_ns = 1000000000,
		},
		.args = { 7, 3, 01600 },
		.ret = 5,
		.comm = "dancer",
	};
	struct capture_writer writer;
	int fd = open(argv[argc - 1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int ipc;

	if (fd < 0 || !capture_begin(&writer, fd, "capture", 1))
		return 1;
	for (ipc = 0; ipc < 2; ipc++) {
		if (ipc) {
			call.header.flags |= IPCTRACE_F_IPC;
			call.header.abi = IPCTRACE_ABI_I386;
			call.args[0] = 31;
			call.args[1] = 7;
			call.args[2] = 3;
			call.args[3] = 01600;
		}
		memcpy(capture_room(&writer), &call, sizeof(call));
		capture_add(&writer, sizeof(call), cgroups);
		call.header.time_ns++;
	}
	return !capture_end(&writer);
}
END

reader() {
	make -s -j"$(nproc)" CFLAGS=-O1 userspace
}

module() {
	make -s -j"$(nproc)" module "KERNEL=$kernel"
}

probed() {
	grep -qaF __x64_sys_semdance "build/$kernel/ipctrace.ko" &&
		grep -qaF __ia32_sys_semdance "build/$kernel/ipctrace.ko"
}

# shellcheck disable=SC2016 # make's
libraries() {
	printf 'include scripts/libraries.mk\nall:\n\t@echo $(LIBRARIES)\n' |
		make -s --no-print-directory -f -
}

write_capture() {
	# shellcheck disable=SC2046 # a list
	cc -std=gnu11 -D_GNU_SOURCE -Iinclude/uapi -Imodule -Iuserspace \
		-I"$top/tests/lib" -o capture capture.c \
		"$top/tests/lib/unit_capture.c" $(find build/reader -name '*.o' \
			! -path '*/commands/*' ! -name main.o ! -name terminal.o) \
		$(libraries) && ./capture records
}

# says TEXT COMMAND...: on standard output
says() {
	text=$1
	shift
	"$@" </dev/null >out 2>&1 || { cat out; return 1; }
	grep -F -e "$text" out && return
	cat out
	return 1
}

# twice TEXT COMMAND...: in both records
twice() {
	text=$1
	shift
	"$@" </dev/null >out 2>&1
	cat out
	[ "$(grep -cF -e "$text" out)" -eq 2 ]
}

refuses_misspelt() {
	! build/ipctrace follow --call semdanse >out 2>&1 &&
		cat out && grep -F semdance out
}

valid() {
	build/ipctrace calls --json >schema &&
		build/ipctrace report --json records >lines &&
		[ "$(wc -l <lines)" -eq 2 ] && "$top/tests/lib/json_schema.py" schema lines
}

check "the reader builds" reader
check "calls tells its arguments" says 'steps' \
	build/ipctrace calls
check "calls tells its numbers" says 990 build/ipctrace calls
check "calls --json has it in the schema" says semdance build/ipctrace calls --json
check "completion offers it" says semdance build/ipctrace completion bash
check "options know it" refuses_misspelt
check "a capture holds it, ipc() leads to it" write_capture
check "text has its arguments, in both orders" \
	twice 'semdance(7, 3, IPC_CREAT|0600) = 5' build/ipctrace report records
check "a filter by name takes it" twice semdance \
	build/ipctrace report --call semdance records
check "so does its family" twice semdance build/ipctrace report --call sem records
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	check "JSON is as the schema says" valid
else
	skip "JSON is as the schema says" "no validator: install python3-jsonschema"
fi
check "the manual has it" says '.It Fn semdance "int semid" "unsigned int steps"' \
	build/ipctrace manual list:calls
if [ -n "$kernel" ]; then
	check "the module builds" module
	check "it has probes for its callers" probed
else
	skip "the module builds" "no kernel: run scripts/setup.sh"
	skip "it has probes for its callers" "no kernel: run scripts/setup.sh"
fi

# ---- What is refused ------------------------------------------------------------

compile() {
	cc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -D_GNU_SOURCE -Iinclude/uapi \
		-Imodule -Iuserspace "$1"
}

# place FILE TEXT: FILE is refused, and the compiler names the place with TEXT
place() {
	compile "$1" >out 2>&1 && { echo "$1: not refused"; return 1; }
	cat out
	grep -F -e "$2" out >/dev/null || { echo "no '$2'"; return 1; }
}

# places FILE TEXT...: all of them
places() {
	problems=
	while [ $# -gt 1 ]; do
		place "$1" "$2" || problems=yes
		shift 2
	done
	[ -z "$problems" ]
}

# row ROW: in the place of the made-up call
row() {
	cp "$top/$rows" $rows
	printf '%s\n' "$1" >>$rows
}

# again PATH: as it was
again() {
	cp "$top/$1" "$1"
}

row 'IPCTRACE_CALL(14, semdance, SEM, ARG0, NOTHING, PROMPT, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(semid, ID, FIRST))'
check "refuses an id that leaves a hole" \
	place module/shared/syscalls.c "NR_ROWS == (int)IPCTRACE_NR_CALLS"

row 'IPCTRACE_CALL(13, semdance, SEM, RET, SOPS, BLOCKS, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(semid, ID, FIRST),
	ARG(sops, SOPS, PTR), ARG(nsops, COUNT, SECOND))'
check "refuses an object where its handlers do not look" \
	place module/shared/syscalls.c "semdance: its object is elsewhere"

row 'IPCTRACE_CALL(13, semdance, SEM, ARG0, SOPS, BLOCKS, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(semid, ID, FIRST),
	ARG(nsops, COUNT, SECOND), ARG(sops, SOPS, PTR))'
check "refuses arguments where its handlers do not look" \
	place module/shared/syscalls.c "semdance: its arguments are elsewhere"

row 'IPCTRACE_CALL(13, semdance, SEM, CTL, CTL, PROMPT, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(semid, ID, FIRST),
	ARG(cmd, SEMCMD, SECOND), ARG(buf, CTLBUF, PTR))'
check "refuses commands of which nothing is known" \
	place module/shared/layouts.c "semdance: its commands are not known"

row 'IPCTRACE_CALL(13, semdance, SEM, ARG0, NOTHING, PROMPT, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(semid, ID, FIRST),
	ARG(tempo, TEMPO, SECOND))'
check "refuses a kind of argument that there is not" \
	place module/shared/syscalls.c "IPCT_TEMPO"
sed -i 's/^\t__IPCT_KIND_MAX,$/\tIPCT_TEMPO,\n&/' module/shared/syscalls.h
check "and one that is only named, in 4 places" places \
	module/shared/syscalls.c "__IPCT_KIND_MAX" \
	module/shared/text_args.c "IPCT_TEMPO" \
	userspace/fields/decode_args.c "IPCT_TEMPO" \
	userspace/fields/schema.c "IPCT_TEMPO"
again module/shared/syscalls.h

row 'IPCTRACE_CALL(13, semdance, SEM, ARG0, DANCE, PROMPT, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(semid, ID, FIRST))'
sed -i 's/^\t__IPCT_FOLLOW_MAX,$/\tIPCT_FOLLOW_DANCE,\n&/' module/shared/syscalls.h
check "refuses to follow what is only named" \
	place module/shared/syscalls.c "IPCT_FOLLOW_DANCE_OBJECT"
again module/shared/syscalls.h

row 'IPCTRACE_CALL(13, pipedance, PIPE, ARG0, NOTHING, PROMPT, NATIVE,
	NR(NONE, 990, 991, 992, 993), ARG(pipe, ID, FIRST))'
sed -i 's/^\t__IPCTRACE_FAMILY_MAX,$/\tIPCTRACE_PIPE,\n&/' \
	include/uapi/ipctrace/ipctrace.h
check "refuses a family without a name" \
	place module/shared/syscalls.c "ipct_family_names lacks names"
in_module() {
	cp -r "$top/Kbuild" module include "build/$kernel/" &&
		! scripts/kbuild "$kernel" "M=$tmp/build/$kernel" module/capture.o \
			>out 2>&1 && cat out && grep -F "ids_index" out
}
if [ -n "$kernel" ]; then
	check "and one of which the module does not know the ids" in_module
else
	skip "and one of which the module does not know the ids" "no kernel"
fi
for family in $(seq 12); do
	sed -i "s/^\t__IPCTRACE_FAMILY_MAX,\$/\tIPCTRACE_MORE$family,\n&/" \
		include/uapi/ipctrace/ipctrace.h
done
check "refuses a family for which records have no room" \
	place module/shared/syscalls.c "IPCTRACE_NR_FAMILIES"

echo "1..$number"
exit $failed
