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
# Before that there is none, and the second make below gets it empty.
ifeq ($(KERNEL),)
KERNEL := $(shell cat $(BUILD)/kernels/default 2>/dev/null)
endif
# 6.12 stands for the release of it that is there.
override KERNEL := $(or $(shell scripts/kernel-release $(KERNEL)),$(KERNEL))
export KERNEL

CFLAGS ?= -O2 -g
HOST_CFLAGS := -std=gnu11 -Wall -Wextra -Werror -fno-strict-aliasing \
	       -I$(CURDIR)/include/uapi -I$(CURDIR)/module -I$(CURDIR)/userspace
# The reader runs as root and reads what others wrote.
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
	     -fstack-clash-protection
# What it is made of, libipctrace is made of, too.
SHAREABLE := -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections
HARDENED_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack

MODULE_SOURCES := Kbuild $(wildcard module/*.[ch] module/shared/*.[ch]) \
		  $(wildcard include/uapi/ipctrace/*)
SHARED_SOURCES := $(wildcard module/shared/*.c)
READER_SOURCES := $(filter-out userspace/lib/%,\
		    $(wildcard userspace/*.c userspace/*/*.c)) $(SHARED_SOURCES)
READER_OBJECTS := $(READER_SOURCES:%.c=$(BUILD)/reader/%.o)
include scripts/libraries.mk

.PHONY: all
all: ipctrace.ko userspace

# ---- The module ----------------------------------------------------------

ipctrace.ko: $(BUILD)/$(RUNNING)/ipctrace.ko
	cp $< $@

.PHONY: module
module: $(BUILD)/$(KERNEL)/ipctrace.ko

# The sources are copied so that several kernels' objects can stand side by
# side. W=1 and C=2 reach kbuild as they are. Without what debuggers need, which
# is in ipctrace.ko.debug, the module is a tenth of the size, and loads faster.
$(BUILD)/%/ipctrace.ko: $(MODULE_SOURCES)
	@mkdir -p $(@D)
	@cp -ru --preserve=timestamps Kbuild module include $(@D)/
	+scripts/kbuild $(*F) M=$(@D) modules
	@cp --preserve=timestamps $@ $@.debug
	@scripts/kbuild --strip $(*F) $@

# ---- The reader ----------------------------------------------------------

.PHONY: userspace
userspace: $(BUILD)/ipctrace

$(BUILD)/ipctrace: $(READER_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) $(HARDENED_LINK) -o $@ $^ $(LIBRARIES)

# Code made of a schema, where there is what makes it: else that format is left out.
GENERATED := $(BUILD)/generated
HAVE_PROTOC_C := $(shell command -v protoc-c)
ifneq ($(HAVE_PROTOC_C),)
$(BUILD)/reader/userspace/export/perfetto.o: $(GENERATED)/perfetto.pb-c.c

$(GENERATED)/%.pb-c.c: userspace/export/%.proto
	@mkdir -p $(@D)
	protoc-c --proto_path=$(<D) --c_out=$(@D) $<
endif

$(BUILD)/reader/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -I$(GENERATED) $(CPPFLAGS) $(CFLAGS) $(HARDENING) \
		$(SHAREABLE) -MMD -MP -c -o $@ $<

-include $(READER_OBJECTS:.o=.d)

# It has these in it.
$(BUILD)/reader/userspace/commands/timeline_page.o: $(wildcard userspace/page/*)

# libipctrace: all rooms of the reader but its commands and what these alone need; the
# same objects. What is not in its map is nobody's business, in the static one neither.
LIB_VERSION := $(shell sed -n 's/.*IPCT_VERSION\t"\(.*\)"/\1/p' module/shared/version.h)
LIB_SONAME := libipctrace.so.0
LIB_SOURCES := $(filter-out $(addprefix userspace/,commands/% export/% model/% count/% watch/% \
		 view/terminal.c view/screen.c base/heap.c base/library.c),$(wildcard userspace/*/*.c)) \
	       $(SHARED_SOURCES)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/reader/%.o)
LIB_NEEDS := -lyajl -lzstd -lpthread -lm

.PHONY: library
library: $(addprefix $(BUILD)/lib/,libipctrace.a libipctrace.so libipctrace.pc)

-include $(filter-out $(READER_OBJECTS:.o=.d),$(LIB_OBJECTS:.o=.d))

$(BUILD)/lib/$(LIB_SONAME): $(LIB_OBJECTS) userspace/lib/libipctrace.map
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(LIB_SONAME) \
		-Wl,--version-script=userspace/lib/libipctrace.map \
		-Wl,--gc-sections -Wl,-z,defs -Wl,-z,relro,-z,now,-z,noexecstack \
		-o $@ $(LIB_OBJECTS) $(LIB_NEEDS)

$(BUILD)/lib/libipctrace.so: $(BUILD)/lib/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $@

$(BUILD)/lib/libipctrace.a: $(LIB_OBJECTS)
	@mkdir -p $(@D)
	rm -f $@
	$(LD) -r --gc-sections $(addprefix -u ,$(shell \
		sed -n 's/^\t\(ipctrace_.*\);/\1/p' userspace/lib/libipctrace.map)) \
		-o $(@:.a=.o) $^
	objcopy --localize-hidden $(@:.a=.o)
	ar rcs $@ $(@:.a=.o)
	rm -f $(@:.a=.o)

# As it is to be found where it is installed
$(BUILD)/lib/libipctrace.pc: userspace/lib/libipctrace.pc.in
	@mkdir -p $(@D)
	sed 's|@PREFIX@|$(or $(PREFIX),/usr/local)|; s|@VERSION@|$(LIB_VERSION)|' $< >$@

# Pages of the manual, as for man -l build/man/ipctrace.1
.PHONY: man
man: userspace
	scripts/gen-man.sh $(BUILD)/man

# What makes shells complete its arguments
.PHONY: completion
completion: userspace
	@mkdir -p $(BUILD)/completion
	$(BUILD)/ipctrace completion bash >$(BUILD)/completion/ipctrace.bash
	$(BUILD)/ipctrace completion zsh >$(BUILD)/completion/_ipctrace

# ---- The virtual machine -------------------------------------------------

# Each target installs what it needs first; the kernel is known only then,
# hence the second make.
.PHONY: demo check fuzz fuzz-calls torture bench bench-format vm
demo check fuzz fuzz-calls torture bench bench-format vm:
	scripts/setup.sh $(if $(filter fuzz%,$@),check,$@)
	$(MAKE) run-$@

.PHONY: run-demo
run-demo: module userspace
	scripts/demo.sh

# The kernel tests on kernels with checkers, which the script builds.
.PHONY: check-debug
check-debug:
	scripts/setup.sh $@
	scripts/check-debug.sh

.PHONY: run-check
run-check: module debug-module bench-module userspace
	scripts/check.sh

# The kernel tests on the kernels that people run, with a table at the end.
.PHONY: matrix
matrix:
	scripts/setup.sh matrix
	scripts/matrix.sh $(KERNELS)

# Each fuzzer of tests/fuzz for SECONDS.
.PHONY: run-fuzz
run-fuzz:
	$(MAKE) -C tests/fuzz run SECONDS=$(or $(SECONDS),600)

# What is too long for make check.
.PHONY: run-torture
run-torture:
	scripts/torture.sh

# Random calls under strace and ipctrace: N programs, from FIRST_SEED or one
# that the clock gives.
.PHONY: run-fuzz-calls
run-fuzz-calls: module userspace
	scripts/fuzz-calls.sh $(or $(N),1000) $(FIRST_SEED)

.PHONY: run-bench
run-bench: module userspace
	scripts/bench.sh
	@echo
	scripts/bench-growth.sh
	@echo
	scripts/bench-record.sh

.PHONY: run-bench-format
run-bench-format: module userspace
	scripts/bench-format.sh

# The other tracers, for the same table.
.PHONY: bench-deps
bench-deps:
	scripts/setup.sh bench-deps

# A shell in it, with the module loaded.
.PHONY: run-vm
run-vm: module userspace
	scripts/vm

# For the test that makes each step of loading fail.
.PHONY: debug-module
debug-module: $(BUILD)/debug/$(KERNEL)/ipctrace.ko

$(BUILD)/debug/%/ipctrace.ko: $(MODULE_SOURCES)
	@mkdir -p $(@D)
	@cp -ru --preserve=timestamps Kbuild module include $(@D)/
	+scripts/kbuild $(*F) M=$(@D) IPCTRACE_DEBUG=y modules

# Probes that do nothing, on the same functions: what ipctrace is measured against,
# and has to get on with.
.PHONY: bench-module
bench-module: $(BUILD)/bench/$(KERNEL)/empty_probe.ko

$(BUILD)/bench/%/empty_probe.ko: $(wildcard tests/bench/Kbuild \
		tests/bench/empty_probe.c include/uapi/ipctrace/*)
	@mkdir -p $(@D)
	@cp -ru --preserve=timestamps tests/bench/Kbuild tests/bench/empty_probe.c \
		include $(@D)/
	+scripts/kbuild $(*F) M=$(@D) modules

# ---- The rest ------------------------------------------------------------

.PHONY: style
style:
	scripts/setup.sh check style
	$(MAKE) module userspace
	scripts/check-style.sh

# Kernel-doc of module and ABI as text, complete or an error.
.PHONY: docs
docs:
	scripts/setup.sh style
	@mkdir -p $(BUILD)/docs
	for file in include/uapi/ipctrace/ipctrace.h module/*.[ch] module/shared/*.[ch]; do \
		$(BUILD)/linux-source/scripts/kernel-doc -Werror -rst $$file \
			>$(BUILD)/docs/$$(basename $$file).rst || exit; \
	done

# All but the module, which make install-module, or DKMS, puts in place.
.PHONY: install uninstall install-library uninstall-library install-module
export PREFIX ?= /usr/local
export DESTDIR UNITDIR UDEVDIR MODPROBEDIR LIBDIR ZSHDIR
install: userspace man completion
	scripts/install.sh install

uninstall:
	scripts/install.sh uninstall

install-library: library
	scripts/install.sh install library

uninstall-library:
	scripts/install.sh uninstall library

install-module: $(BUILD)/$(RUNNING)/ipctrace.ko
	$(MAKE) -C /lib/modules/$(RUNNING)/build M=$(BUILD)/$(RUNNING) \
		modules_install

# Debian packages below build/deb, built where there is nothing else.
.PHONY: deb
deb:
	scripts/setup.sh deb
	scripts/deb.sh

# These installed, used, upgraded and removed on a machine of their own.
.PHONY: check-package
check-package:
	scripts/setup.sh $@
	scripts/check-package.sh

# What Prometheus makes of ipctrace metrics.
.PHONY: check-fleet
check-fleet:
	scripts/setup.sh $@
	$(MAKE) userspace
	$(MAKE) -C tests/unit $(BUILD)/tests/unit/stories
	scripts/check-fleet.sh

# Keeps the kernels and sources that were fetched; distclean does not.
.PHONY: clean distclean
clean:
	rm -rf ipctrace.ko $(filter-out $(addprefix $(BUILD)/,kernels linux-source roots),\
		$(wildcard $(BUILD)/*))

distclean: clean
	rm -rf $(BUILD)

.PHONY: help
help:
	@echo 'all (default)  module for the running kernel (./ipctrace.ko) and reader'
	@echo 'demo           see it at work in a virtual machine'
	@echo 'check          every test, on the host and in a virtual machine'
	@echo 'check-debug    the kernel tests under KASAN, lockdep, kmemleak, KCSAN ...'
	@echo 'matrix         the kernel tests on Debian 11 to 13 and unstable: cloud, rt,'
	@echo '               arm64, i386'
	@echo 'fuzz           each parser and renderer, SECONDS=600 of random input'
	@echo 'torture        what is too long for check, with a table at the end'
	@echo 'fuzz-calls     N=NUMBER random programs, strace against ipctrace'
	@echo 'bench          what tracing costs a call, in instructions'
	@echo 'bench-format   events a second as text, against perf, trace-cmd, babeltrace2'
	@echo 'bench-deps     install other tracers, which bench then measures, too'
	@echo 'vm             a shell in the virtual machine, module loaded'
	@echo 'module         module for kernel KERNEL=RELEASE, below build/'
	@echo 'userspace      the reader, build/ipctrace'
	@echo 'style          formatting, kernel-doc, sparse, coccinelle, checkpatch, shellcheck'
	@echo 'docs           kernel-doc below build/docs'
	@echo 'install        reader, units, headers, manual: PREFIX=/usr/local DESTDIR='
	@echo 'uninstall      these away again'
	@echo 'install-library  libipctrace, for programs of others; uninstall-library'
	@echo 'install-module the module for the running kernel; for all kernels: deb'
	@echo 'deb            Debian packages, below build/deb: reader, and module for DKMS'
	@echo 'check-package  these installed, used, upgraded and removed in a machine'
	@echo 'check-fleet    a Prometheus asks ipctrace metrics; alerts and dashboard'
	@echo 'clean          what was built; distclean: what was fetched, too'
