// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: top
 *
 * What goes on, on a full screen or as text (-b), anew each second: processes, objects,
 * calls, and calls that wait. Or of a capture, as it was at its end.
 */
#define _GNU_SOURCE	/* ppoll() */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ask/ask.h"
#include "base/clock.h"
#include "commands/options.h"
#include "commands/top_feed.h"
#include "commands/top_pages.h"
#include "commands/top_rows.h"
#include "input/live.h"
#include "names/cgroups.h"
#include "shared/syscalls.h"
#include "view/cell.h"
#include "view/formats.h"
#include "view/table.h"
#include "view/terminal.h"

#define INTERVAL_NS		1000000000ULL	/* unless -i says another time */
#define LEAST_INTERVAL_NS	100000000ULL
#define NS_PER_MS		1000000ULL

/**
 * struct top - all of it
 * @options: the options
 * @ask: which calls, until the feed has it
 * @feed: where rows are from
 * @rows: the rows
 * @screen: what is seen of them
 * @interval_ns: how long an interval is
 * @next_ns: when this one is over
 * @failed: it cannot go on; a message was given
 */
struct top {
	const struct options *options;
	struct ask *ask;
	struct top_feed feed;
	struct top_rows rows;
	struct screen screen;
	u64 interval_ns;
	u64 next_ns;
	bool failed;
};

/* ---- The head ------------------------------------------------------------ */

static const char *plural(u64 nr)
{
	return nr == 1 ? "" : "s";
}

static size_t nr_in_flight(const struct top *top)
{
	const struct model_process *process;
	const struct model_wait *wait;
	size_t nr = 0;

	TAILQ_FOREACH(process, model_processes(top->feed.evidence.model), all)
		TAILQ_FOREACH(wait, &process->waits, of_process)
			nr += top_feed_wants(&top->feed, wait);
	return nr;
}

/* What happens, and when: what matters most comes first. */
static void head_of_calls(struct top *top, char (*part)[128])
{
	const struct counters *between = &top->feed.between;
	const struct evidence *evidence = &top->feed.evidence;
	u64 errors = counters_rate(between->total.errors, between->time_ns);
	char span[32], when[EVIDENCE_TIME_BYTES];

	snprintf(*part++, sizeof(*part), "%llu calls/s",
		 (unsigned long long)counters_rate(between->total.calls,
						   between->time_ns));
	snprintf(*part++, sizeof(*part), "%llu error%s/s",
		 (unsigned long long)errors, plural(errors));
	snprintf(*part++, sizeof(*part), "%zu waiting", nr_in_flight(top));
	cell_duration(span, between->time_ns);
	evidence_time(evidence, evidence->now_ns, when);
	/* The time of day, without the date and the milliseconds of now */
	if (evidence->real_ns && evidence->live)
		snprintf(*part++, sizeof(*part), "%.8s", when + 11);
	else
		snprintf(*part++, sizeof(*part), "%s", when);
	snprintf(*part++, sizeof(*part), top->feed.live ? "every %s" : "in %s", span);
}

static void head_of_missing(struct top *top, char (*part)[128])
{
	const struct top_feed *feed = &top->feed;
	u64 missed = feed->between.total.missed;
	size_t len;
	u32 cause;

	if (feed->lost)
		snprintf(*part++, sizeof(*part), "LOST %llu record%s",
			 (unsigned long long)feed->lost, plural(feed->lost));
	if (missed)
		snprintf(*part++, sizeof(*part), "MISSED %llu call%s",
			 (unsigned long long)missed, plural(missed));
	if (feed->open_gaps) {
		len = snprintf(*part, sizeof(*part), "NOT RECORDED:");
		for (cause = 0; cause < __IPCTRACE_GAP_MAX; cause++)
			if (feed->open_gaps & 1U << cause)
				len += snprintf(*part + len, sizeof(*part) - len,
						" %s", ipct_gap_names[cause]);
		part++;
	}
	if (feed->left_out)
		snprintf(*part++, sizeof(*part), "no messages, holders: too busy");
}

static void head_of_state(struct top *top, char (*part)[128])
{
	const struct model_object *object;
	u64 nr[__IPCTRACE_FAMILY_MAX] = { };

	TAILQ_FOREACH(object, model_objects(top->feed.evidence.model), all)
		nr[object->family]++;
	snprintf(part[0], sizeof(part[0]), "%llu queue%s",
		 (unsigned long long)nr[IPCTRACE_MSG], plural(nr[IPCTRACE_MSG]));
	snprintf(part[1], sizeof(part[1]), "%llu set%s",
		 (unsigned long long)nr[IPCTRACE_SEM], plural(nr[IPCTRACE_SEM]));
	snprintf(part[2], sizeof(part[2]), "%llu segment%s",
		 (unsigned long long)nr[IPCTRACE_SHM], plural(nr[IPCTRACE_SHM]));
	head_of_missing(top, part + 3);
}

static void make_rows(struct top *top)
{
	struct screen *screen = &top->screen;
	struct screen_rows rows;

	top_rows_make(&top->rows, &top->feed);
	memset(screen->head, 0, sizeof(screen->head));
	head_of_calls(top, screen->head[0]);
	head_of_state(top, screen->head[1]);
	top_rows_of(&top->rows, screen->view, &rows);
	screen_rows(screen, &rows);
}

/* ---- Batch --------------------------------------------------------------- */

static bool print_view(struct top *top, struct sink *sink, enum top_view view)
{
	const struct screen_view *about = &top_views[view];
	const struct screen_place *place = &top->screen.places[view];
	struct value values[SINK_MAX_COLUMNS];
	struct screen_rows rows;
	struct table table;
	static char rooms[SINK_MAX_COLUMNS][CELL_BYTES];
	size_t i, j;
	bool good;

	top_rows_of(&top->rows, view, &rows);
	output_print(&sink->output, "\n%s\n", about->name);
	table_init(&table, about->columns, about->nr);
	table.sort = place->sort;
	table.descending = place->descending;
	for (i = 0; i < rows.nr; i++) {
		for (j = 0; j < about->nr; j++) {
			values[j] = (struct value){ .type = VALUE_NULL };
			rows.value(rows.context, i, j, &values[j], rooms[j]);
		}
		table_add(&table, values);
	}
	good = table_write(&table, sink);
	table_free(&table);
	return good;
}

static bool print_all(struct top *top, struct sink *sink, bool first)
{
	enum top_view chosen = top->screen.view, view;
	size_t i, j;

	output_print(&sink->output, first ? "" : "\n");
	for (i = 0; i < SCREEN_HEAD_LINES; i++) {
		for (j = 0; j < SCREEN_HEAD_PARTS; j++)
			if (*top->screen.head[i][j])
				output_print(&sink->output, "%s%s",
					     j ? "  " : "",
					     top->screen.head[i][j]);
		output_print(&sink->output, "\n");
	}
	for (view = 0; view < NR_TOP_VIEWS; view++)
		if ((!top->options->view || view == chosen) &&
		    !print_view(top, sink, view))
			return false;
	return sink_flush(sink) == OUTPUT_OK;
}

static int print_intervals(struct top *top)
{
	struct sink *sink = sink_new(STDOUT_FILENO, SINK_TEXT);
	u64 left = top->options->count ?: top->feed.live ? ~0ULL : 1;
	bool good = sink, first = true;

	for (; good && left && !live_stopped(); left--) {
		if (top->feed.live)
			good = top_feed_wait(&top->feed, top->next_ns);
		top->next_ns += top->interval_ns;
		if (!good || live_stopped())
			break;
		good = top_feed_tick(&top->feed);
		if (!good)
			break;
		make_rows(top);
		if (!print_all(top, sink, first)) {
			good = sink->output.state == OUTPUT_CLOSED;
			break;
		}
		first = false;
		top_feed_next(&top->feed);
	}
	if (sink)
		sink_free(sink);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- Begin and end ------------------------------------------------------- */

static bool open_feed(struct top *top)
{
	bool good = top_feed_open(&top->feed, top->options, top->ask);

	top->ask = NULL;
	/* Records are taken from here on. */
	top->next_ns = clock_ns(CLOCK_MONOTONIC) + top->interval_ns;
	return good && top_feed_take(&top->feed);
}

static void close_all(struct top *top)
{
	top_feed_close(&top->feed);
	top_rows_free(&top->rows);
	screen_free(&top->screen);
}

/* SIGHUP, too, which a terminal that goes away sends */
static void catch_signals(void)
{
	struct sigaction action;

	live_catch_signals();
	sigaction(SIGTERM, NULL, &action);
	sigaction(SIGHUP, &action, NULL);
}

static int run_batch(struct top *top)
{
	int status = EXIT_FAILURE;

	catch_signals();
	live_stop_after(top->options->for_ns);
	if (open_feed(top))
		status = print_intervals(top);
	close_all(top);
	return status;
}

/* ---- Full screen --------------------------------------------------------- */

/* A capture has to be read once more for that. */
static bool read_again(struct top *top, struct ask *ask)
{
	top_feed_close(&top->feed);
	if (!top_feed_open(&top->feed, top->options, ask))
		return false;
	make_rows(top);
	return true;
}

/* False, with a message, when it cannot go on. */
static bool set_filter(struct top *top)
{
	struct screen *screen = &top->screen;
	struct ask_error error = { .message = "no memory" };
	struct ask *ask = NULL;

	if (screen->prompt[strspn(screen->prompt, " ")]) {
		ask = ask_new(screen->prompt, &error);
		if (!ask) {
			snprintf(screen->message, sizeof(screen->message),
				 "at character %zu: %.200s", error.at + 1,
				 error.message);
			/* It can be set right. */
			screen->mode = SCREEN_PROMPT;
			return true;
		}
	} else {
		screen->prompt[0] = '\0';
	}
	memcpy(screen->filter, screen->prompt, sizeof(screen->filter));
	screen->frozen = false;
	if (!top->feed.live)
		return read_again(top, ask);
	top_feed_ask(&top->feed, ask);
	return true;
}

static void open_row(struct top *top)
{
	size_t row;
	char *text;

	if (!screen_row(&top->screen, &row))
		return;
	text = top_page(&top->feed, top->options, &top->rows, top->screen.view, row);
	if (text)
		screen_page(&top->screen, text);
	free(text);
}

static void set_interval(struct top *top, u64 ns)
{
	char text[32];

	if (!top->feed.live || ns < LEAST_INTERVAL_NS)
		return;
	top->interval_ns = ns;
	top->next_ns = clock_ns(CLOCK_MONOTONIC) + ns;
	cell_duration(text, ns);
	snprintf(top->screen.message, sizeof(top->screen.message), "every %s", text);
}

/* False: that is the end; @top->failed says which. */
static bool obey(struct top *top, enum screen_action action)
{
	struct screen *screen = &top->screen;
	struct screen_rows rows;

	switch (action) {
	case SCREEN_QUIT:
		return false;
	case SCREEN_VIEW:
		top_rows_of(&top->rows, screen->view, &rows);
		screen_rows(screen, &rows);
		break;
	case SCREEN_OPEN:
		open_row(top);
		break;
	case SCREEN_HELP:
		screen_page(screen, top_keys);
		break;
	case SCREEN_FILTER:
		top->failed = !set_filter(top);
		return !top->failed;
	case SCREEN_FREEZE:
		if (!top->feed.live)
			screen->frozen = false;
		break;
	case SCREEN_SLOWER:
		set_interval(top, 2 * top->interval_ns);
		break;
	case SCREEN_FASTER:
		set_interval(top, top->interval_ns / 2);
		break;
	default:
		break;
	}
	return true;
}

/* All keys that there are; false: that is the end. */
static bool obey_keys(struct top *top)
{
	enum screen_action action;
	bool draw = false, clear = false;
	u32 key;

	while ((key = terminal_key(&top->screen)) != SCREEN_KEY_NONE) {
		action = screen_key(&top->screen, key);
		if (!obey(top, action))
			return false;
		draw = draw || action != SCREEN_NOTHING;
		clear = clear || action == SCREEN_CLEAR;
	}
	if (draw)
		terminal_draw(&top->screen, clear);
	return true;
}

/* An interval is over; false: it cannot go on. */
static bool tick(struct top *top)
{
	u64 now_ns = clock_ns(CLOCK_MONOTONIC);

	top->next_ns += top->interval_ns;
	/* After a stop there is one interval, not many. */
	if (top->next_ns < now_ns)
		top->next_ns = now_ns + top->interval_ns;
	if (!top_feed_tick(&top->feed))
		return false;
	if (!top->screen.frozen) {
		make_rows(top);
		if (top->screen.mode != SCREEN_PAGE)
			terminal_draw(&top->screen, false);
	}
	top_feed_next(&top->feed);
	return true;
}

/**
 * enum woken - why a wait is over
 * @WOKEN: something may have happened
 * @WOKEN_NO_MORE: there is no terminal any more
 * @WOKEN_FAILED: it cannot go on; a message was given
 */
enum woken {
	WOKEN,
	WOKEN_NO_MORE,
	WOKEN_FAILED,
};

/* Until there is a key, a signal, or enough to take */
static enum woken sleep_a_while(const struct top *top, const sigset_t *unblocked)
{
	struct pollfd pollfds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = top->feed.live ? top->feed.source.fd : -1 },
	};
	u64 now_ns = clock_ns(CLOCK_MONOTONIC), left_ns = 0;
	struct timespec time;
	int ret;

	if (top->next_ns > now_ns)
		left_ns = min_t(u64, top->next_ns - now_ns,
				top->feed.patience_ms * NS_PER_MS);
	time = (struct timespec){
		.tv_sec = left_ns / 1000000000,
		.tv_nsec = left_ns % 1000000000,
	};
	ret = ppoll(pollfds, ARRAY_SIZE(pollfds), top->feed.live ? &time : NULL,
		    unblocked);
	if (ret < 0 && errno != EINTR) {
		warn("poll");
		return WOKEN_FAILED;
	}
	if (ret > 0 && pollfds[0].revents & (POLLERR | POLLHUP | POLLNVAL))
		return WOKEN_NO_MORE;
	if (ret > 0 && pollfds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) {
		warnx("%s: gone", IPCTRACE_DEVICE);
		return WOKEN_FAILED;
	}
	return WOKEN;
}

static int show(struct top *top)
{
	sigset_t blocked, before;
	int status = EXIT_FAILURE;

	/* What ends a wait comes in waits only, so that none is missed. */
	sigfillset(&blocked);
	sigdelset(&blocked, SIGTSTP);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	for (;;) {
		enum woken woken = sleep_a_while(top, &before);

		if (woken == WOKEN_FAILED)
			break;
		if (woken == WOKEN_NO_MORE || live_stopped() || !obey_keys(top)) {
			status = top->failed ? EXIT_FAILURE : EXIT_SUCCESS;
			break;
		}
		if (!top->feed.live)
			continue;
		if (!top_feed_take(&top->feed) ||
		    (clock_ns(CLOCK_MONOTONIC) >= top->next_ns && !tick(top)))
			break;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* In the child that may die */
static int run_screen(void *context)
{
	struct top *top = context;
	int status = EXIT_FAILURE;

	catch_signals();
	live_stop_after(top->options->for_ns);
	if (open_feed(top) && terminal_open(&top->screen)) {
		/* There has been no interval yet; state there is. */
		make_rows(top);
		terminal_draw(&top->screen, true);
		status = show(top);
		terminal_close();
	}
	close_all(top);
	return status;
}

/* ---- The command --------------------------------------------------------- */

static bool choose(struct top *top, const struct options *options)
{
	char accepted[512];

	screen_init(&top->screen, top_views, NR_TOP_VIEWS);
	if (options->view)
		top->screen.view = options->view - 1;
	if (!options->sort ||
	    screen_sort(&top->screen, options->sort, accepted, sizeof(accepted)))
		return true;
	warnx("--sort: unknown column '%s' of %s, %s", options->sort,
	      top_views[top->screen.view].name, accepted);
	return false;
}

static int work(const struct options *options, struct wanted *wanted,
		struct style *style)
{
	static struct top top;

	(void)style;
	top.options = options;
	top.interval_ns = options->interval_ns ?: INTERVAL_NS;
	if (!choose(&top, options))
		return EXIT_USAGE;
	if (wanted->ask) {
		snprintf(top.screen.filter, sizeof(top.screen.filter), "%s",
			 wanted->ask->text);
		top.ask = wanted->ask;
		wanted->ask = NULL;
	}
	if (options->batch)
		return run_batch(&top);
	return terminal_run(run_screen, &top);
}

static int run(const struct options *options)
{
	if (!options->batch && !terminal_there())
		return EXIT_FAILURE;
	if (options->count && !options->batch)
		return options_refuse(options, "-n: only with -b");
	return options_with_wanted(options, options->input ?
				   cgroups_new_empty() : cgroups_new(NULL), work);
}

const struct command command_top = {
	.usage = "top [OPTION]...",
	.about =
"Show processes, objects, calls and waits on a full screen, each second; with -b\n"
"print them. Keys: F1 or h tells all, Enter opens a row, F4 filters, q quits.\n",
	.notes =
"--sort x says which columns there are. Rates of calls are the recorder's own\n"
"counters, whatever is lost; who calls is scaled to these. On a terminal smaller\n"
"than 40x10 one line says so. Needs root and the module, or FILE.\n",
	.run = run,
};
