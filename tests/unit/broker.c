// SPDX-License-Identifier: GPL-2.0
/*
 * A broker of Kafka for tests: the mock cluster of librdkafka, which serves TCP on the
 * loopback, and who reads what is in it.
 *
 * broker serve TOPIC	prints its address, and serves until it is killed. SIGUSR1: it is
 *			down; SIGUSR2: it is up again
 * broker read ADDRESS TOPIC COUNT SECONDS
 *			prints what there is, up to COUNT messages or until none has come
 *			for SECONDS
 */
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char problem[512];

	if (rd_kafka_conf_set(conf, name, value, problem, sizeof(problem)))
		errx(1, "%s", problem);
}

static rd_kafka_t *begin(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char problem[512];
	rd_kafka_t *handle = rd_kafka_new(type, conf, problem, sizeof(problem));

	if (!handle)
		errx(1, "%s", problem);
	return handle;
}

static int serve(const char *topic)
{
	rd_kafka_mock_cluster_t *cluster;
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	sigaddset(&signals, SIGTERM);
	/* Before there are threads, who get what we do not want */
	sigprocmask(SIG_BLOCK, &signals, NULL);
	cluster = rd_kafka_mock_cluster_new(begin(RD_KAFKA_PRODUCER,
						  rd_kafka_conf_new()), 1);
	if (!cluster || rd_kafka_mock_topic_create(cluster, topic, 1, 1))
		errx(1, "no cluster");
	printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	fflush(stdout);
	while (!sigwait(&signals, &number) && number != SIGTERM) {
		if (number == SIGUSR1)
			rd_kafka_mock_broker_set_down(cluster, 1);
		else
			rd_kafka_mock_broker_set_up(cluster, 1);
	}
	return 0;
}

static int read_all(const char *address, const char *topic, long count, int seconds)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_message_t *message;
	rd_kafka_t *handle;

	set(conf, "bootstrap.servers", address);
	set(conf, "group.id", "test");
	set(conf, "enable.auto.commit", "false");
	handle = begin(RD_KAFKA_CONSUMER, conf);
	rd_kafka_poll_set_consumer(handle);
	rd_kafka_topic_partition_list_add(list, topic, 0)->offset =
		RD_KAFKA_OFFSET_BEGINNING;
	if (rd_kafka_assign(handle, list))
		errx(1, "cannot read");
	while (count && (message = rd_kafka_consumer_poll(handle, seconds * 1000))) {
		if (!message->err) {
			fwrite(message->payload, 1, message->len, stdout);
			putchar('\n');
			count--;
		}
		rd_kafka_message_destroy(message);
	}
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc == 6 && !strcmp(argv[1], "read"))
		return read_all(argv[2], argv[3], atol(argv[4]), atoi(argv[5]));
	errx(2, "see broker.c");
}
