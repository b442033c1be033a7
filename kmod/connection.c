// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Keepwall reads from and writes to a connection of nf_conntrack: the key
 * it is judged by, the approval in its mark, and its labels. Called from the
 * hooks under RCU; the sweep in process context.
 *
 * Labels, where the kernel has them: of the 128 bits, as 32-bit words, word 2
 * is the id of the rule that allowed the connection and word 3 the ids of the
 * zones, from in the lower half, to in the upper. Words 0 and 1 are the user's.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_labels.h>

#include "keepwall.h"
#include "packet.h"

#if !IS_ENABLED(CONFIG_NF_CONNTRACK_MARK)
#error "Keepwall needs CONFIG_NF_CONNTRACK_MARK"
#endif

static void key_ports(const struct nf_conntrack_tuple *orig,
		      const struct nf_conntrack_tuple *reply, u32 *ports)
{
	u8 proto = orig->dst.protonum;

	if (kw_proto_has_ports(proto)) {
		ports[0] = ntohs(orig->src.u.all);
		ports[1] = ntohs(reply->src.u.all);
	} else if ((orig->src.l3num == AF_INET && proto == IPPROTO_ICMP) ||
		   (orig->src.l3num == AF_INET6 && proto == IPPROTO_ICMPV6)) {
		ports[0] = 0;
		ports[1] = orig->dst.u.icmp.type << 8 | orig->dst.u.icmp.code;
	} else {
		ports[0] = 0;
		ports[1] = 0;
	}
}

/**
 * kw_connection_key() - the key of a connection, without its zones
 * @ct: the connection
 * @key: filled in, but for the zones
 *
 * From the original direction, with the destination where the connection really
 * goes: the source of the replies. So it is the same for all of its life and
 * whatever NAT does.
 *
 * Return: false if it is neither IPv4 nor IPv6.
 */
bool kw_connection_key(const struct nf_conn *ct, struct kw_key *key)
{
	const struct nf_conntrack_tuple *orig, *reply;
	int i;

	orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	switch (orig->src.l3num) {
	case AF_INET:
		key->family = KW_IPV4;
		key->w[KW4_SRC] = ntohl(orig->src.u3.ip);
		key->w[KW4_DST] = ntohl(reply->src.u3.ip);
		key_ports(orig, reply, &key->w[KW4_SPORT]);
		key->w[KW4_PROTO] = orig->dst.protonum;
		return true;
	case AF_INET6:
		key->family = KW_IPV6;
		for (i = 0; i < 4; i++) {
			key->w[KW6_SRC + i] = ntohl(orig->src.u3.ip6[i]);
			key->w[KW6_DST + i] = ntohl(reply->src.u3.ip6[i]);
		}
		key_ports(orig, reply, &key->w[KW6_SPORT]);
		key->w[KW6_PROTO] = orig->dst.protonum;
		return true;
	default:
		return false;
	}
}

/**
 * kw_connection_approve() - write an approval into the mark
 * @ct: the connection
 * @tag: the approval, within kw_approval_mask; 0 withdraws it
 *
 * The other bits are the user's and may change at the same time.
 */
void kw_connection_approve(struct nf_conn *ct, u32 tag)
{
	u32 old = READ_ONCE(ct->mark);
	u32 new;

	do {
		new = (old & ~kw_approval_mask) | tag;
		if (new == old)
			return;
	} while (!try_cmpxchg(&ct->mark, &old, new));
	nf_conntrack_event_cache(IPCT_MARK, ct);
}

/**
 * kw_connection_label() - remember who allowed a connection
 * @ct: the connection
 * @rule_id: id of the rule
 * @zone_ids: id of the zone it comes from | id of the zone it goes to << 16
 */
void kw_connection_label(struct nf_conn *ct, u32 rule_id, u32 zone_ids)
{
	static const u32 mask[4] = { 0, 0, ~0u, ~0u };
	u32 words[4] = { 0, 0, rule_id, zone_ids };

	/* Connections older than the policy have no room for labels. */
	if (IS_ENABLED(CONFIG_NF_CONNTRACK_LABELS))
		nf_connlabels_replace(ct, words, mask, ARRAY_SIZE(words));
}

/**
 * kw_connection_labels() - what a connection remembers
 * @ct: the connection
 * @rule_id: what kw_connection_label() was given, 0 when it never was
 * @zone_ids: likewise
 */
void kw_connection_labels(const struct nf_conn *ct, u32 *rule_id, u32 *zone_ids)
{
	const struct nf_conn_labels *labels = nf_ct_labels_find(ct);
	u32 words[4] = {};

	if (labels)
		memcpy(words, labels->bits, sizeof(words));
	*rule_id = words[2];
	*zone_ids = words[3];
}

static int sweep_one(struct nf_conn *ct, void *data)
{
	const u32 *keep = data;
	u32 old = READ_ONCE(ct->mark);

	do {
		u32 tag = old & kw_approval_mask;

		if (!tag || tag == *keep)
			break;
	} while (!try_cmpxchg(&ct->mark, &old, old & ~kw_approval_mask));
	return 0;
}

/**
 * kw_connection_sweep() - withdraw all approvals but one kind
 * @net: the namespace
 * @keep: the approval to keep, 0 for none
 *
 * The caller has waited for hooks that write others. A connection that waits
 * unconfirmed in a user-space queue meanwhile is not seen.
 */
void kw_connection_sweep(struct net *net, u32 keep)
{
	struct nf_ct_iter_data data = {
		.net = net,
		.data = &keep,
	};

	nf_ct_iterate_cleanup_net(sweep_one, &data);
}
