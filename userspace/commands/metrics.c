// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: metrics
 *
 * Counters and gauges for Prometheus: by HTTP, as a file for node_exporter, or once. It
 * keeps up to date what there is to tell, as top does, whoever asks or not; who asks
 * gets what was true last.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "commands/metrics_http.h"
#include "commands/metrics_text.h"
#include "commands/metrics_values.h"
#include "commands/options.h"
#include "commands/picture.h"
#include "commands/top_feed.h"
#include "input/live.h"
#include "input/seed.h"

#define REFRESH_NS	1000000000ULL	/* for who asks */
#define INTERVAL_NS	15000000000ULL	/* of the file, unless --interval says another */
#define ASK_TIMES	50		/* the kernel is asked 1/50 of the time */
#define MOST_ASK_NS	60000000000ULL

/**
 * struct exporter - all of it
 * @options: the options
 * @feed: where values are from
 * @counts: what was counted from its records
 * @metrics: as of the last refresh
 * @http: who answers, or NULL
 * @interval_ns: of the file
 * @refresh_ns: the values are taken that often
 * @refresh_at_ns: next time
 * @write_at_ns: the file: next time
 * @ask_at_ns: the kernel is asked for objects: next time
 * @written: the file is ours
 */
struct exporter {
	const struct options *options;
	struct top_feed feed;
	struct metrics_counts counts;
	struct metrics metrics;
	struct metrics_http *http;
	u64 interval_ns;
	u64 refresh_ns;
	u64 refresh_at_ns;
	u64 write_at_ns;
	u64 ask_at_ns;
	bool written;
};

static void count(void *context, const struct ipctrace_header *record)
{
	metrics_count(context, record);
}

/* ---- Where it goes -------------------------------------------------------------------- */

static bool write_text(const struct exporter *exporter, const char *name)
{
	struct picture file;
	size_t len;
	char *text = metrics_text(&exporter->metrics, exporter->options->openmetrics,
				  &len);
	bool good;

	if (!text) {
		warnx("no memory for what there is to print");
		return false;
	}
	good = picture_create(&file, name);
	if (good) {
		good = picture_write(&file, text, len);
		/* For node_exporter, which is another user */
		if (good && file.temp && fchmod(file.fd, 0644)) {
			warn("%s", name);
			good = false;
		}
		good = picture_close(&file, good);
	}
	free(text);
	return good;
}

/* A disk that is full now need not be so for ever. */
static void keep_file(struct exporter *exporter, u64 now_ns)
{
	if (!exporter->options->textfile || now_ns < exporter->write_at_ns)
		return;
	exporter->write_at_ns = now_ns + exporter->interval_ns;
	exporter->written |= write_text(exporter, exporter->options->textfile);
}

/* ---- Once ------------------------------------------------------------------------------ */

/* All that there is, up to now or to the end of a capture */
static bool take_once(struct exporter *exporter)
{
	if (!top_feed_open_once(&exporter->feed, exporter->options))
		return false;
	metrics_begin(&exporter->metrics, &exporter->feed,
		      exporter->options->per_object);
	metrics_take(&exporter->metrics, &exporter->counts, &exporter->feed);
	return true;
}

static int print_once(struct exporter *exporter)
{
	bool good = take_once(exporter) &&
		    write_text(exporter, exporter->options->textfile ?: "-");

	top_feed_close(&exporter->feed);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- Until it is stopped ------------------------------------------------------------------ */

/*
 * What is in queues only the kernel knows for certain, and where records were lost it is
 * right and the model may be wrong. To ask takes the longer the more objects there are.
 */
static void ask_kernel(struct exporter *exporter)
{
	u64 begin_ns = clock_ns(CLOCK_MONOTONIC), took_ns;

	if (begin_ns < exporter->ask_at_ns)
		return;
	seed_objects(exporter->feed.evidence.model);
	took_ns = clock_ns(CLOCK_MONOTONIC) - begin_ns;
	exporter->ask_at_ns = begin_ns + min_t(u64, ASK_TIMES * took_ns, MOST_ASK_NS);
}

static bool refresh(struct exporter *exporter)
{
	struct top_feed *feed = &exporter->feed;

	exporter->refresh_at_ns = clock_ns(CLOCK_MONOTONIC) + exporter->refresh_ns;
	/* A capture stays as it is. */
	if (!feed->live)
		return true;
	if (!top_feed_tick(feed))
		return false;
	ask_kernel(exporter);
	exporter->counts.spared += feed->left_out;
	metrics_take(&exporter->metrics, &exporter->counts, feed);
	top_feed_next(feed);
	return true;
}

static bool go_on(struct exporter *exporter, int fd)
{
	bool good = refresh(exporter);

	if (good && fd >= 0) {
		exporter->http = metrics_http_start(fd, &exporter->metrics);
		good = exporter->http;
	}
	while (good && !live_stopped()) {
		if (exporter->http)
			metrics_http_show(exporter->http, &exporter->metrics);
		keep_file(exporter, clock_ns(CLOCK_MONOTONIC));
		good = top_feed_wait(&exporter->feed, exporter->refresh_at_ns) &&
		       refresh(exporter);
	}
	metrics_http_stop(exporter->http);
	/* Nobody keeps it up to date any more. */
	if (exporter->written)
		unlink(exporter->options->textfile);
	return good;
}

/* What happens from now on */
static bool begin(struct exporter *exporter)
{
	if (!top_feed_open(&exporter->feed, exporter->options, NULL))
		return false;
	metrics_begin(&exporter->metrics, &exporter->feed,
		      exporter->options->per_object);
	return true;
}

static int serve(struct exporter *exporter)
{
	const struct options *options = exporter->options;
	bool good;
	int fd = -1;

	if (options->listen) {
		fd = metrics_http_listen(options->listen);
		if (fd < 0)
			return fd == -2 ? EXIT_USAGE : EXIT_FAILURE;
	}
	exporter->interval_ns = options->interval_ns ?: INTERVAL_NS;
	exporter->refresh_ns = options->listen ? REFRESH_NS :
			       min_t(u64, exporter->interval_ns, INTERVAL_NS);
	live_catch_signals();
	live_stop_after(options->for_ns);
	good = (options->input ? take_once(exporter) : begin(exporter)) &&
	       go_on(exporter, fd);
	top_feed_close(&exporter->feed);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- The command ---------------------------------------------------------------------- */

static bool is_collected(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".prom");
}

static int run(const struct options *options)
{
	static struct exporter exporter;
	bool once = options->once || (options->input && !options->listen);

	if (!once && !options->listen && !options->textfile)
		return options_refuse(options,
				      "--listen, --textfile or --once: to whom?");
	if (once && options->listen)
		return options_refuse(options, "--listen, or once: which?");
	if (options->openmetrics && (!once || options->textfile))
		return options_refuse(options, "--openmetrics: only to print it once");
	if (options->textfile && !is_collected(options->textfile))
		return options_refuse(options,
				      "--textfile: node_exporter reads names that end in .prom");
	exporter.options = options;
	exporter.feed.tap = count;
	exporter.feed.tap_context = &exporter.counts;
	return once ? print_once(&exporter) : serve(&exporter);
}

const struct command command_metrics = {
	.usage = "metrics [OPTION]...",
	.about =
"Give Prometheus calls, errors, durations, objects, limits and blocked calls: by\n"
"HTTP (--listen), as a file for node_exporter (--textfile), or printed (--once).\n",
	.notes =
"There are fewer than 1,000 series, settled at the start: eight IPC namespaces\n"
"have their own, all others are \"other\"; no label has a pid, an id, a key or the\n"
"name of a program, unless --per-object is said. What is counted from records\n"
"(errors, durations) lacks what ipctrace_lost_records_total says.\n",
	.run = run,
};
