// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each reason to refuse a blob: a valid one, one number changed, and the
 * sentence that must come back.
 */
/* The harness's vfork() in its own frame, with our fixture inlined into it. */
#pragma GCC diagnostic ignored "-Wclobbered"
#include "kselftest_harness.h"
#include "model/policy_gen.h"

/**
 * struct FIXTURE_DATA(blob) - a valid blob
 * @bytes: the blob, may be changed
 * @len: its length
 * @v: typed pointers into it, not const: the tests write through them
 */
FIXTURE(blob) {
	u8 *bytes;
	size_t len;
	struct kw_blob_view v;
	struct kw_blob_error err;
};

/* A policy that fills every section; the seed is searched for. */
FIXTURE_SETUP(blob)
{
	u64 seed;
	u32 i;

	for (seed = 1;; seed++) {
		struct kw_diagnostics d = { 0 };
		void *blob;
		struct gen g;

		gen_policy(&g, seed);
		ASSERT_EQ(0, kw_compile(g.ir, &blob, &self->len, NULL, &d));
		kw_ir_free(g.ir);
		self->bytes = blob;
		ASSERT_EQ(0, kw_blob_check(blob, self->len, &self->v, &self->err));
		for (i = 0; i < KW_NR_SECTIONS; i++)
			if (!self->v.header->sections[i].count)
				break;
		if (i == KW_NR_SECTIONS)
			return;
		free(blob);
	}
}

FIXTURE_TEARDOWN(blob)
{
	free(self->bytes);
}

/* Changes a number, expects a sentence, changes it back. */
#define REFUSED(place, value, sentence) do {				\
	__typeof__(place) *at_ = (__typeof__(place) *)&(place);		\
	__typeof__(place) old_ = *at_;					\
	struct kw_blob_view view_;					\
									\
	__builtin_memcpy((void *)at_, &(__typeof__(place)){ value }, sizeof(old_)); \
	self->err.what = "accepted";					\
	EXPECT_NE(0, kw_blob_check(self->bytes, self->len, &view_, &self->err)) \
		TH_LOG("line %d", __LINE__);				\
	EXPECT_STREQ(sentence, self->err.what) TH_LOG("line %d", __LINE__); \
	__builtin_memcpy((void *)at_, &old_, sizeof(old_));		\
	EXPECT_EQ(0, kw_blob_check(self->bytes, self->len, &view_, NULL)); \
} while (0)

#define SECTION(s)	(self->v.header->sections[s])

TEST_F(blob, header)
{
	const struct kw_blob_header *h = self->v.header;
	struct kw_blob_view v;

	EXPECT_EQ(-EINVAL, kw_blob_check(self->bytes, sizeof(*h) - 1, &v, NULL));
	EXPECT_EQ(-EINVAL, kw_blob_check(self->bytes, self->len - 8, &v, NULL));
	REFUSED(h->magic, 0x4b574231, "not a compiled policy of this byte order");
	REFUSED(h->version, 2, "version is not supported");
	REFUSED(h->total_len, self->len + 8, "length differs from the header");
	REFUSED(h->pad, 1, "padding is not zero");
	REFUSED(h->default_rule, 0, "the default rule is not the last");
	REFUSED(h->first_node6, ~0u, "IPv6 nodes start outside");
}

TEST_F(blob, sections)
{
	u32 i;

	for (i = 0; i < KW_NR_SECTIONS; i++) {
		REFUSED(SECTION(i).offset, SECTION(i).offset + 4, "section is not aligned");
		REFUSED(SECTION(i).offset, 8, "section starts outside");
		REFUSED(SECTION(i).offset, 0xfffffff8, "section starts outside");
		REFUSED(SECTION(i).count, ~0u, "section ends outside");
		REFUSED(SECTION(i).count, 0x20000000, "section ends outside");
	}
	REFUSED(self->v.strings[self->v.strings_len - 1], 'x', "strings are not terminated");
	REFUSED(SECTION(KW_SEC_STRINGS).count, 0, "strings are not terminated");
}

TEST_F(blob, zones_and_interfaces)
{
	const struct kw_blob_interface *n = self->v.interfaces;
	const struct kw_blob_zone *z = self->v.zones;

	REFUSED(SECTION(KW_SEC_ZONES).count, 1, "number of zones");
	REFUSED(z[1].name, self->v.strings_len, "zone without a name");
	REFUSED(z[1].name, 0, "zone without a name");
	REFUSED(z[1].pad, 1, "padding is not zero");
	REFUSED(z[1].id, z[0].id, "two zones with one id");
	REFUSED(n->zone, self->v.nr_zones, "interface in no zone");
	REFUSED(n->flags, 2, "unknown interface flags");
	REFUSED(n->pad, 1, "unknown interface flags");
	REFUSED(n->name[0], 0, "length of the interface name");
	REFUSED(n->name[15], 'x', "interface name is not padded with zeros");
}

TEST_F(blob, rules)
{
	const struct kw_blob_rule *r = self->v.rules;
	const struct kw_blob_rule *last = &r[self->v.nr_rules - 1];

	REFUSED(r->name, self->v.strings_len, "string lies outside");
	REFUSED(r->text, ~0u, "string lies outside");
	REFUSED(r->file, ~0u, "string lies outside");
	REFUSED(r->policy, ~0u, "string lies outside");
	REFUSED(r->nr_preds, KW_MAX_PREDS + 1, "set tests lie outside");
	REFUSED(r->first_pred, ~0u, "set tests lie outside");
	REFUSED(r->action, KW_NR_ACTIONS, "unknown action");
	REFUSED(r->reject, KW_NR_REJECTS, "unknown kind of reject");
	REFUSED(r->flags, 128, "unknown rule flags");
	REFUSED(r->pad, 1, "unknown rule flags");
	REFUSED(r->log_rate, 5, "log rate without a period");
	REFUSED(r->flags, KW_RULE_DEFAULT, "the last rule, and no other, is the default");
	REFUSED(last->flags, 0, "the last rule, and no other, is the default");
	REFUSED(SECTION(KW_SEC_RULES).count, 0, "number of rules");
}

TEST_F(blob, sets)
{
	const struct kw_blob_set *s = self->v.sets, *indexed = s, *six = s;
	const struct kw_blob_pred *p = self->v.preds;

	while (indexed->index4 == KW_NO_INDEX)
		indexed++;
	while (!six->nr6)
		six++;
	REFUSED(p->set, self->v.nr_sets, "set test without a set");
	REFUSED(p->field, KW_NR_PRED_FIELDS, "unknown kind of set test");
	REFUSED(p->negate, 2, "unknown kind of set test");
	REFUSED(s->name, ~0u, "string lies outside");
	REFUSED(s->pad[1], 1, "padding is not zero");
	REFUSED(s->first4, 1, "ranges lie outside");
	REFUSED(s->nr4, ~0u, "ranges lie outside");
	REFUSED(s->first6, 1, "ranges lie outside");
	REFUSED(s->nr6, ~0u, "ranges lie outside");
	REFUSED(indexed->index4, 8, "index lies outside");
	REFUSED(self->v.set_index[70], ~0u, "index of a set points outside");
	REFUSED(self->v.set_index[65536], 0, "index of a set points outside");
	REFUSED(self->v.ranges4[indexed->first4 + 1].lo, 0, "ranges are not sorted and disjoint");
	REFUSED(self->v.ranges4[indexed->first4].hi, ~0u, "ranges are not sorted and disjoint");
	REFUSED(self->v.ranges6[six->first6].hi[0],
		self->v.ranges6[six->first6].lo[0] - 1u, "ranges are not sorted and disjoint");
}

static u32 find_node(const struct kw_blob_view *v, u32 type)
{
	u32 i = 0;

	while (KW_NODE_TYPE(v->nodes[i]) != type ||
	       (type == KW_NODE_LEAF && !KW_LEAF_COUNT(v->nodes[i])))
		i++;
	return i;
}

#define NODE(type)	self->v.nodes[find_node(&self->v, type)]
#define FIELD(n, bits, shift, to) \
	(((n) & ~((u64)(bits) << (shift))) | (u64)(to) << (shift))

TEST_F(blob, nodes_and_slots)
{
	u64 leaf = NODE(KW_NODE_LEAF), split = NODE(KW_NODE_SPLIT);
	u64 cut = NODE(KW_NODE_CUT);

	REFUSED(NODE(KW_NODE_LEAF), FIELD(leaf, 31, 57, 17), "slots of a leaf lie outside");
	REFUSED(NODE(KW_NODE_LEAF), FIELD(leaf, 0x7ffffff, 0, 0x7ffffff), "slots of a leaf lie outside");
	REFUSED(NODE(KW_NODE_LEAF), 3ull << 62, "unknown kind of node");
	REFUSED(NODE(KW_NODE_SPLIT), FIELD(split, 15, 58, 15), "node looks at no word of the key");
	REFUSED(NODE(KW_NODE_SPLIT), FIELD(split, 0x3ffffff, 32, 0), "children do not lie behind their parent");
	REFUSED(NODE(KW_NODE_SPLIT), FIELD(split, 0x3ffffff, 32, 0x3ffffff), "children do not lie behind their parent");
	REFUSED(NODE(KW_NODE_CUT), FIELD(cut, 15, 58, 11), "node looks at no word of the key");
	REFUSED(NODE(KW_NODE_CUT), FIELD(FIELD(cut, 31, 53, 31), 15, 49, 2), "cut of more bits than a word has");
	REFUSED(NODE(KW_NODE_CUT), FIELD(cut, 15, 49, 0), "cut of more bits than a word has");
	REFUSED(NODE(KW_NODE_CUT), FIELD(cut, 0x3ffffff, 0, 0), "children do not lie behind their parent");
	REFUSED(self->v.slots4[0].prio, self->v.nr_rules, "slot of no rule");
	REFUSED(self->v.slots4[0].pad, 1, "slot of no rule");
	REFUSED(self->v.slots6[0].prio, 0x40000000, "slot of no rule");
}

TEST_F(blob, tables_and_trees)
{
	const struct kw_blob_table *t = self->v.tables;
	const struct kw_blob_tree *tree;
	u32 i = 0;

	while (!t[i].nr_trees)
		i++;
	tree = &self->v.trees[t[i].first_tree];
	REFUSED(t->family, 2, "unknown family");
	REFUSED(t->default_rule, 0, "table with another default rule");
	REFUSED(t[i].nr_trees, KW_MAX_TREES + 1, "trees lie outside");
	REFUSED(t[i].first_tree, 1, "trees lie outside");
	REFUSED(tree->root, ~0u, "root lies outside");
	while (t[i].nr_trees < 2)
		i++;
	tree = &self->v.trees[t[i].first_tree];
	REFUSED(tree[0].min_prio, ~0u, "trees are not sorted");
	REFUSED(SECTION(KW_SEC_PAIRS).count, 4, "number of zone pairs");
	REFUSED(self->v.pairs[0], ~0u, "zone pair without a table");
	REFUSED(self->v.pairs[0], self->v.pairs[1], "zone pair with a table of the other family");
}

TEST_F(blob, bit_vectors)
{
	const struct kw_blob_table *t = self->v.tables;
	const struct kw_blob_bv_dim *dim = self->v.bv_dims;
	u32 words;

	while (!t->nr_bv)
		t++;
	words = (t->nr_bv + 63) / 64;
	REFUSED(t->nr_bv, KW_MAX_BV_RULES + 1, "too many residual rules");
	REFUSED(t->first_bv_rule, 1, "residual rules lie outside");
	REFUSED(t->first_bv_dim, 1, "bit-vector dimensions lie outside");
	REFUSED(self->v.bv_rules[0], ~0u, "residual rule without a slot");
	REFUSED(dim->first_end, 1, "intervals lie outside");
	REFUSED(dim->nr_ends, 0, "intervals lie outside");
	REFUSED(dim->nr_ends, ~0u, "intervals lie outside");
	REFUSED(dim->pad, 1, "intervals lie outside");
	REFUSED(dim->first_row, 1, "rows lie outside");
	REFUSED(self->v.bv_ends[0], 1, "intervals are not sorted from zero");
	if (t->nr_bv % 64)
		REFUSED(self->v.bv_rows[words - 1], ~0ull, "bit of no rule");
}

TEST_HARNESS_MAIN
