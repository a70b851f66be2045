# SPDX-License-Identifier: GPL-2.0
#
# make            the module for the running kernel, and the reader
# make demo       see it work in a virtual machine
# make check      every test
# make help       the rest

# Everything that is built goes below build/; the module also to ./ipctrace.ko
# when it is for the running kernel.
BUILD := $(CURDIR)/build
RUNNING := $(shell uname -r)

# The kernel of the virtual machine, as scripts/setup.sh found it.
KERNEL ?= $(shell cat $(BUILD)/kernels/default 2>/dev/null)
export KERNEL

CFLAGS ?= -O2 -g
HOST_CFLAGS := -std=gnu11 -Wall -Wextra -Werror -fno-strict-aliasing \
	       -I$(CURDIR)/include/uapi -I$(CURDIR)/module

MODULE_SOURCES := Kbuild $(wildcard module/*.[ch]) \
		  $(wildcard include/uapi/ipctrace/*)
SHARED_SOURCES := $(addprefix module/,merge.c ring.c syscalls.c text.c)
READER_SOURCES := $(wildcard userspace/*.c) $(SHARED_SOURCES)
READER_HEADERS := $(wildcard userspace/*.h module/*.h include/uapi/ipctrace/*)

.PHONY: all
all: ipctrace.ko userspace

# ---- The module ----------------------------------------------------------

ipctrace.ko: $(BUILD)/$(RUNNING)/ipctrace.ko
	cp $< $@

.PHONY: module
module: $(BUILD)/$(KERNEL)/ipctrace.ko

# The sources are copied so that several kernels' objects can stand side by
# side. W=1 and C=2 reach kbuild as they are.
$(BUILD)/%/ipctrace.ko: $(MODULE_SOURCES)
	@test -e /lib/modules/$(*F)/build/Makefile || { \
		echo "make: no headers for kernel $(*F):" \
		     "install linux-headers-$(*F), or try make demo" >&2; \
		exit 1; }
	@mkdir -p $(@D)
	@cp -ru --preserve=timestamps Kbuild module include $(@D)/
	$(MAKE) -C /lib/modules/$(*F)/build M=$(@D) modules

# ---- The reader ----------------------------------------------------------

.PHONY: userspace
userspace: $(BUILD)/ipctrace

$(BUILD)/ipctrace: $(READER_SOURCES) $(READER_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) $(CFLAGS) -o $@ $(READER_SOURCES) -lyajl
