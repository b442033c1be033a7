# SPDX-License-Identifier: GPL-2.0-only
# make lint: everything that reads the source and complains.

lint:
	@B=$(B) MAKE="$(MAKE)" VERSION=$(VERSION) KDIR=$(KDIR) scripts/lint
