// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/keepwall.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/keepwall.h>

/* Global operation policy for keepwall */
const struct nla_policy keepwall_main_nl_policy[KEEPWALL_A_DATA + 1] = {
	[KEEPWALL_A_TRANSACTION] = { .type = NLA_U32, },
	[KEEPWALL_A_TOTAL_LEN] = { .type = NLA_U32, },
	[KEEPWALL_A_OFFSET] = { .type = NLA_U32, },
	[KEEPWALL_A_DATA] = { .type = NLA_BINARY, },
};

/* Ops table for keepwall */
const struct genl_small_ops keepwall_nl_ops[10] = {
	{
		.cmd	= KEEPWALL_CMD_POLICY_BEGIN,
		.doit	= keepwall_nl_policy_begin_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_POLICY_CHUNK,
		.doit	= keepwall_nl_policy_chunk_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_POLICY_COMMIT,
		.doit	= keepwall_nl_policy_commit_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_POLICY_ABORT,
		.doit	= keepwall_nl_policy_abort_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_POLICY_UNLOAD,
		.doit	= keepwall_nl_policy_unload_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_POLICY_GET,
		.dumpit	= keepwall_nl_policy_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_RULE_GET,
		.dumpit	= keepwall_nl_rule_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_ZONE_GET,
		.dumpit	= keepwall_nl_zone_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_SET_GET,
		.dumpit	= keepwall_nl_set_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= KEEPWALL_CMD_STATS_GET,
		.doit	= keepwall_nl_stats_get_doit,
		.flags	= GENL_ADMIN_PERM,
	},
};

const struct genl_multicast_group keepwall_nl_mcgrps[] = {
	[KEEPWALL_NLGRP_EVENTS] = { "events", },
};
