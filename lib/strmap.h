/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A map from strings to pointers, and guessing what a mistyped string meant
 * (lib/strmap.c).
 */
#ifndef KW_LIB_STRMAP_H
#define KW_LIB_STRMAP_H

#include "ir.h"

struct kw_strmap_entry {
	const char *key;
	void *value;
};

/**
 * struct kw_strmap - a map; all zero is an empty one
 * @v: open addressing, a power of two
 * @size: slots
 * @nr: slots in use
 */
struct kw_strmap {
	struct kw_strmap_entry *v;
	size_t size;
	size_t nr;
};

u32 kw_hash_string(u32 hash, const char *s);
#define KW_HASH_START	0x811c9dc5u

void *kw_strmap_get(const struct kw_strmap *m, const char *key);
int kw_strmap_put(struct kw_strmap *m, const char *key, void *value);
void kw_strmap_free(struct kw_strmap *m);

/**
 * struct kw_guess - the best of the candidates that were tried
 * @wanted: what was written
 * @best: the nearest candidate, or NULL
 * @distance: how far it is
 */
struct kw_guess {
	const char *wanted;
	const char *best;
	unsigned int distance;
};

unsigned int kw_edit_distance(const char *a, const char *b);
void kw_guess_try(struct kw_guess *g, const char *candidate);
void kw_guess_map(struct kw_guess *g, const struct kw_strmap *m);

#endif /* KW_LIB_STRMAP_H */
