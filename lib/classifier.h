/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From boxes to decision trees and bit vectors: the parts of a blob that
 * kw_classify() walks. classifier.c grows the trees, classifier_bv.c lays out
 * what is left; compile.c makes the boxes and calls both.
 */
#ifndef KW_LIB_CLASSIFIER_H
#define KW_LIB_CLASSIFIER_H

#include "../core/blob.h"
#include "buffer.h"

struct kw_span {
	u32 lo;
	u32 hi;
};

/**
 * struct kw_box - a rule, or a part of one, as a range for each key word
 * @span: ranges, by key word; those beyond the family's words are unused
 * @prio: index of the rule, with KW_SLOT_PREDS when set tests follow
 */
struct kw_box {
	struct kw_span span[KW6_WORDS];
	u32 prio;
};

/**
 * struct kw_forest - the classifier sections of one family
 * @family: enum kw_family
 * @nr_words: key words of the family
 * @nodes: u64; children are indices into this array
 * @slots: struct kw_slot4 or struct kw_slot6
 * @trees: struct kw_blob_tree, shared by both families
 * @bv_dims: likewise, as all below
 * @bv_ends: u32
 * @bv_rows: u64
 * @bv_rules: u32
 * @max_depth: nodes on the longest path
 * @nr_residual: boxes that went to bit vectors
 */
struct kw_forest {
	u32 family;
	u32 nr_words;
	struct kw_buffer nodes;
	struct kw_buffer slots;
	struct kw_buffer *trees;
	struct kw_buffer *bv_dims;
	struct kw_buffer *bv_ends;
	struct kw_buffer *bv_rows;
	struct kw_buffer *bv_rules;
	u32 max_depth;
	u32 nr_residual;
};

/* The largest value of a key word. */
u32 kw_word_max(u32 family, u32 word);

/* Appends the slot of a box; its index, or a negative error. */
long kw_forest_add_slot(struct kw_forest *f, const struct kw_box *box);

/*
 * Builds trees from boxes @ids[0..nr), sorted. What no tree can hold stays in
 * @ids and *@nr says how many. 0 or -ENOMEM or -E2BIG (index space is full).
 */
int kw_forest_build(struct kw_forest *f, const struct kw_box *boxes, u32 *ids,
		    u32 *nr, struct kw_blob_table *table);

/* Lays boxes @ids[0..nr) out as bit vectors, nr <= KW_MAX_BV_RULES. */
int kw_forest_build_bv(struct kw_forest *f, const struct kw_box *boxes,
		       const u32 *ids, u32 nr, struct kw_blob_table *table);

#endif /* KW_LIB_CLASSIFIER_H */
