/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the compiler share; callers of it need only ir.h. */
#ifndef KW_LIB_COMPILE_H
#define KW_LIB_COMPILE_H

#include "buffer.h"
#include "classifier.h"
#include "ir.h"

/**
 * struct kw_compiler - a compilation under way
 * @ir: what is compiled
 * @d: diagnostics
 * @section: contents of the blob; nodes and slots only at the end
 * @forest: classifier of each family
 * @boxes: struct kw_box of each family, in order of priority
 * @first_box: by rule, and one past the last
 * @string_slots: u32 hash table: offset of a string plus one, 0 = free
 * @string_room: entries in it, a power of two
 * @nr_strings: used entries
 */
struct kw_compiler {
	const struct kw_ir *ir;
	struct kw_diagnostics *d;
	struct kw_buffer section[KW_NR_SECTIONS];
	struct kw_forest forest[KW_NR_FAMILIES];
	struct kw_buffer boxes[KW_NR_FAMILIES];
	u32 *first_box[KW_NR_FAMILIES];
	u32 *string_slots;
	size_t string_room;
	size_t nr_strings;
};

/* compile.c: an error with a message; returns @rc, or -ENOMEM. */
__attribute__((format(printf, 4, 5)))
int kw_compile_error(struct kw_compiler *c, int rc, const struct kw_loc *loc,
		     const char *format, ...);

/* expand.c: the boxes of every rule, and its set tests. */
int kw_expand_rules(struct kw_compiler *c);

/* blob_out.c: everything that is not the classifier, and the layout. */
int kw_blob_init(struct kw_compiler *c);
int kw_blob_add_string(struct kw_compiler *c, const char *s, u32 *offset);
int kw_blob_add_set(struct kw_compiler *c, const char *name,
		    const struct kw_ranges4 *ranges4,
		    const struct kw_ranges6 *ranges6, u32 *index);
int kw_blob_describe(struct kw_compiler *c);
int kw_blob_write(struct kw_compiler *c, void **blob, size_t *len);
void kw_blob_fini(struct kw_compiler *c);

#endif /* KW_LIB_COMPILE_H */
