#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Do strace and ipctrace say the same?
#
#   compare.pl [--self-test] [--cold FROM-TO] [--failed FILE] JSON NAME.PID...
#
# JSON is what "ipctrace --json" wrote; each NAME.PID what
# "strace -ff -o NAME -v -X raw -e trace=%ipc" wrote of process PID. Files of
# one NAME are a run. Call by call, in the order of each process: name, every
# argument that strace prints, with what it points to, result and errno must be
# the same. One line of TAP for each run; differing calls are printed as both
# have them.
#
# --cold is memory that the calls use while it is not resident; FILE has lines
# that say what else went wrong. --self-test also damages the records in every
# way, and each time a difference must show.
#
# What strace cannot know is forgiven by the rules below, and by nothing else.

use strict;
use warnings;

# ---- Rules -----------------------------------------------------------------

# name => reason. Each use is counted and printed at the end.
my %rules = (
	'pointer' =>
		'strace prints the address, not what is there, of: the array ' .
		'of GETALL and SETALL, and what a failing call did not fill in',
	'killed' =>
		'strace does not see what became of a call that its process ' .
		'did not survive: its result, or that it never began',
	'out of step' =>
		'strace reads what the kernel tells of the beginning of a ' .
		'call as its end, and prints an errno that there is not',
	'ipc shmat' =>
		'strace prints the address that ipc() stored as the result; ' .
		'the result was 0',
	'failed ipc msgrcv' =>
		'strace does not follow ipc()\'s pointer to msgp and msgtyp ' .
		'when the call has failed',
	'ipc semctl version' =>
		'strace takes the version in ipc()\'s call for what the ' .
		'pointer to arg leads to, when the call has returned',
	'ipc semctl' =>
		'strace prints ipc()\'s pointer to arg where that leads ' .
		'nowhere',
	'native IPC_64' =>
		'strace follows the pointer of a command with IPC_64, which ' .
		'64-bit calls refuse',
	'cut off' =>
		'strace prints the operations in front of the page that is ' .
		'missing; the call got none of them',
	'short message' =>
		'strace reads more than the type, and prints the address ' .
		'where a page ends right behind a short message',
	'no operations' =>
		'strace prints an empty array and not its address',
	'old layout' =>
		'strace reads the structures of commands without IPC_64 as if ' .
		'they were those with it',
	'cold' =>
		'memory that the call did not touch and that is not resident ' .
		'is not read, as that would be a fault of its own',
	'first 32' =>
		'of more than 32 operations the first 32 are recorded',
);
my %used;

sub forgive {
	my ($rule) = @_;
	die "no rule '$rule'" unless $rules{$rule};
	$used{$rule}++;
	return 1;
}

# ---- Calls -----------------------------------------------------------------

# Arguments in order, each with its type: i an int, z a size, l a long, p a
# pointer; what they are recorded as.
my %signature = (
	msgget     => 'i:key i:msgflg',
	msgsnd     => 'i:msqid p:msgp z:msgsz i:msgflg',
	msgrcv     => 'i:msqid p:msgp z:msgsz l:msgtyp i:msgflg',
	msgctl     => 'i:msqid i:cmd p:buf',
	semget     => 'i:key i:nsems i:semflg',
	semop      => 'i:semid p:sops i:nsops',
	semtimedop => 'i:semid p:sops i:nsops p:timeout',
	semctl     => 'i:semid i:semnum i:cmd p:arg',
	shmget     => 'i:key z:size i:shmflg',
	shmat      => 'i:shmid p:shmaddr i:shmflg',
	shmdt      => 'p:shmaddr',
	shmctl     => 'i:shmid i:cmd p:buf',
	ipc        => 'i:call i:first i:second i:third i:ptr i:fifth',
);
my $IPC_64 = 0x100;
my $MAX_ERRNO = 4095;

# Commands with a struct msqid_ds and so on: IPC_SET, IPC_STAT, *_STAT and
# *_STAT_ANY.
my %with_ds = (
	msgctl => {1 => 1, 2 => 1, 11 => 1, 13 => 1},
	semctl => {1 => 1, 2 => 1, 18 => 1, 20 => 1},
	shmctl => {1 => 1, 2 => 1, 13 => 1, 15 => 1},
);

# ---- Reading strace --------------------------------------------------------

# A value as strace -X raw spells it, at pos() of $_. Numbers stay strings of
# digits or become integers, structures hashes, arrays arrays; text is a
# reference to it; what cannot be parsed dies.
sub strace_value {
	my $v = strace_term();
	# flags: a union of numbers
	while (/\G\|/gc) {
		$v |= strace_term();
	}
	return $v;
}

sub strace_term {
	my $v;
	if (/\G\{/gc) {
		my %struct;
		until (/\G\}/gc) {
			/\G(\w+)=/gc or die "no member";
			my $name = $1;
			$struct{$name} = strace_value();
			/\G, /gc;
		}
		return \%struct;
	}
	if (/\G\[/gc) {
		my @array;
		until (/\G\]/gc) {
			if (m{\G\.\.\. /\* 0x[0-9a-f]+ \*/}gc) {
				# The rest of the array is out of reach.
				push @array, undef;
				next;
			}
			push @array, strace_value();
			/\G, /gc;
		}
		return \@array;
	}
	if (/\G"((?:[^"\\]|\\.)*)"(?:\.\.\.)?/gc) {
		my $text = $1;
		return \$text;
	}
	if (/\GNULL\b/gc) {
		return 0;
	}
	if (/\G0x([0-9a-f]+)/gc) {
		no warnings 'portable';
		$v = hex $1;
	} elsif (/\G0([0-7]+)\b/gc) {
		$v = oct $1;
	} elsif (/\G(-?[0-9]+)/gc) {
		$v = 0 + $1;
	} else {
		die "no value";
	}
	if (/\G<<([0-9]+)/gc) {
		$v <<= $1;
	}
	return $v;
}

# A line: {name, args, ret, errno, line}; nothing for what is no call.
sub strace_call {
	my ($line) = @_;
	return if $line =~ /^(---|\+\+\+|strace: )/;
	my %call = (line => $line);
	local $_ = $line;
	/\G(\w+)\(/gc or die "no call: $line\n";
	$call{name} = $1;
	$call{name} =~ s/_time64$//;
	my @args;
	eval {
		until (/\G\)|\G(?=\s*<unf)|\G$/gc) {
			push @args, strace_value();
			/\G, /gc;
		}
		1;
	} or die "cannot parse: $line\n";
	$call{args} = \@args;
	if (/\G\s*= \?(?: (E\w+))?/gc) {
		$call{errno} = $1;
		$call{killed} = !$1;
	} elsif (/\G\s*= -1 (E\w+)/gc) {
		$call{errno} = $1;
	} elsif (/\G\s*= -1 \(errno ([0-9]+)\)/gc) {
		$call{errno} = $1;
		$call{out_of_step} = $1 > $MAX_ERRNO;
	} elsif (/\G\s*= (-?\w+)/gc) {
		my $ret = $1;
		no warnings 'portable';
		$call{ret} = $ret =~ /^0x/ ? hex $ret : 0 + $ret;
	} else {
		$call{killed} = 1;
	}
	return \%call;
}

# ---- Reading ipctrace ------------------------------------------------------

# JSON at pos() of $_: enough for what the reader writes, and much faster than
# what comes with Perl.
sub json_value {
	if (/\G"((?:[^"\\]|\\.)*)"/gc) {
		return $1;
	}
	if (/\G(-?[0-9]+)/gc) {
		return 0 + $1;
	}
	if (/\G\{/gc) {
		my %object;
		until (/\G\}/gc) {
			/\G"(\w+)":/gc or die "no name";
			my $name = $1;
			$object{$name} = json_value();
			/\G,/gc;
		}
		return \%object;
	}
	if (/\G\[/gc) {
		my @array;
		until (/\G\]/gc) {
			push @array, json_value();
			/\G,/gc;
		}
		return \@array;
	}
	return if /\Gnull/gc;
	return 1 if /\Gtrue/gc;
	return 0 if /\Gfalse/gc;
	die "no JSON";
}

sub json_line {
	local $_ = shift;
	my $record = eval { json_value() } // die "not JSON: $_";
	return $record;
}

# ---- Comparing -------------------------------------------------------------

# Same number, in a type of that many bits? It may be recorded as signed or
# unsigned, but not with more bits than there are.
sub same_bits {
	my ($s, $r, $bits) = @_;
	if ($bits == 64) {
		return ($s | 0) == ($r | 0);
	}
	return if $r < -(1 << $bits - 1) || $r >= 1 << $bits;
	my $mask = (1 << $bits) - 1;
	return ($s & $mask) == ($r & $mask);
}

# Members that are as wide as a long of the caller.
my %long = map { $_ => 1 } qw(
	mtype tv_sec tv_nsec msg_qbytes msg_qnum msg_stime msg_rtime msg_ctime
	sem_otime sem_ctime sem_nsems shm_segsz shm_nattch shm_atime shm_dtime
	shm_ctime shmmax shmmin shmmni shmseg shmall shm_tot shm_rss shm_swp
	swap_attempts swap_successes
);

sub width {
	my ($member, $bits) = @_;
	return 16 if $member =~ /^sem_(?:num|op|flg)$/;
	return $long{$member} ? $bits : 32;
}

# strace has its own name for a member of struct ipc_perm.
my %as = (key => '__key');

# What pointers lead to: whatever strace prints must be in the record.
sub same_data {
	my ($s, $r, $bits) = @_;
	if (ref $s eq 'HASH') {
		return unless ref $r eq 'HASH';
		for my $name (keys %$s) {
			# Message bytes are not recorded unless asked for.
			next if $name eq 'mtext';
			my $member = $r->{$as{$name} // $name};
			return unless defined $member;
			return unless same_data($s->{$name}, $member,
						width($name, $bits));
		}
		return 1;
	}
	if (ref $s eq 'ARRAY') {
		return unless ref $r eq 'ARRAY';
		my $nr = @$s;
		if ($nr > 32) {
			forgive('first 32');
			$nr = 32;
		}
		return unless @$r == $nr;
		for my $i (0 .. $nr - 1) {
			return unless same_data($s->[$i], $r->[$i], $bits);
		}
		return 1;
	}
	return if ref $r || !defined $r;
	return same_bits($s, $r, $bits);
}

my ($cold_from, $cold_to) = (0, -1);

# Does the record say itself that it does not know?
sub unread {
	my ($record, $name) = @_;
	return grep { $_ eq $name } @{$record->{unread} // []};
}

# What is different about the argument of semctl by ipc(), which is behind one
# more pointer. strace prints that word in brackets.
sub ipc_semctl {
	my ($record, $s) = @_;
	my $ipc = $record->{ipc};
	my $version = $ipc->{call} >> 16 & 0xffff;
	if (!ref $s && unread($record, 'arg')) {
		return same_bits($s, $ipc->{ptr}, 32) && forgive('ipc semctl');
	}
	my $word = ref $s eq 'ARRAY' ? $s->[0] : $s;
	return $version && !ref $word && $word == $version &&
		forgive('ipc semctl version');
}

# An argument that is a pointer.
sub same_pointer {
	my ($call, $record, $name, $s, $bits) = @_;
	my $r = $record->{args}{$name};
	if ($name eq 'arg' && $record->{ipc}) {
		return 1 if ipc_semctl($record, $s);
		$s = $s->[0] if ref $s eq 'ARRAY' && @$s == 1;
	}
	if (ref $s) {
		if (ref $r) {
			$r = $r->{buf} if $name eq 'arg' && ref $r eq 'HASH';
			return 1 if same_data($s, $r, $bits);
			return old_layout($record) && forgive('old layout');
		}
		return forgive('native IPC_64')
			if $record->{abi} eq 'x86_64' && $call->{ipc_64} &&
			   ($record->{errno} // '') eq 'EINVAL';
		return same_bits(0, $record->{args}{nsops}, 32) &&
			forgive('no operations')
			if ref $s eq 'ARRAY' && !@$s;
		return unless unread($record, $name);
		return $record->{errno} && forgive('cut off')
			if ref $s eq 'ARRAY' && !defined $s->[-1];
		return defined $r && $r >= $cold_from && $r < $cold_to &&
			forgive('cold');
	}
	return same_bits($s, $r // 0, $bits) unless ref $r;
	if ($name eq 'arg' && defined $r->{val}) {
		return same_bits($s, $r->{val}, 32);
	}
	# The type, and a byte of text with its padding: two longs.
	return forgive('short message')
		if $name eq 'msgp' && ($s & 4095) + 2 * $bits / 8 > 4096;
	return ($name eq 'arg' && $r->{array} || $record->{errno}) &&
		forgive('pointer');
}

# Only ipc() knows commands without IPC_64, and *_INFO is the same either way.
sub old_layout {
	my ($record) = @_;
	my $cmd = $record->{args}{cmd} // return;
	return ($record->{via} // '') eq 'ipc' && !$record->{ipc_64} &&
		$with_ds{$record->{call}}{$cmd};
}

sub same_result {
	my ($call, $record, $bits) = @_;
	return forgive('killed') if $call->{killed};
	return forgive('out of step') if $call->{out_of_step};
	return ($record->{errno} // '') eq $call->{errno}
		if defined $call->{errno};
	return if defined $record->{errno} || !defined $record->{ret};
	if ($call->{name} eq 'shmat' && ($record->{via} // '') eq 'ipc' &&
	    $record->{ret} == 0 && $call->{ret} != 0) {
		my $segment = $record->{segment} // {};
		return if defined $segment->{addr} &&
			!same_bits($call->{ret}, $segment->{addr}, $bits);
		return forgive('ipc shmat');
	}
	return same_bits($call->{ret}, $record->{ret}, $bits);
}

# What differs between a call and its record: nothing, or its name.
sub difference {
	my ($call, $record) = @_;
	my $name = $call->{name};
	return 'call' unless $record->{call} eq $name;
	my $bits = $record->{abi} eq 'x86_64' ? 64 : 32;
	my @types = split ' ', $signature{$name} // die "no call $name\n";
	my @args = @{$call->{args}};
	$call->{ipc_64} = $name =~ /ctl$/ && !ref $args[-2] &&
		$args[-2] & $IPC_64;

	if ($name eq 'msgrcv' && @args == 4 && !$call->{killed}) {
		return 'msgp' unless $record->{errno} && $record->{ipc} &&
			same_bits($args[1], $record->{ipc}{ptr}, 32);
		forgive('failed ipc msgrcv');
		splice @args, 1, 1;
		@types = grep { !/:msgp|:msgtyp/ } @types;
	}
	# Where strace does not see a call's end, it prints no more.
	return 'arguments' if @args > @types;
	return 'arguments' if @args < @types && !$call->{killed};
	for my $s (@args) {
		my ($type, $arg) = split /:/, shift @types;
		if ($type eq 'p') {
			return $arg unless same_pointer($call, $record, $arg,
							$s, $bits);
			next;
		}
		my $r = $record->{args}{$arg};
		return $arg if ref $s || ref $r || !defined $r;
		$r += $IPC_64 if $arg eq 'cmd' && $record->{ipc_64};
		return $arg unless same_bits($s, $r, $type eq 'i' ? 32 : $bits);
	}
	return 'result' unless same_result($call, $record, $bits);
	return;
}

# All that differs in a process: pairs of lines. Both are lists in order.
sub differences {
	my ($calls, $records) = @_;
	my @found;
	my $n = @$calls > @$records ? @$calls : @$records;
	for my $i (0 .. $n - 1) {
		my ($call, $record) = ($calls->[$i], $records->[$i]);
		last if $call && $call->{killed} && !$record &&
			$i == $#$calls && forgive('killed');
		my $what = !$record ? 'not recorded' :
			   !$call ? 'recorded, and not made' :
			   difference($call, $record);
		next unless $what;
		push @found, "differs: $what\n" .
			"strace:   " . ($call ? $call->{line} : '-') . "\n" .
			"ipctrace: " . ($record ? $record->{line} : '-') . "\n";
		# From here on they are out of step.
		last if !$record || !$call || $what eq 'call';
	}
	return @found;
}

# ---- Self-test -------------------------------------------------------------

sub copy {
	my ($v) = @_;
	return [map { copy($_) } @$v] if ref $v eq 'ARRAY';
	return {map { $_ => copy($v->{$_}) } keys %$v} if ref $v eq 'HASH';
	return $v;
}

# Call $act with a reference to each number in a value.
sub each_number {
	my ($v, $act, $path) = @_;
	for my $slot (ref $v eq 'ARRAY' ? map { [$_, \$v->[$_]] } 0 .. $#$v :
		      map { [$_, \$v->{$_}] } sort keys %$v) {
		my ($name, $at) = @$slot;
		if (ref $$at) {
			each_number($$at, $act, "$path.$name");
		} elsif (defined $$at && $$at =~ /^-?[0-9]+$/) {
			$act->($at, "$path.$name");
		}
	}
	return;
}

# Another number, in the last bit: adding one might make it a fraction.
sub other {
	my ($n) = @_;
	return $n < 0 ? $n + 1 : $n ^ 1;
}

# strace prints less than what is recorded of these.
sub printed {
	my ($call, $record, $path) = @_;
	my (undef, $name, @rest) = split /\./, $path;
	return 1 if !@rest;
	return if old_layout($record);
	return $call->{line} =~ /\b\Q$rest[-1]\E=/ if $rest[-1] =~ /\D/;
	return $call->{line} =~ /\{/;
}

# Damages the records of some runs, one thing at a time.
my $SELF_TEST_RUNS = 8;

sub self_test {
	my ($runs, $records) = @_;
	my (%tried, %seen, %silent);
	my $try = sub {
		my ($kind, $calls, $damaged, $where) = @_;
		$tried{$kind}++;
		if (differences($calls, $damaged)) {
			$seen{$kind}++;
			return;
		}
		push @{$silent{$kind}}, "not noticed:\n" .
			"strace:   $calls->[0]{line}\n" .
			"ipctrace: $damaged->[0]{line}\n" . ($where // '');
		return;
	};
	my %before = %used;
	my $tests = @$runs < $SELF_TEST_RUNS ? @$runs : $SELF_TEST_RUNS;
	for my $run ((in_order(@$runs))[0 .. $tests - 1]) {
		for my $pid (sort keys %{$run->{calls}}) {
			my $calls = $run->{calls}{$pid};
			my $all = $records->{$pid} // [];
			# Each call is tried against all the others.
			next if @$all > 60 || differences($calls, $all);
			for my $i (0 .. $#$all) {
				damage($calls, $all, $i, $try);
			}
		}
	}
	%used = %before;
	return (\%tried, \%seen, \%silent);
}

sub damage {
	my ($calls, $all, $i, $try) = @_;
	my ($call, $record) = ($calls->[$i], $all->[$i]);
	return if $call->{killed} || $call->{out_of_step};
	my @dropped = @$all;
	splice @dropped, $i, 1;
	$try->('a dropped call', $calls, \@dropped);
	my @doubled = @$all;
	splice @doubled, $i, 0, $record;
	$try->('a call too many', $calls, \@doubled);
	my $next = $calls->[$i + 1];
	if ($next && !same_calls($call, $next)) {
		my @swapped = @$all;
		@swapped[$i, $i + 1] = @swapped[$i + 1, $i];
		$try->('two calls swapped', $calls, \@swapped);
	}
	# From here on a list of one is enough.
	my $one = sub {
		my ($kind, $change, $where) = @_;
		my $damaged = copy($record);
		$change->($damaged);
		$try->($kind, [$call], [$damaged], $where);
		return;
	};
	$one->('another call', sub {
		$_[0]{call} = $_[0]{call} eq 'msgget' ? 'shmget' : 'msgget';
	});
	$one->('another errno', sub {
		$_[0]{errno} = ($_[0]{errno} // '') eq 'EPERM' ? 'ENOENT' :
			       'EPERM';
		$_[0]{ret} = -1;
	});
	$one->('another result', sub {
		if (defined $_[0]{errno}) {
			$_[0]{errno} = undef;
			$_[0]{ret} = 0;
		} else {
			$_[0]{ret} = other($_[0]{ret});
		}
	});
	my @paths;
	each_number($record->{args}, sub { push @paths, $_[1] }, '');
	for my $path (@paths) {
		next unless printed($call, $record, $path);
		my %before = %used;
		difference($call, $record);
		# A rule is in use, so this argument may be one that it forgives.
		next if keys_changed(\%before);
		my $kind = 'another argument';
		$kind = 'other data' if $path =~ /\..*\./;
		$one->($kind, sub {
			each_number($_[0]{args}, sub {
				${$_[0]} = other(${$_[0]})
					if $_[1] eq $path;
			}, '');
		}, "with another args$path\n");
	}
	return;
}

sub keys_changed {
	my ($before) = @_;
	return grep { ($before->{$_} // 0) != $used{$_} } keys %used;
}

sub same_calls {
	my ($one, $two) = @_;
	# Their lines, without the padding in front of the result.
	return $one->{line} eq $two->{line};
}

# ---- Main ------------------------------------------------------------------

my ($self_test, $failures);
while (@ARGV && $ARGV[0] =~ /^--/) {
	my $option = shift @ARGV;
	if ($option eq '--self-test') {
		$self_test = 1;
	} elsif ($option eq '--cold' && ($ARGV[0] // '') =~ /^(\w+)-(\w+)$/) {
		($cold_from, $cold_to) = (oct $1, oct $2);
		shift @ARGV;
	} elsif ($option eq '--failed' && @ARGV) {
		$failures = shift @ARGV;
	} else {
		die "usage: compare.pl [--self-test] [--cold FROM-TO] " .
			"[--failed FILE] JSON NAME.PID...\n";
	}
}
my $json = shift @ARGV // die "compare.pl: no logs\n";

my (%runs, @order, %traced);
for my $file (@ARGV) {
	$file =~ m{([^/]+)\.([0-9]+)$} or die "$file: not NAME.PID\n";
	my ($name, $pid) = ($1, $2);
	if (!$runs{$name}) {
		$runs{$name} = {name => $name, calls => {}};
		push @order, $runs{$name};
	}
	die "process $pid in two runs\n" if $traced{$pid};
	$traced{$pid} = 1;
	open my $in, '<', $file or die "$file: $!\n";
	my @calls;
	while (my $line = <$in>) {
		chomp $line;
		my $call = strace_call($line);
		push @calls, $call if $call;
	}
	close $in;
	$runs{$name}{calls}{$pid} = \@calls;
}

my (%records, $lost);
open my $in, '<', $json or die "$json: $!\n";
while (my $line = <$in>) {
	chomp $line;
	if ($line =~ /^\{"type":"(?:lost|missed)"/) {
		$lost .= "$line\n";
		next;
	}
	next unless $line =~ /^\{"type":"call".*?"tid":([0-9]+)/ && $traced{$1};
	my $record = json_line($line);
	$record->{line} = $line;
	push @{$records{$record->{tid}}}, $record;
}
close $in;

my @failures;
if ($failures) {
	open $in, '<', $failures or die "$failures: $!\n";
	@failures = <$in>;
	close $in;
}

my ($number, $failed) = (0, 0);

sub result {
	my ($name, @wrong) = @_;
	$number++;
	print @wrong ? 'not ok' : 'ok', " $number $name\n";
	$failed += @wrong ? 1 : 0;
	my $text = join '', @wrong;
	print map { "# $_\n" } split /\n/, $text;
	return;
}

# Seeds as numbers.
sub in_order {
	my %seed = map { $_ => $_->{name} =~ /_([0-9]+)_/ ? $1 : ~0 } @_;
	return sort { $seed{$a} <=> $seed{$b} || $a->{name} cmp $b->{name} } @_;
}

my @damages = ('a dropped call', 'a call too many', 'two calls swapped',
	       'another call', 'another errno', 'another result',
	       'another argument', 'other data');
print "TAP version 13\n";
print '1..', @order + 2 + ($self_test ? @damages : 0), "\n";
result('nothing was lost', $lost ? $lost : ());
result('every program did its work', @failures);
if ($self_test) {
	my ($tried, $seen, $silent) = self_test(\@order, \%records);
	for my $kind (@damages) {
		my ($of, $n) = ($tried->{$kind} // 0, $seen->{$kind} // 0);
		result("the comparison notices $kind",
		       $of && $of == $n ? () : ($silent->{$kind}[0] // ()));
		print "# $n of $of\n";
	}
}
for my $run (in_order(@order)) {
	my @wrong;
	my $calls = 0;
	for my $pid (sort { $a <=> $b } keys %{$run->{calls}}) {
		$calls += @{$run->{calls}{$pid}};
		push @wrong, differences($run->{calls}{$pid},
					 $records{$pid} // []);
	}
	push @wrong, "no calls" unless $calls;
	result("$run->{name}: $calls calls of " .
	       keys(%{$run->{calls}}) . " processes are the same", @wrong);
}
for my $rule (sort keys %rules) {
	my $n = $used{$rule} // 0;
	print "# forgiven $n times: $rule: $rules{$rule}\n" if $n;
}
exit($failed ? 1 : 0);
