// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: debugfs
 *
 * Counters, probes and a snapshot of the records as text for people. Kernel
 * lockdown closes debugfs, so everything here is also an ioctl of the device.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <ipctrace/ipctrace.h>

#include "access.h"
#include "buffers.h"
#include "debugfs.h"
#include "filter.h"
#include "flight.h"
#include "gaps.h"
#include "probe.h"
#include "probes.h"
#include "reader.h"
#include "settle.h"
#include "stats.h"
#include "shared/syscalls.h"
#include "shared/text.h"
#include "shared/version.h"

static struct dentry *directory;

/* At least three digits and a unit, in eleven columns */
static void show_duration(struct seq_file *m, u64 ns)
{
	static const struct {
		u32 ns;
		const char *name;
	} units[] = {
		{ 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" },
	};
	size_t i;
	u64 hundredths;
	u32 rest;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (ns < units[i].ns)
			continue;
		hundredths = div_u64(ns, units[i].ns / 100);
		hundredths = div_u64_rem(hundredths, 100, &rest);
		seq_printf(m, "%6llu.%02u %-2s", hundredths, rest,
			   units[i].name);
		return;
	}
	seq_printf(m, "%9llu ns", ns);
}

static void show_call(struct seq_file *m, u32 call)
{
	struct ipctrace_call_stats stats = { .call = call };

	ipct_stats_sum(&stats);
	seq_printf(m, "%-10s %12llu %10llu %10llu", ipct_syscalls[call].name,
		   stats.calls, stats.errors, ipct_probes_missed_by_call(call));
	if (stats.calls) {
		show_duration(m, stats.min_ns);
		show_duration(m, div64_u64(stats.total_ns, stats.calls));
		show_duration(m, ipct_stats_percentile(&stats, 50));
		show_duration(m, ipct_stats_percentile(&stats, 90));
		show_duration(m, ipct_stats_percentile(&stats, 99));
		show_duration(m, stats.max_ns);
	}
	seq_putc(m, '\n');
}

static void show_time(struct seq_file *m, u64 ns)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, 1000000000, &rest);

	seq_printf(m, " since %llu.%09u", seconds, rest);
}

/* Since when records are complete, or why they are not. */
static void show_gaps(struct seq_file *m)
{
	struct ipctrace_gap_state gap = { };
	u64 since = ipct_gaps_since();

	if (since) {
		seq_puts(m, "everything is recorded");
		show_time(m, since);
		seq_putc(m, '\n');
	}
	for (; gap.cause < __IPCTRACE_GAP_MAX; gap.cause++) {
		ipct_gaps_state(&gap);
		if (!gap.open)
			continue;
		seq_puts(m, "not everything is recorded");
		show_time(m, gap.begin_ns);
		seq_printf(m, ": %s\n", ipct_gap_names[gap.cause]);
	}
}

/* Nothing is lost silently: exact while no call begins or ends. */
static void show_accounting(struct seq_file *m)
{
	u64 finished = 0, missed = 0, rejected = 0;
	unsigned int cpu;
	u32 call;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++) {
		struct ipctrace_call_stats stats = { .call = call };

		ipct_stats_sum(&stats);
		finished += stats.calls;
		missed += ipct_probes_missed_by_call(call);
	}
	for_each_possible_cpu(cpu)
		rejected += ipct_filter_rejected_calls(cpu);
	seq_printf(m, "accounting: %llu calls entered = %llu finished + %u in flight + %llu missed + %llu rejected + %llu died\n\n",
		   ipct_probe_calls(), finished, ipct_flight_count(), missed,
		   rejected, ipct_flight_died());
}

static void show_following(struct seq_file *m)
{
	struct ipct_filter_following following;

	if (ipct_filter_following(0, &following))
		seq_printf(m, "filter: %u processes followed, %u could not be\n",
			   following.processes, following.refused);
}

/* What readers have asked for, each for itself */
static void show_subscriptions(struct seq_file *m)
{
	char *text = kmalloc(IPCTRACE_FILTER_MAX_BYTES, GFP_KERNEL);
	struct ipct_filter_following following;
	u32 bit;

	for (bit = 1; text && bit <= IPCTRACE_MAX_SUBSCRIPTIONS; bit++) {
		ipct_filter_text(bit, text);
		if (!*text)
			continue;
		seq_printf(m, "subscription %u: %s", bit, text);
		if (ipct_filter_following(bit, &following))
			seq_printf(m, " (%u processes followed, %u could not be)",
				   following.processes, following.refused);
		seq_putc(m, '\n');
	}
	kfree(text);
}

static int stats_show(struct seq_file *m, void *unused)
{
	unsigned int disarmed = ipct_probes_disarmed();
	struct ipctrace_cpu_stats stats = { };
	u32 call, type;

	seq_printf(m, "ipctrace %s: %s, %u readers\n", IPCT_VERSION,
		   ipct_probes_recording() ? "recording" : "paused",
		   ipct_settle_readers());
	if (disarmed)
		seq_printf(m, "disarmed by somebody else: %u probes see nothing until kprobes/enabled in debugfs is 1\n",
			   disarmed);
	seq_printf(m, "memory: rings %llu KiB, calls in flight %llu KiB, probes %llu KiB (max_blocked=%u)\n",
		   ipct_buffers_bytes() >> 10, ipct_flight_bytes() >> 10,
		   ipct_probes_bytes() >> 10, ipct_probes_max_blocked());
	show_gaps(m);
	show_following(m);
	show_subscriptions(m);
	show_accounting(m);

	seq_printf(m, "%-10s %12s %10s %10s%12s%12s%12s%12s%12s%12s\n", "call",
		   "calls", "errors", "missed", "min", "mean", "p50", "p90",
		   "p99", "max");
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		show_call(m, call);

	seq_printf(m, "\n%-10s %12s\n", "event", "records");
	for (type = IPCTRACE_TYPE_ENTER; type < __IPCTRACE_TYPE_MAX; type++)
		seq_printf(m, "%-10s %12llu\n", ipct_type_names[type],
			   ipct_buffers_events(type));
	seq_printf(m, "%-10s %12llu\n", "aside", ipct_buffers_aside());

	seq_printf(m, "\n%-10s %12s %14s %10s %10s\n", "cpu", "written",
		   "overwritten", "missed", "rejected");
	for_each_possible_cpu(stats.cpu) {
		ipct_buffers_cpu_stats(&stats);
		seq_printf(m, "%-10u %12llu %14llu %10llu %10llu\n", stats.cpu,
			   stats.written, stats.overwritten,
			   ipct_probe_missed_by_cpu(stats.cpu),
			   ipct_filter_rejected(stats.cpu));
	}
	return 0;
}

static int probes_show(struct seq_file *m, void *unused)
{
	struct ipctrace_probe probe = { };

	seq_printf(m, "%-28s %-10s %-8s %-9s %12s %10s %s\n", "symbol", "call",
		   "abi", "state", "hits", "missed", "why");
	for (; !ipct_probes_describe(&probe); probe.index++) {
		bool call = probe.call < IPCTRACE_NR_CALLS;

		seq_printf(m, "%-28s %-10s %-8s %-9s %12llu %10llu",
			   probe.symbol,
			   call ? ipct_syscalls[probe.call].name : "-",
			   call ? ipct_abi_names[probe.abi] : "-",
			   ipct_probes_state_name(probe.state), probe.hits,
			   probe.missed);
		if (probe.state == IPCTRACE_PROBE_ABSENT)
			seq_puts(m, probe.error == ENODATA ?
				    " this kernel does not describe its types" :
				    " this kernel has no such function");
		else if (probe.state == IPCTRACE_PROBE_REFUSED)
			seq_printf(m, " the kernel refused it, error %u",
				   probe.error);
		else if (probe.state == IPCTRACE_PROBE_SILENT)
			seq_puts(m, " refused: does not fire");
		seq_putc(m, '\n');
	}
	return 0;
}

/**
 * struct waiting - a call in flight
 * @ns: for how long
 * @slot: where it is
 */
struct waiting {
	u64 ns;
	u32 slot;
};

static int by_time(const void *a, const void *b)
{
	const struct waiting *left = a, *right = b;

	return left->ns < right->ns ? 1 : left->ns > right->ns ? -1 : 0;
}

/* The next call in flight, except those that only subscriptions want */
static bool next_waiting(u32 *slot, struct ipctrace_call *record)
{
	while (ipct_flight_next(slot, record))
		if (!(record->header.type & IPCTRACE_TYPE_ASIDE))
			return true;
	return false;
}

/* The calls in flight, at most @room of them; longest first. */
static u32 list_waiting(struct waiting *list, u32 room,
			struct ipctrace_call *record)
{
	u32 nr = 0, slot = 0;

	while (nr < room && next_waiting(&slot, record)) {
		list[nr].ns = record->duration_ns;
		list[nr].slot = slot - 1;
		nr++;
	}
	sort(list, nr, sizeof(*list), by_time, NULL);
	return nr;
}

static u32 count_waiting(struct ipctrace_call *record)
{
	u32 nr = 0, slot = 0;

	while (next_waiting(&slot, record))
		nr++;
	return nr;
}

/* Each call is looked up again when its line is printed; it may be gone by then. */
static void show_waiting(struct seq_file *m, const struct waiting *waiting,
			 struct ipctrace_call *record, char *line)
{
	u32 slot = waiting->slot;

	if (next_waiting(&slot, record) && slot == waiting->slot + 1)
		seq_write(m, line, ipct_text_line(line, IPCT_TEXT_MAX_BYTES,
						  &record->header));
}

static int blocked_show(struct seq_file *m, void *unused)
{
	struct ipctrace_call *record;
	struct waiting *list = NULL;
	char *line;
	u32 i, nr;
	int ret = -ENOMEM;

	record = kvmalloc(IPCTRACE_RECORD_MAX_BYTES, GFP_KERNEL);
	line = kvmalloc(IPCT_TEXT_MAX_BYTES, GFP_KERNEL);
	if (!record || !line)
		goto out;
	nr = count_waiting(record);
	list = kvmalloc_array(nr + 1, sizeof(*list), GFP_KERNEL);
	if (!list)
		goto out;
	nr = list_waiting(list, nr, record);
	for (i = 0; i < nr; i++) {
		show_waiting(m, &list[i], record, line);
		cond_resched();
	}
	ret = 0;
out:
	kvfree(list);
	kvfree(line);
	kvfree(record);
	return ret;
}

/**
 * struct snapshot - an open trace file
 * @reader: place in the rings
 * @until_ns: where it ends
 */
struct snapshot {
	struct ipct_reader *reader;
	u64 until_ns;
};

static int trace_open(struct inode *inode, struct file *file)
{
	struct snapshot *snapshot;
	int ret;

	ret = ipct_access_read();
	if (ret)
		return ret;
	snapshot = kmalloc(sizeof(*snapshot), GFP_KERNEL_ACCOUNT);
	if (!snapshot)
		return -ENOMEM;
	snapshot->reader = ipct_reader_create();
	if (!snapshot->reader) {
		kfree(snapshot);
		return -ENOMEM;
	}
	snapshot->until_ns = ipct_settle_now();
	file->private_data = snapshot;
	return stream_open(inode, file);
}

static ssize_t trace_read(struct file *file, char __user *buf, size_t count,
			  loff_t *ppos)
{
	struct snapshot *snapshot = file->private_data;

	return ipct_reader_read(snapshot->reader, buf, count,
				snapshot->until_ns);
}

static int trace_release(struct inode *inode, struct file *file)
{
	struct snapshot *snapshot = file->private_data;

	ipct_reader_destroy(snapshot->reader);
	kfree(snapshot);
	return 0;
}

static const struct file_operations trace_fops = {
	.owner = THIS_MODULE,
	.open = trace_open,
	.read = trace_read,
	.release = trace_release,
};

/* May the file be opened for what it is being opened for? */
static int may_open(const struct file *file)
{
	return file->f_mode & FMODE_WRITE ? ipct_access_control() :
					    ipct_access_read();
}

static int control_open(struct inode *inode, struct file *file)
{
	return may_open(file) ?: simple_open(inode, file);
}

static ssize_t control_read(struct file *file, char __user *buf, size_t count,
			    loff_t *ppos)
{
	const char *text = ipct_probes_recording() ? "1\n" : "0\n";

	return simple_read_from_buffer(buf, count, ppos, text, 2);
}

static ssize_t control_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	char text[16], *word;
	int ret = 0;

	if (count >= sizeof(text))
		goto invalid;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	word = strim(text);

	if (!strcmp(word, "0"))
		ret = ipct_probes_pause();
	else if (!strcmp(word, "1"))
		ret = ipct_probes_resume();
	else if (!strcmp(word, "clear"))
		ret = ipct_buffers_clear();
	else
		goto invalid;
	return ret ? ret : count;

invalid:
	pr_notice_ratelimited("control takes 0 (pause), 1 (resume) or clear\n");
	return -EINVAL;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.read = control_read,
	.write = control_write,
	.llseek = default_llseek,
};

static int filter_show(struct seq_file *m, void *unused)
{
	char *text = kmalloc(IPCTRACE_FILTER_MAX_BYTES, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	ipct_filter_text(0, text);
	seq_printf(m, "%s\n", text);
	kfree(text);
	return 0;
}

static int filter_open(struct inode *inode, struct file *file)
{
	return may_open(file) ?: single_open(file, filter_show, NULL);
}

static ssize_t filter_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	const char *message = "";
	u32 position = 0;
	char *text;
	int ret;

	if (count > IPCTRACE_FILTER_MAX_BYTES)
		return -E2BIG;
	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = ipct_filter_set(text, &message, &position);
	kfree(text);
	if (ret == -EINVAL)
		pr_notice_ratelimited("filter, at %u: %s\n", position, message);
	return ret ? ret : count;
}

static const struct file_operations filter_fops = {
	.owner = THIS_MODULE,
	.open = filter_open,
	.read = seq_read,
	.write = filter_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Files that only show something. */
static const struct view {
	const char *name;
	int (*show)(struct seq_file *m, void *unused);
} views[] = {
	{ "stats", stats_show },
	{ "probes", probes_show },
	{ "blocked", blocked_show },
};

static int view_open(struct inode *inode, struct file *file)
{
	const struct view *view = inode->i_private;

	return ipct_access_read() ?: single_open(file, view->show, NULL);
}

static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.open = view_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * ipct_debugfs_init() - make the files
 *
 * Without debugfs there are no files; everything else works.
 *
 * Context: may sleep; after ipct_access_init().
 */
void ipct_debugfs_init(void)
{
	umode_t mode = ipct_access_mode();
	size_t i;

	directory = debugfs_create_dir("ipctrace", NULL);
	for (i = 0; i < ARRAY_SIZE(views); i++)
		debugfs_create_file(views[i].name, mode, directory,
				    (void *)&views[i], &view_fops);
	debugfs_create_file("trace", mode, directory, NULL, &trace_fops);
	debugfs_create_file("control", mode | 0200, directory, NULL,
			    &control_fops);
	debugfs_create_file("filter", mode | 0200, directory, NULL,
			    &filter_fops);
}

/**
 * ipct_debugfs_exit() - remove the files
 *
 * Context: sleeps until nobody is in one of them; an open one holds the module.
 */
void ipct_debugfs_exit(void)
{
	debugfs_remove(directory);
}
