// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_device
 *
 * Records from the device, until the program is told to stop. There is a pause
 * whenever all that is settled has been given out.
 *
 * With only a subscription's records the input ends by itself, when the last process
 * that it follows is gone. By then all its records are in the rings, so nobody has to
 * wait for the rings to settle: only records of others may still be missing.
 */

#include "base/clock.h"
#include "input/device.h"
#include "input/live.h"

static struct input_device *device_of(struct input *input)
{
	return (struct input_device *)input;
}

static enum input_state device_next(struct input *input,
				    const struct ipctrace_header **record)
{
	struct input_device *device = device_of(input);
	struct source *source = &device->source;
	int len;

	if (live_stopped())
		return INPUT_END;
	if (READ_ONCE(device->finish) && !device->until_ns)
		device->until_ns = clock_ns(CLOCK_MONOTONIC);
	if (device->until_ns) {
		source->settled_ns = ~0ULL;
		len = source_next_until(source, device->until_ns,
					device->record);
	} else {
		len = source_next(source, device->record);
	}
	if (len < 0)
		return INPUT_FAILED;
	*record = (const void *)device->record;
	return len ? INPUT_RECORD :
	       device->until_ns ? INPUT_END : INPUT_PAUSE;
}

/* Is no process left whose records are wanted? False when that is not known. */
static bool look_for_end(struct input_device *device)
{
	struct ipctrace_subscription now;

	if (!device->source.only)
		return true;
	if (!source_subscription(&device->source, &now))
		return false;
	if (now.pid_tests && !now.processes)
		device->finish = true;
	return true;
}

static enum input_state device_wait(struct input *input, int output)
{
	struct input_device *device = device_of(input);
	struct source *source = &device->source;

	if (!look_for_end(device) || !source_consume(source))
		return INPUT_FAILED;
	if (device->finish)
		return INPUT_PAUSE;
	switch (live_wait(source, output, input->wait_ms ?: -1)) {
	case LIVE_READY:
		return INPUT_PAUSE;
	case LIVE_CLOSED:
		return INPUT_END;
	case LIVE_FAILED:
		break;
	}
	return INPUT_FAILED;
}

static void device_close(struct input *input)
{
	source_close(&device_of(input)->source);
}

static const struct input_ops device_ops = {
	.next = device_next,
	.wait = device_wait,
	.close = device_close,
};

/**
 * input_device_open() - begin with the oldest record that the recorder holds
 * @device: out: pauses where there are no more records yet; nothing to be closed on
 *	failure
 *
 * Return: false, with a message, when that cannot be done.
 */
bool input_device_open(struct input_device *device)
{
	device->input = (struct input){ .ops = &device_ops };
	device->finish = false;
	device->until_ns = 0;
	return source_open(&device->source);
}

/**
 * input_device_open_own() - only what an expression wants, from now on
 * @device: out: ends when the tests of pid in @expression hold for no process any
 *	more, and their records have been given out; nothing to be closed on failure
 * @expression: in the language of the recorder's filter; that filter does not matter
 *
 * Return: false, with a message, when that cannot be done.
 */
bool input_device_open_own(struct input_device *device, const char *expression)
{
	if (!input_device_open(device))
		return false;
	if (source_subscribe(&device->source, expression, true))
		return true;
	source_close(&device->source);
	return false;
}

/**
 * input_device_finish() - give out what is in the rings now, and then end
 * @device: from input_device_open_own()
 *
 * For callers that have waited for a process: all its records are there. A handler of
 * SIGCHLD may call it, even while input_wait() sleeps.
 */
void input_device_finish(struct input_device *device)
{
	WRITE_ONCE(device->finish, true);
	live_wake();
}
