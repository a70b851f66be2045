// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: capture_ctl
 *
 * The *ctl() calls: what the command reads or writes, by the one table of
 * commands in layouts.c, and for IPC_SET the object before and after.
 */
#include <linux/ipc.h>
#include <linux/kprobes.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "btf.h"
#include "capture_args.h"
#include "capture_ctl.h"
#include "compat.h"
#include "flight.h"
#include "origin.h"
#include "record.h"
#include "route.h"
#include "shared/layouts.h"

static u32 cmd_of(const struct ipct_flight *flight)
{
	return ipct_route_arg(&ipct_any_route, flight,
			      ipct_ctl_cmd_arg(flight->call));
}
NOKPROBE_SYMBOL(cmd_of);

static const struct ipct_command *command_of(const struct ipct_flight *flight)
{
	return ipct_command(flight->call, flight->probe->abi, cmd_of(flight));
}
NOKPROBE_SYMBOL(command_of);

/**
 * ipct_ctl_object() - where a *ctl() call has its object's id
 * @flight: the call
 *
 * Context: the calling task, preemption off.
 * Return: enum ipct_object_source, by command.
 */
u8 ipct_ctl_object(const struct ipct_flight *flight)
{
	return command_of(flight)->object;
}
NOKPROBE_SYMBOL(ipct_ctl_object);

static bool is_array(const struct ipct_command *command)
{
	return command->use == IPCT_USE_SETALL ||
	       command->use == IPCT_USE_GETALL;
}

/* Does the kernel read what the command leads to? */
static bool is_read(const struct ipct_command *command)
{
	return command->use == IPCT_USE_SET || command->use == IPCT_USE_SETALL;
}

/* Bytes that the command leads to. */
static u32 bytes_of(const struct ipct_flight *flight,
		    const struct ipct_command *command)
{
	u8 abi = flight->probe->abi;
	u8 layout = ipct_command_layout(abi, flight->flags & IPCT_FLIGHT_IPC,
					cmd_of(flight));

	switch ((enum ipct_use)command->use) {
	case IPCT_USE_NONE:
	case IPCT_USE_VALUE:
		break;
	case IPCT_USE_SET:
	case IPCT_USE_GET:
		return ipct_command_struct(command, abi)->bytes[layout];
	case IPCT_USE_SETALL:
	case IPCT_USE_GETALL:
		return min_t(u32, flight->nsems, IPCTRACE_MAX_VALUES) *
		       sizeof(u16);
	}
	return 0;
}
NOKPROBE_SYMBOL(bytes_of);

static u64 buf_of(const struct ipct_flight *flight)
{
	return ipct_args_hidden(flight, ipct_ctl_buf_arg(flight->call));
}
NOKPROBE_SYMBOL(buf_of);

/**
 * ipct_ctl_keep() - keep what the command reads, and what it may change
 * @flight: the call
 * @perm: its object, or NULL
 *
 * Context: the calling task, preemption off.
 */
void ipct_ctl_keep(struct ipct_flight *flight, const struct kern_ipc_perm *perm)
{
	const struct ipct_command *command = command_of(flight);
	u8 family = ipct_syscalls[flight->call].family;
	const int *nsems;
	const unsigned long *qbytes;
	u32 bytes;

	if (command->need == IPCT_NEED_OWN)
		flight->flags |= IPCT_FLIGHT_CHANGES;
	flight->nsems = 0;
	if (perm && family == IPCTRACE_SEM) {
		nsems = ipct_btf_member(perm, IPCT_SEM_NSEMS, const int);
		if (nsems)
			flight->nsems = READ_ONCE(*nsems);
	} else if (perm && family == IPCTRACE_MSG) {
		qbytes = ipct_btf_member(perm, IPCT_MSG_QBYTES,
					 const unsigned long);
		if (qbytes) {
			flight->qbytes = READ_ONCE(*qbytes);
			flight->flags |= IPCT_FLIGHT_QBYTES;
		}
	}
	bytes = is_read(command) ? bytes_of(flight, command) : 0;
	if (bytes)
		ipct_args_keep_many(flight, buf_of(flight), bytes);
}
NOKPROBE_SYMBOL(ipct_ctl_keep);

static void add_set(struct ipctrace_call *record,
		    const struct ipct_flight *flight)
{
	struct ipctrace_set *set =
		ipct_record_add(record, IPCTRACE_PART_SET, sizeof(*set));
	const struct kern_ipc_perm *perm =
		ipct_route_find(&ipct_any_route, flight,
				ipct_route_arg(&ipct_any_route, flight, 0));
	const unsigned long *qbytes;

	memset((void *)set + sizeof(set->part), 0,
	       sizeof(*set) - sizeof(set->part));
	if (flight->flags & IPCT_FLIGHT_SET) {
		set->valid |= IPCTRACE_SET_KERNEL;
		set->kernel_uid = flight->set_uid;
		set->kernel_gid = flight->set_gid;
		set->kernel_mode = flight->set_mode;
	}
	if (!perm)
		return;
	set->valid |= IPCTRACE_SET_AFTER;
	set->after_uid = __kuid_val(perm->uid);
	set->after_gid = __kgid_val(perm->gid);
	set->after_mode = perm->mode;
	if (!(flight->flags & IPCT_FLIGHT_QBYTES))
		return;
	qbytes = ipct_btf_member(perm, IPCT_MSG_QBYTES, const unsigned long);
	set->valid |= IPCTRACE_SET_QBYTES;
	set->before_qbytes = flight->qbytes;
	set->after_qbytes = READ_ONCE(*qbytes);
}
NOKPROBE_SYMBOL(add_set);

/**
 * ipct_ctl_add() - add what the command has read or written, and changed
 * @record: under construction in the ring, with room for all parts
 * @flight: the call
 *
 * Context: the calling task, preemption off.
 */
void ipct_ctl_add(struct ipctrace_call *record,
		  const struct ipct_flight *flight)
{
	const struct ipct_command *command = command_of(flight);
	u32 bytes = bytes_of(flight, command);
	u8 n = ipct_ctl_buf_arg(flight->call);

	if (bytes && (is_read(command) || record->ret >= 0))
		ipct_args_add_user(record, flight, n, buf_of(flight), bytes,
				   is_array(command) ? flight->nsems : 0);
	else if (is_array(command) && record->ret >= 0)
		ipct_record_user(record, n, IPCTRACE_USER_UNREAD, NULL, 0, 0);
	if (command->use == IPCT_USE_SET && record->ret >= 0)
		add_set(record, flight);
	if (flight->flags & IPCT_FLIGHT_CHANGES)
		ipct_origin_add(record);
}
NOKPROBE_SYMBOL(ipct_ctl_add);
