/* SPDX-License-Identifier: GPL-2.0-only */
/* An array that grows, for what the compiler collects before it is laid out. */
#ifndef KW_LIB_BUFFER_H
#define KW_LIB_BUFFER_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct kw_buffer - elements of one size
 * @v: the elements
 * @nr: how many
 * @room: how many fit
 * @size: bytes of each
 */
struct kw_buffer {
	void *v;
	size_t nr;
	size_t room;
	size_t size;
};

#define KW_BUFFER(type)		{ .size = sizeof(type) }
#define kw_buffer_at(type, b, i)	(&((type *)(b)->v)[i])

/**
 * kw_buffer_grow() - append elements, not initialised
 * @b: the buffer
 * @nr: how many
 *
 * Return: the first of them, or NULL without memory.
 */
static inline void *kw_buffer_grow(struct kw_buffer *b, size_t nr)
{
	if (b->room - b->nr < nr || !b->v) {
		size_t room = b->room * 2 > b->nr + nr ? b->room * 2 :
							 b->nr + nr + 16;
		void *v = reallocarray(b->v, room, b->size);

		if (!v)
			return NULL;
		b->v = v;
		b->room = room;
	}
	b->nr += nr;
	return (char *)b->v + (b->nr - nr) * b->size;
}

/**
 * kw_buffer_add() - append copies of elements
 * @b: the buffer
 * @from: what to copy
 * @nr: how many
 *
 * Return: 0 or -1 without memory.
 */
static inline int kw_buffer_add(struct kw_buffer *b, const void *from,
				size_t nr)
{
	void *to = kw_buffer_grow(b, nr);

	if (!to)
		return -1;
	if (nr)
		memcpy(to, from, nr * b->size);
	return 0;
}

static inline void kw_buffer_free(struct kw_buffer *b)
{
	free(b->v);
	b->v = NULL;
	b->nr = 0;
	b->room = 0;
}

#endif /* KW_LIB_BUFFER_H */
