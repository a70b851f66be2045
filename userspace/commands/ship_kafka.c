// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: ship_kafka
 *
 * Lines to a broker of Kafka: they wait on disk until the broker says that it has them.
 * librdkafka does the work. It is loaded when it is wanted, so that nobody else needs
 * it; where the program was built without its header, this says so.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/library.h"
#include "commands/options.h"
#include "commands/ship_backlog.h"
#include "commands/ship_kafka.h"
#include "commands/ship_line.h"
#include "commands/ship_place.h"
#include "input/live.h"

#if __has_include("librdkafka/rdkafka.h")

#include <librdkafka/rdkafka.h>

#define SPOOL		"/var/lib/ipctrace/ship"
#define SPOOL_BYTES	(256ULL << 20)
#define WAIT_MS		100
#define LAST_NS		3000000000ULL	/* to send what is left, at the end */
#define AGAIN_NS	1000000000ULL	/* what was refused is sent again after that */
#define DISK_NS		60000000000ULL	/* a full disk is told of once in a minute */
#define NO_TICKET	(~0ULL)		/* of the line that tells of others */
#define CONFIG_BYTES	65536

/* The functions of the library, by their names */
#define FUNCTIONS(FUNCTION)			\
	FUNCTION(rd_kafka_conf_new)		\
	FUNCTION(rd_kafka_conf_set)		\
	FUNCTION(rd_kafka_conf_set_opaque)	\
	FUNCTION(rd_kafka_conf_set_dr_msg_cb)	\
	FUNCTION(rd_kafka_conf_set_error_cb)	\
	FUNCTION(rd_kafka_conf_set_log_cb)	\
	FUNCTION(rd_kafka_conf_destroy)		\
	FUNCTION(rd_kafka_new)			\
	FUNCTION(rd_kafka_topic_new)		\
	FUNCTION(rd_kafka_topic_destroy)	\
	FUNCTION(rd_kafka_produce)		\
	FUNCTION(rd_kafka_poll)			\
	FUNCTION(rd_kafka_last_error)		\
	FUNCTION(rd_kafka_err2str)		\
	FUNCTION(rd_kafka_purge)		\
	FUNCTION(rd_kafka_destroy)

FUNCTIONS(LIBRARY_POINTER)

/**
 * struct kafka - a broker, or several
 * @to: what all places have
 * @servers: where they are
 * @topic_name: of what is sent
 * @spool: directory of lines that have not arrived
 * @backlog: these
 * @conf: until it is used
 * @handle: of the library, NULL: nothing was sent yet
 * @topic: of @handle
 * @again_ns: what was refused is not sent again before
 * @telling: how many dropped lines are being told of, 0: none
 * @complained: something is wrong, and a message was given
 * @disk_ns: nothing is said of the disk before
 * @fatal: it cannot go on; a message was given
 */
struct kafka {
	struct ship_to to;
	char *servers;
	const char *topic_name;
	const char *spool;
	struct backlog *backlog;
	rd_kafka_conf_t *conf;
	rd_kafka_t *handle;
	rd_kafka_topic_t *topic;
	u64 again_ns;
	u64 telling;
	u64 disk_ns;
	bool complained;
	bool fatal;
};

static struct kafka *kafka_of(struct ship_to *to)
{
	return (struct kafka *)to;
}

/* ---- What it says ------------------------------------------------------------------- */

/* Once until something has arrived; by which time all is well. */
static void complain(struct kafka *kafka, const char *problem)
{
	struct backlog_sums sums;

	if (kafka->complained)
		return;
	kafka->complained = true;
	backlog_sums(kafka->backlog, &sums);
	warnx("%s: %s; %llu lines wait in %s", kafka->to.name, problem,
	      (unsigned long long)sums.waiting, kafka->spool);
}

static void on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
	struct kafka *kafka = opaque;

	(void)handle;
	/* What is wrong with one of them is said besides. */
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		return;
	complain(kafka, reason);
	kafka->fatal |= code == RD_KAFKA_RESP_ERR__FATAL;
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility,
		   const char *text)
{
	(void)handle;
	(void)level;
	(void)facility;
	(void)text;
}

static bool is_for_ever(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

static void fail(struct kafka *kafka, u64 ticket, rd_kafka_resp_err_t error)
{
	complain(kafka, do_rd_kafka_err2str(error));
	if (is_for_ever(error))
		backlog_refused(kafka->backlog, ticket);
	else
		backlog_again(kafka->backlog, ticket);
	kafka->again_ns = clock_ns(CLOCK_MONOTONIC) + AGAIN_NS;
}

static void on_report(rd_kafka_t *handle, const rd_kafka_message_t *message,
		      void *opaque)
{
	u64 ticket = (uintptr_t)message->_private;
	struct kafka *kafka = opaque;

	(void)handle;
	if (!message->err && kafka->complained) {
		warnx("%s: takes lines again", kafka->to.name);
		kafka->complained = false;
	}
	if (ticket == NO_TICKET) {
		if (!message->err)
			backlog_told(kafka->backlog, kafka->telling);
		kafka->telling = 0;
	} else if (message->err) {
		fail(kafka, ticket, message->err);
	} else {
		backlog_arrived(kafka->backlog, ticket);
	}
}

/* ---- Sending ------------------------------------------------------------------------ */

static bool start(struct kafka *kafka)
{
	char problem[512];

	/* Its threads have the rights that we have by now. */
	kafka->handle = do_rd_kafka_new(RD_KAFKA_PRODUCER, kafka->conf, problem,
					sizeof(problem));
	if (!kafka->handle) {
		warnx("%s: %s", kafka->to.name, problem);
		return false;
	}
	kafka->conf = NULL;
	kafka->topic = do_rd_kafka_topic_new(kafka->handle, kafka->topic_name, NULL);
	if (kafka->topic)
		return true;
	warnx("%s: %s", kafka->to.name,
	      do_rd_kafka_err2str(do_rd_kafka_last_error()));
	return false;
}

/* All lines of a host are in one partition, in their order. */
static bool produce(struct kafka *kafka, const char *line, size_t len, u64 ticket)
{
	const char *host = ship_lines_host(kafka->to.lines);

	return !do_rd_kafka_produce(kafka->topic, RD_KAFKA_PARTITION_UA,
				    RD_KAFKA_MSG_F_COPY, (void *)line, len - 1, host,
				    strlen(host), (void *)(uintptr_t)ticket);
}

static void send_lines(struct kafka *kafka)
{
	const char *line;
	u64 ticket;
	size_t len;

	while (clock_ns(CLOCK_MONOTONIC) >= kafka->again_ns &&
	       backlog_next(kafka->backlog, &line, &len, &ticket)) {
		if (!produce(kafka, line, len, ticket))
			fail(kafka, ticket, do_rd_kafka_last_error());
	}
}

/* When it is certain how many have gone */
static void tell_dropped(struct kafka *kafka)
{
	struct backlog_sums sums;
	const char *line;
	size_t len;

	backlog_sums(kafka->backlog, &sums);
	if (kafka->telling || !sums.certain || sums.dropped == sums.told)
		return;
	line = ship_line_dropped(kafka->to.lines, backlog_id(kafka->backlog),
				 sums.dropped - sums.told, sums.dropped, &len);
	if (line && produce(kafka, line, len, NO_TICKET))
		kafka->telling = sums.dropped;
}

static void look_at_disk(struct kafka *kafka)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);
	int failing = backlog_failing(kafka->backlog);

	if (!failing || now_ns < kafka->disk_ns)
		return;
	warnx("--spool: %s: %s; the oldest lines go, and are counted", kafka->spool,
	      strerror(failing));
	kafka->disk_ns = now_ns + DISK_NS;
}

static enum ship_state kafka_pump(struct ship_to *to)
{
	struct kafka *kafka = kafka_of(to);

	backlog_flush(kafka->backlog);
	look_at_disk(kafka);
	if (!kafka->handle && !start(kafka))
		return SHIP_FAILED;
	send_lines(kafka);
	do_rd_kafka_poll(kafka->handle, 0);
	tell_dropped(kafka);
	backlog_save(kafka->backlog);
	return kafka->fatal ? SHIP_FAILED : SHIP_ON;
}

static void kafka_add(struct ship_to *to, const char *line, size_t len)
{
	backlog_add(kafka_of(to)->backlog, line, len);
}

static bool kafka_is_full(struct ship_to *to)
{
	return backlog_is_full(kafka_of(to)->backlog);
}

static u64 kafka_wait(struct ship_to *to)
{
	struct kafka *kafka = kafka_of(to);
	struct backlog_sums sums;

	do_rd_kafka_poll(kafka->handle, WAIT_MS);
	backlog_sums(kafka->backlog, &sums);
	return sums.waiting + (sums.dropped != sums.told);
}

static const struct ship_position *kafka_mark(struct ship_to *to, u32 cpu)
{
	return backlog_mark(kafka_of(to)->backlog, cpu);
}

static void kafka_set_mark(struct ship_to *to, u32 cpu,
			   const struct ship_position *position)
{
	backlog_set_mark(kafka_of(to)->backlog, cpu, position);
}

static void free_kafka(struct kafka *kafka)
{
	/* What is on its way is still on the disk. */
	if (kafka->handle)
		do_rd_kafka_purge(kafka->handle, RD_KAFKA_PURGE_F_QUEUE |
						 RD_KAFKA_PURGE_F_INFLIGHT |
						 RD_KAFKA_PURGE_F_NON_BLOCKING);
	if (kafka->topic)
		do_rd_kafka_topic_destroy(kafka->topic);
	if (kafka->handle)
		do_rd_kafka_destroy(kafka->handle);
	if (kafka->conf)
		do_rd_kafka_conf_destroy(kafka->conf);
	backlog_close(kafka->backlog);
	free(kafka->servers);
	if (kafka->to.fd >= 0)
		close(kafka->to.fd);
	free(kafka);
}

static bool kafka_end(struct ship_to *to, bool whole)
{
	struct kafka *kafka = kafka_of(to);
	u64 until_ns = clock_ns(CLOCK_MONOTONIC) + LAST_NS, left = 1;
	struct backlog_sums sums;

	while (left && kafka_pump(to) == SHIP_ON) {
		left = kafka_wait(to);
		if (clock_ns(CLOCK_MONOTONIC) > until_ns)
			break;
	}
	backlog_sums(kafka->backlog, &sums);
	if (sums.waiting)
		warnx("%s: %llu lines have not arrived; they are in %s, and will be sent the next time",
		      to->name, (unsigned long long)sums.waiting, kafka->spool);
	if (sums.dropped != sums.told)
		warnx("%s: %llu lines have gone for want of room, which will be told the next time",
		      to->name, (unsigned long long)(sums.dropped - sums.told));
	free_kafka(kafka);
	return !whole || !left;
}

static const struct ship_to_ops kafka_ops = {
	.add = kafka_add,
	.pump = kafka_pump,
	.is_full = kafka_is_full,
	.wait = kafka_wait,
	.mark = kafka_mark,
	.set_mark = kafka_set_mark,
	.end = kafka_end,
};

/* ---- What it is told ------------------------------------------------------------------ */

/* Whoever looks at the list of processes would see it. */
static bool is_secret(const char *name)
{
	static const char *const parts[] = {
		"password", "secret", "key.pem", "ssl_key", "oauthbearer.config",
		"token",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(name, parts[i]))
			return true;
	return false;
}

/* What a delivery report says depends on it. */
static bool spoils_reports(const char *name, const char *value)
{
	if (!strcmp(name, "acks") || !strcmp(name, "request.required.acks"))
		return strcmp(value, "all") && strcmp(value, "-1");
	return !strcmp(name, "delivery.report.only.error") && strcmp(value, "false");
}

/* False, with a message: not accepted. @where it was said. */
static bool set(struct kafka *kafka, const char *where, const char *name,
		const char *value)
{
	char problem[512];

	if (spoils_reports(name, value)) {
		warnx("%s: %s=%s: whether a line has arrived could not be known; accepted: all",
		      where, name, value);
		return false;
	}
	if (do_rd_kafka_conf_set(kafka->conf, name, value, problem, sizeof(problem)) ==
	    RD_KAFKA_CONF_OK)
		return true;
	warnx("%s: %s; accepted: properties of librdkafka", where, problem);
	return false;
}

/* "NAME=VALUE"; of the command line no secrets */
static bool set_pair(struct kafka *kafka, const char *where, const char *pair,
		     bool open)
{
	const char *equals = strchr(pair, '=');
	char name[128];

	if (!equals || equals == pair || equals - pair >= (int)sizeof(name)) {
		warnx("%s: '%.40s' is not NAME=VALUE", where, pair);
		return false;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(equals - pair), pair);
	if (open && is_secret(name)) {
		warnx("%s %s: a secret is seen by all on the command line; accepted: in a file, --config FILE",
		      where, name);
		return false;
	}
	return set(kafka, where, name, equals + 1);
}

static bool is_private(const char *name, int fd)
{
	struct stat status;

	if (fstat(fd, &status)) {
		warn("--config: %s", name);
		return false;
	}
	if (!S_ISREG(status.st_mode)) {
		warnx("--config: %s: is no file", name);
		return false;
	}
	if (status.st_uid && status.st_uid != geteuid()) {
		warnx("--config: %s: is user %u's; accepted: ours, or root's", name,
		      status.st_uid);
		return false;
	}
	if (!(status.st_mode & 077))
		return true;
	warnx("--config: %s: others may read it, its mode is %04o; chmod 600 %s", name,
	      status.st_mode & 07777, name);
	return false;
}

/* Lines of NAME=VALUE; # begins a remark */
static bool read_config(struct kafka *kafka, const char *name)
{
	static char text[CONFIG_BYTES];
	char where[300], *line, *rest;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool good = true;
	ssize_t n;

	if (fd < 0) {
		warn("--config: %s", name);
		return false;
	}
	if (!is_private(name, fd)) {
		close(fd);
		return false;
	}
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0 || n == sizeof(text) - 1) {
		warnx("--config: %s: cannot be read, or is too long", name);
		return false;
	}
	text[n] = '\0';
	snprintf(where, sizeof(where), "--config: %.250s", name);
	for (line = strtok_r(text, "\n", &rest); good && line;
	     line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		if (*line && *line != '#')
			good = set_pair(kafka, where, line, false);
	}
	explicit_bzero(text, sizeof(text));
	return good;
}

/* For what nobody has said otherwise */
static bool set_usual(struct kafka *kafka)
{
	return set(kafka, "--to", "bootstrap.servers", kafka->servers) &&
	       set(kafka, "--to", "client.id", "ipctrace") &&
	       set(kafka, "--to", "acks", "all") &&
	       /* A line waits for as long as it takes. */
	       set(kafka, "--to", "message.timeout.ms", "0") &&
	       set(kafka, "--to", "compression.type", "zstd") &&
	       set(kafka, "--to", "reconnect.backoff.max.ms", "2000") &&
	       set(kafka, "--to", "socket.keepalive.enable", "true");
}

static bool configure(struct kafka *kafka, const struct options *options)
{
	u32 i;

	kafka->conf = do_rd_kafka_conf_new();
	do_rd_kafka_conf_set_opaque(kafka->conf, kafka);
	do_rd_kafka_conf_set_dr_msg_cb(kafka->conf, on_report);
	do_rd_kafka_conf_set_error_cb(kafka->conf, on_error);
	do_rd_kafka_conf_set_log_cb(kafka->conf, on_log);
	if (!set_usual(kafka) ||
	    (options->config && !read_config(kafka, options->config)))
		return false;
	for (i = 0; i < options->properties.nr; i++)
		if (!set_pair(kafka, "-X", options->properties.text[i], true))
			return false;
	return true;
}

/* "kafka://HOST[:PORT][,HOST...]/TOPIC" */
static bool split(struct kafka *kafka)
{
	static const char letters[] = SHIP_HOST_LETTERS;
	const char *servers = kafka->to.name + strlen("kafka://");
	const char *slash = strrchr(servers, '/');
	size_t len;

	if (slash) {
		kafka->topic_name = slash + 1;
		len = strspn(slash + 1, letters);
		if (slash > servers && len && len < 250 && !slash[1 + len] &&
		    servers + strspn(servers, SHIP_HOST_LETTERS "[]:,") == slash) {
			kafka->servers = strndup(servers, slash - servers);
			return kafka->servers;
		}
	}
	warnx("--to: '%s' is no broker; accepted: kafka://HOST[:PORT][,HOST...]/TOPIC",
	      kafka->to.name);
	return false;
}

static bool find_library(void)
{
	static const struct library library = {
		"librdkafka.so.1", "librdkafka1", "--to kafka",
	};
	static const struct library_function functions[] = {
		FUNCTIONS(LIBRARY_FUNCTION)
	};

	return library_load(&library, functions, ARRAY_SIZE(functions));
}

static bool open_backlog(struct kafka *kafka, const struct options *options)
{
	char boot[40];

	ship_boot(boot, sizeof(boot));
	kafka->spool = options->spool ?: SPOOL;
	kafka->backlog = backlog_open(kafka->spool, options->spool_bytes ?: SPOOL_BYTES,
				      boot);
	return kafka->backlog;
}

/**
 * ship_kafka_open() - get ready to send lines
 * @options: the options; nothing is sent yet
 * @lines: make lines that tell of others; must outlive it
 * @status: out: exit status where that cannot be
 *
 * Return: NULL, with a message, when that cannot be.
 */
struct ship_to *ship_kafka_open(const struct options *options, struct ship_lines *lines,
				int *status)
{
	struct kafka *kafka = calloc(1, sizeof(*kafka));

	*status = EXIT_FAILURE;
	if (!kafka) {
		warnx("no memory for lines");
		return NULL;
	}
	kafka->to = (struct ship_to){ &kafka_ops, options->to, lines, -1 };
	if (!split(kafka)) {
		*status = EXIT_USAGE;
	} else if (options->spool_bytes && options->spool_bytes < BACKLOG_MIN_BYTES) {
		*status = options_refuse(options, "--spool-bytes: 1M is the least");
	} else if (find_library()) {
		*status = EXIT_USAGE;
		if (configure(kafka, options)) {
			*status = EXIT_FAILURE;
			kafka->to.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
			if (open_backlog(kafka, options))
				return &kafka->to;
		}
	}
	free_kafka(kafka);
	return NULL;
}

#else

struct ship_to *ship_kafka_open(const struct options *options, struct ship_lines *lines,
				int *status)
{
	(void)options;
	(void)lines;
	warnx("--to kafka: built without librdkafka: install librdkafka-dev, and build it anew; file:PATH, syslog and stdout do without");
	*status = EXIT_FAILURE;
	return NULL;
}

#endif
