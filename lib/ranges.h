/* SPDX-License-Identifier: GPL-2.0-only */
/* Unions and complements of address and port ranges, for the compiler. */
#ifndef KW_LIB_RANGES_H
#define KW_LIB_RANGES_H

#include "../core/blob.h"
#include "buffer.h"
#include "classifier.h"

/* Sorts and merges struct kw_range4 or struct kw_range6 in place. */
void kw_ranges4_merge(struct kw_buffer *ranges);
void kw_ranges6_merge(struct kw_buffer *ranges);

/* Replaces merged ranges by everything else. 0 or -ENOMEM. */
int kw_ranges4_complement(struct kw_buffer *ranges, u32 max);
int kw_ranges6_complement(struct kw_buffer *ranges);

/**
 * struct kw_part6 - a box in the four words of an IPv6 address
 * @word: ranges, the most significant word first
 */
struct kw_part6 {
	struct kw_span word[4];
};

/* Divides a range into at most 7 boxes, appended to @parts. 0 or -ENOMEM. */
int kw_range6_divide(const struct kw_range6 *range, struct kw_buffer *parts);

#endif /* KW_LIB_RANGES_H */
