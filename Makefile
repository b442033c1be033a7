# SPDX-License-Identifier: GPL-2.0-only
#
# make                 module (for KDIR), command line tool and tests
# make module          keepwall.ko only; KDIR= selects the kernel build tree
# make tools           the command line tool only
# make check           native tests: unit, golden, model
# make check-fuzz      fuzzers, FUZZ_SECONDS each
# make lint            everything that reads the source and complains
# make install         DESTDIR= and PREFIX= are honoured
#
# Objects go to build/, never beside the sources.

VERSION := 0.1.0

B ?= build
CC ?= gcc
CLANG ?= clang
PREFIX ?= /usr
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
KDIR ?= $(shell ls -d /lib/modules/*/build /usr/src/linux-headers-*-amd64 2>/dev/null | sort -V | tail -n 1)
# What uname says; Debian's include/config/kernel.release has the upstream version.
KRELEASE = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
FUZZ_SECONDS ?= 60

CPPFLAGS += -D_GNU_SOURCE -DKW_VERSION='"$(VERSION)"' -Iinclude/uapi -Icore -Ilib -I$(B)/lib
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	  -Wpointer-arith -Wno-unused-parameter -Wno-sign-compare -Werror
LDLIBS_LIB := -lmnl
LDLIBS_TOOL := -ljansson -lnetfilter_conntrack -lmnl

CORE_SRCS := $(wildcard core/*.c)
LIB_SRCS := $(wildcard lib/*.c)
TOOL_SRCS := $(wildcard tools/*.c)
GEN_SRCS := $(B)/lib/parser.c $(B)/lib/lexer.c
objs = $(patsubst $(B)/%.c,$(B)/obj$(2)/%.o,$(filter $(B)/%,$(1))) \
       $(patsubst %.c,$(B)/obj$(2)/%.o,$(filter-out $(B)/%,$(1)))
LIB_OBJS := $(call objs,$(CORE_SRCS) $(LIB_SRCS) $(GEN_SRCS),)
TOOL_OBJS := $(call objs,$(TOOL_SRCS),)

.PHONY: all module tools check lint install clean tests
all: $(if $(KDIR),module) tools tests

# ---- module ----------------------------------------------------------------
# Kbuild puts objects beside the sources; a tree of links for each kernel
# keeps the objects of several kernels apart and the source tree clean.
MODULE_TREE = $(B)/$(KRELEASE)
module:
	@test -n "$(KRELEASE)" || { echo "make: no kernel build tree; install linux-headers or give KDIR=" >&2; exit 1; }
	@mkdir -p $(MODULE_TREE)
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kmod $(CURDIR)/core $(CURDIR)/include $(MODULE_TREE)/
	+$(MAKE) -C $(KDIR) M=$(abspath $(MODULE_TREE)) $(if $(ARCH),ARCH=$(ARCH)) $(KFLAGS) modules

# ---- library and tool ------------------------------------------------------
tools: $(B)/keepwall
$(B)/keepwall: $(TOOL_OBJS) $(B)/libkeepwall.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS_TOOL)

$(B)/libkeepwall.a: $(LIB_OBJS)
	@rm -f $@
	ar rcs $@ $^

$(B)/lib/parser.c $(B)/lib/parser.h &: lib/parser.y
	@mkdir -p $(@D)
	bison -Wall -Werror -o $(B)/lib/parser.c --defines=$(B)/lib/parser.h $<
$(B)/lib/lexer.c $(B)/lib/lexer.h &: lib/lexer.l
	@mkdir -p $(@D)
	flex -o $(B)/lib/lexer.c --header-file=$(B)/lib/lexer.h $<

# What flex and bison write is not ours to polish.
GENERATED_CFLAGS := -Wno-error -w
$(B)/obj/lib/parser.o $(B)/obj/lib/lexer.o: CFLAGS += $(GENERATED_CFLAGS)

$(B)/obj/%.o: $(B)/%.c | $(B)/lib/parser.h $(B)/lib/lexer.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/obj/%.o: %.c | $(B)/lib/parser.h $(B)/lib/lexer.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

clean:
	rm -rf $(B)

include tests/tests.mk
-include scripts/install.mk scripts/lint.mk
