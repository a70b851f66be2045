#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# A shop that hangs. The manager has the key of the till and does not give it
# back; the clerk waits for it, the cook for an order, and the waiter for room
# in a queue that nobody empties. Prints the manager's process, and ends when
# the clerk has had the key.

use strict;
use warnings;
use IPC::Msg;
use IPC::Semaphore;
use IPC::SysV qw(IPC_CREAT IPC_PRIVATE SEM_UNDO S_IRUSR S_IWUSR);

use constant { BILL => 1, BILL_BYTES => 8000 };

my $flags = IPC_CREAT | S_IRUSR | S_IWUSR;
my $key = IPC::Semaphore->new(IPC_PRIVATE, 1, $flags) or die "semget: $!\n";
my $orders = IPC::Msg->new(IPC_PRIVATE, $flags) or die "msgget: $!\n";
my $bills = IPC::Msg->new(IPC_PRIVATE, $flags) or die "msgget: $!\n";

sub start {
	my ($name, $work) = @_;
	my $pid = fork() // die "fork: $!\n";
	return $pid if $pid;
	$0 = $name;
	$work->();
	exit 0;
}

$| = 1;
$0 = 'shop';
$key->setval(0, 1);
my $manager = start(manager => sub {
	$key->op(0, -1, SEM_UNDO);
	sleep;
});
select undef, undef, undef, 0.01 while $key->getval(0);
my $clerk = start(clerk => sub { $key->op(0, -1, SEM_UNDO) });
start(cook => sub { $orders->rcv(my $order, 256) });
start(waiter => sub { 1 while $bills->snd(BILL, 'x' x BILL_BYTES) });
print "$manager\n";

waitpid $clerk, 0;
$_->remove for $key, $orders, $bills;
1 while wait > 0;
