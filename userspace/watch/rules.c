// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: watch_rules
 *
 * Rules are files in YAML, one rule each: libcyaml compares them with the schema
 * below, and what is wrong is named with its line. Without that library there are none.
 *
 * A local rule is looked at besides the others. It takes the place of one with the
 * same id only if it says so (overrides: true); one that says "extends: ID" adds its
 * exceptions to that.
 */
#define _GNU_SOURCE	/* strptime() */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ask/numbers.h"
#include "base/nearest.h"
#include "watch/rules.h"

#define FILE_MAX_BYTES	65536

const char *const severity_names[NR_SEVERITIES] = { "low", "medium", "high" };

const char *const rule_on_names[NR_RULE_ONS] = {
	"record", "removal", "wait", "hole", "unused", "making", "limit", "pace", "queue",
};

/**
 * rules_message_field() - the next {field} of a message
 * @message: the message
 * @at: in: where to look from; out: where its name begins
 * @len: out: bytes of the name
 *
 * Return: false: there is none.
 */
bool rules_message_field(const char *message, size_t *at, size_t *len)
{
	const char *begin = strchr(message + *at, '{');
	const char *end = begin ? strchr(begin, '}') : NULL;

	if (!end)
		return false;
	*at = begin + 1 - message;
	*len = end - begin - 1;
	return true;
}

/**
 * rules_find() - a rule by its id
 * @rules: all rules
 * @id: which
 *
 * Return: NULL: there is none.
 */
struct rule *rules_find(const struct rules *rules, const char *id)
{
	u32 i;

	for (i = 0; i < rules->nr; i++)
		if (!strcmp(rules->rules[i]->id, id))
			return rules->rules[i];
	return NULL;
}

static void free_list(char **list, u32 nr)
{
	while (nr)
		free(list[--nr]);
	free(list);
}

static void rule_free(struct rule *rule)
{
	u32 i;

	for (i = 0; i < rule->nr_exceptions; i++) {
		ask_free(rule->exceptions[i].ask);
		free(rule->exceptions[i].reason);
	}
	free(rule->exceptions);
	free_list(rule->fires, rule->nr_fires);
	free_list(rule->silent, rule->nr_silent);
	ask_free(rule->condition);
	free(rule->file);
	free(rule->id);
	free(rule->what);
	free(rule->message);
	free(rule->todo);
	free(rule);
}

/**
 * rules_free() - undo rules_read()
 * @rules: all rules
 */
void rules_free(struct rules *rules)
{
	while (rules->nr)
		rule_free(rules->rules[--rules->nr]);
}

#if __has_include("cyaml/cyaml.h")

#include <cyaml/cyaml.h>

/* ---- The schema ------------------------------------------------------------ */

/* struct list - a sequence of texts, as libcyaml has it */
struct list {
	char **at;
	u32 nr;
};

/* struct file_exception - an exception, as the file has it */
struct file_exception {
	struct list fields;
	struct list values;
	char *reason;
	char *expires;
};

/* struct file_tests - captures, as the file has them */
struct file_tests {
	struct list fires;
	struct list silent;
};

/* struct file_rule - a rule, as the file has it */
struct file_rule {
	char *id;
	char *extends;
	bool overrides;
	u32 version;
	char *severity;
	char *what;
	char *on;
	char *condition;
	char *window;
	u32 threshold;
	struct list group_by;
	struct list distinct;
	char *message;
	char *todo;
	struct file_exception *exceptions;
	u32 exceptions_count;
	struct file_tests tests;
};

#define TEXT(name, type, member, flags)					\
	CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | (flags), type, member, 1, 8192)
#define OPTIONAL	CYAML_FLAG_OPTIONAL
#define LIST(label, of, member, flag, most)	{			\
	.key = label,							\
	.value = {							\
		.type = CYAML_SEQUENCE,					\
		.flags = CYAML_FLAG_POINTER | (flag),			\
		.data_size = sizeof(char *),				\
		.sequence = { .entry = &text_value, .min = 0, .max = (most) }, \
	},								\
	.data_offset = offsetof(of, member.at),			\
	.count_size = sizeof(u32),					\
	.count_offset = offsetof(of, member.nr),			\
}

static const cyaml_schema_value_t text_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 1024),
};

static const cyaml_schema_field_t exception_fields[] = {
	LIST("fields", struct file_exception, fields, 0, RULE_MAX_FIELDS),
	LIST("values", struct file_exception, values, 0, RULE_MAX_FIELDS),
	TEXT("reason", struct file_exception, reason, 0),
	TEXT("expires", struct file_exception, expires, OPTIONAL),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t exception_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_exception,
			    exception_fields),
};

static const cyaml_schema_field_t test_fields[] = {
	LIST("fires", struct file_tests, fires, OPTIONAL, 64),
	LIST("silent", struct file_tests, silent, OPTIONAL, 64),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t rule_fields[] = {
	TEXT("id", struct file_rule, id, OPTIONAL),
	TEXT("extends", struct file_rule, extends, OPTIONAL),
	CYAML_FIELD_BOOL("overrides", OPTIONAL, struct file_rule, overrides),
	CYAML_FIELD_UINT("version", OPTIONAL, struct file_rule, version),
	TEXT("severity", struct file_rule, severity, OPTIONAL),
	TEXT("what", struct file_rule, what, OPTIONAL),
	TEXT("on", struct file_rule, on, OPTIONAL),
	TEXT("condition", struct file_rule, condition, OPTIONAL),
	TEXT("window", struct file_rule, window, OPTIONAL),
	CYAML_FIELD_UINT("threshold", OPTIONAL, struct file_rule, threshold),
	LIST("group_by", struct file_rule, group_by, OPTIONAL, RULE_MAX_FIELDS),
	LIST("distinct", struct file_rule, distinct, OPTIONAL, RULE_MAX_FIELDS),
	TEXT("message", struct file_rule, message, OPTIONAL),
	TEXT("do", struct file_rule, todo, OPTIONAL),
	CYAML_FIELD_SEQUENCE("exceptions", CYAML_FLAG_POINTER | OPTIONAL,
			     struct file_rule, exceptions, &exception_value, 0, 1024),
	CYAML_FIELD_MAPPING("tests", OPTIONAL, struct file_rule, tests, test_fields),
	CYAML_FIELD_END
};

static const cyaml_schema_value_t rule_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_rule, rule_fields),
};

#undef LIST
#undef TEXT

/* ---- What is wrong ----------------------------------------------------------- */

/**
 * struct reading - a file that is read
 * @name: of the file
 * @text: what is in it, terminated
 * @problem: what libcyaml has said first
 * @line: where it said that was; 0: not yet
 */
struct reading {
	const char *name;
	char *text;
	char problem[512];
	size_t line;
};

static size_t line_of(const char *text, const char *at)
{
	size_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static const char *at_line(const char *text, size_t line)
{
	for (; line > 1 && *text; text++)
		line -= *text == '\n';
	return text;
}

/* Where a key is, as "key:" after blanks or a dash; NULL: nowhere from @from on */
static const char *find_key(const char *text, const char *from, const char *key)
{
	size_t len = strlen(key);
	const char *at = from;

	while ((at = strstr(at, key))) {
		const char *before = at;

		while (before > text && (before[-1] == ' ' || before[-1] == '-'))
			before--;
		if ((before == text || before[-1] == '\n') && at[len] == ':')
			return at;
		at += len;
	}
	return NULL;
}

/* False, with a message that names the line of @key */
__attribute__((format(printf, 3, 4)))
static bool wrong(const struct reading *reading, const char *key,
		  const char *format, ...)
{
	const char *at = find_key(reading->text, reading->text, key);
	char problem[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(problem, sizeof(problem), format, args);
	va_end(args);
	warnx("%s:%zu: %s: %s", reading->name,
	      at ? line_of(reading->text, at) : 1, key, problem);
	return false;
}

/* What libcyaml says; of several texts the first says what, and a later one where. */
static void listen(cyaml_log_t level, void *context, const char *format, va_list args)
{
	struct reading *reading = context;
	char text[512];
	const char *at;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	at = strstr(text, "(line: ");
	if (!*reading->problem)
		snprintf(reading->problem, sizeof(reading->problem), "%.*s",
			 (int)sizeof(reading->problem) - 1,
			 strncmp(text, "Load: ", 6) ? text : text + 6);
	else if (at && !reading->line)
		reading->line = strtoul(at + 7, NULL, 10);
}

/* libcyaml knows where the word before a key that it does not know ended. */
static bool tell_problem(const struct reading *reading, cyaml_err_t error)
{
	static const char unexpected[] = "Unexpected key: ";
	size_t line = reading->line ?: 1, i;
	const char *key, *at;
	struct nearest nearest;

	if (strncmp(reading->problem, unexpected, strlen(unexpected))) {
		warnx("%s:%zu: %s", reading->name, line,
		      *reading->problem ? reading->problem : cyaml_strerror(error));
		return false;
	}
	key = reading->problem + strlen(unexpected);
	at = find_key(reading->text, at_line(reading->text, line), key);
	nearest_begin(&nearest, key);
	for (i = 0; rule_fields[i].key; i++)
		nearest_offer(&nearest, rule_fields[i].key);
	for (i = 0; exception_fields[i].key; i++)
		nearest_offer(&nearest, exception_fields[i].key);
	for (i = 0; test_fields[i].key; i++)
		nearest_offer(&nearest, test_fields[i].key);
	warnx("%s:%zu: no such field as '%s'%s%s%s", reading->name,
	      at ? line_of(reading->text, at) : line, key,
	      nearest.name ? ", did you mean " : "", nearest.name ?: "",
	      nearest.name ? "?" : "");
	return false;
}

/* ---- From the file to a rule -------------------------------------------------- */

static bool take_word(const struct reading *reading, const char *key,
		      const char *word, const char *const *words, u32 nr, u8 *to)
{
	char accepted[256] = "";
	struct nearest nearest;
	u32 i;

	nearest_begin(&nearest, word);
	for (i = 0; i < nr; i++) {
		if (!strcmp(words[i], word)) {
			*to = i;
			return true;
		}
		nearest_offer(&nearest, words[i]);
		snprintf(accepted + strlen(accepted),
			 sizeof(accepted) - strlen(accepted), " %s", words[i]);
	}
	return wrong(reading, key, "no such word as '%s'%s%s%s; accepted:%s", word,
		     nearest.name ? ", did you mean " : "", nearest.name ?: "",
		     nearest.name ? "?" : "", accepted);
}

static bool offer(void *context, const struct field *field)
{
	nearest_offer(context, field->path);
	return false;
}

static bool take_field(const struct reading *reading, const char *key,
		       const char *name, size_t len, struct field *field)
{
	struct nearest nearest;
	char typed[128], accepted[700];
	struct field *fields;

	if (field_find(field, name, len) || field_find_fact(field, name, len))
		return true;
	snprintf(typed, sizeof(typed), "%.*s", (int)min_t(size_t, len, 100), name);
	nearest_begin(&nearest, typed);
	fields = fields_suggest(&nearest, true, accepted, sizeof(accepted));
	facts_walk(offer, &nearest);
	wrong(reading, key, "no such field as '%s'%s%s%s", typed,
	      nearest.name ? ", did you mean " : "", nearest.name ?: "",
	      nearest.name ? "?" : "");
	free(fields);
	return false;
}

static bool take_fields(const struct reading *reading, const char *key,
			const struct list *list, struct rule_fields *fields)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		if (!take_field(reading, key, list->at[i], strlen(list->at[i]),
				&fields->fields[fields->nr++]))
			return false;
	return true;
}

static bool take_message(const struct reading *reading, const char *message,
			 struct field *fields)
{
	size_t at = 0, len;
	u32 nr = 0;

	for (; rules_message_field(message, &at, &len); at += len) {
		if (nr == RULE_MAX_IN_MESSAGE)
			return wrong(reading, "message", "more than %d fields",
				     RULE_MAX_IN_MESSAGE);
		/* The finding's, not that of a record of losses */
		if (len == 5 && !strncmp(message + at, "count", len))
			fields[nr++] = (struct field){ };
		else if (!take_field(reading, "message", message + at, len,
				     &fields[nr++]))
			return false;
	}
	return true;
}

static bool take_condition(const struct reading *reading, const char *text,
			   struct ask **ask)
{
	struct ask_error error;

	*ask = ask_new_rule(text, &error);
	return *ask || wrong(reading, "condition", "near '%.20s': %s",
			     text + min_t(size_t, error.at, strlen(text)),
			     error.message);
}

static bool take_exception(const struct reading *reading,
			   const struct file_exception *from,
			   struct rule_exception *to)
{
	struct ask_error error;
	struct tm tm = { };
	char text[4096];
	size_t used = 0;
	struct field field;
	const char *end;
	u32 i;

	if (!from->fields.nr || from->fields.nr != from->values.nr)
		return wrong(reading, "exceptions",
			     "%u fields and %u values: there must be one for each",
			     from->fields.nr, from->values.nr);
	for (i = 0; i < from->fields.nr && used < sizeof(text); i++) {
		if (!take_field(reading, "exceptions", from->fields.at[i],
				strlen(from->fields.at[i]), &field))
			return false;
		used += snprintf(text + used, sizeof(text) - used, "%s%s %s %s%s%s",
				 i ? " and " : "", from->fields.at[i],
				 field.type == FIELD_TEXT && !field.words ? "~" : "==",
				 field.type == FIELD_TEXT ? "'" : "",
				 from->values.at[i],
				 field.type == FIELD_TEXT ? "'" : "");
	}
	if (used >= sizeof(text))
		return wrong(reading, "exceptions", "too long");
	to->ask = ask_new_rule(text, &error);
	if (!to->ask)
		return wrong(reading, "exceptions", "%s", error.message);
	to->reason = strdup(from->reason);
	if (!from->expires)
		return to->reason;
	end = strptime(from->expires, "%Y-%m-%d", &tm);
	if (!end || *end)
		return wrong(reading, "expires", "'%s' is not a date; accepted: 2027-01-31",
			     from->expires);
	to->expires_s = mktime(&tm);
	return to->reason;
}

static bool take_exceptions(const struct reading *reading,
			    const struct file_rule *from, struct rule *rule)
{
	u32 nr = rule->nr_exceptions + from->exceptions_count, i;
	struct rule_exception *grown;

	if (!from->exceptions_count)
		return true;
	grown = reallocarray(rule->exceptions, nr, sizeof(*grown));
	if (!grown)
		return wrong(reading, "exceptions", "no memory");
	rule->exceptions = grown;
	for (i = 0; i < from->exceptions_count; i++) {
		grown[rule->nr_exceptions] = (struct rule_exception){ };
		if (!take_exception(reading, &from->exceptions[i],
				    &grown[rule->nr_exceptions++]))
			return false;
	}
	return true;
}

static bool copy_list(const struct list *from, char ***to, u32 *nr)
{
	*to = calloc(from->nr ?: 1, sizeof(**to));
	if (!*to)
		return false;
	for (*nr = 0; *nr < from->nr; (*nr)++) {
		(*to)[*nr] = strdup(from->at[*nr]);
		if (!(*to)[*nr])
			return false;
	}
	return true;
}

static bool is_id(const char *id)
{
	return !id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")] &&
	       strlen(id) < 64;
}

/* All of a rule that is none by "extends" */
static bool check_whole(const struct reading *reading, const struct file_rule *from)
{
	const struct {
		const char *key;
		const char *value;
	} needed[] = {
		{ "id", from->id }, { "severity", from->severity },
		{ "what", from->what }, { "condition", from->condition },
		{ "message", from->message }, { "do", from->todo },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!needed[i].value)
			return wrong(reading, needed[i].key, "is missing");
	if (!from->version)
		return wrong(reading, "version", "is missing, or 0");
	if (!is_id(from->id))
		return wrong(reading, "id", "accepted: small letters, digits and -");
	if (from->distinct.nr && from->threshold > RULE_MAX_DISTINCT)
		return wrong(reading, "threshold", "at most %d with distinct",
			     RULE_MAX_DISTINCT);
	return true;
}

static bool take_rule(const struct reading *reading, const struct file_rule *from,
		      struct rule *rule)
{
	const char *window = from->window ?: "60s";

	if (!check_whole(reading, from) ||
	    !take_word(reading, "severity", from->severity, severity_names,
		       NR_SEVERITIES, &rule->severity) ||
	    !take_word(reading, "on", from->on ?: "record", rule_on_names,
		       NR_RULE_ONS, &rule->on))
		return false;
	rule->version = from->version;
	rule->threshold = from->threshold ?: 1;
	if (!ask_duration(window, strlen(window), &rule->window_ns) ||
	    !rule->window_ns)
		return wrong(reading, "window",
			     "'%s' is not a time; accepted: 500ms, 60s, 1h", window);
	if (!take_condition(reading, from->condition, &rule->condition) ||
	    !take_fields(reading, "group_by", &from->group_by, &rule->group_by) ||
	    !take_fields(reading, "distinct", &from->distinct, &rule->distinct) ||
	    !take_message(reading, from->message, rule->in_message) ||
	    !take_exceptions(reading, from, rule))
		return false;
	rule->file = strdup(reading->name);
	rule->id = strdup(from->id);
	rule->what = strdup(from->what);
	rule->message = strdup(from->message);
	rule->todo = strdup(from->todo);
	if (!rule->file || !rule->id || !rule->what || !rule->message ||
	    !rule->todo ||
	    !copy_list(&from->tests.fires, &rule->fires, &rule->nr_fires) ||
	    !copy_list(&from->tests.silent, &rule->silent, &rule->nr_silent))
		return wrong(reading, "id", "no memory");
	return true;
}

static bool extend(struct rules *rules, const struct reading *reading,
		   const struct file_rule *from)
{
	struct rule *rule = rules_find(rules, from->extends);

	if (!rule)
		return wrong(reading, "extends", "no rule '%s' is there", from->extends);
	if (from->id || from->condition || from->severity)
		return wrong(reading, "extends", "adds exceptions, and nothing else");
	return take_exceptions(reading, from, rule);
}

/* In the place of the one with its id, or at the end */
static bool add_rule(struct rules *rules, const struct reading *reading,
		     const struct file_rule *from, struct rule *rule)
{
	struct rule *other = rules_find(rules, rule->id);
	u32 i;

	if (!other) {
		if (rules->nr == RULES_MAX)
			return wrong(reading, "id", "more than %d rules", RULES_MAX);
		rules->rules[rules->nr++] = rule;
		return true;
	}
	if (!from->overrides)
		return wrong(reading, "id",
			     "%s has that id; 'overrides: true' takes its place, 'extends: %s' adds exceptions",
			     other->file, rule->id);
	for (i = 0; rules->rules[i] != other; i++)
		;
	rules->rules[i] = rule;
	rule_free(other);
	return true;
}

static bool take_file(struct rules *rules, const struct reading *reading,
		      const struct file_rule *from, bool local)
{
	struct rule *rule;

	if (from->extends)
		return extend(rules, reading, from);
	rule = calloc(1, sizeof(*rule));
	if (!rule)
		return wrong(reading, "id", "no memory");
	rule->local = local;
	if (take_rule(reading, from, rule) && add_rule(rules, reading, from, rule))
		return true;
	rule_free(rule);
	return false;
}

/* ---- Files ----------------------------------------------------------------------- */

static char *read_text(const char *name, size_t *bytes)
{
	FILE *file = fopen(name, "re");
	char *text = malloc(FILE_MAX_BYTES + 1);

	if (!file || !text) {
		warn("%s", name);
		goto fail;
	}
	*bytes = fread(text, 1, FILE_MAX_BYTES, file);
	if (ferror(file) || !feof(file)) {
		warnx("%s: cannot be read, or is longer than %d bytes", name,
		      FILE_MAX_BYTES);
		goto fail;
	}
	text[*bytes] = '\0';
	fclose(file);
	return text;
fail:
	if (file)
		fclose(file);
	free(text);
	return NULL;
}

static bool read_file(struct rules *rules, const char *name, bool local)
{
	struct reading reading = { .name = name };
	const cyaml_config_t config = {
		.log_fn = listen,
		.log_ctx = &reading,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn = cyaml_mem,
	};
	struct file_rule *from = NULL;
	cyaml_err_t error;
	bool good = false;
	size_t bytes;

	reading.text = read_text(name, &bytes);
	if (!reading.text)
		return false;
	error = cyaml_load_data((const uint8_t *)reading.text, bytes, &config,
				&rule_value, (cyaml_data_t **)&from, NULL);
	if (error != CYAML_OK)
		tell_problem(&reading, error);
	else if (!from)
		warnx("%s:1: no rule is in it", name);
	else
		good = take_file(rules, &reading, from, local);
	cyaml_free(&config, &rule_value, from, 0);
	free(reading.text);
	return good;
}

static int is_rule(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       !strcmp(entry->d_name + len - 5, ".yaml");
}

/**
 * rules_read() - read the rules of a directory
 * @rules: rules so far; all zero: none
 * @directory: its files that end with .yaml; one that is not there has none
 * @local: they are somebody's own
 *
 * What is wrong with a file is told with its line, and it is left out.
 *
 * Return: false, with a message, when some could not be read; @rules.failed, too.
 */
bool rules_read(struct rules *rules, const char *directory, bool local)
{
	struct dirent **entries;
	int nr = scandir(directory, &entries, is_rule, alphasort), i;
	bool good = true;
	char name[4096];

	if (nr < 0 && errno == ENOENT)
		return true;
	if (nr < 0) {
		warn("%s", directory);
		rules->failed = true;
		return false;
	}
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "%s/%s", directory, entries[i]->d_name);
		good = read_file(rules, name, local) && good;
		free(entries[i]);
	}
	free(entries);
	rules->failed = rules->failed || !good;
	return good;
}

#else

bool rules_read(struct rules *rules, const char *directory, bool local)
{
	(void)directory;
	(void)local;
	if (!rules->failed)
		warnx("built without libcyaml, which reads the rules: install libcyaml-dev, and build it anew");
	rules->failed = true;
	return false;
}

#endif
