# SPDX-License-Identifier: GPL-2.0-only
# Programs of the system tests. They run in a guest, where the module is.
SELFTESTS := $(patsubst tests/selftests/%.c,$(B)/tests/selftests/%,$(wildcard tests/selftests/*.c))
.PHONY: selftests
selftests: $(SELFTESTS) $(B)/keepwall
tests: $(SELFTESTS)
# With the command, where the harness can be had: a guest compiles slowly.
tools: $(if $(wildcard $(KSELFTEST_SOURCE)),$(SELFTESTS))
$(B)/tests/selftests/%: CPPFLAGS += $(TEST_CPPFLAGS)
$(B)/tests/selftests/%: tests/selftests/%.c $(B)/kselftest/kselftest_harness.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(TEST_CFLAGS) -o $@ $< -lmnl -lpthread
