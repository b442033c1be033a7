# SPDX-License-Identifier: GPL-2.0-only
# The driver of tests/golden/run.
$(B)/tests/golden/driver: tests/golden/driver.c $(B)/libkeepwall.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ $< $(B)/libkeepwall.a $(LDLIBS_LIB)
