// SPDX-License-Identifier: GPL-2.0-only
/* Descriptions of packets on the command line, approvals, text for people. */
#include <stdlib.h>
#include "kselftest_harness.h"
#include "../../tools/approval.h"
#include "../../tools/packet.c"
#include "netlink.h"
#include "output.h"

/* Splits at blanks. */
static int parse(const char *line, struct packet *p)
{
	static char buf[512];
	char *words[16], *word;
	int nr = 0;

	snprintf(buf, sizeof(buf), "%s", line);
	for (word = strtok(buf, " "); word; word = strtok(NULL, " "))
		words[nr++] = word;
	return packet_parse(words, nr, p);
}

TEST(ipv4)
{
	struct packet p;

	ASSERT_EQ(0, parse("wan -> dmz tcp 192.0.2.7:40000 10.0.2.10:443", &p));
	EXPECT_EQ(3, p.zone_in_len);
	EXPECT_STREQ("dmz", p.zone_out);
	EXPECT_EQ(KW_IPV4, p.key.family);
	EXPECT_EQ(0xc0000207, p.key.w[KW4_SRC]);
	EXPECT_EQ(0x0a00020a, p.key.w[KW4_DST]);
	EXPECT_EQ(40000, p.key.w[KW4_SPORT]);
	EXPECT_EQ(443, p.key.w[KW4_DPORT]);
	EXPECT_EQ(6, p.key.w[KW4_PROTO]);
}

TEST(ipv6)
{
	struct packet p;

	ASSERT_EQ(0, parse("wan->dmz udp [2001:db8::1]:53 [::2]:54", &p));
	EXPECT_EQ(3, p.zone_in_len);
	EXPECT_STREQ("dmz", p.zone_out);
	EXPECT_EQ(KW_IPV6, p.key.family);
	EXPECT_EQ(0x20010db8, p.key.w[KW6_SRC]);
	EXPECT_EQ(1, p.key.w[KW6_SRC + 3]);
	EXPECT_EQ(2, p.key.w[KW6_DST + 3]);
	EXPECT_EQ(53, p.key.w[KW6_SPORT]);
	EXPECT_EQ(54, p.key.w[KW6_DPORT]);
	EXPECT_EQ(17, p.key.w[KW6_PROTO]);
}

TEST(icmp)
{
	struct packet p;

	ASSERT_EQ(0, parse("a to b icmp echo-request 192.0.2.7 10.0.2.1", &p));
	EXPECT_EQ(8 << 8, p.key.w[KW4_DPORT]);
	EXPECT_EQ(1, p.key.w[KW4_PROTO]);
	ASSERT_EQ(0, parse("a to b icmp echo-request ::1 ::2", &p));
	EXPECT_EQ(128 << 8, p.key.w[KW6_DPORT]);
	EXPECT_EQ(58, p.key.w[KW6_PROTO]);
	ASSERT_EQ(0, parse("a to b icmp 3/4 192.0.2.7 10.0.2.1", &p));
	EXPECT_EQ(3 << 8 | 4, p.key.w[KW4_DPORT]);
}

TEST(without_ports)
{
	struct packet p;

	ASSERT_EQ(0, parse("a -> b gre 192.0.2.7 10.0.2.1", &p));
	EXPECT_EQ(47, p.key.w[KW4_PROTO]);
	ASSERT_EQ(0, parse("a -> b 253 2001:db8::1 ::2", &p));
	EXPECT_EQ(253, p.key.w[KW6_PROTO]);
}

TEST(refused)
{
	static const char *const lines[] = {
		"a", "a ->", "a -> b", "a b c tcp 1.1.1.1:1 2.2.2.2:2",
		"a -> b tcp 1.1.1.1:1", "a -> b tcp 1.1.1.1 2.2.2.2",
		"a -> b tcp 1.1.1.1:1 2.2.2.2:65536",
		"a -> b tcp 1.1.1.1:1 2.2.2.2:", "a -> b tcp 1.1.1.1:1 [::1]:2",
		"a -> b tcp [::1:1 [::1]:2", "a -> b tcp [::1]x [::1]:2",
		"a -> b gre 1.1.1.1:1 2.2.2.2", "a -> b icmp 1.1.1.1 2.2.2.2",
		"a -> b icmp 256 1.1.1.1 2.2.2.2", "a -> b nothing 1.1.1.1 2.2.2.2",
		"a -> b icmp 8/300 1.1.1.1 2.2.2.2", "a -> b tcp :1 2.2.2.2:2",
		"a -> b tcp 1.1.1.1:-1 2.2.2.2:2", "a -> b 256 1.1.1.1 2.2.2.2",
	};
	struct packet p;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		EXPECT_EQ(-EINVAL, parse(lines[i], &p)) {
			TH_LOG("taken: %s", lines[i]);
		}
		EXPECT_NE('\0', p.error[0]);
	}
}

TEST(approvals)
{
	EXPECT_EQ(APPROVAL_NONE, approval_get(0x00ffffff, 0xff000000, 1));
	EXPECT_EQ(APPROVAL_CURRENT, approval_get(0x02000001, 0xff000000, 1));
	EXPECT_EQ(APPROVAL_OLD, approval_get(0x02000001, 0xff000000, 2));
	/* 255 tags: generation 255 is 1 + 0. */
	EXPECT_EQ(APPROVAL_CURRENT, approval_get(0x01000000, 0xff000000, 255));
	EXPECT_EQ(APPROVAL_CURRENT, approval_get(0x000000f0, 0x000000f0, 14));
	EXPECT_EQ(APPROVAL_NONE, approval_get(0xffffffff, 0, 1));
}

TEST(terminal)
{
	static const char *const unsafe[] = {
		"\033[2J", "a\nb", "\x7f", "\xc2\x9b", "\xff", "\xc0\x80",
		"\xe2\x80\xae", "\xed\xa0\x80", "\xc3",
	};
	char *escaped;
	size_t i;

	EXPECT_TRUE(kw_text_is_safe("b\xc3\xbcro \xe6\x9d\xb1"));
	for (i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		EXPECT_FALSE(kw_text_is_safe(unsafe[i]));
		ASSERT_EQ(0, kw_text_escape(unsafe[i], &escaped));
		EXPECT_TRUE(kw_text_is_safe(escaped));
		free(escaped);
	}
	ASSERT_EQ(0, kw_text_escape("a\033[0m\xc3\xbc", &escaped));
	EXPECT_STREQ("a\\x1b[0m\xc3\xbc", escaped);
	free(escaped);
}

TEST(ages)
{
	char buf[KW_AGE_LEN];

	EXPECT_STREQ("0s", kw_format_age(buf, 999));
	EXPECT_STREQ("1m01s", kw_format_age(buf, 61000));
	EXPECT_STREQ("1h00m", kw_format_age(buf, 3600000));
	EXPECT_STREQ("2d03h", kw_format_age(buf, 51ull * 3600000));
	kw_format_age(buf, ~0ull);
}

TEST(versions)
{
	EXPECT_GT(0, kw_nl_versions_compare("0.0.9", "0.1.0"));
	EXPECT_LT(0, kw_nl_versions_compare("0.10.0", "0.9.1"));
	EXPECT_EQ(0, kw_nl_versions_compare("0.1.0", "0.1.0-rc1"));
	EXPECT_GT(0, kw_nl_versions_compare("", "0.1.0"));
}

TEST_HARNESS_MAIN
