// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: chardev
 *
 * The device. Every open file is a reader with a place of its own: text by
 * read(), or, after IPCTRACE_IOC_HELLO, the rings themselves by mmap(). An
 * open file holds the module.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <ipctrace/ipctrace.h>

#include "access.h"
#include "buffers.h"
#include "chardev.h"
#include "filter.h"
#include "flight.h"
#include "gaps.h"
#include "probe.h"
#include "probes.h"
#include "reader.h"
#include "settle.h"
#include "stats.h"
#include "shared/version.h"

/* 32-bit and 64-bit readers see the same layouts. */
static_assert(sizeof(struct ipctrace_header) == 16);
static_assert(sizeof(struct ipctrace_call) == 160);
static_assert(sizeof(struct ipctrace_lost) == 24);
static_assert(sizeof(struct ipctrace_hello) == 72);
static_assert(sizeof(struct ipctrace_call_stats) == 56 + 8 * 64);
static_assert(sizeof(struct ipctrace_cpu_stats) == 40);
static_assert(sizeof(struct ipctrace_filter) == 80);
static_assert(sizeof(struct ipctrace_probe) == 96);
static_assert(sizeof(struct ipctrace_state) == 24);
static_assert(sizeof(struct ipctrace_control) == 8);
static_assert(sizeof(struct ipctrace_consumed) == 8);
static_assert(sizeof(struct ipctrace_start) == 24);
static_assert(sizeof(struct ipctrace_blocked) == 24);
static_assert(sizeof(struct ipctrace_type_stats) == 16);
static_assert(sizeof(struct ipctrace_user) == 16);
static_assert(sizeof(struct ipctrace_segment) == 32);
static_assert(sizeof(struct ipctrace_set) == 56);
static_assert(sizeof(struct ipctrace_pidns) == 24);
static_assert(sizeof(struct ipctrace_cred) == 24);
static_assert(sizeof(struct ipctrace_origin) == 24);
static_assert(sizeof(struct ipctrace_ancestor) == 32);
static_assert(sizeof(struct ipctrace_gap) == 32);
static_assert(sizeof(struct ipctrace_gap_state) == 24);
static_assert(sizeof(struct ipctrace_subscribed) == 16);
static_assert(sizeof(struct ipctrace_subscribe) == 96);
static_assert(sizeof(struct ipctrace_subscription) == 24);

/**
 * struct file_state - an open file
 * @reader: its place, for text
 * @agreed: versions agreed on: the file maps the rings
 * @subscription: the bit of its subscription, 0 where it has none
 * @consumed_ns: value of settled_ns up to which a mapping reader took records
 */
struct file_state {
	struct ipct_reader *reader;
	bool agreed;
	u32 subscription;
	aligned_u64 consumed_ns;
};

static int ipctrace_open(struct inode *inode, struct file *file)
{
	struct file_state *state;
	int ret;

	ret = ipct_access_read();
	if (ret)
		return ret;
	state = kzalloc(sizeof(*state), GFP_KERNEL_ACCOUNT);
	if (!state)
		return -ENOMEM;
	state->reader = ipct_reader_create();
	if (!state->reader) {
		kfree(state);
		return -ENOMEM;
	}
	file->private_data = state;
	ipct_settle_reader_open();
	return stream_open(inode, file);
}

static int ipctrace_release(struct inode *inode, struct file *file)
{
	struct file_state *state = file->private_data;

	ipct_filter_unsubscribe(&state->subscription);
	ipct_settle_reader_release();
	ipct_reader_destroy(state->reader);
	kfree(state);
	return 0;
}

static ssize_t ipctrace_read(struct file *file, char __user *buf, size_t count,
			     loff_t *ppos)
{
	struct file_state *state = file->private_data;
	ssize_t ret;
	u64 until_ns;

	if (!count)
		return 0;
	for (;;) {
		until_ns = ipct_settle_ns();
		ret = ipct_reader_read(state->reader, buf, count, until_ns);
		if (ret)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(ipct_settle_wait,
					     ipct_settle_ns() > until_ns))
			return -ERESTARTSYS;
	}
}

static __poll_t ipctrace_poll(struct file *file, poll_table *wait)
{
	struct file_state *state = file->private_data;
	bool ready;

	poll_wait(file, &ipct_settle_wait, wait);
	if (READ_ONCE(state->agreed))
		ready = ipct_settle_ns() > ipct_read_u64(&state->consumed_ns) ||
			ipct_filter_all_gone(READ_ONCE(state->subscription));
	else
		ready = ipct_reader_has_text(state->reader, ipct_settle_ns());
	return ready ? EPOLLIN | EPOLLRDNORM : 0;
}

static int ipctrace_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct file_state *state = file->private_data;

	if (!READ_ONCE(state->agreed))
		return -EPROTO;
	return ipct_buffers_mmap(vma);
}

static long do_hello(struct file_state *state, void __user *arg)
{
	struct ipctrace_hello hello, asked;
	bool agreed;

	if (copy_from_user(&asked, arg, sizeof(asked)))
		return -EFAULT;

	hello = (struct ipctrace_hello){
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
		.version = IPCT_VERSION,
	};
	agreed = asked.transport == hello.transport &&
		 asked.schema >= IPCTRACE_SCHEMA_OLDEST;
	if (agreed)
		hello.schema = min_t(u32, asked.schema, hello.schema);
	ipct_buffers_layout(&hello);
	if (copy_to_user(arg, &hello, sizeof(hello)))
		return -EFAULT;
	if (!agreed)
		return -EPROTO;
	WRITE_ONCE(state->agreed, true);
	return 0;
}

static long do_call_stats(void __user *arg)
{
	struct ipctrace_call_stats stats;

	if (copy_from_user(&stats, arg, sizeof(stats)))
		return -EFAULT;
	if (stats.call >= IPCTRACE_NR_CALLS || stats.reserved)
		return -EINVAL;
	ipct_stats_sum(&stats);
	stats.missed = ipct_probes_missed_by_call(stats.call);
	return copy_to_user(arg, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long do_type_stats(void __user *arg)
{
	struct ipctrace_call_stats calls = { };
	struct ipctrace_type_stats stats;

	if (copy_from_user(&stats, arg, sizeof(stats)))
		return -EFAULT;
	if ((stats.type >= __IPCTRACE_TYPE_MAX &&
	     stats.type != IPCTRACE_TYPE_ASIDE) || stats.reserved)
		return -EINVAL;

	stats.written = stats.type == IPCTRACE_TYPE_ASIDE ?
			ipct_buffers_aside() : ipct_buffers_events(stats.type);
	for (; calls.call < IPCTRACE_NR_CALLS; calls.call++) {
		if (stats.type == IPCTRACE_TYPE_MISSED) {
			stats.written += ipct_probes_missed_by_call(calls.call);
		} else if (stats.type == IPCTRACE_TYPE_CALL) {
			ipct_stats_sum(&calls);
			stats.written += calls.calls;
		}
	}
	return copy_to_user(arg, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long do_cpu_stats(void __user *arg)
{
	struct ipctrace_cpu_stats stats;

	if (copy_from_user(&stats, arg, sizeof(stats)))
		return -EFAULT;
	if (stats.reserved || ipct_buffers_cpu_stats(&stats))
		return -EINVAL;
	stats.missed = ipct_probe_missed_by_cpu(stats.cpu);
	stats.rejected = ipct_filter_rejected(stats.cpu);
	return copy_to_user(arg, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long do_probe(void __user *arg)
{
	struct ipctrace_probe probe;

	if (copy_from_user(&probe, arg, sizeof(probe)))
		return -EFAULT;
	if (memchr_inv(probe.reserved, 0, sizeof(probe.reserved)))
		return -EINVAL;
	if (ipct_probes_describe(&probe))
		return -ENOENT;
	return copy_to_user(arg, &probe, sizeof(probe)) ? -EFAULT : 0;
}

static long do_gap(void __user *arg)
{
	struct ipctrace_gap_state state;

	if (copy_from_user(&state, arg, sizeof(state)))
		return -EFAULT;
	if (state.cause >= __IPCTRACE_GAP_MAX || state.open)
		return -EINVAL;
	ipct_gaps_state(&state);
	return copy_to_user(arg, &state, sizeof(state)) ? -EFAULT : 0;
}

static long do_state(void __user *arg)
{
	const struct ipctrace_state state = {
		.recording = ipct_probes_recording(),
		.readers = ipct_settle_readers(),
		.max_blocked = ipct_probes_max_blocked(),
		.disarmed = ipct_probes_disarmed(),
		.memory_bytes = ipct_buffers_bytes() + ipct_flight_bytes() +
				ipct_probes_bytes(),
	};

	return copy_to_user(arg, &state, sizeof(state)) ? -EFAULT : 0;
}

static long do_control(void __user *arg)
{
	struct ipctrace_control control;
	int ret;

	ret = ipct_access_control();
	if (ret)
		return ret;
	if (copy_from_user(&control, arg, sizeof(control)))
		return -EFAULT;
	if (control.reserved)
		return -EINVAL;

	switch (control.op) {
	case IPCTRACE_CONTROL_PAUSE:
		return ipct_probes_pause();
	case IPCTRACE_CONTROL_RESUME:
		return ipct_probes_resume();
	case IPCTRACE_CONTROL_CLEAR:
		return ipct_buffers_clear();
	default:
		return -EINVAL;
	}
}

static long do_consumed(struct file_state *state, void __user *arg)
{
	struct ipctrace_consumed consumed;

	if (copy_from_user(&consumed, arg, sizeof(consumed)))
		return -EFAULT;
	if (!READ_ONCE(state->agreed))
		return -EPROTO;
	ipct_write_u64(&state->consumed_ns, consumed.settled_ns);
	return 0;
}

static long do_start(void __user *arg)
{
	struct ipctrace_start start;

	if (copy_from_user(&start, arg, sizeof(start)))
		return -EFAULT;
	if (start.reserved || ipct_buffers_start(&start))
		return -EINVAL;
	return copy_to_user(arg, &start, sizeof(start)) ? -EFAULT : 0;
}

/* As many records as fit; each is copied out as soon as it is made. */
static long do_blocked(void __user *arg)
{
	struct ipctrace_blocked blocked;
	struct ipctrace_call *record;
	u32 bytes = 0, cursor;
	long ret = 0;

	if (copy_from_user(&blocked, arg, sizeof(blocked)))
		return -EFAULT;
	if (blocked.reserved || blocked.bytes < IPCTRACE_BLOCK_BYTES ||
	    blocked.buffer % 8)
		return -EINVAL;
	record = kvmalloc(IPCTRACE_RECORD_MAX_BYTES, GFP_KERNEL_ACCOUNT);
	if (!record)
		return -ENOMEM;

	for (;;) {
		cursor = blocked.cursor;
		if (blocked.bytes - bytes < IPCTRACE_RECORD_MAX_BYTES ||
		    !ipct_flight_next(&cursor, record))
			break;
		if (copy_to_user(u64_to_user_ptr(blocked.buffer) + bytes,
				 record, record->header.len)) {
			ret = -EFAULT;
			break;
		}
		bytes += record->header.len;
		blocked.cursor = cursor;
		cond_resched();
	}
	kvfree(record);
	blocked.bytes = bytes;
	if (!ret && copy_to_user(arg, &blocked, sizeof(blocked)))
		ret = -EFAULT;
	return ret;
}

/* Set an expression: the machine's, or that of @subscription's reader. */
static long set_filter(struct ipctrace_filter *filter, u32 *subscription)
{
	const char *message = "";
	char *text;
	long ret;

	filter->position = 0;
	memset(filter->message, 0, sizeof(filter->message));
	if (!filter->bytes || filter->bytes > IPCTRACE_FILTER_MAX_BYTES)
		return -EINVAL;
	text = memdup_user_nul(u64_to_user_ptr(filter->text), filter->bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = subscription ?
	      ipct_filter_subscribe(subscription, text, &message,
				    &filter->position) :
	      ipct_filter_set(text, &message, &filter->position);
	kfree(text);
	if (ret == -EINVAL)
		strscpy(filter->message, message, sizeof(filter->message));
	return ret;
}

static long do_set_filter(void __user *arg)
{
	struct ipctrace_filter filter;
	long ret;

	ret = ipct_access_control();
	if (ret)
		return ret;
	if (copy_from_user(&filter, arg, sizeof(filter)))
		return -EFAULT;
	ret = set_filter(&filter, NULL);
	if (ret == -EINVAL && copy_to_user(arg, &filter, sizeof(filter)))
		return -EFAULT;
	return ret;
}

static long do_subscribe(struct file_state *state, void __user *arg)
{
	struct ipctrace_subscription now;
	struct ipctrace_subscribe asked;
	long ret;

	if (copy_from_user(&asked, arg, sizeof(asked)))
		return -EFAULT;
	if (asked.reserved)
		return -EINVAL;
	ret = set_filter(&asked.filter, &state->subscription);
	if (ret && ret != -EINVAL)
		return ret;
	ipct_filter_subscription(READ_ONCE(state->subscription), &now);
	asked.mask = now.mask;
	asked.since_ns = now.since_ns;
	return copy_to_user(arg, &asked, sizeof(asked)) ? -EFAULT : ret;
}

static long do_subscription(struct file_state *state, void __user *arg)
{
	struct ipctrace_subscription now;

	ipct_filter_subscription(READ_ONCE(state->subscription), &now);
	return copy_to_user(arg, &now, sizeof(now)) ? -EFAULT : 0;
}

static long do_get_filter(void __user *arg)
{
	struct ipctrace_filter filter;
	char *text;
	long ret = 0;

	if (copy_from_user(&filter, arg, sizeof(filter)))
		return -EFAULT;
	if (filter.bytes != IPCTRACE_FILTER_MAX_BYTES)
		return -EINVAL;
	text = kzalloc(IPCTRACE_FILTER_MAX_BYTES, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ipct_filter_text(0, text);
	if (copy_to_user(u64_to_user_ptr(filter.text), text,
			 IPCTRACE_FILTER_MAX_BYTES))
		ret = -EFAULT;
	kfree(text);
	return ret;
}

static long ipctrace_ioctl(struct file *file, unsigned int cmd,
			   unsigned long argument)
{
	struct file_state *state = file->private_data;
	void __user *arg = (void __user *)argument;

	switch (cmd) {
	case IPCTRACE_IOC_HELLO:
		return do_hello(state, arg);
	case IPCTRACE_IOC_CALL_STATS:
		return do_call_stats(arg);
	case IPCTRACE_IOC_CPU_STATS:
		return do_cpu_stats(arg);
	case IPCTRACE_IOC_PROBE:
		return do_probe(arg);
	case IPCTRACE_IOC_STATE:
		return do_state(arg);
	case IPCTRACE_IOC_CONTROL:
		return do_control(arg);
	case IPCTRACE_IOC_CONSUMED:
		return do_consumed(state, arg);
	case IPCTRACE_IOC_START:
		return do_start(arg);
	case IPCTRACE_IOC_BLOCKED:
		return do_blocked(arg);
	case IPCTRACE_IOC_TYPE_STATS:
		return do_type_stats(arg);
	case IPCTRACE_IOC_SET_FILTER:
		return do_set_filter(arg);
	case IPCTRACE_IOC_GET_FILTER:
		return do_get_filter(arg);
	case IPCTRACE_IOC_GAP:
		return do_gap(arg);
	case IPCTRACE_IOC_SUBSCRIBE:
		return do_subscribe(state, arg);
	case IPCTRACE_IOC_SUBSCRIPTION:
		return do_subscription(state, arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations ipctrace_fops = {
	.owner = THIS_MODULE,
	.open = ipctrace_open,
	.release = ipctrace_release,
	.read = ipctrace_read,
	.poll = ipctrace_poll,
	.mmap = ipctrace_mmap,
	.unlocked_ioctl = ipctrace_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice ipctrace_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ipctrace",
	.fops = &ipctrace_fops,
};

/**
 * ipct_chardev_init() - open the door
 *
 * Context: may sleep; everything that a reader can ask for is ready.
 * Return: 0 or a negative error.
 */
int ipct_chardev_init(void)
{
	ipctrace_device.mode = ipct_access_mode();
	return misc_register(&ipctrace_device);
}

/**
 * ipct_chardev_exit() - close the door
 *
 * Context: may sleep; nobody has the device open, an open file holds the
 * module.
 */
void ipct_chardev_exit(void)
{
	misc_deregister(&ipctrace_device);
}
