# SPDX-License-Identifier: GPL-2.0
#
# What the reader is linked with. Without the header of ncurses (libncurses-dev) it is
# one that cannot draw on a terminal.

LIBRARIES := -lyajl -lzstd \
	     $(shell $(CC) -E -include ncurses.h -x c /dev/null >/dev/null 2>&1 && \
		     echo -lncursesw -ltinfo) \
	     -lpthread -ldl -lm
