#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# A process that keeps its data in a shared memory segment, and attaches it
# only while it works on it: demo-database.pl KEY. It goes on until the segment
# fails it, and then says what it knows, which is not much.

use strict;
use warnings;
use IPC::SysV qw(IPC_CREAT IPC_EXCL S_IRUSR S_IWUSR);

use constant BYTES => 4096;

$| = 1;
$0 = 'database';
my $key = oct(shift // die "usage: demo-database.pl KEY\n");

my $id = shmget($key, BYTES, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR)
	// die "database: shmget: $!\n";
printf "database: my data is in segment %d, key 0x%x\n", $id, $key;

for (my $row = 1; ; $row++) {
	shmwrite($id, "row $row", 0, 16)
		or die "database: cannot attach segment $id: $!\n";
	select undef, undef, undef, 0.1;
}
