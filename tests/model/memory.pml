/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is not sequentially consistent, for models of the ordering points.
 *
 * Spin itself knows only one order of everything. Here a location keeps all that
 * was ever stored to it, in order, and a thread knows of each location a store
 * that it may not go behind. A load takes that one or any later one: so stores
 * are seen late and out of order, and loads are satisfied early, as far as no
 * barrier forbids it. Barriers and stores hand on what is known:
 *
 *	store_release()	its reader may learn all that the writer knows
 *	load_acquire()	learns what the store that it read has to tell
 *	wmb()		what is known now goes along with each later store
 *	rmb()		learns what the stores read before have to tell
 *	mb()		both, and in one order with all other mb()
 *
 * These are relaxed atomics and fences of C11, without dependencies: weaker than
 * x86-64, and than the kernel's model where that has dependencies to offer. What
 * a store may tell never depends on a later one, so there are no loads of values
 * that are yet to be stored; no model here stores what it has loaded.
 *
 * The includer defines LOCATIONS, STORES (to one location, at most) and THREADS.
 * All locations begin with 0, which all know.
 */
typedef message {
	byte value;
	byte knows[LOCATIONS];
};

typedef location {
	byte last;
	message stored[STORES];
};

typedef thread {
	byte knows[LOCATIONS];		/* may not go behind */
	byte heard[LOCATIONS];		/* would know after rmb() */
	byte tells[LOCATIONS];		/* as of wmb() */
};

location memory[LOCATIONS];
thread threads[THREADS];
byte order[LOCATIONS];			/* what the last mb() knew */
byte choice;
hidden byte k;

/*
 * Macros, for inlines take no arrays. Spin does not let a loop end in front of a
 * d_step, hence the skips.
 */

#define LEARN(to, from)							\
	k = 0;								\
	do								\
	:: k < LOCATIONS ->						\
		if							\
		:: from[k] > to[k] -> to[k] = from[k]			\
		:: else							\
		fi;							\
		k++							\
	:: else -> break						\
	od;								\
	k = 0

#define NEWEST(where)	memory[where].stored[memory[where].last]

#define PUT(me, where, what, what_it_tells)				\
	memory[where].last++;						\
	assert(memory[where].last < STORES);				\
	threads[me].knows[where] = memory[where].last;			\
	NEWEST(where).value = what;					\
	LEARN(NEWEST(where).knows, threads[me].what_it_tells);		\
	NEWEST(where).knows[where] = memory[where].last

#define store(me, where, what)						\
	atomic { skip; d_step { PUT(me, where, what, tells) } }

#define store_release(me, where, what)					\
	atomic { skip; d_step { PUT(me, where, what, knows) } }

/* The one that it may not go behind, or any later one */
#define CHOOSE(me, where)						\
	choice = threads[me].knows[where];				\
	do								\
	:: choice < memory[where].last -> choice++			\
	:: break							\
	od

#define load(me, where, what)						\
	atomic {							\
		CHOOSE(me, where);					\
		skip;							\
		d_step {						\
			threads[me].knows[where] = choice;		\
			what = memory[where].stored[choice].value;	\
			LEARN(threads[me].heard,			\
			      memory[where].stored[choice].knows);	\
			choice = 0					\
		}							\
	}

#define load_acquire(me, where, what)					\
	atomic {							\
		CHOOSE(me, where);					\
		skip;							\
		d_step {						\
			what = memory[where].stored[choice].value;	\
			threads[me].knows[where] = choice;		\
			LEARN(threads[me].heard,			\
			      memory[where].stored[choice].knows);	\
			LEARN(threads[me].knows,			\
			      memory[where].stored[choice].knows);	\
			choice = 0					\
		}							\
	}

/*
 * What a thread has loaded of a location, all see after their next mb(): so it is
 * on x86-64, and on ARM since version 8, where a store that one other CPU sees is
 * seen by all (multi-copy atomicity), but not in C11.
 */
#define seen_by_all(me, where)						\
	d_step {							\
		if							\
		:: threads[me].knows[where] > order[where] ->		\
			order[where] = threads[me].knows[where]		\
		:: else							\
		fi							\
	}

#define wmb(me)								\
	atomic {							\
		skip;							\
		d_step { LEARN(threads[me].tells, threads[me].knows) }	\
	}

#define rmb(me)								\
	atomic {							\
		skip;							\
		d_step { LEARN(threads[me].knows, threads[me].heard) }	\
	}

#define mb(me)								\
	atomic {							\
		skip;							\
		d_step {						\
			LEARN(threads[me].knows, threads[me].heard);	\
			LEARN(threads[me].knows, order);		\
			LEARN(order, threads[me].knows);		\
			LEARN(threads[me].tells, threads[me].knows)	\
		}							\
	}
