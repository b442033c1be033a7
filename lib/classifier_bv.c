// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bit vectors for the boxes that no tree could hold. Each key word is divided
 * into intervals at the ends of the boxes; each interval has a row with one bit
 * for each box that contains it. Memory is quadratic, hence the limit.
 */
#include <errno.h>
#include "classifier.h"

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Sorted first values of the intervals of a word, the first one 0. */
static int add_ends(struct kw_forest *f, const struct kw_box *boxes,
		    const u32 *ids, u32 nr, u32 word,
		    struct kw_blob_bv_dim *dim)
{
	u32 *ends = kw_buffer_grow(f->bv_ends, 2 * (size_t)nr + 1);
	u32 n = 0, unique = 1, i;

	if (!ends)
		return -ENOMEM;
	dim->first_end = f->bv_ends->nr - (2 * (size_t)nr + 1);
	ends[n++] = 0;
	for (i = 0; i < nr; i++) {
		const struct kw_span *s = &boxes[ids[i]].span[word];

		ends[n++] = s->lo;
		if (s->hi < kw_word_max(f->family, word))
			ends[n++] = s->hi + 1;
	}
	qsort(ends, n, sizeof(*ends), compare_u32);
	for (i = 1; i < n; i++)
		if (ends[i] != ends[unique - 1])
			ends[unique++] = ends[i];
	dim->nr_ends = unique;
	f->bv_ends->nr = dim->first_end + unique;
	return 0;
}

static int add_rows(struct kw_forest *f, const struct kw_box *boxes,
		    const u32 *ids, u32 nr, u32 word,
		    struct kw_blob_bv_dim *dim)
{
	const u32 *ends = kw_buffer_at(u32, f->bv_ends, dim->first_end);
	size_t words = (nr + 63) / 64, total = words * dim->nr_ends;
	u64 *rows;
	u32 i, j;

	/* The blob could not hold it, and counts have 32 bits. */
	if ((f->bv_rows->nr + total) * sizeof(u64) > 4ull * KW_BLOB_MAX_LEN)
		return -E2BIG;
	rows = kw_buffer_grow(f->bv_rows, total);
	if (!rows)
		return -ENOMEM;
	dim->first_row = f->bv_rows->nr - total;
	memset(rows, 0, total * sizeof(*rows));
	for (i = 0; i < nr; i++) {
		const struct kw_span *s = &boxes[ids[i]].span[word];
		const u32 *first = bsearch(&s->lo, ends, dim->nr_ends,
					   sizeof(*ends), compare_u32);

		for (j = first - ends; j < dim->nr_ends && ends[j] <= s->hi; j++)
			rows[j * words + i / 64] |= 1ull << i % 64;
	}
	return 0;
}

int kw_forest_build_bv(struct kw_forest *f, const struct kw_box *boxes,
		       const u32 *ids, u32 nr, struct kw_blob_table *table)
{
	u32 word, i;

	table->nr_bv = nr;
	table->bv_min_prio = KW_PRIO_NONE;
	if (!nr)
		return 0;
	table->first_bv_dim = f->bv_dims->nr;
	table->first_bv_rule = f->bv_rules->nr;
	table->bv_min_prio = KW_SLOT_PRIO(boxes[ids[0]].prio);
	for (i = 0; i < nr; i++) {
		long slot = kw_forest_add_slot(f, &boxes[ids[i]]);
		u32 index = slot;

		if (slot < 0)
			return slot;
		if (kw_buffer_add(f->bv_rules, &index, 1))
			return -ENOMEM;
	}
	for (word = 0; word < f->nr_words; word++) {
		struct kw_blob_bv_dim dim = { 0 };
		int rc = add_ends(f, boxes, ids, nr, word, &dim);

		if (!rc)
			rc = add_rows(f, boxes, ids, nr, word, &dim);
		if (rc)
			return rc;
		if (kw_buffer_add(f->bv_dims, &dim, 1))
			return -ENOMEM;
	}
	f->nr_residual += nr;
	return 0;
}
