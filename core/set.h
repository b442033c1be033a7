/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a value lies in a set: binary search over sorted, disjoint ranges,
 * for large IPv4 sets behind an index over the upper 16 bits. Works on sets
 * that kw_blob_check() has seen; used by kw_classify() and by "set show".
 */
#ifndef KW_CORE_SET_H
#define KW_CORE_SET_H

#include "blob.h"

/**
 * kw_set_has4() - look an IPv4 address or a port up
 * @v: checked blob
 * @set: a set of it
 * @value: address or port, host byte order
 */
static inline bool kw_set_has4(const struct kw_blob_view *v,
			       const struct kw_blob_set *set, u32 value)
{
	const struct kw_range4 *r = v->ranges4 + set->first4;
	u32 lo = 0, hi = set->nr4;

	if (set->index4 != KW_NO_INDEX) {
		const __u32 *index = v->set_index + set->index4 + (value >> 16);

		lo = index[0];
		hi = index[1];
	}
	/* The first range that does not end below the value. */
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (r[mid].hi < value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < set->nr4 && r[lo].lo <= value && value <= r[lo].hi;
}

/* Less than, for 128-bit numbers in four words. */
static inline bool kw_less128(const __u32 *a, const __u32 *b)
{
	int i;

	for (i = 0; i < 3; i++)
		if (a[i] != b[i])
			break;
	return a[i] < b[i];
}

/**
 * kw_set_has6() - look an IPv6 address up
 * @v: checked blob
 * @set: a set of it
 * @value: four words, the most significant first
 */
static inline bool kw_set_has6(const struct kw_blob_view *v,
			       const struct kw_blob_set *set, const u32 *value)
{
	const struct kw_range6 *r = v->ranges6 + set->first6;
	u32 lo = 0, hi = set->nr6;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (kw_less128(r[mid].hi, value))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < set->nr6 && !kw_less128(value, r[lo].lo);
}

#endif /* KW_CORE_SET_H */
