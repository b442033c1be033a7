// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language below the level of whole files: addresses, merging, guessing,
 * what the policy looks like in memory, and life without memory.
 */
#include <stdlib.h>
#include "kselftest_harness.h"
#include "address.h"
#include "parse.h"

/* Allocation number @fail_at from now fails; 0: none does. */
static unsigned long fail_at;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *p, size_t size);

static bool fails(void)
{
	return fail_at && !--fail_at;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return fails() ? NULL : __libc_calloc(nr, size);
}

void *realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

static const char everything[] =
	"define web = tcp port { 80, 443 }\n"
	"zone wan { interface eth0, ppp* }\n"
	"zone lan { interface eth1 }\n"
	"set a { 10.0.0.0/8, 2001:db8::/32 }\n"
	"policy wan -> self { allow $web from @a, 192.0.2.1 name web\n"
	" allow icmp echo-request\n drop tcp port !25 log }\n"
	"policy lan, wan -> any { reject from !@a; reject from !@a }\n"
	"policy default { drop log name last }\n";

static struct kw_ir *load(const char *text)
{
	struct kw_diagnostics d = {};
	struct kw_ir *ir;

	ir = kw_parse_buffer("test", text, strlen(text), KW_PARSE_NO_FILES, &d);
	kw_diagnostics_free(&d);
	return ir;
}

static bool prints_as(const char *text, const char *wanted)
{
	struct kw_address_error err;
	char buf[KW_ADDRESS_LEN] = "refused";
	struct kw_address a;

	if (!kw_address_parse(text, strlen(text), &a, &err)) {
		if (a.family == KW_IPV4)
			kw_range4_format(&a.r4, buf);
		else
			kw_range6_format(&a.r6, buf);
	}
	if (strcmp(buf, wanted))
		fprintf(stderr, "# %s gives %s, not %s\n", text, buf, wanted);
	return !strcmp(buf, wanted);
}

TEST(addresses)
{
	EXPECT_TRUE(prints_as("0.0.0.0/0", "0.0.0.0/0"));
	EXPECT_TRUE(prints_as("255.255.255.255", "255.255.255.255"));
	EXPECT_TRUE(prints_as("10.0.0.0-10.0.0.255", "10.0.0.0/24"));
	EXPECT_TRUE(prints_as("10.0.0.1-10.0.0.2", "10.0.0.1-10.0.0.2"));
	EXPECT_TRUE(prints_as("10.0.0.4/31", "10.0.0.4/31"));
	EXPECT_TRUE(prints_as("::/0", "::/0"));
	EXPECT_TRUE(prints_as("2001:DB8:0::/33", "2001:db8::/33"));
	EXPECT_TRUE(prints_as("::1-::1", "::1"));
	EXPECT_TRUE(prints_as("::ffff:1.2.3.4", "::ffff:1.2.3.4"));
	EXPECT_TRUE(prints_as("fe80::1-fe80::2", "fe80::1-fe80::2"));
}

TEST(no_addresses)
{
	static const char *const texts[] = { "", "1", "1.2.3", "1.2.3.4.5",
		"1.2.3.256", "01.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/8",
		"1.2.3.4/032", "-", "1.2.3.4-", "1.2.3.5-1.2.3.4", "::1-1.2.3.4",
		"::/129", "::1/127", ":::", "1.2.3.4-1.2.3.5/32", "fe80::1%eth0" };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		EXPECT_TRUE(prints_as(texts[i], "refused"));
}

TEST(merge4)
{
	struct kw_range_list4 l = {};

	ASSERT_EQ(0, kw_range_list4_add(&l, 0xfffffff0, 0xffffffff));
	ASSERT_EQ(0, kw_range_list4_add(&l, 5, 9));
	ASSERT_EQ(0, kw_range_list4_add(&l, 0, 4));
	ASSERT_EQ(0, kw_range_list4_add(&l, 11, 12));
	ASSERT_EQ(0, kw_range_list4_add(&l, 0xffffffff, 0xffffffff));
	kw_range_list4_merge(&l);
	ASSERT_EQ(3, l.r.nr);
	EXPECT_EQ(0, l.r.v[0].lo);
	EXPECT_EQ(9, l.r.v[0].hi);
	EXPECT_EQ(11, l.r.v[1].lo);
	EXPECT_EQ(0xffffffff, l.r.v[2].hi);
	EXPECT_TRUE(kw_ir_ranges4_cover(&l.r, &(struct kw_range4){ 3, 9 }));
	EXPECT_FALSE(kw_ir_ranges4_cover(&l.r, &(struct kw_range4){ 3, 10 }));
	EXPECT_TRUE(kw_ir_ranges4_touch(&l.r, &(struct kw_range4){ 10, 11 }));
	EXPECT_FALSE(kw_ir_ranges4_touch(&l.r, &(struct kw_range4){ 10, 10 }));
	kw_range_list4_free(&l);
}

TEST(merge6_carries)
{
	struct kw_range6 a = { .hi = { 0, 0, ~0u, ~0u } };
	struct kw_range6 b = { .lo = { 0, 1, 0, 0 }, .hi = { 0, 1, 0, 9 } };
	struct kw_range_list6 l = {};

	ASSERT_EQ(0, kw_range_list6_add(&l, &b));
	ASSERT_EQ(0, kw_range_list6_add(&l, &a));
	kw_range_list6_merge(&l);
	ASSERT_EQ(1, l.r.nr);
	EXPECT_EQ(9, l.r.v[0].hi[3]);
	kw_range_list6_free(&l);
}

TEST(edit_distance)
{
	EXPECT_EQ(0, kw_edit_distance("wan", "wan"));
	EXPECT_EQ(1, kw_edit_distance("wna", "wan"));
	EXPECT_EQ(1, kw_edit_distance("wa", "wan"));
	EXPECT_EQ(3, kw_edit_distance("", "wan"));
	EXPECT_EQ(3, kw_edit_distance("kitten", "sitting"));
}

TEST(guess)
{
	struct kw_guess g = { .wanted = "admin" };

	kw_guess_try(&g, "zebra");
	EXPECT_EQ(NULL, g.best);
	kw_guess_try(&g, "admins2");
	kw_guess_try(&g, "admins");
	EXPECT_STREQ("admins", g.best);
}

TEST(policy)
{
	struct kw_ir *ir = load(everything);

	ASSERT_NE(NULL, ir);
	EXPECT_EQ(4, ir->nr_zones);
	EXPECT_STREQ("self", ir->zones[KW_ZONE_SELF]->name);
	EXPECT_STREQ("none", ir->zones[KW_ZONE_NONE]->name);
	EXPECT_TRUE(ir->zones[2]->interfaces[1].prefix);
	EXPECT_STREQ("ppp", ir->zones[2]->interfaces[1].name);
	ASSERT_EQ(6, ir->nr_rules);
	EXPECT_EQ(ir->default_rule, ir->rules[5]);
	EXPECT_EQ(5, ir->default_rule->index);
	EXPECT_EQ(2, ir->rules[1]->nr_services);
	EXPECT_EQ(8 << 8, ir->rules[1]->services[0].dports.v[0].lo);
	EXPECT_EQ(128 << 8 | 255, ir->rules[1]->services[1].dports.v[0].hi);
	EXPECT_EQ(2, ir->rules[2]->services[0].dports.nr);
	EXPECT_EQ(10, ir->rules[2]->log_rate);
	EXPECT_STREQ("lan, wan -> any", ir->rules[3]->block->head);
	EXPECT_NE(ir->rules[3]->id, ir->rules[4]->id);
	EXPECT_EQ(kw_hash_string(KW_HASH_START, "web"), ir->rules[0]->id);
	kw_ir_free(ir);
}

TEST(implicit_default)
{
	struct kw_ir *ir = load("");

	ASSERT_NE(NULL, ir);
	ASSERT_EQ(1, ir->nr_rules);
	EXPECT_EQ(NULL, ir->default_rule->loc.file);
	EXPECT_EQ(KW_ACTION_DROP, ir->default_rule->action);
	EXPECT_STREQ("drop", ir->default_rule->text);
	kw_ir_free(ir);
}

TEST(identity_survives_order)
{
	struct kw_ir *a = load("zone x { }\nzone y { }\n"
			       "policy x -> y { allow tcp; drop udp }\n");
	struct kw_ir *b = load("zone y { }\nzone x { }\n"
			       "policy x -> y { drop udp; allow tcp }\n");

	ASSERT_NE(NULL, a);
	ASSERT_NE(NULL, b);
	EXPECT_EQ(a->rules[0]->id, b->rules[1]->id);
	EXPECT_EQ(a->zones[2]->id, b->zones[3]->id);
	kw_ir_free(a);
	kw_ir_free(b);
}

/* Whichever allocation fails, the run ends in an orderly way. */
TEST(no_memory)
{
	struct kw_diagnostics d = {};
	unsigned long n;
	struct kw_ir *ir;
	bool ran_out;

	for (n = 1; n < 5000; n++) {
		fail_at = n;
		ir = kw_parse_buffer("test", everything, strlen(everything),
				     KW_PARSE_NO_FILES, &d);
		ran_out = !fail_at;
		fail_at = 0;
		EXPECT_EQ(!ir, !!d.nr_errors);
		kw_ir_free(ir);
		kw_diagnostics_free(&d);
		if (!ran_out)
			break;
	}
	EXPECT_LT(20, n);
	EXPECT_LT(n, 5000);
}

TEST_HARNESS_MAIN
