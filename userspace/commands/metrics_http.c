// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: metrics_http
 *
 * Answers GET /metrics, and nothing else, in a thread of its own: from the values that
 * were shown to it last, so that an answer takes no longer where there are more objects.
 * libmicrohttpd does the work. It is loaded when it is wanted, so that nobody else needs
 * it; where the program was built without its header, this says so.
 *
 * Whoever asks is not trusted: there are so many connections and so much memory for
 * each, each is for one request, and one that takes longer than some seconds is cut,
 * even if it keeps sending.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/library.h"
#include "commands/metrics_http.h"
#include "commands/metrics_text.h"

#define BACKLOG		64

/* ---- Where to listen ----------------------------------------------------------------- */

/* "ADDRESS:PORT", "[ADDRESS]:PORT" or "PORT", into @address and @port */
static bool split(const char *where, char *address, size_t size, const char **port)
{
	const char *colon = strrchr(where, ':');
	size_t len = colon ? colon - where : 0;
	unsigned long number;

	*port = colon ? colon + 1 : where;
	if (!colon) {
		snprintf(address, size, "127.0.0.1");
	} else if (len >= 2 && *where == '[' && colon[-1] == ']') {
		snprintf(address, size, "%.*s", (int)(len - 2), where + 1);
	} else {
		snprintf(address, size, "%.*s", (int)len, where);
		if (strchr(address, ':'))
			return false;
	}
	number = strtoul(*port, NULL, 10);
	return *address && **port && strlen(*port) <= 5 &&
	       !(*port)[strspn(*port, "0123456789")] && number && number < 65536;
}

static struct addrinfo *resolve(const char *where)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	struct addrinfo *found = NULL;
	const char *port;
	char address[64];

	if (split(where, address, sizeof(address), &port) &&
	    !getaddrinfo(address, port, &hints, &found))
		return found;
	warnx("--listen: '%s' is no place to listen; accepted: 127.0.0.1:9747, [::1]:9747, 9747 (which is 127.0.0.1:9747)",
	      where);
	return NULL;
}

/**
 * metrics_http_listen() - listen, before anything else is done
 * @where: as in --listen
 *
 * Return: a socket; -1, with a message, where that cannot be done; -2 where @where is
 * no place.
 */
int metrics_http_listen(const char *where)
{
	struct addrinfo *found = resolve(where);
	int fd, on = 1;

	if (!found)
		return -2;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(fd, found->ai_addr, found->ai_addrlen) ||
		    listen(fd, BACKLOG)) {
			warn("--listen: %s", where);
			close(fd);
			fd = -1;
		}
	} else {
		warn("--listen: %s", where);
	}
	freeaddrinfo(found);
	return fd;
}

#if __has_include("microhttpd.h")

#include <microhttpd.h>

#define MOST_CONNECTIONS	32
#define IDLE_S			5
#define CONNECTION_NS		10000000000ULL	/* at most, from its begin to its end */
#define CONNECTION_BYTES	(16 * 1024)	/* memory for a request's head */

/* The functions of the library, by their names */
#define FUNCTIONS(FUNCTION)		\
	FUNCTION(MHD_start_daemon)	\
	FUNCTION(MHD_stop_daemon)	\
	FUNCTION(MHD_get_connection_info) \
	FUNCTION(MHD_lookup_connection_value) \
	FUNCTION(MHD_create_response_from_buffer) \
	FUNCTION(MHD_add_response_header) \
	FUNCTION(MHD_queue_response)	\
	FUNCTION(MHD_destroy_response)

/**
 * struct connection - one that is open
 * @fd: its socket; 0: none is
 * @since_ns: when it began
 */
struct connection {
	int fd;
	u64 since_ns;
};

/**
 * struct metrics_http - who answers
 * @daemon: of the library
 * @lock: of all below
 * @metrics: what was shown last
 * @connections: those that are open
 */
struct metrics_http {
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	struct metrics metrics;
	struct connection connections[MOST_CONNECTIONS];
};

FUNCTIONS(LIBRARY_POINTER)

static bool find_library(void)
{
	static const struct library library = {
		"libmicrohttpd.so.12", "libmicrohttpd12", "--listen",
	};
	static const struct library_function functions[] = {
		FUNCTIONS(LIBRARY_FUNCTION)
	};

	return library_load(&library, functions, ARRAY_SIZE(functions));
}

/* ---- Answers -------------------------------------------------------------------------- */

/* Its copy is printed, so that who shows the next values does not wait for that. */
static char *current_text(struct metrics_http *http, bool open, size_t *len)
{
	struct metrics *copy = malloc(sizeof(*copy));
	char *text;

	if (!copy)
		return NULL;
	pthread_mutex_lock(&http->lock);
	*copy = http->metrics;
	pthread_mutex_unlock(&http->lock);
	text = metrics_text(copy, open, len);
	free(copy);
	return text;
}

/* Is it accepted, and not only as the last resort (q=0)? */
static bool wants_open(struct MHD_Connection *connection)
{
	const char *accept = do_MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							    "Accept");
	char entry[128], *quality;
	size_t len;

	while (accept && *accept) {
		accept += strspn(accept, " ,");
		len = strcspn(accept, ",");
		snprintf(entry, sizeof(entry), "%.*s", (int)min_t(size_t, len, 127),
			 accept);
		accept += len;
		if (strncmp(entry, "application/openmetrics-text", 28))
			continue;
		quality = strstr(entry, "q=");
		if (!quality || strtod(quality + 2, NULL) > 0)
			return true;
	}
	return false;
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned int status,
			     const char *type, char *text, size_t len)
{
	struct MHD_Response *response =
		do_MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (!response) {
		free(text);
		return MHD_NO;
	}
	do_MHD_add_response_header(response, "Content-Type", type);
	do_MHD_add_response_header(response, "Connection", "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		do_MHD_add_response_header(response, "Allow", "GET");
	result = do_MHD_queue_response(connection, status, response);
	do_MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned int status,
			      const char *text)
{
	char *copy = strdup(text);

	return copy ? reply(connection, status, "text/plain", copy, strlen(copy)) :
		      MHD_NO;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection,
			      const char *url, const char *method, const char *version,
			      const char *upload, size_t *upload_len, void **state)
{
	struct metrics_http *http = context;
	size_t len;
	char *text;
	bool open;

	(void)version;
	(void)upload;
	(void)upload_len;
	if (strcmp(method, "GET"))
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "GET /metrics is all there is\n");
	if (strcmp(url, "/metrics"))
		return refuse(connection, MHD_HTTP_NOT_FOUND,
			      "GET /metrics is all there is\n");
	/* The first time its head is there only. */
	if (!*state) {
		*state = http;
		return MHD_YES;
	}
	open = wants_open(connection);
	text = current_text(http, open, &len);
	return text ? reply(connection, MHD_HTTP_OK,
			    open ? METRICS_OPEN_TYPE : METRICS_CLASSIC_TYPE, text, len) :
		      MHD_NO;
}

/* ---- Connections ------------------------------------------------------------------------ */

/* The library closes a socket after it has told of it, so none is cut that is another's. */
static void notice(void *context, struct MHD_Connection *connection,
		   void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
		do_MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	bool begins = code == MHD_CONNECTION_NOTIFY_STARTED;
	struct metrics_http *http = context;
	u32 i;

	(void)socket_context;
	if (!info)
		return;
	pthread_mutex_lock(&http->lock);
	for (i = 0; i < MOST_CONNECTIONS; i++)
		if (http->connections[i].fd == (begins ? 0 : info->connect_fd))
			break;
	if (i < MOST_CONNECTIONS)
		http->connections[i] = (struct connection){
			.fd = begins ? info->connect_fd : 0,
			.since_ns = clock_ns(CLOCK_MONOTONIC),
		};
	pthread_mutex_unlock(&http->lock);
}

static void cut_slow(struct metrics_http *http)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);
	u32 i;

	for (i = 0; i < MOST_CONNECTIONS; i++)
		if (http->connections[i].fd &&
		    now_ns - http->connections[i].since_ns > CONNECTION_NS)
			shutdown(http->connections[i].fd, SHUT_RDWR);
}

/**
 * metrics_http_start() - answer from now on
 * @fd: from metrics_http_listen(), which is the daemon's then
 * @metrics: what there is to answer
 *
 * Return: who answers; NULL, with a message, when that cannot be done.
 */
struct metrics_http *metrics_http_start(int fd, const struct metrics *metrics)
{
	struct metrics_http *http = calloc(1, sizeof(*http));
	sigset_t blocked, before;

	if (!http || !find_library()) {
		free(http);
		return NULL;
	}
	http->metrics = *metrics;
	pthread_mutex_init(&http->lock, NULL);
	/* Signals are for the thread that was there before. */
	sigfillset(&blocked);
	pthread_sigmask(SIG_BLOCK, &blocked, &before);
	http->daemon = do_MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
					   MHD_USE_EPOLL,
		0, NULL, NULL, answer, http,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MOST_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_NOTIFY_CONNECTION, notice, http,
		MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (http->daemon)
		return http;
	warnx("libmicrohttpd cannot be started");
	free(http);
	return NULL;
}

/**
 * metrics_http_show() - there are other values; to be called each second or so
 * @http: who answers
 * @metrics: these
 */
void metrics_http_show(struct metrics_http *http, const struct metrics *metrics)
{
	pthread_mutex_lock(&http->lock);
	http->metrics = *metrics;
	cut_slow(http);
	pthread_mutex_unlock(&http->lock);
}

/**
 * metrics_http_stop() - answer no more
 * @http: who answers, or NULL
 */
void metrics_http_stop(struct metrics_http *http)
{
	if (!http)
		return;
	do_MHD_stop_daemon(http->daemon);
	free(http);
}

#else /* no libmicrohttpd */

struct metrics_http *metrics_http_start(int fd, const struct metrics *metrics)
{
	(void)fd;
	(void)metrics;
	warnx("--listen: this program was built without libmicrohttpd (libmicrohttpd-dev)");
	return NULL;
}

void metrics_http_show(struct metrics_http *http, const struct metrics *metrics)
{
	(void)http;
	(void)metrics;
}

void metrics_http_stop(struct metrics_http *http)
{
	(void)http;
}

#endif
