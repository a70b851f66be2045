#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154 # the library's
#
# What zsh and bash complete of what the machine has: users, and objects that this
# makes. $IPCTRACE is the program. What bash completes of what the program knows is
# in options.sh.

: "${IPCTRACE:?}"
. ../lib/unit_tap.sh
key=0x6a09e667
shm=$(perl -e 'print shmget(0x6a09e667, 4096, 01600) // ""')
clean_up() {
	[ -z "$shm" ] || ipcrm -m "$shm"
}

# same NAME: $tmp/said is $tmp/expected
same()
{
	check "$1" diff "$tmp/expected" "$tmp/said"
}

# in_bash WHOLE WORD...: the last one of WORDS, as bash splits a line, becomes WHOLE
in_bash()
{
	echo "$1" >"$tmp/expected"
	shift
	bash completion.bash "$@" >"$tmp/said" 2>&1
	same "bash: $*"
}

in_bash "$key" holders 0x6a09
in_bash "shm:$shm" history "shm:$shm"
in_bash "$shm" history shm : "$shm"
in_bash "root,daemon" report -u root,daemo
in_bash "$key" report --key 0x6a09
in_bash "zsh" completion z

if ! command -v zsh >/dev/null; then
	check "zsh # SKIP no zsh" true
	finish
fi
# Lines, and what they become
cat >"$tmp/lines" <<END
ipctrace who-rem|ipctrace who-removed
ipctrace report --strac|ipctrace report --strace
ipctrace stat --interv|ipctrace stat --interval=
ipctrace record -c msgget,semti|ipctrace record -c msgget,semtimedop,
ipctrace follow --color al|ipctrace follow --color always
ipctrace history shm:$shm|ipctrace history shm:$shm
ipctrace holders 0x6a09|ipctrace holders $key
ipctrace report -u daemo|ipctrace report -u daemon,
ipctrace report --errno ENOSP|ipctrace report --errno ENOSPC,
ipctrace -e object.cui|ipctrace -e object.cuid
ipctrace completion z|ipctrace completion zsh
ipctrace run mkfif|ipctrace run mkfifo
ipctrace run --no-fol|ipctrace run --no-follow
ipctrace report $tmp/line|ipctrace report $tmp/lines
END
cut -d '|' -f 2 "$tmp/lines" >"$tmp/expected"
cut -d '|' -f 1 "$tmp/lines" | tr '\n' '\0' |
	timeout 60 xargs -0 zsh -f completion.zsh | sed 's/ *\r*$//' >"$tmp/said" 2>&1
same "zsh: $(wc -l <"$tmp/lines") lines"
finish
