/* SPDX-License-Identifier: GPL-2.0 */
/* Libraries that few commands need, looked for when one does; see library.c. */
#ifndef _IPCTRACE_LIBRARY_H
#define _IPCTRACE_LIBRARY_H

#include <stddef.h>
#include <stdbool.h>

/**
 * struct library_function - a function of a library
 * @name: its name
 * @at: pointer to it
 */
struct library_function {
	const char *name;
	void **at;
};

/**
 * struct library - a library that may not be there
 * @file: what the linker knows it by
 * @package: the package that has it
 * @what: what needs it: the beginning of a message
 */
struct library {
	const char *file;
	const char *package;
	const char *what;
};

/* For a list of functions by their names: do_NAME() is the function NAME(). */
#define LIBRARY_POINTER(name)	static typeof(name) *do_##name;
#define LIBRARY_FUNCTION(name)	{ #name, (void **)&do_##name },

bool library_load(const struct library *library,
		  const struct library_function *functions, size_t nr);

#endif /* _IPCTRACE_LIBRARY_H */
