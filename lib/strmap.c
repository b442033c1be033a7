// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: a map from strings to pointers, and the guess what a mistyped one was
 * meant to be. Keys are not copied; they live in the arena of the policy.
 */
#include <stdlib.h>
#include "strmap.h"

#define GUESS_MAX_LEN	64u

/**
 * kw_hash_string() - 32-bit FNV-1a
 * @hash: KW_HASH_START, or the hash of what stands before
 * @s: the string
 *
 * Return: the hash.
 */
u32 kw_hash_string(u32 hash, const char *s)
{
	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x01000193u;
	return hash;
}

static struct kw_strmap_entry *slot(const struct kw_strmap *m, const char *key)
{
	size_t i = kw_hash_string(KW_HASH_START, key) & (m->size - 1);

	while (m->v[i].key && strcmp(m->v[i].key, key))
		i = (i + 1) & (m->size - 1);
	return &m->v[i];
}

/**
 * kw_strmap_get() - look up
 * @m: the map
 * @key: the string
 *
 * Return: the value, or NULL when there is none.
 */
void *kw_strmap_get(const struct kw_strmap *m, const char *key)
{
	return m->size ? slot(m, key)->value : NULL;
}

static int rehash(struct kw_strmap *m)
{
	struct kw_strmap bigger = { .size = m->size ? m->size * 2 : 16 };
	size_t i;

	bigger.v = calloc(bigger.size, sizeof(*bigger.v));
	if (!bigger.v)
		return -ENOMEM;
	for (i = 0; i < m->size; i++)
		if (m->v[i].key)
			*slot(&bigger, m->v[i].key) = m->v[i];
	bigger.nr = m->nr;
	free(m->v);
	*m = bigger;
	return 0;
}

/**
 * kw_strmap_put() - set the value of a key
 * @m: the map
 * @key: the string; must outlive the map
 * @value: the value, not NULL
 *
 * Return: 0 or -ENOMEM.
 */
int kw_strmap_put(struct kw_strmap *m, const char *key, void *value)
{
	struct kw_strmap_entry *e;

	if (m->nr * 2 >= m->size && rehash(m))
		return -ENOMEM;
	e = slot(m, key);
	if (!e->key)
		m->nr++;
	e->key = key;
	e->value = value;
	return 0;
}

/**
 * kw_strmap_free() - empty a map and return its memory
 * @m: the map
 */
void kw_strmap_free(struct kw_strmap *m)
{
	free(m->v);
	memset(m, 0, sizeof(*m));
}

/**
 * kw_edit_distance() - how many letters must change
 * @a: a string
 * @b: another
 *
 * Inserting, deleting, replacing a letter and swapping two neighbours each
 * count as one change.
 *
 * Return: the distance; UINT_MAX when a string is too long to be a typo.
 */
unsigned int kw_edit_distance(const char *a, const char *b)
{
	unsigned int rows[3][GUESS_MAX_LEN + 1];
	unsigned int *before = rows[0], *last = rows[1], *now = rows[2], *t;
	size_t len_a = strlen(a), len_b = strlen(b);
	size_t i, j;

	if (len_a > GUESS_MAX_LEN || len_b > GUESS_MAX_LEN)
		return ~0u;
	for (j = 0; j <= len_b; j++)
		last[j] = j;
	for (i = 1; i <= len_a; i++) {
		now[0] = i;
		for (j = 1; j <= len_b; j++) {
			unsigned int d = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < d)
				d = last[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
		}
		t = before;
		before = last;
		last = now;
		now = t;
	}
	return last[len_b];
}

/**
 * kw_guess_try() - offer a candidate
 * @g: the guess; starts with only @wanted set
 * @candidate: what may have been meant; must outlive the guess
 *
 * Of equally near ones the first in the alphabet wins, so that the order of a
 * hash table does not show.
 */
void kw_guess_try(struct kw_guess *g, const char *candidate)
{
	size_t len = strlen(g->wanted);
	unsigned int limit = len < 3 ? 1 : len < 6 ? 2 : 3;
	unsigned int distance = kw_edit_distance(g->wanted, candidate);

	if (distance > limit || distance >= strlen(candidate))
		return;
	if (!g->best || distance < g->distance ||
	    (distance == g->distance && strcmp(candidate, g->best) < 0)) {
		g->best = candidate;
		g->distance = distance;
	}
}

/**
 * kw_guess_map() - offer every key of a map
 * @g: the guess
 * @m: the map
 */
void kw_guess_map(struct kw_guess *g, const struct kw_strmap *m)
{
	size_t i;

	for (i = 0; i < m->size; i++)
		if (m->v[i].key)
			kw_guess_try(g, m->v[i].key);
}
