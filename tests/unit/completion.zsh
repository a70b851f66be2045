# SPDX-License-Identifier: GPL-2.0
#
# What zsh makes of lines when TAB is pressed at their end, a line each.
# zsh -f completion.zsh LINE...; $IPCTRACE is the program.

zmodload zsh/zpty
zpty shell 'TERM=dumb COLUMNS=200 LINES=200 PS1= zsh -f -i 2>&1'
zpty -w shell 'PS1=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D'
zpty -w shell '. <('$IPCTRACE' completion zsh); bindkey "^I" complete-word'
zpty -w shell 'show() { print -r -- "<<$BUFFER>>"; zle kill-buffer; }'
zpty -w shell 'zle -N show; bindkey "^X" show; print READ''Y'
zpty -r shell out '*READY*'
for line; do
	zpty -w -n shell "$line"$'\t\x18'
	zpty -r shell out '*<<*>>*'
	print -r -- "${${out##*<<}%%>>*}"
done
zpty -d shell
