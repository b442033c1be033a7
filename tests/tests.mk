# SPDX-License-Identifier: GPL-2.0-only
# Native tests. Each tests/unit/NAME.c and tests/model/NAME.c is one program in
# the kernel's kselftest harness; each tests/golden/run and tests/fuzz/NAME.c
# has its place below.

# The harness comes from Debian's linux-source package, one pinned series,
# unpacked into the build tree; it is not part of this tree.
KSELFTEST_SOURCE ?= /usr/src/linux-source-6.12.tar.xz
$(B)/kselftest/kselftest_harness.h:
	@mkdir -p $(@D)
	tar -xJf $(KSELFTEST_SOURCE) -C $(@D) --strip-components=4 \
		linux-source-6.12/tools/testing/selftests/kselftest_harness.h \
		linux-source-6.12/tools/testing/selftests/kselftest.h

UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*.c))
MODEL_TESTS := $(patsubst tests/model/%.c,$(B)/tests/model/%,$(wildcard tests/model/*.c))
TEST_CPPFLAGS := -I$(B)/kselftest -Itests
TEST_CFLAGS := -Wno-missing-prototypes -Wno-shadow -Wno-format-extra-args -Wno-unused-function

.PHONY: tests check-unit check-model check-golden check-fuzz
tests: $(UNIT_TESTS) $(MODEL_TESTS)

$(B)/tests/unit/% $(B)/tests/model/%: CPPFLAGS += $(TEST_CPPFLAGS)
$(B)/tests/unit/%: tests/unit/%.c $(B)/libkeepwall.a $(B)/kselftest/kselftest_harness.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(TEST_CFLAGS) -o $@ $< $(B)/libkeepwall.a $(LDLIBS_LIB)
$(B)/tests/model/%: tests/model/%.c $(B)/libkeepwall.a $(B)/kselftest/kselftest_harness.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(TEST_CFLAGS) -o $@ $< $(B)/libkeepwall.a $(LDLIBS_LIB)

check: check-unit check-golden check-model
check-unit: $(UNIT_TESTS)
	@tests/run-programs $(UNIT_TESTS)
check-model: $(MODEL_TESTS)
	@tests/run-programs $(MODEL_TESTS)
-include tests/golden/golden.mk
check-golden: $(B)/tests/golden/driver
	@B=$(B) tests/golden/run
-include tests/fuzz/fuzz.mk
-include tests/selftests/selftests.mk
