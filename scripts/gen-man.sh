#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Make the manual: a page of each command, from what the program says of it, and
# those of docs/man, with the lists that the program has.
#
#   scripts/gen-man.sh DIRECTORY		# with build/ipctrace there
#
# A line '.\" insert LIST' stands for what "ipctrace manual list:LIST" prints, and
# '.\" examples COMMAND' for docs/man/COMMAND.mdoc, where that is there, which may have
# lists, too.

set -eu

cd "$(dirname "$0")/.."
to=$1
program=${IPCTRACE:-build/ipctrace}
pages=docs/man
mkdir -p "$to"

# Standard input with what is to be inserted
insert() {
	while IFS= read -r line; do
		case $line in
		'.\" insert '*)
			"$program" manual "list:${line#'.\" insert '}" ;;
		'.\" examples '*)
			examples=$pages/${line#'.\" examples '}.mdoc
			[ ! -f "$examples" ] || insert <"$examples" ;;
		*)	printf '%s\n' "$line" ;;
		esac
	done
}

for page in "$pages"/*.[0-9]; do
	insert <"$page" >"$to/${page##*/}"
done
"$program" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p
	s/^Also: //p' | tr -d , | tr ' ' '\n' | while read -r command; do
	"$program" manual "$command" | insert >"$to/ipctrace-$command.1"
done
