// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled classifier against the oracle: random policies, random packets,
 * the same rule must come out. Prints its seed; KW_SEED repeats a run and
 * KW_PAIRS sets the number of packets.
 */
#include <time.h>
#include "kselftest_harness.h"
#include "model/policy_gen.h"
#include "classify.h"

#define PACKETS	5000u	/* for each policy */

static u64 number(const char *name, u64 otherwise)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 0) : otherwise;
}

static void print_key(u64 seed, const struct kw_key *key, u32 got, u32 wanted)
{
	u32 i;

	printf("# policy seed %#llx: rule %u instead of %u for %s zone %u to %u:",
	       (unsigned long long)seed, got, wanted,
	       key->family == KW_IPV4 ? "IPv4" : "IPv6", key->zone_in,
	       key->zone_out);
	for (i = 0; i < KW6_WORDS; i++)
		printf(" %08x", key->w[i]);
	printf("\n");
}

/**
 * struct totals - what the test has exercised
 * @pairs: packets compared
 * @policies: policies compiled
 * @residual: boxes in bit vectors
 * @preds: set tests
 * @indexed: sets with a first-level index
 * @trees: trees
 * @matched: packets that a rule other than the default decided
 */
struct totals {
	u64 pairs, policies, residual, preds, indexed, trees, matched;
};

/* The number of differences in one policy, or -1 if it does not compile. */
static int compare_policy(u64 seed, struct totals *t)
{
	struct kw_compile_stats stats;
	struct kw_diagnostics d = { 0 };
	struct kw_blob_error err = { 0 };
	struct kw_blob_view view;
	struct kw_key key;
	struct gen g;
	size_t len;
	void *blob;
	int bad = 0, rc;
	u32 i;

	gen_policy(&g, seed);
	rc = kw_compile(g.ir, &blob, &len, &stats, &d);
	if (rc) {
		printf("# policy seed %#llx: %s: %s\n", (unsigned long long)seed,
		       strerror(-rc), d.nr ? d.v[0].message : "");
		return -1;
	}
	rc = kw_blob_check(blob, len, &view, &err);
	if (rc) {
		printf("# policy seed %#llx: section %u, element %u: %s\n",
		       (unsigned long long)seed, err.section, err.index, err.what);
		return -1;
	}
	for (i = 0; i < PACKETS && bad < 3; i++) {
		u32 got, wanted;

		gen_key(&g, &key);
		got = kw_classify(&view, &key);
		wanted = kw_ir_eval(g.ir, &key)->index;
		t->matched += wanted != view.nr_rules - 1;
		if (got != wanted) {
			print_key(seed, &key, got, wanted);
			bad++;
		}
	}
	t->pairs += i;
	t->policies++;
	t->residual += stats.nr_residual;
	t->trees += stats.nr_trees;
	t->preds += view.header->sections[KW_SEC_PREDS].count;
	t->indexed += view.header->sections[KW_SEC_SET_INDEX].count /
		      KW_SET_INDEX_LEN;
	free(blob);
	kw_ir_free(g.ir);
	kw_diagnostics_free(&d);
	return bad;
}

/* A fixture only to get more time than the harness gives a test. */
FIXTURE(differential) {
};

FIXTURE_SETUP(differential)
{
}

FIXTURE_TEARDOWN(differential)
{
}

TEST_F_TIMEOUT(differential, compiled_policy_decides_like_the_oracle, 900)
{
	u64 pairs = number("KW_PAIRS", 10000000);
	u64 seed = number("KW_SEED", 0x6b656570);
	struct totals t = { 0 };

	printf("# KW_SEED=%#llx KW_PAIRS=%llu\n", (unsigned long long)seed,
	       (unsigned long long)pairs);
	while (t.pairs < pairs)
		ASSERT_EQ(0, compare_policy(seed++, &t));
	printf("# %llu packets, %llu policies, %llu matched a rule, %llu trees, %llu residual boxes, %llu set tests, %llu indexed sets\n",
	       (unsigned long long)t.pairs, (unsigned long long)t.policies,
	       (unsigned long long)t.matched, (unsigned long long)t.trees,
	       (unsigned long long)t.residual, (unsigned long long)t.preds,
	       (unsigned long long)t.indexed);
	/* A run that left something out proves nothing about it. */
	if (pairs >= 1000000) {
		EXPECT_GT(t.residual, 0);
		EXPECT_GT(t.preds, 0);
		EXPECT_GT(t.indexed, 0);
		EXPECT_GT(t.matched, t.pairs / 10);
	}
}

TEST_HARNESS_MAIN
