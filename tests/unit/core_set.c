// SPDX-License-Identifier: GPL-2.0-only
/* Set tests: ends of ranges, empty sets, with and without an index. */
#include "kselftest_harness.h"
#include "set.h"

static const struct kw_range4 ranges4[] = {
	{ 0, 0 }, { 5, 9 }, { 0xffff, 0x10000 }, { 0x20000, 0x5ffff },
	{ 0xfffffff0, 0xffffffff },
};
static const struct kw_range6 ranges6[] = {
	{ { 0, 0, 0, 1 }, { 0, 0, 0, 1 } },
	{ { 0x20010db8, 0, 0, 5 }, { 0x20010db8, 0, 1, 4 } },
	{ { ~0u, ~0u, ~0u, 0 }, { ~0u, ~0u, ~0u, ~0u } },
};

static bool naive4(u32 value)
{
	u32 i;

	for (i = 0; i < 5; i++)
		if (ranges4[i].lo <= value && value <= ranges4[i].hi)
			return true;
	return false;
}

/* The index as struct kw_blob_set describes it. */
static void fill_index(u32 *index)
{
	u32 h, i = 0;

	for (h = 0; h < KW_SET_INDEX_LEN - 1; h++) {
		while (i < 5 && ranges4[i].hi < h << 16)
			i++;
		index[h] = i;
	}
	index[h] = 5;
}

TEST(ipv4_at_and_beside_every_end)
{
	static u32 index[KW_SET_INDEX_LEN];
	struct kw_blob_view v = { .ranges4 = ranges4, .set_index = index };
	struct kw_blob_set plain = { .nr4 = 5, .index4 = KW_NO_INDEX };
	struct kw_blob_set indexed = { .nr4 = 5, .index4 = 0 };
	u32 i;
	int d;

	fill_index(index);
	for (i = 0; i < 5; i++)
		for (d = -1; d <= 1; d++) {
			u32 lo = ranges4[i].lo + d, hi = ranges4[i].hi + d;

			EXPECT_EQ(naive4(lo), kw_set_has4(&v, &plain, lo));
			EXPECT_EQ(naive4(hi), kw_set_has4(&v, &plain, hi));
			EXPECT_EQ(naive4(lo), kw_set_has4(&v, &indexed, lo));
			EXPECT_EQ(naive4(hi), kw_set_has4(&v, &indexed, hi));
		}
	for (i = 0; i < 0x70000; i++)
		ASSERT_EQ(naive4(i), kw_set_has4(&v, &indexed, i));
}

TEST(ipv6_compares_128_bits)
{
	static const struct { u32 value[4]; bool in; } cases[] = {
		{ { 0, 0, 0, 0 }, false },
		{ { 0, 0, 0, 1 }, true },
		{ { 0, 0, 0, 2 }, false },
		{ { 0x20010db8, 0, 0, 4 }, false },
		{ { 0x20010db8, 0, 0, 5 }, true },
		{ { 0x20010db8, 0, 0, ~0u }, true },
		{ { 0x20010db8, 0, 1, 4 }, true },
		{ { 0x20010db8, 0, 1, 5 }, false },
		{ { ~0u, ~0u, ~0u, 0 }, true },
		{ { ~0u, ~0u, ~0u, ~0u }, true },
		{ { ~0u, ~0u, 0, ~0u }, false },
	};
	struct kw_blob_view v = { .ranges6 = ranges6 };
	struct kw_blob_set set = { .nr6 = 3 };
	u32 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EXPECT_EQ(cases[i].in, kw_set_has6(&v, &set, cases[i].value));
}

TEST(empty_set_has_nothing)
{
	struct kw_blob_view v = { .ranges4 = ranges4, .ranges6 = ranges6 };
	struct kw_blob_set set = { .index4 = KW_NO_INDEX };

	EXPECT_FALSE(kw_set_has4(&v, &set, 0));
	EXPECT_FALSE(kw_set_has6(&v, &set, ranges6[0].lo));
}

TEST_HARNESS_MAIN
