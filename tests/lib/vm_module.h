/* SPDX-License-Identifier: GPL-2.0 */
/* Load and unload the module, count what it counts, clean up after a test. */
#ifndef _VM_MODULE_H
#define _VM_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include <ipctrace/ipctrace.h>

#define VM_DEBUGFS	"/sys/kernel/debug/ipctrace/"

/* Why a test is skipped without vm_kernel_has_types() */
#define VM_NO_TYPES	"this kernel does not describe its types: no BTF"

/**
 * struct vm_account - the line "accounting" of stats
 */
struct vm_account {
	unsigned long long entered;
	unsigned long long finished;
	unsigned int in_flight;
	unsigned long long missed;
	unsigned long long rejected;
};

/**
 * struct vm_stats_row - the line of a call
 */
struct vm_stats_row {
	unsigned long long calls;
	unsigned long long errors;
	unsigned long long missed;
};

bool vm_module_loaded(void);
int vm_module_load(const char *params);
int vm_module_unload(void);
int vm_module_reload(const char *params);
int vm_module_default(void);
bool vm_module_debug(void);

int vm_call_stats(int fd, int call, struct ipctrace_call_stats *stats);
bool vm_account(const char *stats, struct vm_account *account);
bool vm_account_now(struct vm_account *account);
bool vm_stats_row(const char *stats, const char *name,
		  struct vm_stats_row *row);
uint64_t vm_calls(int fd);
uint64_t vm_events(int fd, int type);
uint64_t vm_records(int fd);
uint64_t vm_written(int fd);
int vm_control(int fd, int op);
int vm_write_file(const char *path, const char *text);
char *vm_read_file(const char *path);
unsigned int vm_lines(const char *text);
char *vm_read_fd(int fd);
unsigned int vm_ipc_objects(void);
bool vm_kernel_has_types(void);
void vm_log_clear(void);
const char *vm_log(void);

#endif /* _VM_MODULE_H */
