/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the tasks that share an undo list is the last to leave it,
 * module/sharers.c. Everything here is under a lock or a single load, so there is
 * nothing to order; what can go wrong is that tasks leave at once, and that a new one
 * comes meanwhile. Left out, with -DNO_..., one at a time, the check has to fail:
 *
 * KEEP		a mark stays until its task has given up its reference
 * MARK		marks at all: who finds a reference count of 1 is the last, as it was
 *		before there were marks
 * WALK		the look at tasks without a mark, where the count does not tell
 * NEWEST	of several that find nobody without a mark the newest is the last
 *
 * Proved for TASKS that share the list from the beginning, of which each may clone
 * one more before it leaves, up to CLONES: exactly one is found to be the last.
 */
#ifndef TASKS
#define TASKS	2
#endif
#ifndef CLONES
#define CLONES	1
#endif

#define ALL	(TASKS + CLONES)
#define NONE	255

bool shares[ALL];	/* task->sysvsem.undo_list is the list */
bool ended[ALL];	/* task->exit_state: exit_sem() is over */
byte refs;		/* the list's reference count */
byte mark[ALL];		/* number of a task's mark; 0: none */
byte seen[ALL];		/* newest walk that found it still in the list */
byte last_number;
byte born;		/* tasks that there have been */
byte gone;		/* and have left */
byte told;		/* records that were written */

inline count_marks(n)
{
	n = 0;
	j = 0;
	do
	:: j < ALL -> n = n + (mark[j] > 0); j++
	:: else -> break
	od
}

inline forget()
{
	j = 0;
	do
	:: j < ALL -> mark[j] = 0; j++
	:: else -> break
	od
}

/* leave(): @number 0 when the answer is known, and in @last. */
inline leave(me, number, last)
{
	atomic {
		number = 0;
		last = (refs == 1);
#ifndef NO_MARK
		if
		:: last -> forget()
		:: else ->
			count_marks(others);
			last_number++;
			mark[me] = last_number;
			seen[me] = 0;
			number = last_number;
			if
			:: refs >= others + 2 -> number = 0
			:: else
			fi
		fi;
#endif
		j = 0;
		others = 0
	}
}

/* walk(): each task by itself, with the lock for that only; some come meanwhile. */
inline walk(number, any)
{
	any = false;
	i = 0;
	do
	:: i < ALL ->
		atomic {
			if
#ifdef NO_KEEP
			:: shares[i] && mark[i] ->
#else
			:: !ended[i] && mark[i] ->
#endif
				if
				:: seen[i] < number -> seen[i] = number
				:: else
				fi
#ifndef NO_WALK
			:: shares[i] && !mark[i] -> any = true
#endif
			:: else
			fi;
			i++
		}
	:: else -> break
	od;
	i = 0
}

/* What the walk has not seen is pruned; then: is it the newest? */
inline decide(me, number, any, last)
{
	atomic {
		j = 0;
		last = !any;
		do
		:: j < ALL ->
			if
			:: mark[j] && mark[j] < number && seen[j] < number ->
				mark[j] = 0
			:: else
			fi;
			j++
		:: else -> break
		od;
#ifndef NO_NEWEST
		last = last && mark[me] == number;
		j = 0;
		do
		:: j < ALL ->
			last = last && mark[j] <= number;
			j++
		:: else -> break
		od;
#endif
		if
		:: last -> forget()
		:: else
		fi;
		j = 0
	}
}

proctype task(byte me)
{
	byte number, others, i, j;
	bool last, any;

	/* clone(): the new one shares from when it is there; it holds a reference. */
	if
	:: atomic { born < ALL -> i = born; born++; refs++ };
		atomic { shares[i] = true; run task(i); i = 0 }
	:: true
	fi;

	/* exit_sem(), from the probe on */
	leave(me, number, last);
	if
	:: number ->
		walk(number, any);
		decide(me, number, any, last)
	:: else
	fi;
	if
	:: last -> told++
	:: else
	fi;
	/* As exit_sem() has it: not at once */
	shares[me] = false;
	refs--;
	atomic {
		ended[me] = true;
		gone++;
		if
		:: gone == born && !refs -> assert(told == 1)
		:: else
		fi
	}
}

init {
	byte n;

	atomic {
		refs = TASKS;
		born = TASKS;
		do
		:: n < TASKS -> shares[n] = true; run task(n); n++
		:: else -> break
		od
	}
}
