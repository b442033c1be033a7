/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict: first matching rule for a key, from a checked blob.
 *
 * A table is a forest of decision trees, sorted by the best priority each can
 * give, and a bit-vector section for rules that trees cannot hold. Trees whose
 * best priority is no better than what has been found are not walked. Leaves
 * hold whole boxes and compare every field again, so a wrong tree can miss a
 * rule but never invent a match.
 *
 * The caller holds whatever keeps the blob alive (RCU in the module).
 */
#ifndef KW_CORE_CLASSIFY_H
#define KW_CORE_CLASSIFY_H

#include "blob.h"
#include "set.h"

/* A leaf without slots: where a walk ends that took too long. */
#define KW_EMPTY_LEAF	((u64)KW_PRIO_NONE << 27)

static __always_inline bool kw_between(u32 x, u32 lo, u32 hi)
{
	return x - lo <= hi - lo;
}

static __always_inline bool kw_slot4_matches(const struct kw_slot4 *s,
					     const u32 *w)
{
	return kw_between(w[KW4_SRC], s->src_lo, s->src_hi) &
	       kw_between(w[KW4_DST], s->dst_lo, s->dst_hi) &
	       kw_between(w[KW4_SPORT], s->sport_lo, s->sport_hi) &
	       kw_between(w[KW4_DPORT], s->dport_lo, s->dport_hi) &
	       kw_between(w[KW4_PROTO], s->proto_lo, s->proto_hi);
}

static __always_inline bool kw_slot6_matches(const struct kw_slot6 *s,
					     const u32 *w)
{
	bool match = kw_between(w[KW6_SPORT], s->sport_lo, s->sport_hi) &
		     kw_between(w[KW6_DPORT], s->dport_lo, s->dport_hi) &
		     kw_between(w[KW6_PROTO], s->proto_lo, s->proto_hi);
	int i;

	for (i = 0; i < 4; i++)
		match &= kw_between(w[KW6_SRC + i], s->src_lo[i], s->src_hi[i]) &
			 kw_between(w[KW6_DST + i], s->dst_lo[i], s->dst_hi[i]);
	return match;
}

static inline bool kw_pred_holds(const struct kw_blob_view *v,
				 const struct kw_blob_pred *pred,
				 const struct kw_key *key)
{
	const struct kw_blob_set *set = &v->sets[pred->set];
	bool ipv6 = key->family != KW_IPV4;
	bool in = false;

	switch (pred->field) {
	case KW_PRED_SRC:
		in = ipv6 ? kw_set_has6(v, set, &key->w[KW6_SRC]) :
			    kw_set_has4(v, set, key->w[KW4_SRC]);
		break;
	case KW_PRED_DST:
		in = ipv6 ? kw_set_has6(v, set, &key->w[KW6_DST]) :
			    kw_set_has4(v, set, key->w[KW4_DST]);
		break;
	case KW_PRED_SPORT:
		in = kw_set_has4(v, set, key->w[ipv6 ? KW6_SPORT : KW4_SPORT]);
		break;
	case KW_PRED_DPORT:
		in = kw_set_has4(v, set, key->w[ipv6 ? KW6_DPORT : KW4_DPORT]);
		break;
	}
	return in != pred->negate;
}

/* Whether a slot that matched stands: all set tests of its rule must hold. */
static inline bool kw_slot_stands(const struct kw_blob_view *v, u32 slot_prio,
				  const struct kw_key *key)
{
	const struct kw_blob_rule *rule;
	u32 i;

	if (likely(!(slot_prio & KW_SLOT_PREDS)))
		return true;
	rule = &v->rules[KW_SLOT_PRIO(slot_prio)];
	for (i = 0; i < rule->nr_preds; i++)
		if (!kw_pred_holds(v, &v->preds[rule->first_pred + i], key))
			return false;
	return true;
}

static __always_inline u64 kw_tree_step(const __u64 *nodes, u64 n,
					const u32 *w)
{
	u32 value = w[KW_NODE_FIELD(n)];
	u32 cut = (value >> KW_CUT_SHIFT(n)) & ((1u << KW_CUT_BITS(n)) - 1);

	/* Both are computed: a select is cheaper than a wrong guess. */
	return nodes[KW_NODE_TYPE(n) == KW_NODE_SPLIT ?
		     KW_SPLIT_BASE(n) + (value > (u32)n) :
		     KW_CUT_BASE(n) + cut];
}

/*
 * Two trees side by side: neither walk waits for the memory of the other. A
 * walk that takes too long ends in an empty leaf.
 */
static __always_inline void kw_trees_walk(const __u64 *nodes, u32 root_a,
					  u32 root_b, const u32 *w, u64 *leaf_a,
					  u64 *leaf_b)
{
	u64 a = nodes[root_a], b = nodes[root_b];
	u32 i;

	for (i = 1; i < KW_MAX_DEPTH; i++) {
		if (KW_NODE_TYPE(a) == KW_NODE_LEAF ||
		    KW_NODE_TYPE(b) == KW_NODE_LEAF)
			break;
		a = kw_tree_step(nodes, a, w);
		b = kw_tree_step(nodes, b, w);
	}
	for (; i < KW_MAX_DEPTH && KW_NODE_TYPE(a) != KW_NODE_LEAF; i++)
		a = kw_tree_step(nodes, a, w);
	for (; i < KW_MAX_DEPTH && KW_NODE_TYPE(b) != KW_NODE_LEAF; i++)
		b = kw_tree_step(nodes, b, w);
	*leaf_a = KW_NODE_TYPE(a) == KW_NODE_LEAF ? a : KW_EMPTY_LEAF;
	*leaf_b = KW_NODE_TYPE(b) == KW_NODE_LEAF ? b : KW_EMPTY_LEAF;
}

static __always_inline u32 kw_leaf4(const struct kw_blob_view *v, u64 leaf,
				    const struct kw_key *key, u32 best)
{
	const struct kw_slot4 *s = v->slots4 + KW_LEAF_FIRST(leaf);
	u32 i;

	for (i = 0; i < KW_LEAF_COUNT(leaf); i++, s++) {
		if (KW_SLOT_PRIO(s->prio) >= best)
			break;
		if (kw_slot4_matches(s, key->w) &&
		    kw_slot_stands(v, s->prio, key))
			return KW_SLOT_PRIO(s->prio);
	}
	return best;
}

static __always_inline u32 kw_leaf6(const struct kw_blob_view *v, u64 leaf,
				    const struct kw_key *key, u32 best)
{
	const struct kw_slot6 *s = v->slots6 + KW_LEAF_FIRST(leaf);
	u32 i;

	for (i = 0; i < KW_LEAF_COUNT(leaf); i++, s++) {
		if (KW_SLOT_PRIO(s->prio) >= best)
			break;
		if (kw_slot6_matches(s, key->w) &&
		    kw_slot_stands(v, s->prio, key))
			return KW_SLOT_PRIO(s->prio);
	}
	return best;
}

/* The interval a value lies in: the last end that is not above it. */
static inline u32 kw_bv_interval(const __u32 *ends, u32 nr, u32 value)
{
	const __u32 *base = ends;

	while (nr > 1) {
		u32 half = nr / 2;

		base = base[half] <= value ? base + half : base;
		nr -= half;
	}
	return (u32)(base - ends);
}

/* One row for each field, ANDed: the first bit whose rule stands decides. */
static inline u32 kw_bv_classify(const struct kw_blob_view *v,
				 const struct kw_blob_table *table,
				 const struct kw_key *key, u32 best)
{
	const struct kw_blob_bv_dim *dim = v->bv_dims + table->first_bv_dim;
	u32 words = (table->nr_bv + 63) / 64;
	u32 nr_dims = table->family == KW_IPV4 ? (u32)KW4_WORDS : (u32)KW6_WORDS;
	const __u64 *rows[KW6_WORDS];
	u32 nr_rows = 0, i, j;

	for (i = 0; i < nr_dims; i++, dim++) {
		/* A single interval says nothing, but keep one row to AND. */
		if (dim->nr_ends == 1 && (nr_rows || i + 1 < nr_dims))
			continue;
		j = kw_bv_interval(v->bv_ends + dim->first_end, dim->nr_ends,
				   key->w[i]);
		rows[nr_rows++] = v->bv_rows + dim->first_row + j * words;
	}
	for (i = 0; i < words; i++) {
		u64 bits = rows[0][i];

		for (j = 1; j < nr_rows; j++)
			bits &= rows[j][i];
		for (; bits; bits &= bits - 1) {
			u32 slot = v->bv_rules[table->first_bv_rule + i * 64 +
					       kw_ctz64(bits)];
			u32 prio = table->family == KW_IPV4 ?
				   v->slots4[slot].prio : v->slots6[slot].prio;

			if (KW_SLOT_PRIO(prio) >= best)
				return best;
			if (kw_slot_stands(v, prio, key))
				return KW_SLOT_PRIO(prio);
		}
	}
	return best;
}

/**
 * kw_classify() - find the rule that decides
 * @v: checked blob
 * @key: what to judge; zones below @v->nr_zones, family a valid one
 *
 * Return: index of the first rule that matches, the default rule if none does.
 */
static inline u32 kw_classify(const struct kw_blob_view *v,
			      const struct kw_key *key)
{
	bool ipv6 = key->family != KW_IPV4;
	u32 pair = (key->zone_in * v->nr_zones + key->zone_out) * 2 + ipv6;
	const struct kw_blob_table *table = &v->tables[v->pairs[pair]];
	const struct kw_blob_tree *tree = v->trees + table->first_tree;
	u32 best = table->default_rule;
	u32 i;

	for (i = 0; i < table->nr_trees; i += 2, tree += 2) {
		const struct kw_blob_tree *second;
		u64 leaf, leaf2;

		if (tree->min_prio >= best)
			break;
		second = i + 1 < table->nr_trees ? tree + 1 : tree;
		kw_trees_walk(v->nodes, tree->root, second->root, key->w,
			      &leaf, &leaf2);
		if (KW_LEAF_PRIO(leaf) < best)
			best = ipv6 ? kw_leaf6(v, leaf, key, best) :
				      kw_leaf4(v, leaf, key, best);
		if (KW_LEAF_PRIO(leaf2) < best)
			best = ipv6 ? kw_leaf6(v, leaf2, key, best) :
				      kw_leaf4(v, leaf2, key, best);
	}
	if (table->nr_bv && table->bv_min_prio < best)
		best = kw_bv_classify(v, table, key, best);
	return best;
}

#endif /* KW_CORE_CLASSIFY_H */
