/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ranges of a policy while it is read (lib/range_list.c): growing lists,
 * putting them in order, and asking what they cover.
 */
#ifndef KW_LIB_RANGE_LIST_H
#define KW_LIB_RANGE_LIST_H

#include "ir.h"

/**
 * struct kw_range_list4 - a list that still grows, in any order
 * @r: what is in it
 * @room: elements allocated
 */
struct kw_range_list4 {
	struct kw_ranges4 r;
	size_t room;
};

/**
 * struct kw_range_list6 - the same of IPv6 addresses
 * @r: what is in it
 * @room: elements allocated
 */
struct kw_range_list6 {
	struct kw_ranges6 r;
	size_t room;
};

int kw_words6_cmp(const u32 *a, const u32 *b);

int kw_range_list4_add(struct kw_range_list4 *l, u32 lo, u32 hi);
int kw_range_list6_add(struct kw_range_list6 *l, const struct kw_range6 *r);
void kw_range_list4_free(struct kw_range_list4 *l);
void kw_range_list6_free(struct kw_range_list6 *l);
void kw_range_list4_merge(struct kw_range_list4 *l);
void kw_range_list6_merge(struct kw_range_list6 *l);
int kw_range_list4_copy(struct kw_ir *ir, struct kw_ranges4 *to,
			const struct kw_range_list4 *from);
int kw_range_list6_copy(struct kw_ir *ir, struct kw_ranges6 *to,
			const struct kw_range_list6 *from);

bool kw_ir_ranges4_cover(const struct kw_ranges4 *r, const struct kw_range4 *x);
bool kw_ir_ranges6_cover(const struct kw_ranges6 *r, const struct kw_range6 *x);
bool kw_ir_ranges4_touch(const struct kw_ranges4 *r, const struct kw_range4 *x);
bool kw_ir_ranges6_touch(const struct kw_ranges6 *r, const struct kw_range6 *x);

#endif /* KW_LIB_RANGE_LIST_H */
