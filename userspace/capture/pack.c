// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: pack
 *
 * A busy machine makes the same calls from the same threads over and over: most
 * of a record is the same as in the last record of that thread and call. So each
 * record is written as the words that differ from that one. A general compressor then
 * gets only a twentieth of the bytes, so it has less to do, and it matches the patterns
 * between calls rather than the calls themselves.
 *
 * There are streams rather than records: numbers of one kind lie next to each other
 * and so compress better. Format: struct ipctrace_capture_content.
 *
 * Nothing here knows what a record means. Its first word (length, type, call,
 * CPU), its 14th (thread and process of a call) and its length choose the
 * record to compare with; its second and third are taken to be time and duration.
 * If these guesses are wrong the result is larger, never wrong: packing is exact for
 * any bytes.
 *
 * Unpacking trusts nothing: whatever the content, no byte outside the buffers is
 * touched, as long as both have PACK_SLACK bytes to spare.
 */
#include <stdlib.h>

#ifdef __x86_64__
#include <immintrin.h>
#include <sys/platform/x86.h>
#endif

#include "pack.h"

#define RECORD_MIN_BYTES	sizeof(struct ipctrace_header)
#define RECORD_MAX_BYTES	(64 * 8)	/* a mask has 64 bits */
#define TID_WORD	(offsetof(struct ipctrace_call, tid) / 8)
#define FIRST_WORD	3		/* earlier ones are in no mask */
#define TIMES_MASK	((1ULL << FIRST_WORD) - 1)

#define NR_SLOTS	IPCTRACE_CAPTURE_SLOTS
#define NR_BUCKETS_BITS	13
#define NR_BUCKETS	(1 << NR_BUCKETS_BITS)
#define NEAR		IPCTRACE_CAPTURE_NEAR_SLOTS

enum { TOKENS, CONTROLS, MASKS, TIMES, WIDTHS, WORDS, NR_STREAMS };

static_assert(NR_STREAMS == IPCTRACE_CAPTURE_STREAMS);

/* Bytes of a number, by the 3 bits of its width */
static const u8 width_bytes[8] = { 0, 1, 2, 3, 4, 5, 6, 8 };
static const u64 width_mask[8] = {
	0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, ~0ULL
};

static __always_inline u64 load(const void *at)
{
	u64 word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static __always_inline void store(void *at, u64 word)
{
	memcpy(at, &word, sizeof(word));
}

/* A small number for a difference near zero on either side */
static __always_inline u64 zigzag(u64 difference)
{
	return (difference << 1) ^ (u64)((s64)difference >> 63);
}

static __always_inline u64 unzigzag(u64 number)
{
	return (number >> 1) ^ -(number & 1);
}

static __always_inline u16 length_of(const void *record)
{
	return load(record) & 0xffff;
}

/* ---- Packing --------------------------------------------------------------- */

/**
 * struct pack_slot - the last record of a caller and a call
 * @first: its first word
 * @tid: its caller
 * @at: where it is
 * @mask: words that were written when it was packed
 */
struct pack_slot {
	u64 first;
	u64 tid;
	u64 mask;
	const u8 *at;
};

/**
 * struct places - where each stream goes on
 * @at: the place in each
 */
struct places {
	u8 *at[NR_STREAMS];
};

struct packer;

/* Put all records; returns how many. What is left at the end goes to WORDS. */
typedef u32 put_records_fn(struct packer *packer, struct places *end,
			   const u8 *at, u32 bytes);

/**
 * struct packer - room for packing
 * @put_records: the function that was chosen
 * @nr: slots in use
 * @victim: which to use next when all are in use
 * @streams: room for each
 * @buckets: by hash: number of a slot plus one
 * @slots: see there
 */
struct packer {
	put_records_fn *put_records;
	u32 nr;
	u32 victim;
	struct places streams;
	u16 buckets[NR_BUCKETS];
	struct pack_slot slots[NR_SLOTS];
};

/* The most bytes of each stream: the shortest record has RECORD_MIN_BYTES. */
static const u32 most_of_16[NR_STREAMS] = {
	[TOKENS] = 2,
	[CONTROLS] = 1,
	[MASKS] = 8,
	[TIMES] = 16,
	[WIDTHS] = 2,
	[WORDS] = 16,
};

/*
 * Which words from FIRST_WORD to @words differ. Reads up to 56 bytes more of each
 * record.
 */
static __always_inline u64 differ(const u8 *a, const u8 *b, u32 words)
{
	u64 mask = 0;
	u32 i;

	for (i = FIRST_WORD; i < words; i++)
		mask |= (u64)(load(a + 8 * i) != load(b + 8 * i)) << i;
	return mask;
}

#ifdef __x86_64__

/* Halves of two words that are the same */
static __always_inline __m128i same_halves(const u8 *a, const u8 *b)
{
	return _mm_cmpeq_epi32(_mm_loadu_si128((const void *)a),
			       _mm_loadu_si128((const void *)b));
}

/* A bit for each half of eight words, set where it is the same */
static __always_inline u32 same_halves_of_8(const u8 *a, const u8 *b)
{
	__m128i first = _mm_packs_epi32(same_halves(a, b),
					same_halves(a + 16, b + 16));
	__m128i last = _mm_packs_epi32(same_halves(a + 32, b + 32),
				       same_halves(a + 48, b + 48));

	return _mm_movemask_epi8(_mm_packs_epi16(first, last));
}

/* A bit for each word, set where one of its halves is not zero */
static __always_inline u64 words_of(u32 halves)
{
	halves = (halves | halves >> 1) & 0x5555;
	halves = (halves | halves >> 1) & 0x3333;
	halves = (halves | halves >> 2) & 0x0f0f;
	return (halves | halves >> 4) & 0xff;
}

static __always_inline u64 differ_sse2(const u8 *a, const u8 *b, u32 words)
{
	u64 mask = 0;
	u32 i;

	for (i = FIRST_WORD; i < words; i += 8) {
		u32 same = same_halves_of_8(a + 8 * i, b + 8 * i);

		if (same != 0xffff)
			mask |= words_of(~same & 0xffff) << i;
	}
	return mask & (~0ULL >> (64 - words));
}

/* Features of the processors of the last ten years; they save a third of the instructions. */
#define NEWER __attribute__((target("avx2,bmi,bmi2,lzcnt")))

static inline NEWER u32 same_words_of_4(const u8 *a, const u8 *b)
{
	__m256i same = _mm256_cmpeq_epi64(_mm256_loadu_si256((const void *)a),
					  _mm256_loadu_si256((const void *)b));

	return _mm256_movemask_pd(_mm256_castsi256_pd(same));
}

static inline NEWER u64 differ_avx2(const u8 *a, const u8 *b, u32 words)
{
	u64 same = 0;
	u32 i;

	a += 8 * FIRST_WORD;
	b += 8 * FIRST_WORD;
#pragma GCC unroll 3
	for (i = FIRST_WORD; i < words; i += 8, a += 64, b += 64)
		same |= (u64)(same_words_of_4(a, b) |
			      same_words_of_4(a + 32, b + 32) << 4) << i;
	return ~same & (~0ULL >> (64 - words)) & ~TIMES_MASK;
}

#endif /* __x86_64__ */

/* Let the compiler keep a variable rather than compute it again and again. */
#define KEEP(variable)	asm("" : "+r"(variable))

/* Width and bytes of a number, by the zeroes before its first bit */
static const struct {
	u8 width;
	u8 bytes;
} number_sizes[65] = {
#define EIGHT(width, bytes)						\
	{ width, bytes }, { width, bytes }, { width, bytes },		\
	{ width, bytes }, { width, bytes }, { width, bytes },		\
	{ width, bytes }, { width, bytes }
	EIGHT(7, 8), EIGHT(7, 8), EIGHT(6, 6), EIGHT(5, 5), EIGHT(4, 4),
	EIGHT(3, 3), EIGHT(2, 2), EIGHT(1, 1), { 0, 0 }
#undef EIGHT
};

/* Put a number at @at, which has room for 8 bytes; returns its width. */
static __always_inline u32 put_sized(u8 **at, u64 number, u32 zeroes)
{
	store(*at, number);
	*at += number_sizes[zeroes].bytes;
	return number_sizes[zeroes].width;
}

static __always_inline u32 put_number(u8 **at, u64 number)
{
	return put_sized(at, number, number ? __builtin_clzll(number) : 64);
}

/* The same for a number that is rarely zero: zero takes a byte, too. */
static __always_inline u32 put_time(u8 **at, u64 number)
{
	return put_sized(at, number, __builtin_clzll(number | 1));
}

static __always_inline void put_token(struct places *to, u32 slot)
{
	u8 *at = to->at[TOKENS];

	if (likely(slot < NEAR)) {
		*at++ = slot;
	} else {
		*at++ = NEAR + ((slot - NEAR) >> 8);
		*at++ = slot - NEAR;
	}
	to->at[TOKENS] = at;
}

/* The slot for records of a caller and a call, and whether it has a record already */
static __always_inline u32 find_slot(struct packer *packer, u64 first, u64 tid,
				     bool *found)
{
	u64 hash = (first ^ (tid << 17 | tid >> 47)) * 0x9e3779b97f4a7c15ULL;
	u16 *bucket = &packer->buckets[hash >> (64 - NR_BUCKETS_BITS)];
	struct pack_slot *slot;
	u32 i;

	if (*bucket) {
		slot = &packer->slots[*bucket - 1];
		if (likely(slot->first == first && slot->tid == tid)) {
			*found = true;
			return *bucket - 1;
		}
	}
	if (packer->nr < NR_SLOTS)
		i = packer->nr++;
	else
		i = packer->victim++ % NR_SLOTS;
	*bucket = i + 1;
	packer->slots[i] = (struct pack_slot){ .first = first, .tid = tid };
	*found = false;
	return i;
}

static __always_inline void put_verbatim(struct places *to, const void *bytes,
					 u32 n)
{
	memcpy(to->at[WORDS], bytes, n);
	to->at[WORDS] += n;
}

/* The words of @mask, as differences to those of @last */
static __always_inline void put_words(struct places *to, const u8 *record,
				      const u8 *last, u64 mask)
{
	u8 *widths = to->at[WIDTHS], *words = to->at[WORDS];

	for (; mask; mask &= mask - 1) {
		u32 at = 8 * __builtin_ctzll(mask);

		*widths++ = put_number(&words, zigzag(load(record + at) -
						      load(last + at)));
	}
	to->at[WIDTHS] = widths;
	to->at[WORDS] = words;
}

/* See differ(). */
typedef u64 differ_fn(const u8 *a, const u8 *b, u32 words);

/* Put one record; returns its time, for the next. */
static __always_inline u64 put_record(struct packer *packer, struct places *to,
				      const u8 *record, u16 len, u64 last_ns,
				      differ_fn *differ_by)
{
	u64 first = load(record), time_ns = load(record + 8), duration = 0, mask;
	u64 tid = len > 8 * TID_WORD ? load(record + 8 * TID_WORD) : 0;
	u32 i, control;
	struct pack_slot *slot;
	bool found;

	i = find_slot(packer, first, tid, &found);
	slot = &packer->slots[i];
	KEEP(slot);
	put_token(to, i);
	if (unlikely(!found || len > RECORD_MAX_BYTES)) {
		*to->at[CONTROLS]++ = IPCTRACE_CAPTURE_VERBATIM;
		put_verbatim(to, record, len);
		slot->at = record;
		slot->mask = 0;
		return time_ns;
	}
	control = 0;
	if (likely(len > 16)) {
		duration = load(record + 16);
		control = put_time(&to->at[TIMES], duration);
	}
	control |= put_time(&to->at[TIMES],
			    zigzag(time_ns - duration - last_ns)) << 3;
	/* Most records have this length, for which there is no loop. */
	if (likely(len == sizeof(struct ipctrace_call)))
		mask = differ_by(record, slot->at,
				 sizeof(struct ipctrace_call) / 8);
	else
		mask = differ_by(record, slot->at, len / 8);
	/* Words that differ only now and then stay in the mask. */
	if (unlikely(mask & ~slot->mask)) {
		slot->mask |= mask;
		control |= IPCTRACE_CAPTURE_MASK;
		store(to->at[MASKS], slot->mask);
		to->at[MASKS] += 8;
	}
	*to->at[CONTROLS]++ = control;
	put_words(to, record, slot->at, slot->mask);
	slot->at = record;
	return time_ns;
}

static __always_inline u32 put_records_by(struct packer *packer,
					  struct places *places, const u8 *at,
					  u32 bytes, differ_fn *differ_by)
{
	/* Its own copy, so that the compiler may keep it in registers. */
	struct places to = packer->streams;
	const u8 *end = at + bytes;
	u64 last_ns = 0;

	while (end - at >= (long)RECORD_MIN_BYTES) {
		u16 len = length_of(at);

		if (len < RECORD_MIN_BYTES || len % 8 || len > end - at)
			break;
		last_ns = put_record(packer, &to, at, len, last_ns, differ_by);
		at += len;
	}
	put_verbatim(&to, at, end - at);
	*places = to;
	/* A control byte for each */
	return to.at[CONTROLS] - packer->streams.at[CONTROLS];
}

#ifdef __x86_64__

static NEWER u32 put_records_newer(struct packer *packer, struct places *end,
				   const u8 *at, u32 bytes)
{
	return put_records_by(packer, end, at, bytes, differ_avx2);
}

static u32 put_records_sse2(struct packer *packer, struct places *end,
			    const u8 *at, u32 bytes)
{
	return put_records_by(packer, end, at, bytes, differ_sse2);
}

#endif

static u32 put_records_plain(struct packer *packer, struct places *end,
			     const u8 *at, u32 bytes)
{
	return put_records_by(packer, end, at, bytes, differ);
}

/**
 * packer_use() - choose the instructions to find differences with
 * @packer: room
 * @means: what is to be used; the result is the same
 *
 * Return: false when the processor does not have it.
 */
bool packer_use(struct packer *packer, enum pack_means means)
{
	switch (means) {
	case PACK_PLAIN:
		packer->put_records = put_records_plain;
		return true;
#ifdef __x86_64__
	case PACK_SSE2:
		packer->put_records = put_records_sse2;
		return true;
	case PACK_AVX2:
		packer->put_records = put_records_newer;
		/* The C library has asked the processor already, which takes long in a guest. */
		return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) &&
		       CPU_FEATURE_ACTIVE(BMI2) && CPU_FEATURE_ACTIVE(LZCNT);
#endif
	default:
		return false;
	}
}

/**
 * packer_new() - prepare to pack
 *
 * Return: NULL when memory is short.
 */
struct packer *packer_new(void)
{
	struct packer *packer = malloc(sizeof(*packer));
	unsigned int i;
	size_t sum = 0;
	u8 *room;

	for (i = 0; i < NR_STREAMS; i++)
		sum += IPCTRACE_CAPTURE_BLOCK_MAX_BYTES / 16 * most_of_16[i] +
		       PACK_SLACK;
	room = malloc(sum);
	if (!packer || !room) {
		free(packer);
		free(room);
		return NULL;
	}
	for (i = 0; i < NR_STREAMS; i++) {
		packer->streams.at[i] = room;
		room += IPCTRACE_CAPTURE_BLOCK_MAX_BYTES / 16 * most_of_16[i] +
			PACK_SLACK;
	}
	if (!packer_use(packer, PACK_AVX2) && !packer_use(packer, PACK_SSE2))
		packer_use(packer, PACK_PLAIN);
	return packer;
}

/**
 * packer_free() - undo packer_new()
 * @packer: may be NULL
 */
void packer_free(struct packer *packer)
{
	if (packer)
		free(packer->streams.at[0]);
	free(packer);
}

/**
 * pack_plain() - records as they are
 * @records: one after the other, 8-byte aligned
 * @bytes: of them
 * @content: out: content of a block, PACK_CONTENT_BYTES(@bytes)
 *
 * Return: bytes of the content.
 */
size_t pack_plain(const void *records, u32 bytes, void *content)
{
	struct ipctrace_capture_content *head = content;

	*head = (struct ipctrace_capture_content){
		.encoding = IPCTRACE_CAPTURE_PLAIN,
		.bytes = bytes,
	};
	memcpy(head + 1, records, bytes);
	return sizeof(*head) + bytes;
}

/**
 * pack() - records in fewer bytes
 * @packer: room
 * @records: the records, or any bytes; PACK_SLACK bytes after them may be read
 * @bytes: of them, at most IPCTRACE_CAPTURE_BLOCK_MAX_BYTES
 * @content: out: content of a block, PACK_CONTENT_BYTES(@bytes)
 *
 * Return: bytes of the content; records that would be larger packed stay as they are.
 */
size_t pack(struct packer *packer, const void *records, u32 bytes, void *content)
{
	struct ipctrace_capture_content *head = content;
	struct places end;
	size_t sum = 0;
	u32 i, nr;
	u8 *to;

	packer->nr = 0;
	packer->victim = 0;
	memset(packer->buckets, 0, sizeof(packer->buckets));
	nr = packer->put_records(packer, &end, records, bytes);
	for (i = 0; i < NR_STREAMS; i++)
		sum += end.at[i] - packer->streams.at[i];
	if (sum >= bytes)
		return pack_plain(records, bytes, content);
	*head = (struct ipctrace_capture_content){
		.encoding = IPCTRACE_CAPTURE_PACKED,
		.bytes = bytes,
		.records = nr,
	};
	to = (void *)(head + 1);
	for (i = 0; i < NR_STREAMS; i++) {
		head->streams[i] = end.at[i] - packer->streams.at[i];
		memcpy(to, packer->streams.at[i], head->streams[i]);
		to += head->streams[i];
	}
	return to - (u8 *)content;
}

/* ---- Unpacking ------------------------------------------------------------- */

/**
 * struct unpack_slot - the last record of a slot
 * @mask: words that were written
 * @at: where it is among the records
 * @len: its bytes; 0: there is none
 */
struct unpack_slot {
	u64 mask;
	u32 at;
	u32 len;
};

/**
 * struct unpacker - room for unpacking
 * @slots: see there
 */
struct unpacker {
	struct unpack_slot slots[NR_SLOTS];
};

/**
 * struct streams - places in the streams of a block
 * @at: the place in each
 * @end: where each ends
 */
struct streams {
	const u8 *at[NR_STREAMS];
	const u8 *end[NR_STREAMS];
};

/**
 * unpacker_new() - prepare to unpack
 *
 * Return: NULL when memory is short.
 */
struct unpacker *unpacker_new(void)
{
	return malloc(sizeof(struct unpacker));
}

/**
 * unpacker_free() - undo unpacker_new()
 * @unpacker: may be NULL
 */
void unpacker_free(struct unpacker *unpacker)
{
	free(unpacker);
}

static __always_inline u64 get_number(const u8 **at, u32 width)
{
	u64 number = load(*at) & width_mask[width];

	*at += width_bytes[width];
	return number;
}

/*
 * May another record be taken? The ends of streams are checked only here: one record
 * takes less than PACK_SLACK.
 */
static __always_inline bool more(const struct streams *s)
{
	return s->at[TOKENS] < s->end[TOKENS] &&
	       s->at[CONTROLS] < s->end[CONTROLS] &&
	       s->at[MASKS] <= s->end[MASKS] && s->at[TIMES] <= s->end[TIMES] &&
	       s->at[WIDTHS] <= s->end[WIDTHS] && s->at[WORDS] <= s->end[WORDS];
}

static __always_inline u32 get_token(struct streams *s)
{
	u32 slot = *s->at[TOKENS]++;

	if (unlikely(slot >= NEAR))
		slot = NEAR + ((slot - NEAR) << 8) + *s->at[TOKENS]++;
	return slot;
}

/* Take a record as it is; returns its length, 0 when it is not one. */
static u32 get_verbatim(struct streams *s, u8 *to, u32 room)
{
	size_t rest = s->end[WORDS] - s->at[WORDS];
	u16 len;

	if (rest < RECORD_MIN_BYTES)
		return 0;
	len = length_of(s->at[WORDS]);
	if (len < RECORD_MIN_BYTES || len % 8 || len > rest || len > room)
		return 0;
	memcpy(to, s->at[WORDS], len);
	s->at[WORDS] += len;
	return len;
}

/* Copies in large steps: what it writes past the end is overwritten later. */
static __always_inline void copy(u8 *to, const u8 *from, u32 len)
{
	u64 step[4];
	u32 i;

	for (i = 0; i < len; i += sizeof(step)) {
		memcpy(step, from + i, sizeof(step));
		memcpy(to + i, step, sizeof(step));
	}
}

static __always_inline void get_words(struct streams *s, u8 *record, u64 mask)
{
	const u8 *widths = s->at[WIDTHS], *words = s->at[WORDS];

	for (; mask; mask &= mask - 1) {
		u8 *at = record + 8 * __builtin_ctzll(mask);

		store(at, load(at) +
			  unzigzag(get_number(&words, *widths++ & 7)));
	}
	s->at[WIDTHS] = widths;
	s->at[WORDS] = words;
}

/* Take a record like the last one of its slot; false when it is not one. */
static __always_inline bool get_like(struct streams *s, struct unpack_slot *slot,
				     u32 control, u8 *to, const u8 *last,
				     u64 last_ns)
{
	u64 duration = get_number(&s->at[TIMES], control & 7);
	u64 gap = unzigzag(get_number(&s->at[TIMES], control >> 3 & 7));

	if (unlikely(control & IPCTRACE_CAPTURE_MASK)) {
		slot->mask = load(s->at[MASKS]);
		s->at[MASKS] += 8;
		if (slot->mask & TIMES_MASK ||
		    slot->mask & ~(~0ULL >> (64 - slot->len / 8)))
			return false;
	}
	copy(to, last, slot->len);
	store(to + 8, last_ns + gap + duration);
	if (likely(slot->len > 16))
		store(to + 16, duration);
	get_words(s, to, slot->mask);
	return true;
}

/* All records of the streams, then what is left. */
static bool get_records(struct unpack_slot *slots, const struct streams *streams,
			u32 nr, u8 *records, u32 bytes)
{
	struct streams local = *streams, *s = &local;
	u64 last_ns = 0;
	u32 at = 0, len, i;

	for (; nr; nr--) {
		struct unpack_slot *slot;
		u32 control;

		if (unlikely(!more(s)))
			return false;
		slot = &slots[get_token(s)];
		control = *s->at[CONTROLS]++;
		if (unlikely(control & IPCTRACE_CAPTURE_VERBATIM)) {
			len = get_verbatim(s, records + at, bytes - at);
			if (!len)
				return false;
			slot->mask = 0;
			slot->len = len;
		} else {
			len = slot->len;
			if (unlikely(!len || len > RECORD_MAX_BYTES ||
				     len > bytes - at))
				return false;
			if (unlikely(!get_like(s, slot, control, records + at,
					       records + slot->at, last_ns)))
				return false;
		}
		slot->at = at;
		last_ns = load(records + at + 8);
		at += len;
	}
	if (s->at[WORDS] > s->end[WORDS] ||
	    s->end[WORDS] - s->at[WORDS] != bytes - at)
		return false;
	memcpy(records + at, s->at[WORDS], bytes - at);
	s->at[WORDS] += bytes - at;
	for (i = 0; i < NR_STREAMS; i++)
		if (s->at[i] != s->end[i])
			return false;
	return true;
}

/* Find where each stream is; false when they do not fit the content. */
static bool find_streams(const struct ipctrace_capture_content *head,
			 size_t content_bytes, struct streams *streams)
{
	const u8 *at = (const void *)(head + 1);
	size_t rest = content_bytes - sizeof(*head);
	int i;

	for (i = 0; i < NR_STREAMS; i++) {
		if (head->streams[i] > rest)
			return false;
		streams->at[i] = at;
		at += head->streams[i];
		rest -= head->streams[i];
		streams->end[i] = at;
	}
	return !rest;
}

/**
 * unpack() - undo pack() or pack_plain()
 * @unpacker: room
 * @content: content of a block, with PACK_SLACK bytes after it that may be read
 * @content_bytes: of it
 * @records: out: the records, as they were, and PACK_SLACK bytes of anything
 * @bytes: of the records
 *
 * Return: false when this is not the content of a block of @bytes bytes of
 * records.
 */
bool unpack(struct unpacker *unpacker, const void *content, size_t content_bytes,
	    void *records, u32 bytes)
{
	const struct ipctrace_capture_content *head = content;
	struct streams streams;

	if (content_bytes < sizeof(*head) || head->bytes != bytes)
		return false;
	if (head->encoding == IPCTRACE_CAPTURE_PLAIN) {
		if (content_bytes - sizeof(*head) != bytes)
			return false;
		memcpy(records, head + 1, bytes);
		return true;
	}
	if (head->encoding != IPCTRACE_CAPTURE_PACKED ||
	    !find_streams(head, content_bytes, &streams))
		return false;
	memset(unpacker->slots, 0, sizeof(unpacker->slots));
	return get_records(unpacker->slots, &streams, head->records, records,
			   bytes);
}
