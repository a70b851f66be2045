// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: doctor
 *
 * Looks at all that has to be in place for calls to be recorded and read, from the
 * kernel and its module to the service, and says what is right, what is wrong, and
 * which command cures it.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <ipctrace/ipctrace.h>

#include "commands/options.h"
#include "commands/print.h"
#include "shared/syscalls.h"
#include "shared/version.h"
#include "view/yajl.h"

#define NAME_COLUMN	11
#define SPOOL		"/var/lib/ipctrace"
#define SPOOL_OLD_S	300	/* it is written each half second while there are calls */
#define SIGNED		"~Module signature appended~\n"

/**
 * enum verdict - what a check has found
 * @RIGHT: it is as it must be
 * @NOTE: it works, and that has to be known
 * @WRONG: calls are not recorded, or cannot be read, or not all of them
 */
enum verdict {
	RIGHT,
	NOTE,
	WRONG,
};

static const char *const verdicts[] = {
	[RIGHT] = "right",
	[NOTE] = "note",
	[WRONG] = "wrong",
};

/**
 * struct doctor - what has been found so far
 * @output: where it is said
 * @json: as JSON
 * @check: which check it is that speaks
 * @wrong: something is
 * @release: of the kernel that runs
 * @module_file: the module's file for this kernel, empty: there is none
 * @fd: the device, -1: not open
 */
struct doctor {
	struct output *output;
	bool json;
	const char *check;
	bool wrong;
	char release[65];
	char module_file[512];
	int fd;
};

/* ---- What is said ----------------------------------------------------------------- */

static void say_json(struct doctor *doctor, enum verdict verdict, const char *text,
		     const char *cure)
{
	yajl_gen gen = yajl_gen_alloc(NULL);
	const unsigned char *line;
	size_t len;

	if (!gen)
		return;
	yajl_gen_map_open(gen);
	yajl_put_pair(gen, "check", doctor->check);
	yajl_put_pair(gen, "verdict", verdicts[verdict]);
	yajl_put_pair(gen, "text", text);
	yajl_put(gen, "cure");
	if (cure)
		yajl_put(gen, cure);
	else
		yajl_gen_null(gen);
	yajl_gen_map_close(gen);
	yajl_gen_get_buf(gen, &line, &len);
	output_put(doctor->output, (const char *)line, len);
	output_print(doctor->output, "\n");
	yajl_gen_free(gen);
}

/* @cure: a command, or NULL; @format: a sentence */
__attribute__((format(printf, 4, 5)))
static void say(struct doctor *doctor, enum verdict verdict, const char *cure,
		const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	doctor->wrong |= verdict == WRONG;
	output_room(doctor->output);
	if (doctor->json) {
		say_json(doctor, verdict, text, cure);
		return;
	}
	output_print(doctor->output, "%-6s %-*s%s\n", verdicts[verdict], NAME_COLUMN,
		     doctor->check, text);
	if (cure)
		output_print(doctor->output, "%*s    %s\n", 7 + NAME_COLUMN, "", cure);
}

/* ---- Files ------------------------------------------------------------------------- */

/* The first line of a file, without its end; false when it cannot be read */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool good = file && fgets(line, size, file);

	if (file)
		fclose(file);
	if (good)
		line[strcspn(line, "\n")] = '\0';
	return good;
}

static bool reads(const char *path, const char *expected)
{
	char line[64];

	return read_line(path, line, sizeof(line)) && !strcmp(line, expected);
}

static bool matches(const char *pattern)
{
	glob_t found;
	bool any = !glob(pattern, 0, NULL, &found);

	globfree(&found);
	return any;
}

/* As depmod has listed it: what modprobe would load */
static void find_module(struct doctor *doctor)
{
	char path[128], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", doctor->release);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (!strstr(line, "/ipctrace.ko"))
			continue;
		line[strcspn(line, ":\n")] = '\0';
		snprintf(doctor->module_file, sizeof(doctor->module_file),
			 "/lib/modules/%s/%.400s", doctor->release, line);
		break;
	}
	if (file)
		fclose(file);
}

static bool is_loaded(void)
{
	return !access("/sys/module/ipctrace", F_OK);
}

/* ---- The module ---------------------------------------------------------------------- */

static void say_not_built(struct doctor *doctor)
{
	char path[128], cure[256];

	if (!matches("/usr/src/ipctrace-*/dkms.conf")) {
		say(doctor, WRONG, "apt install ipctrace-dkms",
		    "The module is not installed for kernel %s.", doctor->release);
		return;
	}
	snprintf(path, sizeof(path), "/lib/modules/%s/build", doctor->release);
	if (access(path, F_OK)) {
		snprintf(cure, sizeof(cure), "apt install linux-headers-%s",
			 doctor->release);
		say(doctor, WRONG, cure,
		    "The module could not be built for kernel %s, since its headers are not there.",
		    doctor->release);
		return;
	}
	snprintf(cure, sizeof(cure), "dkms autoinstall -k %s", doctor->release);
	say(doctor, WRONG, cure, "The module has not been built for kernel %s.",
	    doctor->release);
}

static void check_module(struct doctor *doctor)
{
	char version[64] = "of an unknown version";

	if (is_loaded()) {
		read_line("/sys/module/ipctrace/version", version, sizeof(version));
		say(doctor, RIGHT, NULL, "The module is loaded: %s.", version);
	} else if (*doctor->module_file) {
		say(doctor, WRONG, "modprobe ipctrace",
		    "The module is installed for kernel %s, but not loaded.",
		    doctor->release);
	} else {
		say_not_built(doctor);
	}
}

/* The last byte of the variable is 1; four bytes of attributes are before it. */
static bool is_secure_boot(void)
{
	char bytes[5];
	glob_t found;
	bool is = false;
	int fd;

	if (!glob("/sys/firmware/efi/efivars/SecureBoot-*", 0, NULL, &found)) {
		fd = open(found.gl_pathv[0], O_RDONLY | O_CLOEXEC);
		is = fd >= 0 && read(fd, bytes, sizeof(bytes)) == sizeof(bytes) &&
		     bytes[4] == 1;
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
	return is;
}

/* Does the module's file end like one that is signed? A compressed one does not tell. */
static bool is_signed(const struct doctor *doctor)
{
	char end[sizeof(SIGNED) - 1];
	int fd = open(doctor->module_file, O_RDONLY | O_CLOEXEC);
	bool is;

	is = fd >= 0 && lseek(fd, -(off_t)sizeof(end), SEEK_END) >= 0 &&
	     read(fd, end, sizeof(end)) == sizeof(end) &&
	     !memcmp(end, SIGNED, sizeof(end));
	if (fd >= 0)
		close(fd);
	return is;
}

static bool is_compressed(const struct doctor *doctor)
{
	size_t len = strlen(doctor->module_file);

	return len < 3 || strcmp(doctor->module_file + len - 3, ".ko");
}

static void check_signature(struct doctor *doctor)
{
	bool enforced = is_secure_boot() ||
			reads("/sys/module/module/parameters/sig_enforce", "Y");

	if (!enforced)
		say(doctor, RIGHT, NULL,
		    "The kernel takes modules without a signature: Secure Boot is off.");
	else if (is_loaded())
		say(doctor, RIGHT, NULL,
		    "The kernel takes signed modules only, and has taken this one.");
	else if (!*doctor->module_file)
		say(doctor, NOTE, NULL,
		    "The kernel takes signed modules only; DKMS signs what it builds.");
	else if (is_compressed(doctor) || is_signed(doctor))
		say(doctor, NOTE, "mokutil --import /var/lib/dkms/mok.pub && reboot",
		    "The kernel takes modules only with a signature whose key it knows. If loading is refused, make the key of DKMS known; the machine asks for it at its next start.");
	else
		say(doctor, WRONG,
		    "dkms remove ipctrace --all; dkms autoinstall; mokutil --import /var/lib/dkms/mok.pub && reboot",
		    "The kernel takes signed modules only, and this one is not signed. DKMS signs what it builds; the machine asks for its key at the next start.");
}

static void check_lockdown(struct doctor *doctor)
{
	char line[128] = "";

	read_line("/sys/kernel/security/lockdown", line, sizeof(line));
	if (!*line || strstr(line, "[none]"))
		say(doctor, RIGHT, NULL, "The kernel is not locked down.");
	else
		say(doctor, NOTE, NULL,
		    "The kernel is locked down (%s): /sys/kernel/debug/ipctrace is closed, and the device works.",
		    line);
}

static void check_ftrace(struct doctor *doctor)
{
	if (reads("/proc/sys/kernel/ftrace_enabled", "0"))
		say(doctor, WRONG, "sysctl kernel.ftrace_enabled=1",
		    "The kernel's tracing of functions is off: probes see nothing through it.");
	else if (access("/proc/sys/kernel/ftrace_enabled", F_OK))
		say(doctor, NOTE, NULL,
		    "This kernel has no tracing of functions: kprobes do its work, and cost more.");
	else
		say(doctor, RIGHT, NULL, "The kernel's tracing of functions is on.");
}

static void check_btf(struct doctor *doctor)
{
	if (access("/sys/kernel/btf/vmlinux", F_OK))
		say(doctor, NOTE, NULL,
		    "This kernel does not describe its types (BTF): SEM_UNDO, the arrays of SETALL and GETALL, msg_qbytes around an IPC_SET and the sizes of attached segments are not recorded.");
	else
		say(doctor, RIGHT, NULL, "The kernel describes its types (BTF).");
}

/* ---- The device ------------------------------------------------------------------------ */

static void say_forbidden(struct doctor *doctor)
{
	char line[32] = "-1", cure[256];
	struct group *group;

	read_line("/sys/module/ipctrace/parameters/group", line, sizeof(line));
	group = *line == '-' ? NULL : getgrgid(atoi(line));
	if (!group) {
		say(doctor, WRONG, "sudo ipctrace doctor",
		    "Only root may read " IPCTRACE_DEVICE ": the module was loaded without a group.");
		return;
	}
	snprintf(cure, sizeof(cure), "adduser \"$USER\" %s	# and log in again",
		 group->gr_name);
	say(doctor, WRONG, cure,
	    "Only root and members of the group %s may read " IPCTRACE_DEVICE ".",
	    group->gr_name);
}

static void check_device(struct doctor *doctor)
{
	doctor->fd = open(IPCTRACE_DEVICE, O_RDONLY | O_CLOEXEC);
	if (doctor->fd >= 0)
		say(doctor, RIGHT, NULL, "You may read " IPCTRACE_DEVICE ".");
	else if (errno == EACCES || errno == EPERM)
		say_forbidden(doctor);
	else if (is_loaded())
		say(doctor, WRONG, NULL, "%s: %s.", IPCTRACE_DEVICE, strerror(errno));
}

static void check_version(struct doctor *doctor)
{
	struct ipctrace_hello hello = {
		.transport = IPCTRACE_TRANSPORT,
		.schema = IPCTRACE_SCHEMA,
	};
	bool good = !ioctl(doctor->fd, IPCTRACE_IOC_HELLO, &hello);
	const char *version = (const char *)hello.version;

	if (!good && hello.transport != IPCTRACE_TRANSPORT)
		say(doctor, WRONG, "modprobe -r ipctrace && modprobe ipctrace",
		    "The module that is loaded (transport %u) and this program (transport %d) do not understand each other. Install the same version of both, and load the module anew.",
		    hello.transport, IPCTRACE_TRANSPORT);
	else if (!good || strcmp(version, IPCT_VERSION))
		say(doctor, NOTE, "modprobe -r ipctrace && modprobe ipctrace",
		    "The module that is loaded is version %s, with schema %u; this program is %s, with schema %d. What only one of them knows is not there.",
		    *version ? version : "unknown", hello.schema, IPCT_VERSION,
		    IPCTRACE_SCHEMA);
	else
		say(doctor, RIGHT, NULL, "Module and program are of one version, %s.",
		    version);
}

static void check_recording(struct doctor *doctor)
{
	struct ipctrace_state state;

	if (ioctl(doctor->fd, IPCTRACE_IOC_STATE, &state))
		say(doctor, WRONG, NULL, "The recorder does not tell its state: %s.",
		    strerror(errno));
	else if (!state.recording)
		say(doctor, WRONG, "echo 1 >/sys/kernel/debug/ipctrace/control",
		    "The recorder is paused: nothing is recorded.");
	else if (state.disarmed)
		say(doctor, WRONG, "echo 1 >/sys/kernel/debug/kprobes/enabled",
		    "%u probes see nothing, for somebody has disarmed the kernel's kprobes.",
		    state.disarmed);
	else
		say(doctor, RIGHT, NULL, "It records, with %llu KiB of memory.",
		    (unsigned long long)state.memory_bytes / 1024);
}

static const char *probe_trouble(const struct ipctrace_probe *probe)
{
	return probe->state == IPCTRACE_PROBE_REFUSED ? "was refused by the kernel" :
	       probe->state == IPCTRACE_PROBE_SILENT ?
	       "does not fire when its function is called" : NULL;
}

static void check_probes(struct doctor *doctor)
{
	struct ipctrace_probe probe = { };
	u32 attached = 0, wrong = 0;

	while (!ioctl(doctor->fd, IPCTRACE_IOC_PROBE, &probe)) {
		const char *trouble = probe_trouble(&probe);

		probe.symbol[sizeof(probe.symbol) - 1] = '\0';
		if (trouble)
			say(doctor, WRONG, NULL, "The probe on %s %s%s%s.",
			    (const char *)probe.symbol, trouble,
			    probe.error ? ": " : "",
			    probe.error ? strerror(probe.error) : "");
		attached += probe.state == IPCTRACE_PROBE_ATTACHED;
		wrong += !!trouble;
		probe = (struct ipctrace_probe){ .index = probe.index + 1 };
	}
	if (!wrong)
		say(doctor, RIGHT, NULL, "All %u probes are in place.", attached);
}

static void check_filter(struct doctor *doctor)
{
	char text[IPCTRACE_FILTER_MAX_BYTES] = "";
	struct ipctrace_filter filter = {
		.text = (unsigned long)text,
		.bytes = sizeof(text),
	};

	if (!ioctl(doctor->fd, IPCTRACE_IOC_GET_FILTER, &filter) && *text)
		say(doctor, NOTE, "ipctrace --filter ''",
		    "A filter is set, and what it rejects is not recorded: %s", text);
	else
		say(doctor, RIGHT, NULL, "No filter is set: all calls are recorded.");
}

static void check_missed(struct doctor *doctor)
{
	struct ipctrace_cpu_stats stats = { };
	u64 missed = 0;

	while (!ioctl(doctor->fd, IPCTRACE_IOC_CPU_STATS, &stats)) {
		missed += stats.missed;
		stats = (struct ipctrace_cpu_stats){ .cpu = stats.cpu + 1 };
	}
	if (missed)
		say(doctor, NOTE,
		    "echo options ipctrace max_blocked=8192 >/etc/modprobe.d/ipctrace-local.conf; modprobe -r ipctrace && modprobe ipctrace",
		    "The ends of %llu calls could not be watched, since more were in flight than max_blocked allows.",
		    (unsigned long long)missed);
	else
		say(doctor, RIGHT, NULL, "Every call was watched to its end.");
}

/* ---- The service ------------------------------------------------------------------------ */

static void check_service(struct doctor *doctor)
{
	struct stat status;
	glob_t found;
	time_t newest = 0;
	size_t i;

	if (access(SPOOL, F_OK)) {
		say(doctor, NOTE, "systemctl enable --now ipctrace-record",
		    "No service keeps records: what is older than the recorder's memory is gone.");
		return;
	}
	if (access(SPOOL, R_OK | X_OK)) {
		say(doctor, NOTE, NULL, "You may not read " SPOOL ".");
		return;
	}
	if (!glob(SPOOL "/*", 0, NULL, &found))
		for (i = 0; i < found.gl_pathc; i++)
			if (!stat(found.gl_pathv[i], &status) &&
			    status.st_mtime > newest)
				newest = status.st_mtime;
	globfree(&found);
	if (!newest)
		say(doctor, WRONG, "systemctl enable --now ipctrace-record",
		    "The service has kept nothing in " SPOOL ".");
	else if (time(NULL) - newest > SPOOL_OLD_S)
		say(doctor, NOTE, "systemctl status ipctrace-record",
		    "The service has written nothing for %lld minutes: it does not run, or there were no calls.",
		    (long long)(time(NULL) - newest) / 60);
	else
		say(doctor, RIGHT, NULL, "The service keeps records in " SPOOL ".");
}

/* ---- All of it --------------------------------------------------------------------------- */

/*
 * checks - in the order in which one rests on the other
 *
 * @name: in the output
 * @device: takes the device, which an earlier one has opened
 */
static const struct {
	const char *name;
	bool device;
	void (*look)(struct doctor *doctor);
} checks[] = {
	{ "module", false, check_module },
	{ "signature", false, check_signature },
	{ "lockdown", false, check_lockdown },
	{ "ftrace", false, check_ftrace },
	{ "btf", false, check_btf },
	{ "device", false, check_device },
	{ "version", true, check_version },
	{ "recording", true, check_recording },
	{ "probes", true, check_probes },
	{ "filter", true, check_filter },
	{ "missed", true, check_missed },
	{ "service", false, check_service },
};

static int run(const struct options *options)
{
	struct doctor doctor = {
		.output = output_stdout(),
		.json = options->json,
		.fd = -1,
	};
	struct utsname name;
	size_t i;
	int status;

	uname(&name);
	snprintf(doctor.release, sizeof(doctor.release), "%s", name.release);
	find_module(&doctor);
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		doctor.check = checks[i].name;
		if (!checks[i].device || doctor.fd >= 0)
			checks[i].look(&doctor);
	}
	if (doctor.fd >= 0)
		close(doctor.fd);
	status = print_end(doctor.output);
	return status ?: doctor.wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}

const struct command command_doctor = {
	.usage = "doctor [--json]",
	.about =
"Say whether this machine records its calls, and whether you may read them: what\n"
"is right, what is wrong, what is worth knowing; and the command that cures it.\n",
	.notes =
"Exit status: 0 when nothing is wrong, 1 when something is, 2 for wrong options.\n",
	.run = run,
};
