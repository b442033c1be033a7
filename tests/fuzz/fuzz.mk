# SPDX-License-Identifier: GPL-2.0-only
# Fuzzers, and the tests that need sanitizers. Core and library are compiled a
# second time for them, into objects of their own.

FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
SANITIZE_CFLAGS = -O1 -g -fno-omit-frame-pointer -std=gnu11 -w $(SANITIZE)
SANITIZE_OBJS := $(patsubst %.c,$(B)/obj-sanitize/%.o,$(CORE_SRCS) $(LIB_SRCS)) \
		 $(patsubst $(B)/%.c,$(B)/obj-sanitize/%.o,$(GEN_SRCS))

$(B)/obj-sanitize/%.o: $(B)/%.c | $(B)/lib/parser.h $(B)/lib/lexer.h
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(SANITIZE_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
$(B)/obj-sanitize/%.o: %.c | $(B)/lib/parser.h $(B)/lib/lexer.h
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(SANITIZE_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
-include $(shell find $(B)/obj-sanitize -name '*.d' 2>/dev/null)

$(B)/libsanitize.a: $(SANITIZE_OBJS)
	@rm -f $@
	ar rcs $@ $^

$(B)/fuzz/%: CPPFLAGS += -Itests
$(B)/fuzz/%: tests/fuzz/%.c $(B)/libsanitize.a
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(SANITIZE_CFLAGS) -fsanitize=fuzzer -o $@ $< $(B)/libsanitize.a $(LDLIBS_LIB)

# Blobs are damaged under the sanitizers: otherwise most reads outside pass.
$(B)/tests/model/mutate: tests/model/mutate.c $(B)/libsanitize.a $(B)/kselftest/kselftest_harness.h
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) $(SANITIZE_CFLAGS) -o $@ $< $(B)/libsanitize.a $(LDLIBS_LIB)

# ---- benchmarks ------------------------------------------------------------
$(B)/bench/classify: tests/bench/classify.c tests/bench/rulegen.c tests/bench/rulegen.h $(B)/libkeepwall.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $(filter %.c,$^) $(B)/libkeepwall.a $(LDLIBS_LIB)

.PHONY: fuzzers check-fuzz
fuzzers: $(FUZZERS)
check-fuzz: $(FUZZERS)
	@tests/fuzz/run $(B)/fuzz $(FUZZ_SECONDS) $(FUZZERS)
