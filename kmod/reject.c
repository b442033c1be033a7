// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answer to a packet that is rejected. Called from the hooks under RCU.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "keepwall.h"
#include "packet.h"

static u8 reject_for(u8 reject, u32 proto)
{
	if (reject == KW_REJECT_TCP_RESET && proto != KW_PROTO_TCP)
		reject = KW_REJECT_AUTO;
	if (reject != KW_REJECT_AUTO)
		return reject;
	if (proto == KW_PROTO_TCP)
		return KW_REJECT_TCP_RESET;
	return kw_proto_has_ports(proto) ? KW_REJECT_PORT_UNREACHABLE :
					   KW_REJECT_ADMIN_PROHIBITED;
}

static int icmp_code(u8 reject)
{
	switch (reject) {
	case KW_REJECT_PORT_UNREACHABLE:
		return ICMP_PORT_UNREACH;
	case KW_REJECT_HOST_UNREACHABLE:
		return ICMP_HOST_UNREACH;
	case KW_REJECT_NET_UNREACHABLE:
		return ICMP_NET_UNREACH;
	default:
		return ICMP_PKT_FILTERED;
	}
}

static unsigned char icmpv6_code(u8 reject)
{
	switch (reject) {
	case KW_REJECT_PORT_UNREACHABLE:
		return ICMPV6_PORT_UNREACH;
	case KW_REJECT_HOST_UNREACHABLE:
		return ICMPV6_ADDR_UNREACH;
	case KW_REJECT_NET_UNREACHABLE:
		return ICMPV6_NOROUTE;
	default:
		return ICMPV6_ADM_PROHIBITED;
	}
}

/**
 * kw_reject_send() - answer a packet
 * @skb: the packet
 * @state: where it was rejected
 * @reject: enum kw_reject
 * @proto: its transport protocol
 */
void kw_reject_send(struct sk_buff *skb, const struct nf_hook_state *state,
		    u8 reject, u32 proto)
{
	reject = reject_for(reject, proto);
	if (state->pf == NFPROTO_IPV4) {
		if (reject == KW_REJECT_TCP_RESET)
			nf_send_reset(state->net, state->sk, skb, state->hook);
		else
			nf_send_unreach(skb, icmp_code(reject), state->hook);
	} else {
		if (reject == KW_REJECT_TCP_RESET)
			nf_send_reset6(state->net, state->sk, skb, state->hook);
		else
			nf_send_unreach6(state->net, skb, icmpv6_code(reject),
					 state->hook);
	}
}
