// SPDX-License-Identifier: GPL-2.0
/*
 * The module as a whole. Tests that need parameters of their own load it
 * anew, and put the default back when they end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm_module.h"

bool vm_module_loaded(void)
{
	return !access("/sys/module/ipctrace/initstate", F_OK);
}

/* vm_module_load - insmod; Return: 0 or -errno */
int vm_module_load(const char *params)
{
	const char *path = getenv("IPCTRACE_KO");
	int fd, error = 0;

	fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return -ENOENT;
	if (syscall(SYS_finit_module, fd, params, 0))
		error = -errno;
	close(fd);
	return error;
}

/* vm_account_now - vm_account() of stats as they are; false: there are none */
bool vm_account_now(struct vm_account *account)
{
	char *stats = vm_read_file(VM_DEBUGFS "stats");
	bool good = stats && vm_account(stats, account);

	free(stats);
	return good;
}

static bool balanced(void)
{
	struct vm_account a;

	if (access(VM_DEBUGFS "stats", F_OK))
		return true;
	return vm_account_now(&a) &&
	       a.entered == a.finished + a.in_flight + a.missed + a.rejected;
}

/*
 * Whatever a test did, all calls must be accounted for. Stats are exact while no
 * call begins or ends: under traffic that may take a few looks.
 */
static int check_account(void)
{
	char *stats;
	int i;

	for (i = 0; i < 1000; i++) {
		if (balanced())
			return 0;
		usleep(1000);
	}
	stats = vm_read_file(VM_DEBUGFS "stats");
	fprintf(stderr, "# calls are not accounted for:\n%s", stats ?: "");
	free(stats);
	return -EPROTO;
}

/* vm_module_unload - rmmod; Return: 0 or -errno, -EPROTO: calls got lost */
int vm_module_unload(void)
{
	int error = check_account();

	if (error)
		return error;
	return syscall(SYS_delete_module, "ipctrace", O_NONBLOCK) ? -errno : 0;
}

/* vm_module_reload - a fresh module: rings empty, counters zero */
int vm_module_reload(const char *params)
{
	int i, error = 0;

	/* Somebody may still be closing it. */
	for (i = 0; vm_module_loaded() && i < 100; i++) {
		error = vm_module_unload();
		if (error != -EAGAIN)
			break;
		usleep(20000);
	}
	return error ? error : vm_module_load(params);
}

/*
 * vm_module_debug - from now on load the module built with IPCTRACE_DEBUG, which
 * stands beside the one that users have: build/debug/RELEASE/ipctrace.ko.
 * Return: false when there is none
 */
bool vm_module_debug(void)
{
	const char *path = getenv("IPCTRACE_KO"), *release;
	char debug[4096];

	if (!path)
		return false;
	release = memrchr(path, '/', strlen(path));
	release = release ? memrchr(path, '/', release - path) : NULL;
	if (!release)
		return false;
	snprintf(debug, sizeof(debug), "%.*s/debug%s", (int)(release - path),
		 path, release);
	return !access(debug, R_OK) && !setenv("IPCTRACE_KO", debug, 1);
}

static bool is_default(void)
{
	char *ring_bytes, *max_blocked, *payload, *group, *followed_max;
	bool same;

	ring_bytes = vm_read_file("/sys/module/ipctrace/parameters/ring_bytes");
	max_blocked =
		vm_read_file("/sys/module/ipctrace/parameters/max_blocked");
	payload = vm_read_file("/sys/module/ipctrace/parameters/payload");
	group = vm_read_file("/sys/module/ipctrace/parameters/group");
	/* Of the debug module */
	followed_max = vm_read_file("/sys/module/ipctrace/parameters/followed_max");
	same = group && !strcmp(group, "-1\n") && ring_bytes && !strcmp(ring_bytes, "4194304\n") &&
	       max_blocked && !strcmp(max_blocked, "2048\n") &&
	       payload && !strcmp(payload, "0\n") &&
	       (!followed_max || !strcmp(followed_max, "32768\n"));
	free(followed_max);
	free(ring_bytes);
	free(max_blocked);
	free(payload);
	free(group);
	return same;
}

/* vm_module_default - have it loaded as users have it, if it is not */
int vm_module_default(void)
{
	if (vm_module_loaded() && is_default())
		return check_account() ?:
		       vm_write_file(VM_DEBUGFS "filter", "\n");
	return vm_module_reload("");
}

/* vm_call_stats - counters of one call; Return: 0 or -errno */
int vm_call_stats(int fd, int call, struct ipctrace_call_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->call = call;
	return ioctl(fd, IPCTRACE_IOC_CALL_STATS, stats) ? -errno : 0;
}

/* vm_account - the sum of it all, from the text of stats */
bool vm_account(const char *stats, struct vm_account *account)
{
	const char *line = strstr(stats, "accounting: ");

	return line && sscanf(line, "accounting: %llu calls entered = %llu finished + %u in flight + %llu missed + %llu rejected\n",
			      &account->entered, &account->finished,
			      &account->in_flight, &account->missed,
			      &account->rejected) == 5;
}

/* vm_stats_row - what stats say of the call @name, or of anything in that place */
bool vm_stats_row(const char *stats, const char *name,
		  struct vm_stats_row *row)
{
	char start[32];
	const char *line;

	snprintf(start, sizeof(start), "\n%s ", name);
	line = strstr(stats, start);
	return line && sscanf(line + strlen(start), "%llu %llu %llu",
			      &row->calls, &row->errors, &row->missed) == 3;
}

/* vm_calls - calls of all kinds, finished and missed */
uint64_t vm_calls(int fd)
{
	struct ipctrace_call_stats stats;
	uint64_t calls = 0;
	int call;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		if (vm_call_stats(fd, call, &stats))
			return 0;
		calls += stats.calls + stats.missed;
	}
	return calls;
}

/* vm_events - records of @type since load */
uint64_t vm_events(int fd, int type)
{
	struct ipctrace_type_stats stats = { .type = type };

	return ioctl(fd, IPCTRACE_IOC_TYPE_STATS, &stats) ? 0 : stats.written;
}

/* vm_records - records of all types, as the types' counters have it */
uint64_t vm_records(int fd)
{
	uint64_t records = 0;
	int type;

	for (type = 0; type < __IPCTRACE_TYPE_MAX; type++)
		records += vm_events(fd, type);
	return records;
}

/* vm_written - the same, as the counters of all CPUs have it, those offline too */
uint64_t vm_written(int fd)
{
	struct ipctrace_cpu_stats stats = { .cpu = 0 };
	uint64_t written = 0;

	for (; !ioctl(fd, IPCTRACE_IOC_CPU_STATS, &stats); stats.cpu++)
		written += stats.written;
	return written;
}

/* vm_control - Return: 0 or -errno */
int vm_control(int fd, int op)
{
	struct ipctrace_control control = { .op = op };

	return ioctl(fd, IPCTRACE_IOC_CONTROL, &control) ? -errno : 0;
}

/* vm_write_file - Return: 0 or -errno */
int vm_write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		error = -errno;
	close(fd);
	return error;
}

/* vm_read_fd - all of a file up to its end, or until it would block */
char *vm_read_fd(int fd)
{
	size_t n = 0, room = 0;
	char *text = NULL;
	ssize_t got;

	do {
		if (n + 65536 >= room) {
			room = room ? 2 * room : 1 << 17;
			text = realloc(text, room);
			if (!text)
				abort();
		}
		got = read(fd, text + n, 65536);
		if (got > 0)
			n += got;
	} while (got > 0);
	text[n] = 0;
	return text;
}

/* vm_read_file - all of a file, or NULL */
char *vm_read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = vm_read_fd(fd);
	close(fd);
	return text;
}

/* vm_lines - how many lines @text has */
unsigned int vm_lines(const char *text)
{
	unsigned int n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static unsigned int lines(const char *path)
{
	char *text = vm_read_file(path);
	unsigned int n = vm_lines(text ?: "");

	free(text);
	return n;
}

/* vm_ipc_objects - objects that exist in this IPC namespace (and 3) */
unsigned int vm_ipc_objects(void)
{
	return lines("/proc/sysvipc/msg") + lines("/proc/sysvipc/sem") +
	       lines("/proc/sysvipc/shm");
}

/* vm_kernel_has_types - does the kernel say where private members are? */
bool vm_kernel_has_types(void)
{
	return !access("/sys/kernel/btf/vmlinux", R_OK);
}

/* vm_log_clear - have vm_log() begin here */
void vm_log_clear(void)
{
	klogctl(5, NULL, 0);
}

/* vm_log - what the kernel has logged since vm_log_clear() */
const char *vm_log(void)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);

	log[n > 0 ? n : 0] = 0;
	return log;
}
