# SPDX-License-Identifier: GPL-2.0-only
# make install: the command, its manual and completion, an example, and the
# module when it has been built. DESTDIR= and PREFIX= are honoured.

COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
EXAMPLEDIR ?= $(PREFIX)/share/doc/keepwall/examples
SYSCONFDIR ?= /etc
INSTALL ?= install
MAN_PAGES := $(wildcard Documentation/man/*.[1-9])

.PHONY: install-module
install: $(B)/keepwall
	$(INSTALL) -D -m 755 $(B)/keepwall $(DESTDIR)$(SBINDIR)/keepwall
	$(INSTALL) -D -m 644 tools/completion/keepwall \
		$(DESTDIR)$(COMPLETIONDIR)/keepwall
	set -e; for page in $(MAN_PAGES); do \
		$(INSTALL) -D -m 644 "$$page" \
			"$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}"; \
	done
	$(INSTALL) -d $(DESTDIR)$(EXAMPLEDIR) $(DESTDIR)$(SYSCONFDIR)/keepwall
	$(INSTALL) -m 644 examples/* $(DESTDIR)$(EXAMPLEDIR)/
	$(if $(wildcard $(MODULE_TREE)/keepwall.ko),$(MAKE) install-module)

install-module:
	+$(MAKE) -C $(KDIR) M=$(abspath $(MODULE_TREE)) \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
