/* SPDX-License-Identifier: GPL-2.0 */
/* Lines to a broker of Kafka; see ship_kafka.c. */
#ifndef _IPCTRACE_SHIP_KAFKA_H
#define _IPCTRACE_SHIP_KAFKA_H

struct options;
struct ship_lines;
struct ship_to;

struct ship_to *ship_kafka_open(const struct options *options, struct ship_lines *lines,
				int *status);

#endif /* _IPCTRACE_SHIP_KAFKA_H */
