/* SPDX-License-Identifier: GPL-2.0 */
/* Random calls, from several processes; see vm_random.c. */
#ifndef _VM_RANDOM_H
#define _VM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#include <ipctrace/ipctrace.h>

#define VM_RANDOM_PROCESSES	3

/**
 * struct vm_random - a call that was made
 * @args: the registers, all of them, the lower halves for IPCTRACE_ABI_I386
 * @ret: result, or -errno
 * @call: enum ipctrace_call_id; that of ipc() only where it knows no such call
 * @abi: enum ipctrace_abi
 * @by_ipc: another call by ipc(), and the registers are those of ipc()
 */
struct vm_random {
	uint64_t args[IPCTRACE_NR_ARGS];
	int64_t ret;
	uint8_t call;
	uint8_t abi;
	bool by_ipc;
};

int vm_random_init(void);
void vm_random_process(uint64_t seed, unsigned int number);
void vm_random_call(unsigned int patience_us, struct vm_random *made);
bool vm_random_forget(void);
void vm_random_remove(void);
int vm_random_int80(long number, const long args[IPCTRACE_NR_ARGS]);

#endif /* _VM_RANDOM_H */
