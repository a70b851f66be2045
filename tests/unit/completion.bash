# SPDX-License-Identifier: GPL-2.0
#
# What bash offers after these words, as it splits a line, the last one begun.
# bash completion.bash WORD...; $IPCTRACE is the program.

. <("$IPCTRACE" completion bash)
COMP_WORDS=(ipctrace "$@")
COMP_CWORD=$#
_ipctrace
echo ${COMPREPLY[*]}
