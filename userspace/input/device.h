/* SPDX-License-Identifier: GPL-2.0 */
/* Input from the recorder: what it holds, then what comes; see device.c. */
#ifndef _IPCTRACE_INPUT_DEVICE_H
#define _IPCTRACE_INPUT_DEVICE_H

#include "input/input.h"
#include "input/source.h"

/**
 * struct input_device - records from the device
 * @input: for those who do not care where records are from
 * @source: place in the rings
 * @finish: there has been enough, see input_device_finish()
 * @until_ns: the time of the last record to give out; 0: not known yet
 * @record: the record that was given out last
 */
struct input_device {
	struct input input;
	struct source source;
	bool finish;
	u64 until_ns;
	u64 record[IPCTRACE_RECORD_MAX_BYTES / sizeof(u64)];
};

bool input_device_open(struct input_device *device);
bool input_device_open_own(struct input_device *device, const char *expression);
void input_device_finish(struct input_device *device);

#endif /* _IPCTRACE_INPUT_DEVICE_H */
