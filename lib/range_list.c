// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of ranges. They grow in any order while a list is read, and are sorted
 * and merged once, so that a set of a million addresses costs one sort.
 */
#include <stdlib.h>
#include "arena.h"
#include "range_list.h"

/**
 * kw_words6_cmp() - compare two IPv6 addresses
 * @a: four words, the most significant first
 * @b: likewise
 *
 * Return: less than, equal to or greater than 0.
 */
int kw_words6_cmp(const u32 *a, const u32 *b)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static void *grown(void *v, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 8;

	v = reallocarray(v, more, size);
	if (v)
		*room = more;
	return v;
}

/**
 * kw_range_list4_add() - append a range
 * @l: the list
 * @lo: first value
 * @hi: last value
 *
 * Return: 0 or -ENOMEM.
 */
int kw_range_list4_add(struct kw_range_list4 *l, u32 lo, u32 hi)
{
	struct kw_range4 *v = l->r.v;

	if (l->r.nr == l->room) {
		v = grown(v, &l->room, sizeof(*v));
		if (!v)
			return -ENOMEM;
		l->r.v = v;
	}
	v[l->r.nr++] = (struct kw_range4){ lo, hi };
	return 0;
}

/**
 * kw_range_list6_add() - append a range
 * @l: the list
 * @r: the range
 *
 * Return: 0 or -ENOMEM.
 */
int kw_range_list6_add(struct kw_range_list6 *l, const struct kw_range6 *r)
{
	struct kw_range6 *v = l->r.v;

	if (l->r.nr == l->room) {
		v = grown(v, &l->room, sizeof(*v));
		if (!v)
			return -ENOMEM;
		l->r.v = v;
	}
	v[l->r.nr++] = *r;
	return 0;
}

/**
 * kw_range_list4_free() - empty a list and return its memory
 * @l: the list
 */
void kw_range_list4_free(struct kw_range_list4 *l)
{
	free(l->r.v);
	memset(l, 0, sizeof(*l));
}

/**
 * kw_range_list6_free() - empty a list and return its memory
 * @l: the list
 */
void kw_range_list6_free(struct kw_range_list6 *l)
{
	free(l->r.v);
	memset(l, 0, sizeof(*l));
}

static int cmp4(const void *a, const void *b)
{
	const struct kw_range4 *x = a, *y = b;

	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->hi < y->hi ? -1 : x->hi > y->hi;
}

static int cmp6(const void *a, const void *b)
{
	const struct kw_range6 *x = a, *y = b;
	int order = kw_words6_cmp(x->lo, y->lo);

	return order ? order : kw_words6_cmp(x->hi, y->hi);
}

/**
 * kw_range_list4_merge() - sort, and unite what overlaps or adjoins
 * @l: the list; may become shorter
 */
void kw_range_list4_merge(struct kw_range_list4 *l)
{
	struct kw_range4 *v = l->r.v;
	size_t i, last = 0;

	if (l->r.nr < 2)
		return;
	qsort(v, l->r.nr, sizeof(*v), cmp4);
	for (i = 1; i < l->r.nr; i++) {
		if (v[last].hi == ~0u || v[i].lo <= v[last].hi + 1) {
			if (v[i].hi > v[last].hi)
				v[last].hi = v[i].hi;
			continue;
		}
		v[++last] = v[i];
	}
	l->r.nr = last + 1;
}

/* Is @lo at most one above @hi? */
static bool adjoins6(const u32 *hi, const u32 *lo)
{
	u32 next[4];
	int i;

	memcpy(next, hi, sizeof(next));
	for (i = 3; i >= 0 && !++next[i]; i--)
		;
	return i < 0 || kw_words6_cmp(lo, next) <= 0;
}

/**
 * kw_range_list6_merge() - sort, and unite what overlaps or adjoins
 * @l: the list; may become shorter
 */
void kw_range_list6_merge(struct kw_range_list6 *l)
{
	struct kw_range6 *v = l->r.v;
	size_t i, last = 0;

	if (l->r.nr < 2)
		return;
	qsort(v, l->r.nr, sizeof(*v), cmp6);
	for (i = 1; i < l->r.nr; i++) {
		if (adjoins6(v[last].hi, v[i].lo)) {
			if (kw_words6_cmp(v[i].hi, v[last].hi) > 0)
				memcpy(v[last].hi, v[i].hi, sizeof(v[i].hi));
			continue;
		}
		v[++last] = v[i];
	}
	l->r.nr = last + 1;
}

/**
 * kw_range_list4_copy() - give a finished list to a policy
 * @ir: the policy
 * @to: the copy
 * @from: the list
 *
 * Return: 0 or -ENOMEM.
 */
int kw_range_list4_copy(struct kw_ir *ir, struct kw_ranges4 *to,
			const struct kw_range_list4 *from)
{
	*to = (struct kw_ranges4){};
	if (!from->r.nr)
		return 0;
	to->v = kw_ir_alloc_array(ir, from->r.nr, sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	memcpy(to->v, from->r.v, from->r.nr * sizeof(*to->v));
	to->nr = from->r.nr;
	return 0;
}

/**
 * kw_range_list6_copy() - give a finished list to a policy
 * @ir: the policy
 * @to: the copy
 * @from: the list
 *
 * Return: 0 or -ENOMEM.
 */
int kw_range_list6_copy(struct kw_ir *ir, struct kw_ranges6 *to,
			const struct kw_range_list6 *from)
{
	*to = (struct kw_ranges6){};
	if (!from->r.nr)
		return 0;
	to->v = kw_ir_alloc_array(ir, from->r.nr, sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	memcpy(to->v, from->r.v, from->r.nr * sizeof(*to->v));
	to->nr = from->r.nr;
	return 0;
}

/* The first range that does not end below @value; merged ranges only. */
static size_t first4(const struct kw_ranges4 *r, u32 value)
{
	size_t lo = 0, hi = r->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->v[mid].hi < value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static size_t first6(const struct kw_ranges6 *r, const u32 *value)
{
	size_t lo = 0, hi = r->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (kw_words6_cmp(r->v[mid].hi, value) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/**
 * kw_ir_ranges4_cover() - is all of a range inside?
 * @r: merged ranges
 * @x: the range
 *
 * Return: whether it is.
 */
bool kw_ir_ranges4_cover(const struct kw_ranges4 *r, const struct kw_range4 *x)
{
	size_t i = first4(r, x->lo);

	return i < r->nr && r->v[i].lo <= x->lo && r->v[i].hi >= x->hi;
}

/**
 * kw_ir_ranges6_cover() - is all of a range inside?
 * @r: merged ranges
 * @x: the range
 *
 * Return: whether it is.
 */
bool kw_ir_ranges6_cover(const struct kw_ranges6 *r, const struct kw_range6 *x)
{
	size_t i = first6(r, x->lo);

	return i < r->nr && kw_words6_cmp(r->v[i].lo, x->lo) <= 0 &&
	       kw_words6_cmp(r->v[i].hi, x->hi) >= 0;
}

/**
 * kw_ir_ranges4_touch() - is any of a range inside?
 * @r: merged ranges
 * @x: the range
 *
 * Return: whether it is.
 */
bool kw_ir_ranges4_touch(const struct kw_ranges4 *r, const struct kw_range4 *x)
{
	size_t i = first4(r, x->lo);

	return i < r->nr && r->v[i].lo <= x->hi;
}

/**
 * kw_ir_ranges6_touch() - is any of a range inside?
 * @r: merged ranges
 * @x: the range
 *
 * Return: whether it is.
 */
bool kw_ir_ranges6_touch(const struct kw_ranges6 *r, const struct kw_range6 *x)
{
	size_t i = first6(r, x->lo);

	return i < r->nr && kw_words6_cmp(r->v[i].lo, x->hi) <= 0;
}
