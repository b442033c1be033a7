/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/keepwall.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_KEEPWALL_GEN_H
#define _LINUX_KEEPWALL_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/keepwall.h>

/* Global operation policy for keepwall */
extern const struct nla_policy keepwall_main_nl_policy[KEEPWALL_A_DATA + 1];

/* Ops table for keepwall */
extern const struct genl_small_ops keepwall_nl_ops[10];

int keepwall_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info);
int keepwall_nl_policy_chunk_doit(struct sk_buff *skb, struct genl_info *info);
int keepwall_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info);
int keepwall_nl_policy_abort_doit(struct sk_buff *skb, struct genl_info *info);
int keepwall_nl_policy_unload_doit(struct sk_buff *skb, struct genl_info *info);
int keepwall_nl_policy_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int keepwall_nl_rule_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int keepwall_nl_zone_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int keepwall_nl_set_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int keepwall_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	KEEPWALL_NLGRP_EVENTS,
};

extern const struct genl_multicast_group keepwall_nl_mcgrps[1];

#endif /* _LINUX_KEEPWALL_GEN_H */
