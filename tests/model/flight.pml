/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A slot of the table of calls in flight, module/flight.c: tasks that claim it,
 * fill it, sleep in their calls and give it back; a walker, which copies it for
 * the list of blocked calls; the worker, which tells of what is there for long.
 * Labels are the code's; -D NO_FLIGHT_A and so on leaves one ordering point out,
 * and then the check has to fail.
 *
 * Proved for TASKS tasks, each on a CPU of its own, that make CALLS calls each, of
 * which any may never return, WALKS walks, and ROUNDS rounds of the worker, or
 * TELLS looks of it at the slot alone: an accepted copy is of one call, and so is
 * the time that the worker left in it; a call that does not return is told of by
 * the worker, or the worker has yet to run; an entry record is older than its
 * call's end, which knows of it; nobody waits for anybody.
 */
#ifndef TASKS
#define TASKS	2
#endif
#ifndef CALLS
#define CALLS	1
#endif
#ifndef WALKS
#define WALKS	0
#endif
#ifndef TELLS
#define TELLS	0
#endif
#ifndef ROUNDS
#define ROUNDS	0
#endif

/* Locations: the slot's, its group's, and each CPU's */
#define TASK		0
#define STAMP		1
#define CONTENTS	2
#define TOLD_STAMP	3
#define TOLD_NS		4
#define USED		5
#define ARMED		5	/* + number of the task, from 1 */

#define LOCATIONS	(6 + TASKS)
#define STORES		(2 * TASKS * CALLS + 2 * ROUNDS + TELLS + 1)
#define THREADS		(1 + TASKS + 2)
#define WALKER		(TASKS + 1)
#define WORKER		(TASKS + 2)

#include "memory.pml"

#define BEFORE_NEWEST(where)	memory[where].stored[memory[where].last - 1]

/* A call is known by one number: its stamp, its contents, its time. */
#define NUMBER(task, call)	((task) * 8 + (call) + 1)
#define TASK_OF(number)		((number) / 8)

byte settled;		/* tasks that have nothing more to do */
bool queued;		/* the worker is to run */
byte asked[LOCATIONS];	/* and will know at least that, as of any work queued */
byte round, resting;	/* begun, and over */

/* With TELLS, of each call: when its records say that they are, and if both agree */
byte clock;		/* no two readings are the same */
byte told_time[TASKS * CALLS];
byte end_time[TASKS * CALLS];
bool knew[TASKS * CALLS];

#define INDEX(number)	(((number) / 8 - 1) * CALLS + (number) % 8 - 1)

inline check_times(n)
{
	assert(!told_time[n] || !end_time[n] ||
	       (told_time[n] < end_time[n] && knew[n]))
}

/* cmpxchg(): it reads what is newest, and hands on what that told. */
inline cmpxchg_task()
{
	atomic {
#ifndef NO_FLIGHT_A
		/* FLIGHT:A  the slot, then used; and what came before the slot */
		mb(me);
#endif
		won = (NEWEST(TASK).value == 0);
		if
		:: won ->
			store(me, TASK, me);
			LEARN(NEWEST(TASK).knows, BEFORE_NEWEST(TASK).knows);
#ifndef NO_FLIGHT_A
			LEARN(threads[me].knows, NEWEST(TASK).knows);
			mb(me)
#endif
		:: else
		fi
	}
}

inline use_group()
{
	atomic {
		load(me, USED, value);
		seen_by_all(me, USED)
	};
	if
	:: value == 0 ->
		store(me, USED, 1);
#ifndef NO_FLIGHT_G
		/* FLIGHT:G  used, then armed */
		mb(me)
#endif
	:: else
	fi
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

inline read_clock(when)
{
	atomic { clock++; when = clock }
}

/* ipct_flight_entered_ns(): sets ns, to @number when it is right */
inline entered_ns(who, number)
{
#ifdef NO_FLIGHT_I
	load(who, TOLD_STAMP, told);
#else
	/* FLIGHT:I  told_stamp, then told_ns */
	load_acquire(who, TOLD_STAMP, told);
#endif
	if
	:: told == number -> load(who, TOLD_NS, ns)
	:: else -> ns = number		/* not told */
	fi
}

proctype task(byte me)
{
	byte call, value, told, ns, armed, time;
	bool won;

	do
	:: call < CALLS ->
		load(me, TASK, value);
		if
		:: value == 0 -> cmpxchg_task()
		:: else -> won = false
		fi;
		if
		:: !won -> break	/* another slot, or missed */
		:: else
		fi;
		if
		:: ROUNDS > 0 -> use_group()
		:: else
		fi;
		store(me, CONTENTS, NUMBER(me, call));
#ifdef NO_FLIGHT_C
		store(me, STAMP, NUMBER(me, call));
#else
		/* FLIGHT:C  contents, then stamp */
		store_release(me, STAMP, NUMBER(me, call));
#endif
		if
		:: ROUNDS > 0 -> look_if_armed()
		:: else
		fi;
		if
		:: break		/* never returns */
		:: true
		fi;
#ifdef NO_FLIGHT_L
		if
		:: TELLS > 0 -> read_clock(time)
		:: else
		fi;
		entered_ns(me, NUMBER(me, call));
		store(me, STAMP, 0);
#else
		/* FLIGHT:L  no stamp, then the clock and told_stamp */
		store(me, STAMP, 0);
		if
		:: TELLS > 0 -> read_clock(time)
		:: else
		fi;
		entered_ns(me, NUMBER(me, call));
#endif
		assert(ns == NUMBER(me, call));
		if
		:: TELLS > 0 -> atomic {
			end_time[INDEX(ns)] = time;
			knew[INDEX(ns)] = (told == ns);
			check_times(INDEX(ns));
			time = 0 }
		:: else
		fi;
#ifdef NO_FLIGHT_E
		store(me, TASK, 0);
#else
		/* FLIGHT:E  no stamp, then free */
		store_release(me, TASK, 0);
#endif
		d_step { call++; value = 0; told = 0; ns = 0; armed = 0; won = 0 }
	:: else -> break
	od;
	settled++
}

/* copy(): sets stamp to that of the call, 0 when there is none. */
inline copy(me)
{
#ifdef NO_FLIGHT_D
	load(me, STAMP, stamp);
#else
	/* FLIGHT:D  stamp, then task and contents */
	load_acquire(me, STAMP, stamp);
#endif
	if
	:: stamp == 0
	:: else ->
		load(me, TASK, owner);
		load(me, CONTENTS, contents);
		entered_ns(me, stamp);
#ifndef NO_FLIGHT_F
		/* FLIGHT:F  the copy, then stamp */
		rmb(me);
#endif
		load(me, STAMP, value);
		if
		:: value != stamp -> stamp = 0
		:: else ->
			assert(contents == stamp);
			assert(owner == TASK_OF(stamp));
			assert(ns == stamp)
		fi
	fi;
	atomic { owner = 0; contents = 0; value = 0; told = 0; ns = 0 }
}

proctype walker()
{
	byte n, owner, stamp, contents, value, told, ns;

	do
	:: n < WALKS -> copy(WALKER); stamp = 0; n++
	:: else -> break
	od
}

/* Each CPU takes it at one place of its program, and it is a barrier there. */
inline interrupt_all()
{
	mb(WORKER);
	cpu = 1;
	do
	:: cpu <= TASKS -> mb(cpu); cpu++
	:: else -> break
	od;
	cpu = 0;
	mb(WORKER)
}

inline tell_of()
{
	copy(WORKER);
	if
	:: stamp == 0
	:: else ->
		if
		:: TELLS > 0 -> read_clock(time)
		:: else
		fi;
#ifdef NO_FLIGHT_K
		store(WORKER, TOLD_NS, stamp);
#else
		/* FLIGHT:K  stamp, then told_ns */
		store_release(WORKER, TOLD_NS, stamp);
#endif
#ifdef NO_FLIGHT_J
		store(WORKER, TOLD_STAMP, stamp);
#else
		/* FLIGHT:J  told_ns, then told_stamp */
		store_release(WORKER, TOLD_STAMP, stamp);
#endif
#ifndef NO_FLIGHT_M
		/* FLIGHT:M  the clock and told_stamp, interrupts, then stamp */
		interrupt_all();
#endif
		load(WORKER, STAMP, value);
		if
		:: value == stamp && TELLS > 0 -> atomic {
			told_time[INDEX(stamp)] = time;
			check_times(INDEX(stamp)) }
		:: else
		fi;
		time = 0
	fi
}

/* Of one slot: sets any and young. Whether a call is old is anybody's guess. */
inline tell_group()
{
	load(WORKER, TASK, value);
	if
	:: value == 0
	:: else ->
		any = true;
		load(WORKER, STAMP, stamp);
		load(WORKER, TOLD_STAMP, told);
		if
		:: stamp && told == stamp
		:: stamp && told != stamp -> tell_of()
		:: stamp == 0 || told != stamp -> young = true
		fi
	fi
}

/* Part of the worker, for sizes that all of it would be too large for */
proctype teller()
{
	byte n, owner, stamp, contents, value, told, ns, time, cpu;

	do
	:: n < TELLS -> tell_of(); stamp = 0; value = 0; n++
	:: else -> break
	od
}

proctype worker()
{
	byte i, owner, stamp, contents, value, told, ns, time, cpu;
	bool any, young;

end:	do
	:: queued && round < ROUNDS ->
		atomic {
			queued = false;
			round++;
			i = 1;
			LEARN(threads[WORKER].knows, asked)
		};
		do
		:: i <= TASKS -> store(WORKER, ARMED + i, 1); i++
		:: else -> break
		od;
#ifndef NO_FLIGHT_H
		/* FLIGHT:H  armed, then used and the slot */
		mb(WORKER);
#endif
		load(WORKER, USED, value);
		if
		:: value ->
			store(WORKER, USED, 0);
#ifndef NO_FLIGHT_B
			/* FLIGHT:B  used cleared, then the slot */
			mb(WORKER);
#endif
			tell_group();
			if
			:: any -> store(WORKER, USED, 1)
			:: else
			fi;
			if
			:: young -> queued = true
			:: else
			fi
		:: else
		fi;
		atomic {
			i = 0; any = false; young = false;
			stamp = 0; value = 0; told = 0;
			resting++
		}
	od
}

init {
	byte i;

	atomic {
		/*
		 * As all know, all CPUs are armed: ipct_flight_init(). Or calls
		 * in other groups have found them armed.
		 */
		i = 1;
		do
		:: ROUNDS > 0 && i <= TASKS -> store(0, ARMED + i, 1); i++
		:: ROUNDS > 0 && i <= TASKS -> queued = true; i++
		:: else -> break
		od;
		i = 1;
		do
		:: i < THREADS -> LEARN(threads[i].knows, threads[0].knows); i++
		:: else -> break
		od;
		i = 1;
		do
		:: i <= TASKS -> run task(i); i++
		:: else -> break
		od;
		if
		:: WALKS > 0 -> run walker()
		:: else
		fi;
		if
		:: TELLS > 0 -> run teller()
		:: else
		fi;
		if
		:: ROUNDS > 0 -> run worker()
		:: else
		fi
	}
	/* Nobody can hold them up. */
	settled == TASKS;
	resting == round && (!queued || round == ROUNDS);
	assert(!ROUNDS || NEWEST(TASK).value == 0 || queued ||
	       NEWEST(TOLD_STAMP).value == NEWEST(STAMP).value)
}
