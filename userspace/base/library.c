// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: library
 *
 * Libraries that only one command or option needs are looked for when it is used.
 * Loading all of them, with those that they need, would take longer than a short
 * command, and packages would have to be installed that nobody uses.
 */
#include <dlfcn.h>
#include <err.h>

#include "base/library.h"

/**
 * library_load() - find a library and its functions
 * @library: which; it is never unloaded
 * @functions: those that are wanted; out: pointers to them
 * @nr: how many
 *
 * Return: false, with a message that names what to install, when it is not there, or
 * is of a version that lacks a function.
 */
bool library_load(const struct library *library,
		  const struct library_function *functions, size_t nr)
{
	void *handle = dlopen(library->file, RTLD_NOW);
	size_t i;

	if (!handle) {
		warnx("%s needs %s: install %s (%s)", library->what, library->file,
		      library->package, dlerror());
		return false;
	}
	for (i = 0; i < nr; i++) {
		*functions[i].at = dlsym(handle, functions[i].name);
		if (!*functions[i].at) {
			warnx("%s: %s has no %s: install a newer %s", library->what,
			      library->file, functions[i].name, library->package);
			return false;
		}
	}
	return true;
}
