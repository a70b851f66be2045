// SPDX-License-Identifier: GPL-2.0
/*
 * A program from the days of 32 bits: scripts/demo.sh builds it with -m32, and
 * its C library makes each of these calls by ipc().
 */
#include <err.h>
#include <stdlib.h>
#include <sys/msg.h>

int main(void)
{
	struct {
		long mtype;
		char mtext[16];
	} message = { 32, "hello from 1999" };
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0)
		err(EXIT_FAILURE, "msgget");
	if (msgsnd(queue, &message, sizeof(message.mtext), 0))
		err(EXIT_FAILURE, "msgsnd");
	if (msgrcv(queue, &message, sizeof(message.mtext), 0, 0) < 0)
		err(EXIT_FAILURE, "msgrcv");
	if (msgctl(queue, IPC_RMID, NULL))
		err(EXIT_FAILURE, "msgctl");
	return EXIT_SUCCESS;
}
