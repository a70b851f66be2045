#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Build an earlier release out of the history, module and reader, for
# tests/vm/versions.sh: into build/released. Without that history it says so
# there, and the test is skipped.

set -eu

cd "$(dirname "$0")/.."
commit=68c6f27	# schema 3
kernel=${1:-$(cat build/kernels/default)}
to=build/released

rm -rf $to
mkdir -p $to/source/build
git archive $commit 2>/dev/null >$to/source.tar || {
	echo "commit $commit is not in this copy of the repository" >$to/missing
	exit 0
}
tar -xf $to/source.tar -C $to/source
rm $to/source.tar
for shared in kernels linux-source; do
	ln -s "$PWD/build/$shared" $to/source/build/$shared
done
make -s -C $to/source module userspace KERNEL="$kernel" >$to/log 2>&1 || {
	tail -n 20 $to/log >&2
	exit 1
}
mv $to/source/build/ipctrace $to/ipctrace
mv "$to/source/build/$kernel/ipctrace.ko" "$to/ipctrace-$kernel.ko"
rm -rf $to/source
