/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module as seen from user space: one function for each command of the
 * netlink family (Documentation/netlink/specs/keepwall.yaml).
 *
 * Every function returns 0 or -errno; kw_nl_error() then has the sentence for
 * the user. One connection belongs to one thread.
 */
#ifndef KW_LIB_NETLINK_H
#define KW_LIB_NETLINK_H

#include <linux/keepwall.h>
#include "../core/blob.h"

struct kw_nl;

/**
 * struct kw_nl_rule - counters of a rule
 * @index: its position in the policy
 * @id: its identity
 * @hit: whether it ever matched
 * @packets: packets it decided
 * @bytes: their bytes
 * @last_hit_age_ms: since the last of them, when @hit
 * @log_suppressed: messages that the limit of its log swallowed
 */
struct kw_nl_rule {
	u32 index;
	u32 id;
	bool hit;
	u64 packets;
	u64 bytes;
	u64 last_hit_age_ms;
	u64 log_suppressed;
};

/**
 * struct kw_nl_interface - an interface that is in a zone
 * @zone: index of the zone
 * @ifindex: its number
 * @ifname: its name
 */
struct kw_nl_interface {
	u32 zone;
	u32 ifindex;
	char ifname[KW_IFNAME_LEN];
};

struct kw_nl_count {
	u64 packets;
	u64 bytes;
};

#define KW_NL_VERSION_LEN	64

/**
 * struct kw_nl_stats - state of the module in this network namespace
 * @loaded: whether a policy is in force
 * @generation: of the policy
 * @nr_rules: rules, the default included
 * @policy_hash: of the canonical text
 * @abi: version of the compiled policies that the module takes
 * @approval_mask: bits of the connection mark that carry the approval
 * @version: of the module
 * @reasons: what became of packets
 */
struct kw_nl_stats {
	bool loaded;
	u32 generation;
	u32 nr_rules;
	u64 policy_hash;
	u32 abi;
	u32 approval_mask;
	char version[KW_NL_VERSION_LEN];
	struct kw_nl_count reasons[KEEPWALL_REASON_MAX + 1];
};

/**
 * struct kw_nl_event - a policy came or went
 * @committed: it came
 * @generation: of the policy
 * @policy_hash: of its canonical text
 */
struct kw_nl_event {
	bool committed;
	u32 generation;
	u64 policy_hash;
};

int kw_nl_open(struct kw_nl **nl);
void kw_nl_close(struct kw_nl *nl);
const char *kw_nl_error(const struct kw_nl *nl);

int kw_nl_policy_load(struct kw_nl *nl, const void *blob, size_t len,
		      void (*progress)(size_t done, size_t len),
		      u32 *generation);
int kw_nl_policy_unload(struct kw_nl *nl);
int kw_nl_policy_get(struct kw_nl *nl, void **blob, size_t *len,
		     u32 *generation);
int kw_nl_rules_get(struct kw_nl *nl, struct kw_nl_rule **rules, size_t *nr);
int kw_nl_zones_get(struct kw_nl *nl, struct kw_nl_interface **interfaces,
		    size_t *nr);
int kw_nl_stats_get(struct kw_nl *nl, struct kw_nl_stats *stats);
int kw_nl_monitor(struct kw_nl *nl,
		  bool (*event)(const struct kw_nl_event *e, void *data),
		  void *data);

int kw_nl_versions_compare(const char *a, const char *b);

#endif /* KW_LIB_NETLINK_H */
