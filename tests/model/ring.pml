/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring of module/ring.c: one writer that overwrites, readers that copy and
 * then look at tail. Labels are the code's; -D NO_RING_A and so on leaves one
 * ordering point out, and then the check has to fail.
 *
 * Proved for BLOCKS blocks of RECORDS records of two words, of which TOTAL are
 * written, and for READERS readers, each of which may stop for good between any
 * two steps: no torn record is accepted; what is lost is counted exactly; a ring
 * is never taken for a damaged one; a reader starts over only after the writer
 * has given up a block; the writer finishes whatever readers do.
 *
 * A position counts the first word of each block and the records: UNITS make a
 * block. Lengths and padding are left out, and so a record's header is its first
 * word.
 */
#ifndef BLOCKS
#define BLOCKS	2
#endif
#ifndef RECORDS
#define RECORDS	1
#endif
#ifndef TOTAL
#define TOTAL	4
#endif
#ifndef READERS
#define READERS	1
#endif

#define UNITS	(1 + RECORDS)
#define RING	(BLOCKS * UNITS)

/* Locations: of each unit two words; a block's are its pos and seq. */
#define HEAD	(2 * RING)
#define TAIL	(2 * RING + 1)
#define WORD0(pos)	(2 * ((pos) % RING))
#define WORD1(pos)	(2 * ((pos) % RING) + 1)

#define LOCATIONS	(2 * RING + 2)
#define STORES		(TOTAL + 2)
#define THREADS		(1 + READERS)
#define WRITER		0

#include "memory.pml"

#define BLOCK_OF(pos)	((pos) / UNITS * UNITS)
#define BEFORE(pos)	((pos) / UNITS * RECORDS)	/* records, of a block */

/* Never zero, which is what memory holds at first */
#define VALUE(seq)	((seq) + 1)

byte written;
bool writer_done;

/* start_block(): the block's position and number, each plus one */
inline start_block()
{
	store(WRITER, WORD0(pos), pos + 1);
	store(WRITER, WORD1(pos), VALUE(seq));
	pos++
}

inline next_block()
{
	if
	:: pos >= RING ->
#ifdef NO_RING_E
		store(WRITER, TAIL, pos + UNITS - RING);
#else
		/* RING:E  the block that tail names, then tail */
		store_release(WRITER, TAIL, pos + UNITS - RING);
#endif
#ifndef NO_RING_C
		/* RING:C  tail, then the block that it gives up */
		wmb(WRITER);
#endif
	:: else
	fi;
	start_block()
}

proctype writer()
{
	byte pos = 1, seq;

	do
	:: seq < TOTAL ->
		if
		:: pos % UNITS == 0 -> next_block()
		:: else
		fi;
		store(WRITER, WORD0(pos), VALUE(seq));
		store(WRITER, WORD1(pos), VALUE(seq));
		d_step { pos++; seq++; written = seq };
#ifdef NO_RING_A
		store(WRITER, HEAD, pos);
#else
		/* RING:A  the record, then head */
		store_release(WRITER, HEAD, pos);
#endif
	:: else -> break
	od;
	writer_done = true
}

inline tail_of(where)
{
#ifdef NO_RING_F
	load(me, TAIL, where)
#else
	/* RING:F  tail, then the block that it names, or head */
	load_acquire(me, TAIL, where)
#endif
}

/* intact(): sets tail; what was copied from @place on is good if tail <= place. */
inline look_at_tail()
{
#ifndef NO_RING_D
	/* RING:D  the copy, then tail */
	rmb(me);
#endif
	tail_of(tail)
}

/* Starts over: only when the writer has given up one more block. */
inline start_over()
{
	atomic {
		tries++;
		assert(tries <= memory[TAIL].last)
	}
}

inline resume_at_tail()
{
	tries = 0;
	do
	::
		tail_of(place);
		load(me, WORD0(place), word0);
		load(me, WORD1(place), word1);
		look_at_tail();
		if
		:: tail <= place && word0 == place + 1 -> break
		:: else
		fi;
		tail_of(tail);
		assert(tail != place);		/* -EIO */
		start_over()
	od;
	atomic {
		/* What the block says is what was written. */
		assert(word1 == VALUE(BEFORE(place)));
		lost = lost + word1 - VALUE(seq);
		seq = word1 - 1;
		pos = place;
		tries = 0;
		word0 = 0;
		word1 = 0;
		place = 0;
		tail = 0
	}
}

/* ipct_cursor_to_head(): sets until, up to where records are stepped over. */
inline to_head()
{
	do
	::
#ifdef NO_RING_B
		load(me, HEAD, until);
#else
		/* RING:B  head, then the block */
		load_acquire(me, HEAD, until);
#endif
		place = BLOCK_OF(until - 1);
		load(me, WORD0(place), word0);
		load(me, WORD1(place), word1);
		look_at_tail();
		if
		:: tail <= place && word0 == place + 1 -> break
		:: else
		fi;
		not_twice()
	od;
	atomic {
		assert(word1 == VALUE(BEFORE(place)));
		seq = word1 - 1;
		lost = seq;
		got = 0;
		pos = place
	}
}

/* Starts over, which it may when the writer has gone on. */
inline not_twice()
{
	load(me, HEAD, head);
	assert(head != until)			/* -EIO */
}

/*
 * ipct_cursor_read() again and again, from the first record on or from what was
 * the newest when it began. What is stepped over counts as lost.
 */
proctype reader(byte me)
{
	byte pos, seq, got, lost, until;
	byte head, tail, place, word0, word1, tries;

	if
	:: to_head()
	:: true
	fi;
again:	if
	:: goto stopped			/* killed, or asleep for good */
	:: true
	fi;
	atomic {
		head = 0; tail = 0; place = 0; word0 = 0; word1 = 0;
		assert(got + lost == seq && seq <= written);
		if
		:: until && pos >= until ->
			assert(seq == BEFORE(until - 1) + (until - 1) % UNITS);
			until = 0
		:: else
		fi
	}
#ifdef NO_RING_B
	load(me, HEAD, head);
#else
	/* RING:B  head, then the record */
	load_acquire(me, HEAD, head);
#endif
	look_at_tail();
	if
	:: tail > pos && until -> not_twice(); to_head(); goto again
	:: tail > pos && !until -> resume_at_tail(); goto again
	:: else
	fi;
	place = (pos % UNITS == 0 && pos < head -> pos + 1 : pos);
	if
	:: place >= head ->
		if
		:: writer_done && threads[me].knows[HEAD] == memory[HEAD].last ->
			assert(got + lost == TOTAL);
			goto stopped
		:: else -> goto again	/* no record yet: waits */
		fi
	:: else
	fi;
	assert(head - pos <= RING);		/* -EIO */
	load(me, WORD0(place), word0);
	look_at_tail();
	if
	:: tail > place -> start_over(); goto again
	:: else -> assert(word0 == VALUE(seq))	/* -EIO, or another record */
	fi;
	pos = place;
	if
	:: until && pos >= until -> goto again
	:: until && pos < until -> atomic { pos++; seq++; lost++ }; goto again
	:: else
	fi;

	/* ipct_cursor_read(): all of it */
	load(me, WORD0(pos), word0);
	load(me, WORD1(pos), word1);
	look_at_tail();
	if
	:: tail > pos -> resume_at_tail()
	:: else ->
		atomic {
			assert(word0 == VALUE(seq) && word1 == VALUE(seq));
			got++;
			seq++;
			pos++;
			tries = 0
		}
	fi;
	goto again;
stopped:
	skip
}

init {
	byte i;

	atomic {
		/* ipct_ring_init(), before there are readers, who know of it */
		store(WRITER, WORD0(0), 0 + 1);
		store(WRITER, WORD1(0), VALUE(0));
		store(WRITER, HEAD, 1);
		run writer();
		i = 1;
		do
		:: i <= READERS ->
			LEARN(threads[i].knows, threads[WRITER].knows);
			run reader(i);
			i++
		:: else -> break
		od
	}
	/* Nobody can hold the writer up. */
	writer_done
}
