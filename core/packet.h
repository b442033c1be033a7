/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the bytes of an IPv4 or IPv6 packet to the words of a key. Bounded by
 * the length given and by KW_MAX_EXTENSIONS; reads nothing else.
 *
 * What cannot be read stays zero and a flag says why, so that the caller can
 * choose to refuse it. Later fragments have no transport header: their ports
 * are zero even when the bytes that follow look like some.
 */
#ifndef KW_CORE_PACKET_H
#define KW_CORE_PACKET_H

#include "blob.h"

#define KW_PACKET_FRAGMENT		1u	/* part of a larger packet */
#define KW_PACKET_LATER_FRAGMENT	2u	/* not the first part */
#define KW_PACKET_TRUNCATED		4u	/* ended inside a header */
#define KW_PACKET_NO_PORTS		8u	/* protocol without ports */

#define KW_MAX_EXTENSIONS		8

/* Protocol numbers, named here because every environment has other headers. */
enum kw_protocol {
	KW_PROTO_HOPOPTS = 0,
	KW_PROTO_ICMP = 1,
	KW_PROTO_TCP = 6,
	KW_PROTO_UDP = 17,
	KW_PROTO_DCCP = 33,
	KW_PROTO_ROUTING = 43,
	KW_PROTO_FRAGMENT = 44,
	KW_PROTO_AH = 51,
	KW_PROTO_ICMPV6 = 58,
	KW_PROTO_DSTOPTS = 60,
	KW_PROTO_SCTP = 132,
	KW_PROTO_UDPLITE = 136,
};

/**
 * struct kw_packet - what the headers of a packet say
 * @w: words of the key, see enum kw_key4_word and kw_key6_word
 * @family: enum kw_family
 * @flags: KW_PACKET_*
 * @proto: transport protocol
 * @transport: where its header starts, from the network header
 */
struct kw_packet {
	u32 w[KW6_WORDS];
	u32 family;
	u32 flags;
	u32 proto;
	u32 transport;
};

static __always_inline u32 kw_load16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static __always_inline u32 kw_load32(const u8 *p)
{
	return kw_load16(p) << 16 | kw_load16(p + 2);
}

static __always_inline bool kw_proto_has_ports(u32 proto)
{
	return proto == KW_PROTO_TCP || proto == KW_PROTO_UDP ||
	       proto == KW_PROTO_UDPLITE || proto == KW_PROTO_SCTP ||
	       proto == KW_PROTO_DCCP;
}

/* Ports, or type and code, into the two words at @ports. */
static inline void kw_packet_ports(const u8 *data, u32 len,
				   struct kw_packet *p, u32 *ports)
{
	bool icmp = p->family == KW_IPV4 ? p->proto == KW_PROTO_ICMP :
					   p->proto == KW_PROTO_ICMPV6;
	bool has_ports = kw_proto_has_ports(p->proto);
	u32 at = p->transport;

	if (!has_ports)
		p->flags |= KW_PACKET_NO_PORTS;
	if (p->flags & (KW_PACKET_LATER_FRAGMENT | KW_PACKET_TRUNCATED))
		return;
	if (has_ports) {
		if (len < 4 || at > len - 4) {
			p->flags |= KW_PACKET_TRUNCATED;
			return;
		}
		ports[0] = kw_load16(data + at);
		ports[1] = kw_load16(data + at + 2);
	} else if (icmp) {
		if (len < 2 || at > len - 2) {
			p->flags |= KW_PACKET_TRUNCATED;
			return;
		}
		ports[1] = kw_load16(data + at);
	}
}

static inline bool kw_packet_parse4(const u8 *data, u32 len,
				    struct kw_packet *p)
{
	u32 header_len, total_len, frag;

	if (len < 20)
		return false;
	header_len = (data[0] & 15) * 4u;
	total_len = kw_load16(data + 2);
	if (header_len < 20 || total_len < header_len || len < header_len)
		return false;
	if (len > total_len)
		len = total_len;	/* padding of the link layer */
	p->family = KW_IPV4;
	frag = kw_load16(data + 6);
	if (frag & 0x3fff)
		p->flags |= KW_PACKET_FRAGMENT;
	if (frag & 0x1fff)
		p->flags |= KW_PACKET_LATER_FRAGMENT;
	p->proto = data[9];
	p->transport = header_len;
	p->w[KW4_SRC] = kw_load32(data + 12);
	p->w[KW4_DST] = kw_load32(data + 16);
	p->w[KW4_PROTO] = p->proto;
	kw_packet_ports(data, len, p, &p->w[KW4_SPORT]);
	return true;
}

static __always_inline bool kw_is_extension(u32 proto)
{
	return proto == KW_PROTO_HOPOPTS || proto == KW_PROTO_ROUTING ||
	       proto == KW_PROTO_DSTOPTS || proto == KW_PROTO_FRAGMENT ||
	       proto == KW_PROTO_AH;
}

/* Steps over the extension headers; a header cut short ends the walk. */
static inline void kw_packet_extensions(const u8 *data, u32 len,
					struct kw_packet *p)
{
	u32 at = 40;
	u32 i;

	p->proto = data[6];
	for (i = 0; i < KW_MAX_EXTENSIONS && kw_is_extension(p->proto); i++) {
		u32 size;

		if (at > len || len - at < 8) {
			p->flags |= KW_PACKET_TRUNCATED;
			break;
		}
		if (p->proto == KW_PROTO_FRAGMENT) {
			u32 frag = kw_load16(data + at + 2);

			size = 8;
			if (frag & 0xfff9)
				p->flags |= KW_PACKET_FRAGMENT;
			if (frag & 0xfff8)
				p->flags |= KW_PACKET_LATER_FRAGMENT;
		} else if (p->proto == KW_PROTO_AH) {
			size = (data[at + 1] + 2u) * 4;
		} else {
			size = (data[at + 1] + 1u) * 8;
		}
		p->proto = data[at];
		at += size;
		/* What follows a later fragment's header is payload. */
		if (p->flags & KW_PACKET_LATER_FRAGMENT)
			break;
	}
	if (i == KW_MAX_EXTENSIONS && kw_is_extension(p->proto))
		p->flags |= KW_PACKET_TRUNCATED;
	if (at > len)
		p->flags |= KW_PACKET_TRUNCATED;
	p->transport = at;
}

static inline bool kw_packet_parse6(const u8 *data, u32 len,
				    struct kw_packet *p)
{
	u32 payload_len;
	u32 i;

	if (len < 40)
		return false;
	p->family = KW_IPV6;
	payload_len = kw_load16(data + 4);
	/* Zero stands for a jumbogram: the buffer is all that is known. */
	if (payload_len && len > payload_len + 40)
		len = payload_len + 40;
	for (i = 0; i < 4; i++) {
		p->w[KW6_SRC + i] = kw_load32(data + 8 + 4 * i);
		p->w[KW6_DST + i] = kw_load32(data + 24 + 4 * i);
	}
	kw_packet_extensions(data, len, p);
	p->w[KW6_PROTO] = p->proto;
	kw_packet_ports(data, len, p, &p->w[KW6_SPORT]);
	return true;
}

/**
 * kw_packet_parse() - read the headers of a packet
 * @bytes: the network header
 * @len: bytes that may be read
 * @p: filled in
 *
 * Return: false if this is no IPv4 or IPv6 packet, or its first header is
 * broken; @p then holds zeros.
 */
static inline bool kw_packet_parse(const void *bytes, u32 len,
				   struct kw_packet *p)
{
	const u8 *data = (const u8 *)bytes;

	*p = (struct kw_packet){ 0 };
	if (!len)
		return false;
	if (data[0] >> 4 == 4)
		return kw_packet_parse4(data, len, p);
	if (data[0] >> 4 == 6)
		return kw_packet_parse6(data, len, p);
	return false;
}

/**
 * kw_packet_key() - make a key of a packet that was read
 * @p: from kw_packet_parse()
 * @zone_in: zone it comes from
 * @zone_out: zone it goes to
 * @key: filled in
 */
static inline void kw_packet_key(const struct kw_packet *p, u32 zone_in,
				 u32 zone_out, struct kw_key *key)
{
	u32 i;

	for (i = 0; i < KW6_WORDS; i++)
		key->w[i] = p->w[i];
	key->family = p->family;
	key->zone_in = zone_in;
	key->zone_out = zone_out;
}

#endif /* KW_CORE_PACKET_H */
