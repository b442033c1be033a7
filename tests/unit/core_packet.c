// SPDX-License-Identifier: GPL-2.0-only
/* The header parser: each kind of packet, and each way to end too early. */
#include "kselftest_harness.h"
#include "packet.h"

/* 10.0.0.1 to 10.0.0.2, TCP 1000 to 80; total length 28. */
static const u8 tcp4[] = {
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	0x03, 0xe8, 0, 80, 0, 0, 0, 0,
};

/* 2001:db8::1 to 2001:db8::2, next header to be filled in, 24 bytes. */
static const u8 ipv6[40] = {
	0x60, 0, 0, 0, 0, 24, 0, 64,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
};

/**
 * struct packet - an IPv6 packet under construction
 * @bytes: the packet
 * @len: so far
 * @next: where the next header's number goes
 */
struct packet {
	u8 bytes[256];
	u32 len;
	u32 next;
};

static struct packet start6(void)
{
	struct packet p = { .len = 40, .next = 6 };

	memcpy(p.bytes, ipv6, 40);
	p.bytes[5] = 200;
	return p;
}

static void add6(struct packet *p, u8 proto, const u8 *bytes, u32 len)
{
	p->bytes[p->next] = proto;
	memcpy(p->bytes + p->len, bytes, len);
	p->next = p->len;
	p->len += len;
}

static const u8 ports[8] = { 0x03, 0xe8, 0, 80 };
static const u8 options[8] = { 0 };

TEST(tcp_over_ipv4)
{
	struct kw_packet p;
	struct kw_key key;

	ASSERT_TRUE(kw_packet_parse(tcp4, sizeof(tcp4), &p));
	EXPECT_EQ(KW_IPV4, p.family);
	EXPECT_EQ(0, p.flags);
	EXPECT_EQ(20, p.transport);
	kw_packet_key(&p, 3, 4, &key);
	EXPECT_EQ(0x0a000001, key.w[KW4_SRC]);
	EXPECT_EQ(0x0a000002, key.w[KW4_DST]);
	EXPECT_EQ(1000, key.w[KW4_SPORT]);
	EXPECT_EQ(80, key.w[KW4_DPORT]);
	EXPECT_EQ(6, key.w[KW4_PROTO]);
	EXPECT_EQ(3, key.zone_in);
	EXPECT_EQ(4, key.zone_out);
}

TEST(protocols_with_ports)
{
	static const u8 with[] = { 6, 17, 33, 132, 136 };
	static const u8 without[] = { 0, 2, 47, 50, 255 };
	u8 bytes[sizeof(tcp4)];
	struct kw_packet p;
	u32 i;

	memcpy(bytes, tcp4, sizeof(bytes));
	for (i = 0; i < 5; i++) {
		bytes[9] = with[i];
		ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
		EXPECT_EQ(80, p.w[KW4_DPORT]);
		EXPECT_EQ(0, p.flags);
		bytes[9] = without[i];
		ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
		EXPECT_EQ(0, p.w[KW4_DPORT]);
		EXPECT_EQ(KW_PACKET_NO_PORTS, p.flags);
	}
}

TEST(icmp_type_and_code)
{
	u8 bytes[sizeof(tcp4)];
	struct kw_packet p;
	struct packet six = start6();

	memcpy(bytes, tcp4, sizeof(bytes));
	bytes[9] = 1;
	bytes[20] = 3;
	bytes[21] = 4;
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(0, p.w[KW4_SPORT]);
	EXPECT_EQ(3 << 8 | 4, p.w[KW4_DPORT]);
	/* ICMPv6 in IPv4 is a protocol like any other, and the reverse. */
	bytes[9] = 58;
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(0, p.w[KW4_DPORT]);
	add6(&six, 58, (const u8 []){ 128, 0, 0, 0 }, 4);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_EQ(128 << 8, p.w[KW6_DPORT]);
}

TEST(ipv4_options)
{
	u8 bytes[sizeof(tcp4) + 8] = { 0 };
	struct kw_packet p;

	memcpy(bytes, tcp4, 20);
	memcpy(bytes + 28, tcp4 + 20, 8);
	bytes[0] = 0x47;
	bytes[3] = sizeof(bytes);
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(28, p.transport);
	EXPECT_EQ(80, p.w[KW4_DPORT]);
}

TEST(ipv4_fragments)
{
	u8 bytes[sizeof(tcp4)];
	struct kw_packet p;

	memcpy(bytes, tcp4, sizeof(bytes));
	bytes[6] = 0x20;	/* more fragments, offset 0 */
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(KW_PACKET_FRAGMENT, p.flags);
	EXPECT_EQ(80, p.w[KW4_DPORT]);
	bytes[7] = 1;
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(KW_PACKET_FRAGMENT | KW_PACKET_LATER_FRAGMENT, p.flags);
	EXPECT_EQ(0, p.w[KW4_DPORT]);
	bytes[6] = 0x40;	/* don't fragment is not a fragment */
	bytes[7] = 0;
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(0, p.flags);
}

TEST(broken_first_headers_are_refused)
{
	u8 bytes[sizeof(tcp4)];
	struct kw_packet p;
	u32 i;

	for (i = 0; i < 20; i++)
		EXPECT_FALSE(kw_packet_parse(tcp4, i, &p));
	for (i = 0; i < 40; i++)
		EXPECT_FALSE(kw_packet_parse(ipv6, i, &p));
	memcpy(bytes, tcp4, sizeof(bytes));
	bytes[0] = 0x44;	/* header of 16 bytes */
	EXPECT_FALSE(kw_packet_parse(bytes, sizeof(bytes), &p));
	bytes[0] = 0x4f;	/* header longer than the packet */
	EXPECT_FALSE(kw_packet_parse(bytes, sizeof(bytes), &p));
	bytes[0] = 0x55;
	EXPECT_FALSE(kw_packet_parse(bytes, sizeof(bytes), &p));
	memcpy(bytes, tcp4, sizeof(bytes));
	bytes[3] = 19;		/* total length below the header's */
	EXPECT_FALSE(kw_packet_parse(bytes, sizeof(bytes), &p));
}

TEST(truncated_transport_headers)
{
	u8 bytes[sizeof(tcp4)];
	struct kw_packet p;
	u32 i;

	for (i = 20; i < 24; i++) {
		ASSERT_TRUE(kw_packet_parse(tcp4, i, &p));
		EXPECT_EQ(KW_PACKET_TRUNCATED, p.flags);
		EXPECT_EQ(0, p.w[KW4_DPORT]);
	}
	/* Padding behind the total length is not a transport header. */
	memcpy(bytes, tcp4, sizeof(bytes));
	bytes[3] = 23;
	ASSERT_TRUE(kw_packet_parse(bytes, sizeof(bytes), &p));
	EXPECT_EQ(KW_PACKET_TRUNCATED, p.flags);
}

TEST(ipv6_extension_headers)
{
	static const u8 routing[8] = { 0 }, ah[12] = { 0, 1 };
	static const u8 first[8] = { 0, 0, 0, 1 };
	struct packet six = start6();
	struct kw_packet p;

	add6(&six, KW_PROTO_HOPOPTS, options, 8);
	add6(&six, KW_PROTO_ROUTING, routing, 8);
	add6(&six, KW_PROTO_FRAGMENT, first, 8);
	add6(&six, KW_PROTO_AH, ah, 12);
	add6(&six, KW_PROTO_DSTOPTS, options, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_EQ(KW_IPV6, p.family);
	EXPECT_EQ(KW_PACKET_FRAGMENT, p.flags);
	EXPECT_EQ(84, p.transport);
	EXPECT_EQ(17, p.w[KW6_PROTO]);
	EXPECT_EQ(80, p.w[KW6_DPORT]);
	EXPECT_EQ(0x20010db8, p.w[KW6_SRC]);
	EXPECT_EQ(2, p.w[KW6_DST + 3]);
}

TEST(ipv6_later_fragment)
{
	static const u8 later[8] = { 0, 0, 0, 8 };
	struct packet six = start6();
	struct kw_packet p;

	add6(&six, KW_PROTO_FRAGMENT, later, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_EQ(KW_PACKET_FRAGMENT | KW_PACKET_LATER_FRAGMENT, p.flags);
	EXPECT_EQ(17, p.w[KW6_PROTO]);
	EXPECT_EQ(0, p.w[KW6_DPORT]);
}

TEST(ipv6_atomic_fragment_is_whole)
{
	struct packet six = start6();
	struct kw_packet p;

	add6(&six, KW_PROTO_FRAGMENT, options, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_EQ(0, p.flags);
	EXPECT_EQ(80, p.w[KW6_DPORT]);
}

TEST(ipv6_headers_have_a_limit)
{
	struct packet six = start6();
	struct kw_packet p;
	u32 i;

	for (i = 0; i < KW_MAX_EXTENSIONS; i++)
		add6(&six, KW_PROTO_DSTOPTS, options, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_EQ(0, p.flags);
	EXPECT_EQ(80, p.w[KW6_DPORT]);

	six = start6();
	for (i = 0; i <= KW_MAX_EXTENSIONS; i++)
		add6(&six, KW_PROTO_DSTOPTS, options, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_TRUE(p.flags & KW_PACKET_TRUNCATED);
	EXPECT_EQ(0, p.w[KW6_DPORT]);
}

TEST(ipv6_extension_cut_short)
{
	static const u8 longer[8] = { 0, 255 };
	struct packet six = start6();
	struct kw_packet p;
	u32 i;

	add6(&six, KW_PROTO_DSTOPTS, options, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	for (i = 40; i < 52; i++) {
		ASSERT_TRUE(kw_packet_parse(six.bytes, i, &p));
		EXPECT_TRUE(p.flags & KW_PACKET_TRUNCATED);
		EXPECT_EQ(0, p.w[KW6_DPORT]);
	}
	six = start6();
	add6(&six, KW_PROTO_DSTOPTS, longer, 8);
	add6(&six, KW_PROTO_UDP, ports, 8);
	ASSERT_TRUE(kw_packet_parse(six.bytes, six.len, &p));
	EXPECT_TRUE(p.flags & KW_PACKET_TRUNCATED);
}

TEST_HARNESS_MAIN
