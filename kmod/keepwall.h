/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the module share. Each part below belongs to the .c file
 * it is named after. Lock letters, see Documentation/locking.md:
 *
 *	M	kw_net.mutex
 *	R	rtnl
 *	MR	written under both, read under either or under RCU
 *	B	per CPU, written with bottom halves off
 *	L	kw_log_state.lock
 *	I	set before it is visible, constant afterwards
 */
#ifndef KW_KMOD_KEEPWALL_H
#define KW_KMOD_KEEPWALL_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netns/generic.h>
#include <uapi/linux/keepwall.h>

#include "blob.h"

#define KW_MODULE_VERSION	"0.1.0"
#define KW_NR_HOOKS		6
#define KW_REFUSAL_LEN		192

/**
 * struct kw_reason_count - packets with one outcome
 * @packets: how many
 * @bytes: their lengths, from the network header
 */
struct kw_reason_count {
	u64 packets;
	u64 bytes;
};

/**
 * struct kw_stats - outcomes, one of these per CPU
 * @reasons: by enum keepwall_reason; written with this_cpu operations, which
 *	are whole wherever the CPU can be left. A 32-bit reader may see a half
 *	of an increment; nothing but a display depends on it.
 */
struct kw_stats {
	struct kw_reason_count reasons[__KEEPWALL_REASON_MAX];
};

/**
 * struct kw_rule_count - hits of a rule on one CPU
 * @packets: B
 * @bytes: B
 * @last: B: get_jiffies_64() of the last hit, 0 for never
 */
struct kw_rule_count {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t last;
};

/**
 * struct kw_cpu_counters - hits of all rules on one CPU
 * @syncp: B: for readers on 32-bit machines
 * @rules: B: by rule index
 */
struct kw_cpu_counters {
	struct u64_stats_sync syncp;
	struct kw_rule_count rules[];
};

/**
 * struct kw_rule_sum - hits of a rule
 * @packets: how many
 * @bytes: their lengths
 * @last: get_jiffies_64() of the last hit, 0 for never
 */
struct kw_rule_sum {
	u64 packets;
	u64 bytes;
	u64 last;
};

/**
 * struct kw_log_state - the limit of a rule that logs
 * @lock: protects all of it; taken in the hook, bottom halves off
 * @start: L: jiffies at which the window began
 * @used: L: messages in this window
 * @pending: L: messages suppressed since the last one that was written
 * @suppressed: L: all messages suppressed
 */
struct kw_log_state {
	spinlock_t lock; /* L, innermost */
	unsigned long start;
	u32 used;
	u64 pending;
	u64 suppressed;
};

/**
 * struct kw_policy - a policy in force, or about to be
 * @view: I: pointers into @blob, which kw_blob_check() has passed
 * @blob: I: the compiled policy
 * @zones: R: ifindex to zone index, as xarray values; read under RCU. An
 *	interface that is not in it is in KW_ZONE_NONE.
 * @counters: I: one for each possible CPU
 * @carried: M: what the rules had counted under earlier policies
 * @from: M: index of the rule with the same id in the policy before, or
 *	U32_MAX; only while a commit is under way
 * @logs: I: limits by rule index, NULL when no rule logs
 * @loggers: I: bits of enum nf_log_type that are held
 */
struct kw_policy {
	struct kw_blob_view view;
	void *blob;
	struct xarray zones;
	struct kw_cpu_counters **counters;
	struct kw_rule_sum *carried;
	u32 *from;
	struct kw_log_state *logs;
	unsigned long loggers;
};

/**
 * struct kw_upload - a policy on its way in
 * @id: I: the handle its owner knows
 * @portid: I: the socket that owns it
 * @total_len: I: bytes announced
 * @received: M: bytes that have come
 * @last: M: jiffies of the last sign of life
 * @data: M: the bytes
 */
struct kw_upload {
	u32 id;
	u32 portid;
	u32 total_len;
	u32 received;
	unsigned long last;
	void *data;
};

/**
 * struct kw_net - Keepwall in a network namespace
 * @tag: M: bits of ct->mark that say "approved by what is in force", 0 while
 *	nothing is. Stored with release after all it stands for (policy, zones);
 *	loaded with acquire before any of it is read.
 * @policy: MR: NULL: everything passes
 * @stats: I: per CPU
 * @net: I: the namespace
 * @mutex: M itself: commits, uploads, dumps
 * @generation: M: counts what has been in force
 * @active: M: hooks are registered, conntrack and labels held
 * @labels: M: conntrack labels are held
 * @hooks: I: this namespace's hooks; their priv points back here
 * @upload: M: NULL: no upload is open
 * @last_upload: M: handle given last
 * @upload_timeout: reclaims a forgotten upload
 * @zones_moved: advances the generation when an interface changed its zone
 * @refusal: the last formatted refusal; only text, so no lock
 */
struct kw_net {
	u32 tag;
	struct kw_policy __rcu *policy;
	struct kw_stats __percpu *stats;
	struct net *net;

	struct mutex mutex; /* M, outside rtnl */
	u32 generation;
	bool active;
	bool labels;
	struct nf_hook_ops hooks[KW_NR_HOOKS];
	struct kw_upload *upload;
	u32 last_upload;
	struct delayed_work upload_timeout;
	struct work_struct zones_moved;
	char refusal[KW_REFUSAL_LEN];
};

/* main.c */
extern unsigned int kw_net_id;
extern u32 kw_approval_mask;

static inline struct kw_net *kw_net_of(const struct net *net)
{
	return net_generic(net, kw_net_id);
}

/* netlink.c */
int kw_netlink_init(void);
void kw_netlink_exit(void);
void kw_netlink_net_init(struct kw_net *kw);
void kw_netlink_net_exit(struct kw_net *kw);

/* policy.c */
struct kw_policy *kw_policy_new(void *blob, u32 len, char *refusal,
				struct netlink_ext_ack *extack);
void kw_policy_free(struct kw_policy *policy);
int kw_policy_commit(struct kw_net *kw, struct kw_policy *policy,
		     u32 *generation, struct netlink_ext_ack *extack);
int kw_policy_unload(struct kw_net *kw, u64 *hash,
		     struct netlink_ext_ack *extack);
void kw_policy_net_init(struct kw_net *kw);
void kw_policy_net_pre_exit(struct kw_net *kw);
void kw_policy_net_exit(struct kw_net *kw);
struct kw_policy *kw_policy_locked(struct kw_net *kw);

/* zone.c */
int kw_zone_init(void);
void kw_zone_exit(void);
u32 kw_zone_of(const struct kw_policy *policy, const struct net_device *dev);
int kw_zone_fill(struct kw_policy *policy, struct net *net);

/* hook.c */
void kw_hook_net_init(struct kw_net *kw);

/* connection.c */
bool kw_connection_key(const struct nf_conn *ct, struct kw_key *key);
void kw_connection_approve(struct nf_conn *ct, u32 tag);
void kw_connection_label(struct nf_conn *ct, u32 rule_id, u32 zone_ids);
void kw_connection_labels(const struct nf_conn *ct, u32 *rule_id, u32 *zone_ids);
void kw_connection_sweep(struct net *net, u32 keep);

/* reject.c */
void kw_reject_send(struct sk_buff *skb, const struct nf_hook_state *state,
		    u8 reject, u32 proto);

/* log.c */
int kw_log_get(struct kw_policy *policy, struct netlink_ext_ack *extack);
void kw_log_put(struct kw_policy *policy);
void kw_log_packet(struct kw_policy *policy, u32 rule,
		   const struct sk_buff *skb,
		   const struct nf_hook_state *state);
u64 kw_log_suppressed(struct kw_policy *policy, u32 rule);

/* stats.c */
int kw_stats_net_init(struct kw_net *kw);
void kw_stats_net_exit(struct kw_net *kw);
void kw_stats_sum(const struct kw_net *kw, struct kw_stats *sum);
int kw_counters_alloc(struct kw_policy *policy);
void kw_counters_free(struct kw_policy *policy);
void kw_counters_add(const struct kw_policy *policy, u32 rule, u32 len);
void kw_counters_sum(const struct kw_policy *policy, u32 rule,
		     struct kw_rule_sum *sum);
int kw_counters_join(struct kw_policy *policy, const struct kw_policy *old);
void kw_counters_carry(struct kw_policy *policy, struct kw_policy *old);

/**
 * kw_stats_count() - count a packet's outcome
 * @kw: its namespace
 * @reason: the outcome
 * @len: its length
 */
static __always_inline void kw_stats_count(const struct kw_net *kw,
					   enum keepwall_reason reason, u32 len)
{
	this_cpu_inc(kw->stats->reasons[reason].packets);
	this_cpu_add(kw->stats->reasons[reason].bytes, len);
}

#endif /* KW_KMOD_KEEPWALL_H */
