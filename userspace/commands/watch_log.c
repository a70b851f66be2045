// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_log
 *
 * Findings for the logs of the system: a line by syslog(3), or an entry of the journal
 * with a field for each thing there is to say. Texts of findings have nothing that a
 * terminal would obey, and no ends of lines.
 */
#include <err.h>
#include <syslog.h>

#include "base/library.h"
#include "commands/watch_log.h"
#include "watch/engine.h"

#if __has_include("systemd/sd-journal.h")
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define FUNCTIONS(FUNCTION)	FUNCTION(sd_journal_send)
FUNCTIONS(LIBRARY_POINTER)

static bool find_journal(void)
{
	static const struct library library = {
		"libsystemd.so.0", "libsystemd0", "--journal",
	};
	static const struct library_function functions[] = {
		FUNCTIONS(LIBRARY_FUNCTION)
	};

	return library_load(&library, functions, ARRAY_SIZE(functions));
}
#else
static bool find_journal(void)
{
	warnx("--journal: built without libsystemd: install libsystemd-dev, and build it anew; --syslog does without");
	return false;
}
#endif

static int priority_of(const struct finding *finding)
{
	static const int priorities[NR_SEVERITIES] = {
		[SEVERITY_LOW] = LOG_NOTICE,
		[SEVERITY_MEDIUM] = LOG_WARNING,
		[SEVERITY_HIGH] = LOG_CRIT,
	};

	return priorities[finding->rule->severity];
}

/**
 * watch_log_begin() - can findings be logged?
 * @journal: to the journal, too
 *
 * Return: false, with a message, when not.
 */
bool watch_log_begin(bool journal)
{
	openlog("ipctrace", LOG_NDELAY, LOG_DAEMON);
	return !journal || find_journal();
}

/**
 * watch_log_syslog() - log a finding by syslog(3)
 * @finding: the finding
 */
void watch_log_syslog(const struct finding *finding)
{
	syslog(priority_of(finding),
	       "rule=%s severity=%s count=%llu incomplete=%s %s%s%s: %s",
	       finding->rule->id, severity_names[finding->rule->severity],
	       (unsigned long long)finding->count,
	       finding->incomplete ? "yes" : "no", finding->group,
	       *finding->group ? " " : "", finding->more ? "more" : "finding",
	       finding->message);
}

/**
 * watch_log_journal() - log a finding to the journal
 * @finding: the finding
 */
void watch_log_journal(const struct finding *finding)
{
#if __has_include("systemd/sd-journal.h")
	const struct ipctrace_call *call = (const void *)finding->record;
	bool caller = call->header.type != IPCTRACE_TYPE_LOST;

	do_sd_journal_send("MESSAGE=%s: %s", finding->rule->id, finding->message,
			   "PRIORITY=%i", priority_of(finding),
			   "SYSLOG_IDENTIFIER=ipctrace",
			   "IPCTRACE_RULE=%s", finding->rule->id,
			   "IPCTRACE_VERSION=%u", finding->rule->version,
			   "IPCTRACE_SEVERITY=%s",
			   severity_names[finding->rule->severity],
			   "IPCTRACE_COUNT=%llu", (unsigned long long)finding->count,
			   "IPCTRACE_GROUP=%s", finding->group,
			   "IPCTRACE_INCOMPLETE=%s", finding->incomplete ?: "no",
			   "OBJECT_PID=%u", caller ? call->tgid : 0,
			   "IPCTRACE_UID=%u", caller ? call->uid : 0, NULL);
#else
	(void)finding;
#endif
}
