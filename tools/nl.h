/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module, with failures told to the user.
 */
#ifndef KW_TOOLS_NL_H
#define KW_TOOLS_NL_H

#include "netlink.h"

int nl_connect(struct kw_nl **nl);
int nl_failed(const struct kw_nl *nl, int err);

#endif /* KW_TOOLS_NL_H */
