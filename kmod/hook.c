// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdict on a packet. Runs at NF_INET_FORWARD, LOCAL_IN and LOCAL_OUT, for
 * IPv4 and IPv6, at the filter priority: behind connection tracking and
 * destination NAT, before source NAT. Under RCU; in softirq, or in process
 * context at LOCAL_OUT.
 *
 * A packet of a connection that the policy in force has approved leaves after
 * one comparison. All others are judged by the key of their connection's
 * original direction, whatever way they go themselves.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_expect.h>

#include "keepwall.h"
#include "classify.h"
#include "packet.h"

/* More than any header that decides: see core/packet.h for what is left out. */
#define HEADERS_LEN	192

/**
 * struct judgement - what is known about a packet that must be judged
 * @kw: its namespace
 * @policy: the policy
 * @skb: the packet
 * @state: where it is
 * @ct: its connection, or NULL
 * @tag: the approval it gets when it is allowed
 * @key: what it is judged by
 * @error: it is an ICMP error about @ct, and must not change it
 */
struct judgement {
	struct kw_net *kw;
	struct kw_policy *policy;
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct nf_conn *ct;
	u32 tag;
	struct kw_key key;
	bool error;
};

static unsigned int verdict(const struct judgement *j,
			    enum keepwall_reason reason, unsigned int nf)
{
	kw_stats_count(j->kw, reason, j->skb->len);
	return nf;
}

static void zones_of_packet(const struct kw_policy *policy,
			    const struct nf_hook_state *state, struct kw_key *key)
{
	key->zone_in = state->hook == NF_INET_LOCAL_OUT ?
		KW_ZONE_SELF : kw_zone_of(policy, state->in);
	key->zone_out = state->hook == NF_INET_LOCAL_IN ?
		KW_ZONE_SELF : kw_zone_of(policy, state->out);
}

/* The stable ids of the zones of @j->key, as connections remember them. */
static u32 zone_ids(const struct judgement *j)
{
	const struct kw_blob_zone *zones = j->policy->view.zones;

	return zones[j->key.zone_in].id | (u32)zones[j->key.zone_out].id << 16;
}

static void approve(const struct judgement *j, u32 rule_id)
{
	kw_connection_approve(j->ct, j->tag);
	kw_connection_label(j->ct, rule_id, zone_ids(j));
}

/*
 * May this packet end its connection? Not if it claims to be of one that was
 * allowed between other zones: anybody can forge that. It is dropped alone.
 */
static bool may_end(const struct judgement *j)
{
	u32 rule, zones;

	if (!j->ct || j->error || !nf_ct_is_confirmed(j->ct))
		return false;
	kw_connection_labels(j->ct, &rule, &zones);
	return !zones || zones == zone_ids(j);
}

static unsigned int deny(const struct judgement *j,
			 const struct kw_blob_rule *rule)
{
	bool reject = rule->action == KW_ACTION_REJECT;
	u32 proto = j->key.w[j->key.family == KW_IPV4 ? KW4_PROTO : KW6_PROTO];

	/* An error is never answered. */
	if (reject && !j->error)
		kw_reject_send(j->skb, j->state, rule->reject, proto);
	/* It was approved once, and ends with this packet. */
	if (may_end(j)) {
		nf_ct_kill(j->ct);
		kw_stats_count(j->kw, KEEPWALL_REASON_CONNECTIONS_ENDED, 0);
	}
	return verdict(j, reject ? KEEPWALL_REASON_POLICY_REJECT :
				   KEEPWALL_REASON_POLICY_DROP, NF_DROP);
}

/* Judge by @key, which is j->key or that of the master of j->ct. */
static unsigned int judge_by(const struct judgement *j,
			     const struct kw_key *key)
{
	const struct kw_blob_rule *rule;
	u32 index;

	index = kw_classify(&j->policy->view, key);
	rule = &j->policy->view.rules[index];
	kw_counters_add(j->policy, index, j->skb->len);
	if (rule->flags & KW_RULE_LOG)
		kw_log_packet(j->policy, index, j->skb, j->state);
	if (rule->action != KW_ACTION_ALLOW)
		return deny(j, rule);
	if (j->ct && !j->error)
		approve(j, rule->id);
	return verdict(j, KEEPWALL_REASON_ALLOWED, NF_ACCEPT);
}

/*
 * The key of the master of an expected connection, with zones: the child goes
 * the way of the master or the opposite one, as its first sender says. Another
 * sender has nothing to do with the master: false.
 */
static bool master_key(const struct judgement *j, const struct nf_conn *master,
		       struct kw_key *key)
{
	const struct nf_conntrack_tuple *child, *orig, *reply;

	child = &j->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	orig = &master->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &master->tuplehash[IP_CT_DIR_REPLY].tuple;
	if (child->src.l3num != orig->src.l3num ||
	    !kw_connection_key(master, key))
		return false;
	if (nf_inet_addr_cmp(&child->src.u3, &orig->src.u3)) {
		key->zone_in = j->key.zone_in;
		key->zone_out = j->key.zone_out;
		return true;
	}
	if (nf_inet_addr_cmp(&child->src.u3, &reply->src.u3)) {
		key->zone_in = j->key.zone_out;
		key->zone_out = j->key.zone_in;
		return true;
	}
	return false;
}

static unsigned int judge_expected(const struct judgement *j,
				   const struct nf_conn *master)
{
	struct kw_key key;
	u32 rule, zones;

	if (j->tag &&
	    (READ_ONCE(master->mark) & kw_approval_mask) == j->tag) {
		kw_connection_labels(master, &rule, &zones);
		if (!j->error)
			approve(j, rule);
		return verdict(j, KEEPWALL_REASON_ALLOWED, NF_ACCEPT);
	}
	if (master_key(j, master, &key))
		return judge_by(j, &key);
	return judge_by(j, &j->key);
}

/*
 * Is this the packet of an expected connection that has seen no reply? It has
 * the same ctinfo as an ICMP error of the original direction, but an error
 * answers a reply.
 */
static bool is_expected_start(const struct nf_conn *ct,
			      enum ip_conntrack_info ctinfo)
{
	return ctinfo == IP_CT_RELATED &&
	       test_bit(IPS_EXPECTED_BIT, &ct->status) &&
	       !test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
}

static unsigned int judge_connection(struct judgement *j,
				     enum ip_conntrack_info ctinfo)
{
	bool related = ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY;

	j->error = related && !is_expected_start(j->ct, ctinfo);
	/*
	 * This host answers a packet of the connection, with a reset or an ICMP
	 * error; also one that was just rejected. Conntrack has it attached to
	 * the connection even when that is not confirmed.
	 */
	if (j->error && j->state->hook == NF_INET_LOCAL_OUT)
		return verdict(j, KEEPWALL_REASON_RELATED, NF_ACCEPT);
	if (!kw_connection_key(j->ct, &j->key))
		return verdict(j, KEEPWALL_REASON_INTERNAL_ERROR, NF_DROP);
	zones_of_packet(j->policy, j->state, &j->key);
	if (CTINFO2DIR(ctinfo) == IP_CT_DIR_REPLY)
		swap(j->key.zone_in, j->key.zone_out);
	if (READ_ONCE(j->ct->mark) & kw_approval_mask)
		kw_stats_count(j->kw, KEEPWALL_REASON_RECLASSIFIED,
			       j->skb->len);
	if (j->ct->master)
		return judge_expected(j, j->ct->master);
	return judge_by(j, &j->key);
}

static bool is_discovery(const struct kw_packet *p)
{
	u32 type = p->w[KW6_DPORT] >> 8;

	if (p->family != KW_IPV6 || p->proto != KW_PROTO_ICMPV6)
		return false;
	/* RFC 4890, 4.4.1: router and neighbour discovery, MLD. */
	return (type >= 133 && type <= 137) || (type >= 130 && type <= 132) ||
	       type == 143;
}

static bool is_icmp_error(const struct kw_packet *p)
{
	u32 type;

	if (p->family == KW_IPV4 && p->proto == KW_PROTO_ICMP) {
		type = p->w[KW4_DPORT] >> 8;
		return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETERPROB;
	}
	if (p->family == KW_IPV6 && p->proto == KW_PROTO_ICMPV6) {
		type = p->w[KW6_DPORT] >> 8;
		return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
	}
	return false;
}

static bool read_packet(const struct sk_buff *skb, struct kw_packet *p)
{
	int offset = skb_network_offset(skb);
	u8 buf[HEADERS_LEN];
	const u8 *data;
	int len;

	len = min_t(int, skb->len - offset, sizeof(buf));
	if (len <= 0)
		return false;
	data = skb_header_pointer(skb, offset, len, buf);
	return data && kw_packet_parse(data, len, p) &&
	       !(p->flags & KW_PACKET_TRUNCATED);
}

/*
 * No connection. Discovery of this host passes, conntrack leaves it alone. So
 * do ICMP errors this host sends about packets that have no connection either;
 * those about connections come with it, see judge_connection(). What somebody
 * has set untracked is judged packet by packet, the rest is invalid.
 */
static unsigned int judge_packet(struct judgement *j,
				 enum ip_conntrack_info ctinfo)
{
	struct kw_packet p;

	if (!read_packet(j->skb, &p))
		return verdict(j, KEEPWALL_REASON_INTERNAL_ERROR, NF_DROP);
	if (j->state->hook != NF_INET_FORWARD && is_discovery(&p))
		return verdict(j, KEEPWALL_REASON_ND, NF_ACCEPT);
	if (j->state->hook == NF_INET_LOCAL_OUT && is_icmp_error(&p))
		return verdict(j, KEEPWALL_REASON_RELATED, NF_ACCEPT);
	if (ctinfo != IP_CT_UNTRACKED)
		return verdict(j, KEEPWALL_REASON_INVALID, NF_DROP);
	zones_of_packet(j->policy, j->state, &j->key);
	kw_packet_key(&p, j->key.zone_in, j->key.zone_out, &j->key);
	return judge_by(j, &j->key);
}

static bool is_loopback(const struct net_device *dev)
{
	return dev && dev->flags & IFF_LOOPBACK;
}

static noinline unsigned int judge(struct kw_net *kw, struct sk_buff *skb,
				   const struct nf_hook_state *state,
				   struct nf_conn *ct,
				   enum ip_conntrack_info ctinfo, u32 tag)
{
	struct judgement j = {
		.kw = kw,
		.policy = rcu_dereference(kw->policy),
		.skb = skb,
		.state = state,
		.ct = ct,
		.tag = tag,
	};

	if (!j.policy || is_loopback(state->in) || is_loopback(state->out))
		return NF_ACCEPT;
	if (!ct)
		return judge_packet(&j, ctinfo);
	return judge_connection(&j, ctinfo);
}

/*
 * The tag is loaded before anything it stands for. An older tag than what is
 * then read costs one more judgement later; a newer one cannot be had.
 */
static unsigned int hook(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	struct kw_net *kw = priv;
	u32 tag = smp_load_acquire(&kw->tag); /* generation_advance() */

	if (likely(ct && tag &&
		   (READ_ONCE(ct->mark) & kw_approval_mask) == tag)) {
		kw_stats_count(kw, KEEPWALL_REASON_APPROVED, skb->len);
		return NF_ACCEPT;
	}
	return judge(kw, skb, state, ct, ctinfo, tag);
}

static const struct nf_hook_ops hooks[KW_NR_HOOKS] = {
	{
		.hook = hook,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP_PRI_FILTER,
	}, {
		.hook = hook,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	}, {
		.hook = hook,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_FILTER,
	}, {
		.hook = hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_FORWARD,
		.priority = NF_IP6_PRI_FILTER,
	}, {
		.hook = hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_FILTER,
	}, {
		.hook = hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_FILTER,
	},
};

/**
 * kw_hook_net_init() - prepare the hooks of a namespace
 * @kw: the namespace
 *
 * A copy for each, so that a hook finds its namespace without a lookup.
 */
void kw_hook_net_init(struct kw_net *kw)
{
	int i;

	memcpy(kw->hooks, hooks, sizeof(hooks));
	for (i = 0; i < KW_NR_HOOKS; i++)
		kw->hooks[i].priv = kw;
}
