// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: metrics_text
 *
 * Metrics in the text format of Prometheus (0.0.4), or in OpenMetrics 1.0: these differ
 * in the name of a counter's family, in units, and in the end. Bounds of histograms are
 * the same text in both, so that a series is the same, whichever is asked for.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands/metrics_text.h"
#include "commands/metrics_values.h"
#include "model/limits.h"
#include "shared/syscalls.h"
#include "shared/version.h"

/* ---- Labels ----------------------------------------------------------------------- */

static const char *errno_of(u32 place)
{
	return place < METRICS_NR_ERRNOS ?
	       ipct_errno_name(metrics_errnos[place], NULL) : "other";
}

static void put_namespace(FILE *to, const struct metrics *metrics, u32 place)
{
	if (place < METRICS_NAMED_NS)
		fprintf(to, "ipc_ns=\"%u\"", metrics->ns[place]);
	else
		fputs("ipc_ns=\"other\"", to);
}

static void put_object(FILE *to, const struct metrics *metrics, u32 place)
{
	const struct metrics_object *object = &metrics->objects[place];

	if (place == metrics->most_objects) {
		fputs("kind=\"other\",ipc_ns=\"other\",object=\"other\"", to);
		return;
	}
	fprintf(to, "kind=\"%s\",ipc_ns=\"%u\",object=\"",
		ipct_family_names[object->family], object->ipc_ns);
	if (object->key)
		fprintf(to, "0x%08x\"", object->key);
	else
		fprintf(to, "%d\"", object->id);
}

static void put_label(FILE *to, const struct metrics *metrics, enum metrics_dim dim,
		      u32 place)
{
	const char *name = metrics_labels[dim];

	switch (dim) {
	case METRICS_CALL:
		fprintf(to, "%s=\"%s\"", name, ipct_syscalls[place].name);
		break;
	case METRICS_WAITING:
		fprintf(to, "%s=\"%s\"", name,
			ipct_syscalls[metrics_waiting_call(place)].name);
		break;
	case METRICS_ERRNO:
		fprintf(to, "%s=\"%s\"", name, errno_of(place));
		break;
	case METRICS_KIND:
		fprintf(to, "%s=\"%s\"", name, ipct_family_names[place]);
		break;
	case METRICS_NS:
		put_namespace(to, metrics, place);
		break;
	case METRICS_LIMIT:
		fprintf(to, "%s=\"%s\"", name, model_limit_rows[place].name);
		break;
	case METRICS_CAUSE:
		fprintf(to, "%s=\"%s\"", name, ipct_gap_names[place]);
		break;
	case METRICS_OBJECT:
		put_object(to, metrics, place);
		break;
	case METRICS_VERSION:
		fprintf(to, "%s=\"%s\"", name, IPCT_VERSION);
		break;
	default:
		break;
	}
}

static void put_labels(FILE *to, const struct metrics *metrics,
		       const struct metric *metric, u32 first, u32 second)
{
	put_label(to, metrics, metric->dims[0], first);
	if (metric->dims[1] == METRICS_NONE)
		return;
	putc(',', to);
	put_label(to, metrics, metric->dims[1], second);
}

/* ---- Values ----------------------------------------------------------------------- */

static void put_value(FILE *to, double value)
{
	if (value == floor(value) && fabs(value) < 1e15)
		fprintf(to, " %.0f\n", value);
	else
		fprintf(to, " %.15g\n", value);
}

static void put_series(FILE *to, const struct metrics *metrics,
		       const struct metric *metric, u32 first, u32 second, double value)
{
	fprintf(to, "%s%s", metric->name,
		metric->type == METRICS_COUNTER ? "_total" : "");
	if (metric->dims[0] != METRICS_NONE) {
		putc('{', to);
		put_labels(to, metrics, metric, first, second);
		putc('}', to);
	}
	put_value(to, value);
}

static void put_histogram(FILE *to, const struct metrics *metrics,
			  const struct metric *metric, u32 first, const double *values)
{
	double count = 0;
	u32 i;

	for (i = 0; i <= METRICS_NR_BUCKETS; i++) {
		count += values[i];
		fprintf(to, "%s_bucket{", metric->name);
		put_labels(to, metrics, metric, first, 0);
		fprintf(to, ",le=\"%s\"}", i < METRICS_NR_BUCKETS ?
					   metrics_buckets[i].text : "+Inf");
		put_value(to, count);
	}
	fprintf(to, "%s_sum{", metric->name);
	put_labels(to, metrics, metric, first, 0);
	putc('}', to);
	put_value(to, values[i]);
	fprintf(to, "%s_count{", metric->name);
	put_labels(to, metrics, metric, first, 0);
	putc('}', to);
	put_value(to, count);
}

/* ---- All of it ---------------------------------------------------------------------- */

static void put_head(FILE *to, const struct metric *metric, bool open)
{
	static const char *const types[] = {
		[METRICS_COUNTER] = "counter",
		[METRICS_GAUGE] = "gauge",
		[METRICS_HISTOGRAM] = "histogram",
	};
	const char *total = !open && metric->type == METRICS_COUNTER ? "_total" : "";

	fprintf(to, "# HELP %s%s %s.\n", metric->name, total, metric->help);
	fprintf(to, "# TYPE %s%s %s\n", metric->name, total, types[metric->type]);
	if (open && metric->unit)
		fprintf(to, "# UNIT %s %s\n", metric->name, metric->unit);
}

static void put_metric(FILE *to, const struct metrics *metrics, enum metric_id id,
		       bool open)
{
	const struct metric *metric = &metrics_table[id];
	const double *values = metrics->values + metrics->starts[id];
	u32 nr = metrics_series(metrics, id), i;
	u32 seconds = metrics->sizes[metric->dims[1]];
	bool histogram = metric->type == METRICS_HISTOGRAM;
	u32 each = histogram ? METRICS_HISTOGRAM_VALUES : 1;
	bool begun = false;

	for (i = 0; i < nr; i++) {
		if (isnan(values[i * each]))
			continue;
		if (!begun)
			put_head(to, metric, open);
		begun = true;
		if (histogram)
			put_histogram(to, metrics, metric, i, values + i * each);
		else
			put_series(to, metrics, metric, i / seconds, i % seconds,
				   values[i]);
	}
}

/**
 * metrics_text() - print them
 * @metrics: after metrics_take()
 * @open: as OpenMetrics
 * @len: out: length of the text
 *
 * Return: the text, which free() is for; NULL when there is no memory.
 */
char *metrics_text(const struct metrics *metrics, bool open, size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);
	bool good;
	u32 id;

	if (!to)
		return NULL;
	for (id = 0; id < NR_METRICS; id++)
		put_metric(to, metrics, id, open);
	if (open)
		fputs("# EOF\n", to);
	good = !ferror(to);
	if (!fclose(to) && good)
		return text;
	free(text);
	return NULL;
}
