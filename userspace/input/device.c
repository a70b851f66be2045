// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: input_device
 *
 * Records from the device, until the program is told to stop. There is a pause
 * wherever all that is settled has been given out.
 */
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
	int len;

	if (live_stopped())
		return INPUT_END;
	len = source_next(&device->source, device->record);
	if (len < 0)
		return INPUT_FAILED;
	*record = (const void *)device->record;
	return len ? INPUT_RECORD : INPUT_PAUSE;
}

static enum input_state device_wait(struct input *input, int output)
{
	struct source *source = &device_of(input)->source;

	if (!source_consume(source))
		return INPUT_FAILED;
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
	return source_open(&device->source);
}
