# SPDX-License-Identifier: GPL-2.0
#
# What the reader is linked with. Without the header of ncurses (libncurses-dev) it is
# one that cannot draw on a terminal; without those of SQLite (libsqlite3-dev), one
# that does not know SQL; without that of zlib (zlib1g-dev), one without timelines;
# without that of libcyaml (libcyaml-dev), one that has no rules to watch by.
# libprotobuf-c-dev is for traces of Perfetto. Others are loaded by what needs them, see
# base/library.c, and only their headers are wanted here: libbabeltrace2-dev for traces
# in CTF, libmicrohttpd-dev for metrics, librdkafka-dev to ship to brokers, libsystemd-dev for
# the journal.

# with HEADER FLAGS: FLAGS, where that header is
with = $(shell $(CC) -E -include $(1) -x c /dev/null >/dev/null 2>&1 && echo $(2))

LIBRARIES := -lyajl -lzstd \
	     $(call with,ncurses.h,-lncursesw -ltinfo) \
	     $(call with,sqlite3.h,-lsqlite3) \
	     $(call with,protobuf-c/protobuf-c.h,-lprotobuf-c) \
	     $(call with,zlib.h,-lz) \
	     $(call with,cyaml/cyaml.h,-lcyaml) \
	     -lpthread -ldl -lm
