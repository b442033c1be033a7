// SPDX-License-Identifier: GPL-2.0-only
/* Unions and complements of address and port ranges, for the compiler. */
#include <errno.h>
#include "ranges.h"

static int compare4(const void *a, const void *b)
{
	const struct kw_range4 *x = a, *y = b;

	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static int compare128(const u32 *a, const u32 *b)
{
	int i;

	for (i = 0; i < 4; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static int compare6(const void *a, const void *b)
{
	const struct kw_range6 *x = a, *y = b;

	return compare128(x->lo, y->lo);
}

/* x + 1; false if there is no such number. */
static bool next128(u32 *to, const u32 *x)
{
	int i;

	memcpy(to, x, 16);
	for (i = 3; i >= 0; i--)
		if (++to[i])
			return true;
	return false;
}

static bool previous128(u32 *to, const u32 *x)
{
	int i;

	memcpy(to, x, 16);
	for (i = 3; i >= 0; i--)
		if (to[i]--)
			return true;
	return false;
}

void kw_ranges4_merge(struct kw_buffer *ranges)
{
	struct kw_range4 *r = ranges->v;
	size_t i, n = 0;

	if (!ranges->nr)
		return;
	qsort(r, ranges->nr, sizeof(*r), compare4);
	for (i = 1; i < ranges->nr; i++) {
		if (r[n].hi != 0xffffffffu && r[i].lo > r[n].hi + 1)
			r[++n] = r[i];
		else if (r[i].hi > r[n].hi)
			r[n].hi = r[i].hi;
	}
	ranges->nr = n + 1;
}

void kw_ranges6_merge(struct kw_buffer *ranges)
{
	struct kw_range6 *r = ranges->v;
	size_t i, n = 0;
	u32 next[4];

	if (!ranges->nr)
		return;
	qsort(r, ranges->nr, sizeof(*r), compare6);
	for (i = 1; i < ranges->nr; i++) {
		if (next128(next, r[n].hi) && compare128(r[i].lo, next) > 0)
			r[++n] = r[i];
		else if (compare128(r[i].hi, r[n].hi) > 0)
			memcpy(r[n].hi, r[i].hi, sizeof(r[n].hi));
	}
	ranges->nr = n + 1;
}

int kw_ranges4_complement(struct kw_buffer *ranges, u32 max)
{
	struct kw_buffer out = KW_BUFFER(struct kw_range4);
	const struct kw_range4 *r = ranges->v;
	u32 from = 0;
	bool open = true;
	size_t i;

	for (i = 0; i < ranges->nr && open; i++) {
		struct kw_range4 gap = { from, r[i].lo - 1 };

		if (r[i].lo > from && kw_buffer_add(&out, &gap, 1))
			goto no_memory;
		open = r[i].hi < max;
		from = r[i].hi + 1;
	}
	if (open) {
		struct kw_range4 gap = { from, max };

		if (kw_buffer_add(&out, &gap, 1))
			goto no_memory;
	}
	kw_buffer_free(ranges);
	*ranges = out;
	return 0;
no_memory:
	kw_buffer_free(&out);
	return -ENOMEM;
}

int kw_ranges6_complement(struct kw_buffer *ranges)
{
	struct kw_buffer out = KW_BUFFER(struct kw_range6);
	const struct kw_range6 *r = ranges->v;
	struct kw_range6 gap = { { 0 }, { 0 } };
	bool open = true;
	size_t i;

	for (i = 0; i < ranges->nr && open; i++) {
		if (compare128(r[i].lo, gap.lo) > 0) {
			previous128(gap.hi, r[i].lo);
			if (kw_buffer_add(&out, &gap, 1))
				goto no_memory;
		}
		open = next128(gap.lo, r[i].hi);
	}
	memset(gap.hi, 0xff, sizeof(gap.hi));
	if (open && kw_buffer_add(&out, &gap, 1))
		goto no_memory;
	kw_buffer_free(ranges);
	*ranges = out;
	return 0;
no_memory:
	kw_buffer_free(&out);
	return -ENOMEM;
}

/*
 * The first word in which the ends differ gives a middle whose later words are
 * free. What remains hangs on the low end and on the high end: there each later
 * word gives one box, above or below the end, and the ends themselves join the
 * box of the last word.
 */
static int divide_side(const struct kw_range6 *r, int differ, bool low,
		       struct kw_buffer *parts)
{
	const u32 *end = low ? r->lo : r->hi;
	int i, j;

	for (i = differ + 1; i < 4; i++) {
		struct kw_part6 p;

		for (j = 0; j < i; j++)
			p.word[j] = (struct kw_span){ end[j], end[j] };
		for (; j < 4; j++)
			p.word[j] = (struct kw_span){ 0, 0xffffffffu };
		if (low) {
			if (i < 3 && end[i] == 0xffffffffu)
				continue;
			p.word[i].lo = i < 3 ? end[i] + 1 : end[i];
		} else {
			if (i < 3 && !end[i])
				continue;
			p.word[i].hi = i < 3 ? end[i] - 1 : end[i];
		}
		if (kw_buffer_add(parts, &p, 1))
			return -ENOMEM;
	}
	return 0;
}

static bool all_words(const u32 *words, int from, u32 value)
{
	for (; from < 4; from++)
		if (words[from] != value)
			return false;
	return true;
}

int kw_range6_divide(const struct kw_range6 *range, struct kw_buffer *parts)
{
	struct kw_part6 p;
	bool low_whole, high_whole;
	int i, differ = 0;

	while (differ < 3 && range->lo[differ] == range->hi[differ])
		differ++;
	/* An end that begins or ends its word's range needs no side. */
	low_whole = all_words(range->lo, differ + 1, 0);
	high_whole = all_words(range->hi, differ + 1, 0xffffffffu);
	for (i = 0; i < 4; i++)
		p.word[i] = i < differ ?
			(struct kw_span){ range->lo[i], range->lo[i] } :
			(struct kw_span){ 0, 0xffffffffu };
	p.word[differ].lo = range->lo[differ];
	p.word[differ].hi = range->hi[differ];
	if (!low_whole)
		p.word[differ].lo++;
	if (!high_whole)
		p.word[differ].hi--;
	/* lo + 1 > hi - 1, without either leaving 32 bits: lo < hi here. */
	if ((u64)range->lo[differ] + !low_whole + !high_whole <=
	    range->hi[differ] && kw_buffer_add(parts, &p, 1))
		return -ENOMEM;
	if (!low_whole && divide_side(range, differ, true, parts))
		return -ENOMEM;
	if (!high_whole && divide_side(range, differ, false, parts))
		return -ENOMEM;
	return 0;
}
