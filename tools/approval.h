/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the module marks connections that a policy has approved.
 */
#ifndef KW_TOOLS_APPROVAL_H
#define KW_TOOLS_APPROVAL_H

#include "env.h"

enum approval {
	APPROVAL_NONE,		/* no policy has allowed it yet */
	APPROVAL_OLD,		/* an older one has: judged again */
	APPROVAL_CURRENT,
};

/**
 * approval_get() - what the mark of a connection says
 * @mark: of the connection
 * @mask: bits of it that carry the tag; they are next to each other
 * @generation: of the policy in force
 *
 * A tag is 1 + generation modulo the largest tag, so that it is never zero.
 *
 * Return: enum approval.
 */
static inline enum approval approval_get(u32 mark, u32 mask, u32 generation)
{
	u32 max, tag;

	if (!mask || !(mark & mask))
		return APPROVAL_NONE;
	max = mask >> kw_ctz64(mask);
	tag = (mark & mask) >> kw_ctz64(mask);
	return tag == 1 + generation % max ? APPROVAL_CURRENT : APPROVAL_OLD;
}

#endif /* KW_TOOLS_APPROVAL_H */
