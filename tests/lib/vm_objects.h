/* SPDX-License-Identifier: GPL-2.0 */
/* Fixtures with objects to work on, and the tracer open. */
#ifndef _VM_OBJECTS_H
#define _VM_OBJECTS_H

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>

#include "vm_test.h"

/* A queue and a set of two semaphores, for callers that sleep in calls on them. */
#define VM_FIXTURE_QUEUE_AND_SET(name)					\
	FIXTURE(name) {							\
		struct vm_trace vm;					\
		struct vm_record r;					\
		struct vm_shot *shot;					\
		struct ipctrace_object msq_object;			\
		struct ipctrace_object sem_object;			\
		int msq;						\
		int sem;						\
	};								\
	FIXTURE_SETUP(name)						\
	{								\
		VM_SETUP(&self->vm);					\
		self->shot = vm_shot_shared();				\
		self->msq = msgget(IPC_PRIVATE, 0600);			\
		ASSERT_LE(0, self->msq);				\
		self->sem = semget(IPC_PRIVATE, 2, 0600);		\
		ASSERT_LE(0, self->sem);				\
		self->msq_object =					\
			vm_object(IPCTRACE_MSG, self->msq, 0, 0600);	\
		self->sem_object =					\
			vm_object(IPCTRACE_SEM, self->sem, 0, 0600);	\
		vm_trace_forget(&self->vm);				\
	}								\
	FIXTURE_TEARDOWN(name)						\
	{								\
		msgctl(self->msq, IPC_RMID, NULL);			\
		semctl(self->sem, 0, IPC_RMID);				\
		while (wait(NULL) > 0)					\
			;						\
		EXPECT_STREQ("", self->vm.fault);			\
		vm_trace_close(&self->vm);				\
	}

/* A set of two semaphores with a key */
#define VM_FIXTURE_SET(name, key)					\
	FIXTURE(name) {							\
		struct vm_trace vm;					\
		struct ipctrace_object object;				\
		int id;							\
	};								\
	FIXTURE_SETUP(name)						\
	{								\
		VM_SETUP(&self->vm);					\
		self->id = semget(key, 2, IPC_CREAT | IPC_EXCL | 0600);	\
		ASSERT_LE(0, self->id);					\
		self->object =						\
			vm_object(IPCTRACE_SEM, self->id, key, 0600);	\
		vm_trace_forget(&self->vm);				\
	}								\
	FIXTURE_TEARDOWN(name)						\
	{								\
		semctl(self->id, 0, IPC_RMID);				\
		vm_trace_close(&self->vm);				\
	}

/*
 * A queue with a key. @filled is an expression that puts on @self->id what the test
 * needs there, and is false where that failed.
 */
#define VM_FIXTURE_QUEUE(name, key, mode, filled)			\
	FIXTURE(name) {							\
		struct vm_trace vm;					\
		struct ipctrace_object object;				\
		int id;							\
	};								\
	FIXTURE_SETUP(name)						\
	{								\
		VM_SETUP(&self->vm);					\
		self->id = msgget(key, IPC_CREAT | IPC_EXCL | (mode));	\
		ASSERT_LE(0, self->id);					\
		self->object =						\
			vm_object(IPCTRACE_MSG, self->id, key, mode);	\
		ASSERT_TRUE(filled);					\
		vm_trace_forget(&self->vm);				\
	}								\
	FIXTURE_TEARDOWN(name)						\
	{								\
		msgctl(self->id, IPC_RMID, NULL);			\
		vm_trace_close(&self->vm);				\
	}

#endif /* _VM_OBJECTS_H */
