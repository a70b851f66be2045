// SPDX-License-Identifier: GPL-2.0
/*
 * Random System V IPC calls, valid and invalid ones of every kind, in every way
 * that this program has: by glibc, as system calls, and, on x86, by int 0x80 as
 * those of i386 and by its ipc() with whatever is in it.
 *
 * What a process asks for depends on its seed alone; the ids that it uses and
 * what comes back also depend on how the processes take turns. Nothing waits for
 * longer than a timer allows, and nothing large is ever touched.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "vm_abi.h"
#include "vm_random.h"

#define fallthrough	__attribute__((__fallthrough__))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_OBJECTS	64	/* of a kind, that are remembered */
#define NR_FAMILIES	IPCTRACE_ANY
#define MAX_ATTACHED	8
#define NOBODY		65534

/* Not in every libc's headers. */
#define IPC_64		0x100
#define MSG_COPY_FLAG	040000
#define HUGE_SHIFT	26

/*
 * Where arguments point to: fixed, and below 4 GiB, so that int 0x80 can
 * reach it from a 64-bit program.
 */
#define ARENA		0x10000000ul
#define PAGE		4096ul
#define RW		(ARENA)			/* rewritten for each call */
#define RW_PAGES	8
#define RO		(ARENA + 0x100000)	/* there, but not writable */
#define NONE		(ARENA + 0x200000)	/* mapped without any access */
#define COLD		(ARENA + 0x300000)	/* not resident: a file's */
#define COLD_PAGES	4
#define UNMAPPED	(ARENA + 0x400000)
#define ATTACH		0x20000000ul		/* addresses to attach at */
#define ATTACH_STEP	0x400000ul

enum way {
	GLIBC,
	DIRECT,		/* the ABI's own system call */
	I386_DIRECT,	/* the same through int 0x80 */
	I386_IPC,	/* ipc() through int 0x80 */
};

/* i386 has no number for semop(). */
#ifndef SYS_semop
#define SYS_semop	0
#endif
/* The same with another timeout; see ask_semop(). */
#ifndef SYS_semtimedop
#define SYS_semtimedop	VM_SEMTIMEDOP_NR
#endif

/* Number in ipc(), and as a direct system call of i386, 0 without. */
static const struct {
	enum ipctrace_family family;
	int ipc;
	int i386_number;
	int native;
} calls[IPCTRACE_CALL_ipc] = {
#define CALL(family, name, ipc, i386)	{ family, ipc, i386, SYS_##name }
	[IPCTRACE_CALL_msgget] = CALL(IPCTRACE_MSG, msgget, 13, 399),
	[IPCTRACE_CALL_msgsnd] = CALL(IPCTRACE_MSG, msgsnd, 11, 400),
	[IPCTRACE_CALL_msgrcv] = CALL(IPCTRACE_MSG, msgrcv, 12, 401),
	[IPCTRACE_CALL_msgctl] = CALL(IPCTRACE_MSG, msgctl, 14, 402),
	[IPCTRACE_CALL_semget] = CALL(IPCTRACE_SEM, semget, 2, 393),
	[IPCTRACE_CALL_semop] = CALL(IPCTRACE_SEM, semop, 1, 0),
	[IPCTRACE_CALL_semtimedop] = CALL(IPCTRACE_SEM, semtimedop, 4, 420),
	[IPCTRACE_CALL_semctl] = CALL(IPCTRACE_SEM, semctl, 3, 394),
	[IPCTRACE_CALL_shmget] = CALL(IPCTRACE_SHM, shmget, 23, 395),
	[IPCTRACE_CALL_shmat] = CALL(IPCTRACE_SHM, shmat, 21, 397),
	[IPCTRACE_CALL_shmdt] = CALL(IPCTRACE_SHM, shmdt, 22, 398),
	[IPCTRACE_CALL_shmctl] = CALL(IPCTRACE_SHM, shmctl, 24, 396),
};

#define SYS_I386_IPC	117

/* What all the processes of a run know. */
static struct shared {
	struct {
		int nr;
		struct {
			int id;
			uint64_t size;
		} object[MAX_OBJECTS];
	} kind[NR_FAMILIES];
} *shared;

static uint64_t random_state;
static struct vm_random *seen;	/* the call, as the kernel is asked for it */
static unsigned long attached[MAX_ATTACHED];
static int nr_attached;

/* ---- Chance -------------------------------------------------------------- */

/* splitmix64 */
static uint64_t random_bits(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Seeds in a row must not lead to one sequence, a step apart. */
static void seed_random(uint64_t seed)
{
	random_state = seed;
	random_state = random_bits() ^ ~seed;
}

static unsigned int below(unsigned int limit)
{
	return random_bits() % limit;
}

static bool chance(unsigned int percent)
{
	return below(100) < percent;
}

#define PICK(...)							\
	({								\
		const long long __of[] = { __VA_ARGS__ };		\
									\
		__of[below(ARRAY_SIZE(__of))];				\
	})

/* ---- Objects ------------------------------------------------------------- */

static void remember(enum ipctrace_family family, int id, uint64_t size)
{
	int nr = __atomic_load_n(&shared->kind[family].nr, __ATOMIC_RELAXED);

	for (int i = 0; i < nr && i < MAX_OBJECTS; i++)
		if (shared->kind[family].object[i].id == id)
			return;
	nr = __atomic_fetch_add(&shared->kind[family].nr, 1, __ATOMIC_RELAXED);
	nr %= MAX_OBJECTS;
	shared->kind[family].object[nr].size = size;
	shared->kind[family].object[nr].id = id;
}

static int nr_objects(enum ipctrace_family family)
{
	int nr = __atomic_load_n(&shared->kind[family].nr, __ATOMIC_RELAXED);

	return nr < MAX_OBJECTS ? nr : MAX_OBJECTS;
}

/* Mostly one of the newest: older ones are often gone. */
static int known_object(enum ipctrace_family family)
{
	int nr = __atomic_load_n(&shared->kind[family].nr, __ATOMIC_RELAXED);

	if (nr > 3 && chance(80))
		return (nr - 1 - below(3)) % MAX_OBJECTS;
	return below(nr_objects(family));
}

static int random_id(enum ipctrace_family family)
{
	int nr = nr_objects(family);

	if (!nr || chance(8))
		return PICK(-1, 0, 1, 0x7fffffff, 32768, INT32_MIN,
			    (int)random_bits());
	if (chance(4))
		return shared->kind[family].object[known_object(family)].id +
		       32768;
	return shared->kind[family].object[known_object(family)].id;
}

static bool is_small(int shmid)
{
	for (int i = 0; i < nr_objects(IPCTRACE_SHM); i++)
		if (shared->kind[IPCTRACE_SHM].object[i].id == shmid)
			return shared->kind[IPCTRACE_SHM].object[i].size <=
			       ATTACH_STEP;
	return false;
}

/* ---- Memory -------------------------------------------------------------- */

static void map(unsigned long where, size_t bytes, int prot, int flags, int fd)
{
	if (mmap((void *)where, bytes, prot, flags | MAP_FIXED_NOREPLACE, fd,
		 0) != (void *)where)
		err(1, "mmap at %#lx", where);
}

static void map_arena(void)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

	map(RW, RW_PAGES * PAGE, PROT_READ | PROT_WRITE, anonymous, -1);
	map(RO, PAGE, PROT_READ | PROT_WRITE, anonymous, -1);
	map(NONE, PAGE, PROT_NONE, anonymous, -1);
}

/* Each process has its own, like all the rest, though it is a file's. */
static void map_cold(void)
{
	int fd = memfd_create("cold", 0);

	if (fd < 0 || ftruncate(fd, COLD_PAGES * PAGE))
		err(1, "memfd");
	map(COLD, COLD_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	close(fd);
}

static void fill(unsigned long where, const void *from, size_t bytes)
{
	memcpy((void *)where, from, bytes);
}

/*
 * Put what an argument points to somewhere, and say where. For glibc, which
 * looks at it itself, always somewhere good.
 */
static unsigned long place(enum way way, const void *from, size_t bytes,
			   int page)
{
	unsigned long good = RW + page * 2 * PAGE;
	unsigned int dice = below(100);

	if (way == GLIBC || dice < 70) {
		fill(good, from, bytes);
		return good;
	}
	if (dice < 76)
		return 0;
	if (dice < 79)
		return UNMAPPED + below(PAGE);
	if (dice < 81)
		return NONE;
	if (dice < 82)
		return way >= I386_DIRECT || sizeof(long) == 4 ?
		       0xfffff000ul : (unsigned long)PICK(~0xfffll,
							  1ll << 63, -1);
	if (dice < 86) {
		/* Its end is missing, if it has more than this. */
		size_t there = 1 + below(48);

		if (there > bytes)
			there = bytes;
		fill(RW + RW_PAGES * PAGE - there, from, there);
		return RW + RW_PAGES * PAGE - there;
	}
	if (dice < 92) {
		mprotect((void *)RO, PAGE, PROT_READ | PROT_WRITE);
		fill(RO + 16, from, bytes < PAGE - 16 ? bytes : PAGE - 16);
		mprotect((void *)RO, PAGE, PROT_READ);
		return RO + 16;
	}
	/* There, but not resident. */
	fill(COLD + page * PAGE, from, bytes < PAGE ? bytes : PAGE);
	madvise((void *)COLD, COLD_PAGES * PAGE, MADV_DONTNEED);
	return COLD + page * PAGE;
}

static bool is_32bit(enum way way)
{
	return sizeof(long) == 4 || way >= I386_DIRECT;
}

/* ---- Calls --------------------------------------------------------------- */

/* Note what the kernel is asked for, and how. */
static void note(enum ipctrace_call_id call, enum ipctrace_abi abi, bool by_ipc,
		 const long *registers)
{
	seen->call = call;
	seen->abi = abi;
	seen->by_ipc = by_ipc;
	for (int i = 0; i < IPCTRACE_NR_ARGS; i++)
		seen->args[i] = abi == IPCTRACE_ABI_I386 ?
				(uint32_t)registers[i] :
				(unsigned long)registers[i];
}

/* Of calls by the C library, which says -1; all else of shmat() is an address. */
static long note_result(long ret)
{
	seen->ret = ret;
	if (ret == -1)
		seen->ret = -errno;
	else if (seen->call == IPCTRACE_CALL_shmat)
		seen->ret = (unsigned long)ret;
	return ret;
}

/**
 * vm_random_int80() - int 0x80, from a program of either size
 * @number: of the call, by the table of i386
 * @args: all six registers, whole
 *
 * The compiler cannot give ebp.
 */
int vm_random_int80(long number, const long args[IPCTRACE_NR_ARGS])
{
	struct {
		long args[IPCTRACE_NR_ARGS];
		long number;
	} all = { .number = number };
	unsigned long regs = (unsigned long)&all;
	int ret;

	memcpy(all.args, args, sizeof(all.args));
#if defined(__x86_64__)
	/* Below the 128 bytes that the compiler may use without asking. */
	asm volatile("lea -128(%%rsp), %%rsp\n\t"
		     "push %%rbp\n\t"
		     "push %%rbx\n\t"
		     "mov %%rsi, %%rax\n\t"
		     "mov (%%rax), %%rbx\n\t"
		     "mov 8(%%rax), %%rcx\n\t"
		     "mov 16(%%rax), %%rdx\n\t"
		     "mov 24(%%rax), %%rsi\n\t"
		     "mov 32(%%rax), %%rdi\n\t"
		     "mov 40(%%rax), %%rbp\n\t"
		     "mov 48(%%rax), %%rax\n\t"
		     "int $0x80\n\t"
		     "pop %%rbx\n\t"
		     "pop %%rbp\n\t"
		     "lea 128(%%rsp), %%rsp"
		     : "=a"(ret), "+S"(regs)
		     :
		     : "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "memory",
		       "cc");
#elif defined(__i386__)
	asm volatile("push %%ebp\n\t"
		     "push %%ebx\n\t"
		     "mov %%esi, %%eax\n\t"
		     "mov (%%eax), %%ebx\n\t"
		     "mov 4(%%eax), %%ecx\n\t"
		     "mov 8(%%eax), %%edx\n\t"
		     "mov 12(%%eax), %%esi\n\t"
		     "mov 16(%%eax), %%edi\n\t"
		     "mov 20(%%eax), %%ebp\n\t"
		     "mov 24(%%eax), %%eax\n\t"
		     "int $0x80\n\t"
		     "pop %%ebx\n\t"
		     "pop %%ebp"
		     : "=a"(ret), "+S"(regs)
		     :
		     : "ecx", "edx", "edi", "memory", "cc");
#else
	(void)regs;
	ret = -ENOSYS;
#endif
	return ret;
}

/* 32 bits are an address, or a number with a sign. */
static long int80(enum ipctrace_call_id call, bool by_ipc, long number,
		  const long *registers)
{
	int ret;

	note(call, IPCTRACE_ABI_I386, by_ipc, registers);
	ret = vm_random_int80(number, registers);
	seen->ret = ret;
	if (call == IPCTRACE_CALL_shmat && (unsigned int)ret < -4095u)
		seen->ret = (unsigned int)ret;
	return seen->ret;
}

static long by_glibc(enum ipctrace_call_id call, const long *a)
{
	switch (call) {
	case IPCTRACE_CALL_msgget:
		return msgget(a[0], a[1]);
	case IPCTRACE_CALL_msgsnd:
		return msgsnd(a[0], (void *)a[1], a[2], a[3]);
	case IPCTRACE_CALL_msgrcv:
		return msgrcv(a[0], (void *)a[1], a[2], a[3], a[4]);
	case IPCTRACE_CALL_msgctl:
		return msgctl(a[0], a[1], (void *)a[2]);
	case IPCTRACE_CALL_semget:
		return semget(a[0], a[1], a[2]);
	case IPCTRACE_CALL_semop:
		return semop(a[0], (void *)a[1], a[2]);
	case IPCTRACE_CALL_semtimedop:
		return semtimedop(a[0], (void *)a[1], a[2], (void *)a[3]);
	case IPCTRACE_CALL_semctl:
		return semctl(a[0], a[1], a[2], (void *)a[3]);
	case IPCTRACE_CALL_shmget:
		return shmget(a[0], a[1], a[2]);
	case IPCTRACE_CALL_shmat:
		return (long)shmat(a[0], (void *)a[1], a[2]);
	case IPCTRACE_CALL_shmdt:
		return shmdt((void *)a[0]);
	case IPCTRACE_CALL_shmctl:
		return shmctl(a[0], a[1], (void *)a[2]);
	default:
		return -1;
	}
}

/* A word that ipc()'s ptr leads to; now and then it leads nowhere. */
static unsigned long place_words(const int32_t *words, size_t nr)
{
	return place(I386_IPC, words, nr * sizeof(*words), 3);
}

/* By ipc(): the old conventions too, with what they leave open at random. */
static long by_ipc(enum ipctrace_call_id call, const long *a)
{
	long i[6] = { calls[call].ipc };
	unsigned long raddr = RW + 3 * PAGE;
	bool old = false;
	long ret;

	/* What the call does not use. */
	for (unsigned int n = 1; chance(20) && n < ARRAY_SIZE(i); n++)
		i[n] = (int32_t)random_bits();
	switch (call) {
	case IPCTRACE_CALL_msgget:
		i[1] = a[0];
		i[2] = a[1];
		break;
	case IPCTRACE_CALL_msgsnd:
		i[1] = a[0];
		i[2] = a[2];
		i[3] = a[3];
		i[4] = a[1];
		break;
	case IPCTRACE_CALL_msgrcv:
		i[1] = a[0];
		i[2] = a[2];
		i[3] = a[4];
		old = chance(50);
		if (old) {
			i[4] = place_words((int32_t[]){ a[1], a[3] }, 2);
		} else {
			i[0] |= PICK(1 << 16, 1 << 16, 2 << 16, 0x7fff << 16);
			i[4] = a[1];
			i[5] = a[3];
		}
		break;
	case IPCTRACE_CALL_msgctl:
	case IPCTRACE_CALL_shmctl:
		i[1] = a[0];
		i[2] = a[1];
		i[4] = a[2];
		break;
	case IPCTRACE_CALL_semget:
		i[1] = a[0];
		i[2] = a[1];
		i[3] = a[2];
		break;
	case IPCTRACE_CALL_semtimedop:
		i[5] = a[3];
		fallthrough;
	case IPCTRACE_CALL_semop:
		i[1] = a[0];
		i[2] = a[2];
		i[4] = a[1];
		break;
	case IPCTRACE_CALL_semctl:
		i[1] = a[0];
		i[2] = a[1];
		i[3] = a[2];
		i[4] = chance(5) ? 0 : place_words((int32_t[]){ a[3] }, 1);
		break;
	case IPCTRACE_CALL_shmget:
		i[1] = a[0];
		i[2] = a[1];
		i[3] = a[2];
		break;
	case IPCTRACE_CALL_shmat:
		if (chance(10))
			raddr = PICK(0, UNMAPPED);
		i[1] = a[0];
		i[2] = a[2];
		i[3] = raddr;
		i[4] = a[1];
		break;
	case IPCTRACE_CALL_shmdt:
		i[4] = a[0];
		break;
	default:
		break;
	}
	if (!old && call != IPCTRACE_CALL_msgrcv && chance(10))
		i[0] |= PICK(1 << 16, 3 << 16);
	ret = int80(call, true, SYS_I386_IPC, i);
	if (call == IPCTRACE_CALL_shmat && !ret && raddr == RW + 3 * PAGE)
		return *(uint32_t *)raddr;
	return ret;
}

static void ipc_at_random(void)
{
	long i[6];

	i[0] = PICK(0, 5, 6, 9, 10, 15, 20, 25, 26, 255, 0xffff,
		    (1 << 16) | 5, (int32_t)random_bits() | 0x40);
	for (unsigned int n = 1; n < ARRAY_SIZE(i); n++)
		i[n] = PICK(0, 1, -1, RW, (int32_t)random_bits());
	int80(IPCTRACE_CALL_ipc, false, SYS_I386_IPC, i);
}

/* Result of a call, or -1 or -errno: it is only looked at for success. */
static long issue(enum ipctrace_call_id call, enum way way, const long *a)
{
	switch (way) {
	case GLIBC:
		return by_glibc(call, a);
	case DIRECT:
		note(call, VM_ABI, false, a);
		return note_result(syscall(calls[call].native, a[0], a[1], a[2],
					   a[3], a[4], a[5]));
	case I386_DIRECT:
		return int80(call, false, calls[call].i386_number, a);
	case I386_IPC:
		return by_ipc(call, a);
	}
	return -1;
}

static enum way random_way(enum ipctrace_call_id call, bool glibc)
{
	enum way way = sizeof(long) == 8 ? PICK(GLIBC, GLIBC, DIRECT, DIRECT,
						DIRECT, I386_DIRECT, I386_IPC) :
					   PICK(GLIBC, GLIBC, DIRECT,
						I386_DIRECT, I386_IPC,
						I386_IPC);

	if (!VM_INT80)
		return way == GLIBC && glibc ? GLIBC : DIRECT;
	if (way == GLIBC && !glibc)
		way = PICK(I386_DIRECT, I386_IPC);
	if (way == DIRECT && !calls[call].native)
		return I386_IPC;
	if (way == I386_DIRECT && !calls[call].i386_number)
		return I386_IPC;
	return way;
}

/* ---- Arguments ----------------------------------------------------------- */

static long random_key(void)
{
	return PICK(IPC_PRIVATE, IPC_PRIVATE, 0x69700100, 0x69700101,
		    0x69700102, -0x768ffefd, -1);
}

static long random_getflg(enum ipctrace_family family)
{
	long flags = PICK(0600, 0666, 0644, 0400, 0200, 0, 0777);

	if (chance(75))
		flags |= IPC_CREAT;
	if (chance(15))
		flags |= IPC_EXCL;
	if (family == IPCTRACE_SHM && chance(8))
		flags |= SHM_HUGETLB | PICK(0, 16, 21, 30, 63) << HUGE_SHIFT;
	if (family == IPCTRACE_SHM && chance(10))
		flags |= SHM_NORESERVE;
	if (chance(8))
		flags |= PICK(IPC_NOWAIT, 010000, 0x8000, 0x40000, 1 << 30,
			      INT32_MIN, 1 << HUGE_SHIFT, -1);
	return flags;
}

static void ask_get(enum ipctrace_family family, enum way way, long *a)
{
	a[0] = random_key();
	if (family == IPCTRACE_MSG) {
		a[1] = random_getflg(family);
		return;
	}
	if (family == IPCTRACE_SEM)
		a[1] = PICK(1, 2, 3, 5, 5, 40, 250, 0, 0, -1, 32001);
	else if (is_32bit(way))
		a[1] = PICK(1, 4096, 5000, 65536, 1 << 20, 0, -1, INT32_MAX);
	else
		a[1] = PICK(1, 4096, 5000, 65536, 1 << 20, 0, -1, INT32_MAX,
			    1ll << 40, INT64_MIN, 1ll << 32);
	a[2] = random_getflg(family);
}

/* With what in front depends on who reads it. */
static unsigned long place_message(enum way way, long type)
{
	struct {
		char bytes[sizeof(int64_t) + 64];
	} message;
	size_t head = is_32bit(way) ? 4 : 8;
	int64_t mtype = type;

	memset(&message, 0, sizeof(message));
	memcpy(message.bytes, &mtype, head);
	for (size_t i = head; i < sizeof(message); i++)
		message.bytes[i] = random_bits();
	return place(way, &message, sizeof(message), 0);
}

static long random_msgflg(void)
{
	long flags = 0;

	if (chance(25))
		flags |= MSG_NOERROR;
	if (chance(15))
		flags |= MSG_EXCEPT;
	if (chance(8))
		flags |= MSG_COPY_FLAG;
	if (chance(8))
		flags |= PICK(1, IPC_CREAT, 0100000, 1 << 20, INT32_MIN, -1);
	if (chance(92))
		flags |= IPC_NOWAIT;
	return flags;
}

static void ask_msgsnd(enum way way, long *a)
{
	a[0] = random_id(IPCTRACE_MSG);
	a[1] = place_message(way, PICK(1, 2, 3, 4, 1, 2, 3, INT32_MAX, 0, -1));
	a[2] = PICK(0, 1, 7, 32, 33, 64, 64, 4000, 8192, 8193, -1, INT32_MIN);
	a[3] = random_msgflg();
}

static void ask_msgrcv(enum way way, long *a)
{
	a[0] = random_id(IPCTRACE_MSG);
	a[1] = place_message(way, 0x55);
	a[2] = PICK(0, 7, 64, 64, 8192, 8192, -1, INT32_MIN);
	a[3] = PICK(0, 0, 0, 1, 2, 3, -2, -4, INT32_MIN, INT32_MAX);
	a[4] = random_msgflg();
}

static void ask_semop(enum way way, long *a, bool timed)
{
	struct sembuf sops[40];
	bool patient = chance(8);

	a[0] = random_id(IPCTRACE_SEM);
	a[2] = chance(90) ? PICK(1, 1, 1, 2, 2, 3, 4, 5) :
			    PICK(0, 32, 33, 40, 501, INT32_MAX, -1);
	for (unsigned int i = 0; i < ARRAY_SIZE(sops); i++) {
		sops[i].sem_num = chance(95) ? below(a[2] > 4 ? 1 : 3) :
					       PICK(250, 32000, 65535);
		sops[i].sem_op = chance(95) ? PICK(1, 1, 2, -1, -1, -2, 0) :
					      PICK(INT16_MIN, INT16_MAX);
		sops[i].sem_flg = patient ? 0 : IPC_NOWAIT;
		if (chance(15))
			sops[i].sem_flg |= SEM_UNDO;
		if (chance(5))
			sops[i].sem_flg |= PICK(1, 0100, 0x4000, 0x8000);
	}
	a[1] = place(way, sops, sizeof(sops), 0);
	if (!timed)
		return;
	if (chance(20)) {
		a[3] = 0;
		return;
	}
	long long second = chance(92) ? 0 : PICK(-1, INT32_MIN);
	long long nsec = PICK(0, 1, 1000000, 2000000, 999999999, 1000000000,
			      -1);

	if (is_32bit(way) && way != I386_DIRECT &&
	    !(way == DIRECT && SYS_semtimedop == VM_SEMTIMEDOP_NR))
		a[3] = place(way, (int32_t[]){ second, nsec }, 8, 1);
	else
		a[3] = place(way, (int64_t[]){ second, nsec }, 16, 1);
}

/* The members that IPC_SET reads, where either layout has them; then noise. */
static unsigned long place_ds(enum way way, enum ipctrace_family family, bool ipc_64)
{
	uint32_t words[64];
	uint16_t *halves = (uint16_t *)words;

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = random_bits();
	if (is_32bit(way) && way != GLIBC && !ipc_64) {
		halves[2] = PICK(0, 0, 1, NOBODY, 65535);
		halves[3] = PICK(0, 0, 1, NOBODY);
		halves[6] = PICK(0600, 0666, 0644, 0, 0777, 01777);
	} else {
		words[1] = PICK(0, 0, 1, NOBODY, -1);
		words[2] = PICK(0, 0, 1, NOBODY);
		words[5] = PICK(0600, 0666, 0644, 0, 0777, 01777);
		if (family == IPCTRACE_MSG && chance(80)) {
			words[is_32bit(way) ? 17 : 22] =
				PICK(0, 64, 16384, 16384, 65536);
			if (!is_32bit(way))
				words[23] = 0;
		}
	}
	return place(way, words, sizeof(words), 2);
}

static unsigned long place_values(enum way way)
{
	uint16_t values[256];

	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++)
		values[i] = chance(98) ? below(5) : random_bits();
	return place(way, values, sizeof(values), 2);
}

static void ask_ctl(enum ipctrace_family family, enum way way, long *a)
{
	static const int commands[NR_FAMILIES] = {
		[IPCTRACE_MSG] = 14, [IPCTRACE_SEM] = 21, [IPCTRACE_SHM] = 16,
	};
	unsigned int nr = family == IPCTRACE_SEM ? 1 : 0;
	long cmd;
	bool ipc_64;

	a[0] = random_id(family);
	if (nr)
		a[1] = chance(92) ? below(4) : PICK(-1, 250, INT32_MAX);
	/* IPC_RMID less often, or there is nothing for the others. */
	do {
		cmd = chance(30) ? PICK(IPC_SET, IPC_STAT) :
				   below(commands[family]);
	} while (cmd == IPC_RMID && chance(50));
	if (chance(5))
		cmd = PICK(-1, 21, 22, 99, 0x200, INT32_MIN);
	/* An index, not an id. */
	if ((family == IPCTRACE_SEM ? cmd >= 18 : cmd >= 11) && chance(60))
		a[0] = below(6);
	ipc_64 = chance(is_32bit(way) ? 50 : 8);
	if (way == GLIBC) {
		/* It asks for what it knows. */
		if (cmd < 0 || cmd >= commands[family])
			cmd = IPC_STAT;
		ipc_64 = false;
	}
	a[nr + 1] = cmd | (ipc_64 ? IPC_64 : 0);
	if (family == IPCTRACE_SEM && cmd == 16)
		a[3] = PICK(0, 1, 5, 32767, 32768, -1);
	else if (family == IPCTRACE_SEM && cmd >= 11 && cmd <= 17)
		a[3] = place_values(way);
	else
		a[nr + 2] = place_ds(way, family, ipc_64);
}

static void ask_shmat(long *a)
{
	a[0] = random_id(IPCTRACE_SHM);
	a[1] = 0;
	if (chance(30))
		a[1] = ATTACH + below(16) * ATTACH_STEP +
		       PICK(0, 0, 0, 1, 2048, 4096);
	else if (chance(5))
		a[1] = PICK(1, RW, -4096, 4095);
	a[2] = 0;
	if (chance(25))
		a[2] |= SHM_RDONLY;
	if (chance(30))
		a[2] |= SHM_RND;
	if (chance(10))
		a[2] |= SHM_EXEC;
	if (chance(8))
		a[2] |= PICK(1, 0100000, 1 << 20, 1 << 30);
	/*
	 * Never over what the program needs. What is rounded down to 0 the kernel
	 * attaches there, if it is root who asks, over all that is in the way.
	 */
	if (a[1] > 0 && a[1] < (long)PAGE)
		a[2] &= ~SHM_RND;
	if (chance(10) && is_small(a[0]) && (!a[1] || a[1] >= (long)ATTACH))
		a[2] |= SHM_REMAP;
}

static void ask_shmdt(long *a)
{
	if (nr_attached && chance(75))
		a[0] = attached[below(nr_attached)] + (chance(90) ? 0 : 2048);
	else
		a[0] = PICK(0, 1, ATTACH, RW, UNMAPPED, -4096, -1);
}

static void ask(enum ipctrace_call_id call, enum way way, long *a)
{
	switch (call) {
	case IPCTRACE_CALL_msgget:
	case IPCTRACE_CALL_semget:
	case IPCTRACE_CALL_shmget:
		return ask_get(calls[call].family, way, a);
	case IPCTRACE_CALL_msgctl:
	case IPCTRACE_CALL_semctl:
	case IPCTRACE_CALL_shmctl:
		return ask_ctl(calls[call].family, way, a);
	case IPCTRACE_CALL_msgsnd:
		return ask_msgsnd(way, a);
	case IPCTRACE_CALL_msgrcv:
		return ask_msgrcv(way, a);
	case IPCTRACE_CALL_semop:
		return ask_semop(way, a, false);
	case IPCTRACE_CALL_semtimedop:
		return ask_semop(way, a, true);
	case IPCTRACE_CALL_shmat:
		return ask_shmat(a);
	case IPCTRACE_CALL_shmdt:
		return ask_shmdt(a);
	default:
		return;
	}
}

/* The upper half of a register means nothing where the argument is an int. */
static void soil_ints(enum ipctrace_call_id call, long *a)
{
#if __SIZEOF_LONG__ == 8
	static const unsigned char ints[IPCTRACE_CALL_ipc] = {
		[IPCTRACE_CALL_msgget] = 0x3,
		[IPCTRACE_CALL_msgsnd] = 0x9,
		[IPCTRACE_CALL_msgrcv] = 0x11,
		[IPCTRACE_CALL_msgctl] = 0x3,
		[IPCTRACE_CALL_semget] = 0x7,
		[IPCTRACE_CALL_semop] = 0x5,
		[IPCTRACE_CALL_semtimedop] = 0x5,
		[IPCTRACE_CALL_semctl] = 0x7,
		[IPCTRACE_CALL_shmget] = 0x5,
		[IPCTRACE_CALL_shmat] = 0x5,
		[IPCTRACE_CALL_shmctl] = 0x3,
	};

	for (unsigned int i = 0; i < 5; i++)
		if (ints[call] & 1 << i)
			a[i] = (a[i] & UINT32_MAX) | random_bits() << 32;
#else
	(void)call;
	(void)a;
#endif
}

static void take_note(enum ipctrace_call_id call, const long *a, long ret)
{
	enum ipctrace_family family = calls[call].family;

	if (call == IPCTRACE_CALL_msgget || call == IPCTRACE_CALL_semget ||
	    call == IPCTRACE_CALL_shmget) {
		if (ret >= 0)
			remember(family, ret, call == IPCTRACE_CALL_shmget ?
				 (uint64_t)a[1] : 0);
	} else if (call == IPCTRACE_CALL_shmat && ret &&
		   (unsigned long)ret < -4096ul && nr_attached < MAX_ATTACHED) {
		attached[nr_attached++] = ret;
	} else if (call == IPCTRACE_CALL_shmdt && !ret) {
		for (int i = 0; i < nr_attached; i++)
			if (attached[i] == (unsigned long)a[0])
				attached[i--] = attached[--nr_attached];
	}
}

static void patience(unsigned int us)
{
	/* Again and again, since the first may come too early. */
	const struct itimerval timer = {
		.it_value = { .tv_usec = us },
		.it_interval = { .tv_usec = us },
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static bool may_wait(enum ipctrace_call_id call)
{
	return call == IPCTRACE_CALL_msgsnd || call == IPCTRACE_CALL_msgrcv ||
	       call == IPCTRACE_CALL_semop || call == IPCTRACE_CALL_semtimedop;
}

/**
 * vm_random_call() - make a call
 * @patience_us: how long it may wait, less than a second
 * @made: out: what it was and what came of it; NULL: not asked for, and then it
 *	may go by glibc, which does not always pass on what it is asked for
 */
void vm_random_call(unsigned int patience_us, struct vm_random *made)
{
	/* Making objects and using them matters most. */
	enum ipctrace_call_id call =
		chance(12) ? PICK(IPCTRACE_CALL_msgget, IPCTRACE_CALL_semget,
				  IPCTRACE_CALL_shmget) :
			     below(IPCTRACE_CALL_ipc);
	enum way way = random_way(call, !made);
	struct vm_random unseen;
	long a[6] = { 0 };
	long ret;

	seen = made ? made : &unseen;
	if (chance(3) && VM_INT80) {
		ipc_at_random();
		return;
	}
	/* No more addresses than can be remembered. */
	if (call == IPCTRACE_CALL_shmat && nr_attached == MAX_ATTACHED)
		call = IPCTRACE_CALL_shmdt;
	ask(call, way, a);
	if (way != GLIBC && chance(5))
		soil_ints(call, a);
	if (may_wait(call))
		patience(patience_us);
	ret = issue(call, way, a);
	if (may_wait(call))
		patience(0);
	take_note(call, a, ret);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/**
 * vm_random_init() - before the processes are started that make calls
 *
 * Return: 0 or -errno.
 */
int vm_random_init(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	map_arena();
	return 0;
}

/**
 * vm_random_process() - in each process, before its first call
 * @seed: what it asks for depends on this, which all have,
 * @number: and this, less than VM_RANDOM_PROCESSES
 */
void vm_random_process(uint64_t seed, unsigned int number)
{
	const struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	map_cold();
	seed_random(seed * VM_RANDOM_PROCESSES + number);
	/* One of them may do less. */
	if (number == 1 && setresuid(NOBODY, NOBODY, NOBODY))
		err(1, "setresuid");
}

/**
 * vm_random_forget() - after the last call: the objects are gone, or go with
 * their namespace
 *
 * Return: whether there were more of them than can be remembered.
 */
bool vm_random_forget(void)
{
	bool many = false;

	for (int i = 0; i < NR_FAMILIES; i++) {
		many |= shared->kind[i].nr > MAX_OBJECTS;
		shared->kind[i].nr = 0;
	}
	return many;
}

/**
 * vm_random_remove() - remove the objects that are remembered
 */
void vm_random_remove(void)
{
	int i;

	for (i = 0; i < nr_objects(IPCTRACE_MSG); i++)
		msgctl(shared->kind[IPCTRACE_MSG].object[i].id, IPC_RMID, NULL);
	for (i = 0; i < nr_objects(IPCTRACE_SEM); i++)
		semctl(shared->kind[IPCTRACE_SEM].object[i].id, 0, IPC_RMID);
	for (i = 0; i < nr_objects(IPCTRACE_SHM); i++)
		shmctl(shared->kind[IPCTRACE_SHM].object[i].id, IPC_RMID, NULL);
}
