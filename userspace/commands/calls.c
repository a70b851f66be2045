// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: calls
 *
 * Prints what is traced: each call with its numbers, its arguments, where their
 * values come from, and the probes that watch it; or a JSON schema of the
 * records. All of it comes from the rows of syscalls.def and, while the module
 * is loaded, from its own list of probes.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands/options.h"
#include "commands/print.h"
#include "fields/fields.h"
#include "fields/schema.h"
#include "names/numbers.h"
#include "shared/syscalls.h"
#include "view/json_schema.h"
#include "view/yajl.h"

#define X32_BIT		0x40000000
#define MAX_PROBES	256

/**
 * struct probes - what the module says of its probes
 * @error: errno of the device, 0 when it is there
 * @nr: how many it has; 0 with an @error
 * @probe: in the module's order
 */
struct probes {
	int error;
	u32 nr;
	struct ipctrace_probe probe[MAX_PROBES];
};

static const char *const states[] = {
	[IPCTRACE_PROBE_ABSENT] = "absent",
	[IPCTRACE_PROBE_REFUSED] = "refused",
	[IPCTRACE_PROBE_ATTACHED] = "attached",
	[IPCTRACE_PROBE_SILENT] = "silent",
};

static_assert(ARRAY_SIZE(states) == __IPCTRACE_PROBE_STATE_MAX);

static void read_probes(struct probes *probes)
{
	int fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);

	probes->nr = 0;
	probes->error = fd < 0 ? errno : 0;
	if (fd < 0)
		return;
	for (; probes->nr < MAX_PROBES; probes->nr++) {
		struct ipctrace_probe *probe = &probes->probe[probes->nr];

		memset(probe, 0, sizeof(*probe));
		probe->index = probes->nr;
		if (ioctl(fd, IPCTRACE_IOC_PROBE, probe))
			break;
		probe->symbol[sizeof(probe->symbol) - 1] = '\0';
	}
	close(fd);
}

static const char *state_name(const struct ipctrace_probe *probe)
{
	return probe->state < ARRAY_SIZE(states) ?
	       states[probe->state] : "unknown";
}

static int number_of(u8 call, u8 abi)
{
	int number = numbers[call][abi == IPCTRACE_ABI_X32 ?
				   IPCTRACE_ABI_X86_64 : abi];

	return number == NUMBER_NONE || abi != IPCTRACE_ABI_X32 ?
	       number : number | X32_BIT;
}

/* ---- For people ----------------------------------------------------------- */

static void print_tags(struct output *output, u8 tags)
{
	int bit;

	for (bit = 0; bit < SCHEMA_NR_TAGS; bit++)
		if (tags & 1 << bit)
			output_print(output, " %s", schema_tag_names[bit]);
}

static void print_numbers(struct output *output, u8 call)
{
	u8 abi;

	for (abi = 0; abi < __IPCTRACE_ABI_MAX; abi++)
		if (number_of(call, abi) != NUMBER_NONE)
			output_print(output, "  %s %d", ipct_abi_names[abi],
				     number_of(call, abi));
	if (ipct_syscalls[call].number)
		output_print(output, "  ipc() %u", ipct_syscalls[call].number);
	output_print(output, "\n");
}

static void print_probes(struct output *output, const struct probes *probes,
			 u8 call)
{
	const struct ipctrace_probe *probe = probes->probe;

	for (; probe < probes->probe + probes->nr; probe++) {
		if (probe->call != call)
			continue;
		output_print(output, "    probe %s: %s", (const char *)probe->symbol,
			     state_name(probe));
		if (probe->error)
			output_print(output, " (%s)", strerror(probe->error));
		output_print(output, "\n");
	}
}

static void print_call(struct output *output, const struct probes *probes,
		       u8 call)
{
	const struct ipct_syscall *row = &ipct_syscalls[call];
	u8 i;

	output_print(output, "%s", row->name);
	print_numbers(output, call);
	for (i = 0; i < row->nr_args; i++) {
		output_print(output, "    %-8s %-18s", row->args[i].name,
			     schema_c_type(call, i));
		print_tags(output, schema_arg_tags(call, i));
		output_print(output, "\n");
	}
	print_probes(output, probes, call);
}

/* Names that follow each other and are of one group, on one line */
static void print_members(struct output *output)
{
	struct field *fields;
	const char *dot, *group = "";
	size_t nr, i, len = 0;

	fields = fields_list(&nr);
	for (i = 0; i < nr; i++) {
		dot = strrchr(fields[i].path, '.');
		if (fields[i].asked)
			output_print(output, "\n    %s: %s", fields[i].path,
				     fields[i].what);
		if (!dot)
			continue;
		if (len != (size_t)(dot - fields[i].path) ||
		    strncmp(group, fields[i].path, len))
			output_print(output, "%s    %.*s:", *group ? "\n" : "",
				     (int)(dot - fields[i].path),
				     fields[i].path);
		group = fields[i].path;
		len = dot - group;
		output_print(output, " %s", dot + 1);
	}
	output_print(output, "\n");
	free(fields);
}

static void print_calls(struct output *output, const struct probes *probes)
{
	const struct schema_field *field;
	u8 call;

	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		print_call(output, probes, call);
	output_print(output, "events\n");
	print_probes(output, probes, IPCTRACE_CALL_NONE);
	output_print(output, "fields\n");
	for (field = schema_fields; field->name; field++) {
		output_print(output, "    %-12s %-8s", field->name, field->type);
		print_tags(output, field->tags);
		output_print(output, "\n");
	}
	output_print(output, "members, and what -e knows besides\n");
	print_members(output);
	if (probes->error)
		output_print(output, "probes: not known: %s: %s\n", IPCTRACE_DEVICE,
			     strerror(probes->error));
}

/* ---- For programs --------------------------------------------------------- */

static void put_probes(yajl_gen gen, const struct probes *probes, u8 call)
{
	const struct ipctrace_probe *probe = probes->probe;

	yajl_put(gen, "probes");
	yajl_gen_array_open(gen);
	for (; probe < probes->probe + probes->nr; probe++) {
		if (probe->call != call)
			continue;
		yajl_gen_map_open(gen);
		yajl_put_pair(gen, "symbol", (const char *)probe->symbol);
		yajl_put_pair(gen, "state", state_name(probe));
		yajl_gen_map_close(gen);
	}
	yajl_gen_array_close(gen);
}

static void put_call(yajl_gen gen, const struct probes *probes, u8 call)
{
	u8 abi;

	yajl_gen_map_open(gen);
	yajl_put_pair(gen, "call", ipct_syscalls[call].name);
	yajl_put_pair(gen, "kind", ipct_family_names[ipct_syscalls[call].family]);
	yajl_put(gen, "blocks");
	yajl_gen_bool(gen, ipct_syscalls[call].blocks);
	yajl_put(gen, "numbers");
	yajl_gen_map_open(gen);
	for (abi = 0; abi < __IPCTRACE_ABI_MAX; abi++) {
		if (number_of(call, abi) == NUMBER_NONE)
			continue;
		yajl_put(gen, ipct_abi_names[abi]);
		yajl_gen_integer(gen, number_of(call, abi));
	}
	if (ipct_syscalls[call].number) {
		yajl_put(gen, "ipc");
		yajl_gen_integer(gen, ipct_syscalls[call].number);
	}
	yajl_gen_map_close(gen);
	if (!probes->error)
		put_probes(gen, probes, call);
	yajl_gen_map_close(gen);
}

static void put_schema(yajl_gen gen, const struct probes *probes)
{
	u8 call;

	yajl_gen_map_open(gen);
	json_schema_put(gen);
	yajl_put(gen, "x-calls");
	yajl_gen_array_open(gen);
	for (call = 0; call < IPCTRACE_NR_CALLS; call++)
		put_call(gen, probes, call);
	yajl_gen_array_close(gen);
	if (!probes->error) {
		yajl_put(gen, "x-events");
		yajl_gen_map_open(gen);
		put_probes(gen, probes, IPCTRACE_CALL_NONE);
		yajl_gen_map_close(gen);
	}
	yajl_gen_map_close(gen);
}

static void write_bytes(void *context, const char *bytes, size_t len)
{
	output_room(context);
	output_put(context, bytes, len);
}

static bool print_schema(struct output *output, const struct probes *probes)
{
	yajl_gen gen = yajl_gen_alloc(NULL);

	if (!gen) {
		warnx("no memory for output");
		return false;
	}
	yajl_gen_config(gen, yajl_gen_beautify, 1);
	yajl_gen_config(gen, yajl_gen_print_callback, write_bytes, output);
	put_schema(gen, probes);
	yajl_gen_free(gen);
	return true;
}

static int run(const struct options *options)
{
	struct output *output = output_stdout();
	static struct probes probes;

	read_probes(&probes);
	if (!options->json)
		print_calls(output, &probes);
	else if (!print_schema(output, &probes))
		return EXIT_FAILURE;
	return print_end(output);
}

const struct command command_calls = {
	.usage = "calls [--json]",
	.about =
"Print the calls that are traced: their numbers, their arguments with type and\n"
"origin, and the probes on them. Origins: K the kernel's own state, U supplied\n"
"by the caller, TOCTOU user memory that can change meanwhile, OPT may be absent.\n",
	.notes = "The probes are known while the module is loaded, and to root.\n",
	.run = run,
};
