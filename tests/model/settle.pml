/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far the rings are complete, module/settle.c: handlers that read the clock
 * and publish a record; the worker, which tells the time up to which there are all
 * of them; a reader, which gives out what is that old. Labels are the code's; -D
 * NO_SETTLE_A and so on leaves one ordering point out, and then the check has to
 * fail.
 *
 * Proved for CPUS, of which each runs CALLS handlers, and a reader that looks
 * LOOKS times: all records up to settled_ns are in the rings that the reader then
 * sees; when all is quiet all records are settled; nobody but the worker waits, and
 * that for handlers only.
 */
#ifndef CPUS
#define CPUS	2
#endif
#ifndef CALLS
#define CALLS	1
#endif
#ifndef LOOKS
#define LOOKS	1
#endif

/* Locations: settled_ns, and each CPU's, from 1 */
#define SETTLED		0
#define HEAD		0	/* + CPU: records published */
#define ARMED		CPUS	/* + CPU */

#define LOCATIONS	(1 + 2 * CPUS)
#define STORES		(4 + 3 * CPUS * CALLS)
#define THREADS		(1 + CPUS + 2)
#define WORKER		(CPUS + 1)
#define READER		(CPUS + 2)

#include "memory.pml"

byte clock;		/* no two readings are the same */
byte times[1 + CPUS * CALLS];	/* of records, in the order of the rings */
byte over;		/* CPUs that have nothing more to do */
bool queued, running;	/* the worker is to, and does */
byte asked[LOCATIONS];	/* and will know at least that, as of any work queued */

#define TIME(cpu, record)	times[((cpu) - 1) * CALLS + (record)]

/* ---- Grace periods --------------------------------------------------------- */

/* Handlers run with preemption off: each is a read-side critical section. */
byte began[1 + CPUS];	/* handlers, on each CPU */
byte ended[1 + CPUS];
byte was[1 + CPUS];	/* began, at the begin of the grace period */
byte before[LOCATIONS];	/* what was known at the begin of the last one */

typedef knowledge {
	byte knows[LOCATIONS];
};

#ifdef NO_SETTLE_A
#define PARTS	2	/* sections of a handler */
#else
#define PARTS	1
#endif

knowledge left[CPUS * CALLS * PARTS];	/* what each knew at its end */

/* What began after a grace period did knows what was known before that. */
inline handler_begin()
{
	d_step { began[me]++; LEARN(threads[me].knows, before) }
}

inline handler_end()
{
	d_step {
		LEARN(left[(me - 1) * CALLS * PARTS + ended[me]].knows,
		      threads[me].knows);
		ended[me]++
	}
}

/* What ended before a grace period does is known after that. */
inline synchronize_rcu()
{
	d_step {
		LEARN(before, threads[WORKER].knows);
		cpu = 1;
		do
		:: cpu <= CPUS -> was[cpu] = began[cpu]; cpu++
		:: else -> break
		od;
		cpu = 1
	};
	do
	:: cpu <= CPUS ->
		ended[cpu] >= was[cpu];
		if
		:: was[cpu] > 0 ->
			d_step {
				LEARN(threads[WORKER].knows,
				      left[(cpu - 1) * CALLS * PARTS +
					   was[cpu] - 1].knows)
			}
		:: else
		fi;
		cpu++
	:: else -> break
	od
}

/* ---- Those who take part --------------------------------------------------- */

/* Without what orders it, reading the clock comes on either side of others. */
inline read_clock(time)
{
	atomic { clock++; time = clock }
}

inline look_if_armed()
{
	load(me, ARMED + me, armed);
	if
	:: armed ->
		store(me, ARMED + me, 0);
		atomic { LEARN(asked, threads[me].knows); queued = true }
	:: else
	fi
}

proctype handler(byte me)
{
	byte call, time, armed;

	do
	:: call < CALLS ->
		handler_begin();
#ifdef NO_SETTLE_A
		look_if_armed();
		handler_end();
		handler_begin();
#endif
#ifdef NO_SETTLE_F
		store(me, HEAD + me, call + 1);
		read_clock(time);
		TIME(me, call) = time;
#else
		atomic { read_clock(time); TIME(me, call) = time };
		/* SETTLE:F  clock, then head */
		store_release(me, HEAD + me, call + 1);
#endif
#ifndef NO_SETTLE_A
		/* SETTLE:A  head and armed, in one handler */
		look_if_armed();
#endif
		handler_end();
		atomic { time = 0; armed = 0; call++ }
	:: else -> break
	od;
	over++
}

inline count(total)
{
	total = 0;
	cpu = 1;
	do
	:: cpu <= CPUS ->
#ifdef NO_SETTLE_E
		load(WORKER, HEAD + cpu, head);
#else
		load_acquire(WORKER, HEAD + cpu, head);
#endif
		total = total + head;
		cpu++
	:: else -> break
	od;
	cpu = 0;
	head = 0
}

proctype worker()
{
	byte cpu, head, total, total_after, settled_total, now;

end:	do
	:: queued ->
		atomic {
			queued = false;
			running = true;
			cpu = 1;
			LEARN(threads[WORKER].knows, asked)
		};
		do
		:: cpu <= CPUS -> store(WORKER, ARMED + cpu, 1); cpu++
		:: else -> break
		od;
#ifdef NO_SETTLE_E
		read_clock(now);
		count(total);
#else
		/* SETTLE:E  heads, then the clock */
		count(total);
		read_clock(now);
#endif
#ifndef NO_SETTLE_B
		/* SETTLE:B  armed, grace period, heads */
		synchronize_rcu();
#endif
		if
		:: total != settled_total ->
			settled_total = total;
#ifdef NO_SETTLE_C
			store(WORKER, SETTLED, now)
#else
			/* SETTLE:C  heads, then settled_ns */
			store_release(WORKER, SETTLED, now)
#endif
		:: else
		fi;
		count(total_after);
		if
		:: total_after != total -> queued = true
		:: else
		fi;
		atomic {
			cpu = 0; total = 0; total_after = 0; now = 0;
			running = false
		}
	od
}

proctype reader()
{
	byte look, settled, cpu, head, record;

	do
	:: look < LOOKS ->
#ifdef NO_SETTLE_D
		load(READER, SETTLED, settled);
#else
		/* SETTLE:D  settled_ns, then heads */
		load_acquire(READER, SETTLED, settled);
#endif
		cpu = 1;
		do
		:: cpu <= CPUS ->
			load_acquire(READER, HEAD + cpu, head);
			d_step {
				record = head;
				do
				:: record < CALLS ->
					/* It is not there: it is not that old. */
					assert(!TIME(cpu, record) ||
					       TIME(cpu, record) > settled);
					record++
				:: else -> break
				od;
				record = 0; head = 0;
				cpu++
			}
		:: else -> break
		od;
		atomic { settled = 0; cpu = 0; look++ }
	:: else -> break
	od
}

init {
	byte i;

	atomic {
		/* A reader came: ipct_settle_reader_open() */
		queued = true;
		i = 1;
		do
		:: i <= CPUS -> run handler(i); i++
		:: else -> break
		od;
		run worker();
		run reader();
		i = 0
	}
	/* Nobody can hold them up. */
	over == CPUS;
	!queued && !running;
	do
	:: i < CPUS * CALLS ->
		assert(NEWEST(SETTLED).value >= times[i]);
		i++
	:: else -> break
	od
}
