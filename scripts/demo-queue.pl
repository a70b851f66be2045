#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Two processes that talk over a message queue: a producer sends orders, a
# worker waits for them and answers each.

use strict;
use warnings;
use IPC::Msg;
use IPC::SysV qw(IPC_CREAT IPC_EXCL S_IRUSR S_IWUSR);

use constant { KEY => 0x6f726472, ORDER => 1, ANSWER => 2 };

my @orders = ('two teas', 'one coffee');

my $queue = IPC::Msg->new(KEY, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR)
	or die "msgget: $!\n";

my $worker = fork() // die "fork: $!\n";
if (!$worker) {
	$0 = 'worker';
	for (@orders) {
		$queue->rcv(my $order, 256, ORDER) // die "msgrcv: $!\n";
		$queue->snd(ANSWER, "here you are: $order")
			or die "msgsnd: $!\n";
	}
	exit 0;
}

$0 = 'producer';
for my $order (@orders) {
	select undef, undef, undef, 0.2;
	$queue->snd(ORDER, $order) or die "msgsnd: $!\n";
	$queue->rcv(my $answer, 256, ANSWER) // die "msgrcv: $!\n";
	print "producer ordered \"$order\", worker said \"$answer\"\n";
}
waitpid $worker, 0;
my $failed = $?;
$queue->remove;
exit($failed ? 1 : 0);
