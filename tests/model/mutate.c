// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damaged blobs: whatever is done to a valid blob, either kw_blob_check()
 * refuses it or every use of it stays inside. Built with sanitizers, see
 * tests/fuzz/fuzz.mk; KW_MUTATIONS and KW_SEED change the run.
 */
#include "kselftest_harness.h"
#include "model/policy_gen.h"
#include "model/blob_walk.h"

#define PER_POLICY	20000u
#define LARGEST		(32u << 10)

/**
 * struct patch - bytes that were changed, to change them back
 * @at: where
 * @len: how many
 * @old: what was there
 */
struct patch {
	u32 at;
	u32 len;
	u8 old[64];
};

static void apply(u8 *blob, struct patch *p, const void *bytes)
{
	memcpy(p->old, blob + p->at, p->len);
	memcpy(blob + p->at, bytes, p->len);
}

static u32 interesting(struct gen *g, const u8 *blob, u32 len)
{
	static const u32 values[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff,
				      0xfffffff8, 65536, KW_NO_INDEX };
	u32 x;

	switch (gen_below(g, 4)) {
	case 0:
		return values[gen_below(g, 8)];
	case 1:
		return gen_u64(g);
	case 2:
		return gen_below(g, len);
	}
	memcpy(&x, blob + gen_below(g, len / 4) * 4, 4);
	return x + gen_below(g, 3) - 1;
}

/* A byte, a word, a bit, the header, or two sections exchanged. */
static void damage(struct gen *g, u8 *blob, u32 len, struct patch *p)
{
	struct kw_blob_header *h = (struct kw_blob_header *)blob;
	struct kw_blob_section s[2];
	u32 word, a, b;
	u8 byte;

	switch (gen_below(g, 6)) {
	case 0:
		p->at = gen_below(g, len);
		p->len = 1;
		byte = gen_u64(g);
		apply(blob, p, &byte);
		return;
	case 1:
		p->at = gen_below(g, len);
		p->len = 1;
		byte = blob[p->at] ^ 1u << gen_below(g, 8);
		apply(blob, p, &byte);
		return;
	case 2:
		a = gen_below(g, KW_NR_SECTIONS - 1);
		b = gen_below(g, 4) ? a + 1 : a;
		s[0] = h->sections[b];
		s[1] = h->sections[a];
		p->at = (u8 *)&h->sections[a] - blob;
		p->len = sizeof(s);
		apply(blob, p, s);
		return;
	case 3:
		p->at = gen_below(g, sizeof(*h) / 4) * 4;
		break;
	default:
		p->at = gen_below(g, len / 4) * 4;
	}
	p->len = 4;
	word = interesting(g, blob, len);
	apply(blob, p, &word);
}

/* Cut off, with and without a header that knows. */
static u32 truncated(struct gen *g, const u8 *blob, u32 len)
{
	struct kw_blob_view v;
	u32 keep = gen_below(g, len), accepted = 0;
	u8 *copy = malloc(keep ? keep : 1);

	if (!copy)
		abort();
	memcpy(copy, blob, keep);
	if (keep >= sizeof(struct kw_blob_header))
		((struct kw_blob_header *)copy)->total_len = keep;
	if (!kw_blob_check(copy, keep, &v, NULL)) {
		walk_blob(&v);
		accepted++;
	}
	free(copy);
	return accepted;
}

static u32 damage_many(struct gen *g, u8 *blob, u32 len)
{
	struct kw_blob_view v;
	struct kw_blob_error err;
	struct patch p[3];
	u32 accepted = 0, i, nr;
	int j;

	for (i = 0; i < PER_POLICY; i++) {
		if (!gen_below(g, 64)) {
			accepted += truncated(g, blob, len);
			continue;
		}
		nr = 1 + gen_below(g, 3);
		for (j = 0; j < (int)nr; j++)
			damage(g, blob, len, &p[j]);
		if (!kw_blob_check(blob, len, &v, &err)) {
			walk_blob(&v);
			walk_classify(&v, &g->state, 8);
			accepted++;
		} else if (!err.what || err.section > KW_NR_SECTIONS) {
			abort();
		}
		for (j = nr - 1; j >= 0; j--)
			memcpy(blob + p[j].at, p[j].old, p[j].len);
	}
	return accepted;
}

FIXTURE(mutate) {
};

FIXTURE_SETUP(mutate)
{
}

FIXTURE_TEARDOWN(mutate)
{
}

TEST_F_TIMEOUT(mutate, damaged_blobs_are_refused_or_harmless, 900)
{
	const char *s = getenv("KW_MUTATIONS");
	u64 wanted = s ? strtoull(s, NULL, 0) : 1000000, done = 0, accepted = 0;
	const char *seed_text = getenv("KW_SEED");
	u64 seed = seed_text ? strtoull(seed_text, NULL, 0) : 0x6d757461;

	printf("# KW_SEED=%#llx KW_MUTATIONS=%llu\n", (unsigned long long)seed,
	       (unsigned long long)wanted);
	while (done < wanted) {
		struct kw_diagnostics d = { 0 };
		struct gen g;
		void *blob;
		size_t len;

		gen_policy(&g, seed++);
		ASSERT_EQ(0, kw_compile(g.ir, &blob, &len, NULL, &d));
		/* Large ones only take longer: a few must do. */
		if (len <= LARGEST || (len < 400000 && !(seed & 63))) {
			accepted += damage_many(&g, blob, len);
			done += PER_POLICY;
		}
		free(blob);
		kw_ir_free(g.ir);
	}
	printf("# %llu mutations, %llu accepted\n", (unsigned long long)done,
	       (unsigned long long)accepted);
	EXPECT_GT(accepted, 0);
	EXPECT_LT(accepted, done);
}

TEST_HARNESS_MAIN
