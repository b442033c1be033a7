// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena that a policy lives in. Everything reachable from a struct kw_ir
 * is carved from big chunks and returned at once by kw_ir_free(), so that no
 * error path has to know what was already built.
 */
#include <stdlib.h>
#include "arena.h"

#define CHUNK_LEN	((size_t)256 << 10)

struct chunk {
	struct chunk *next;
	size_t used;
	size_t len;

	_Alignas(16) char data[];
};

static struct chunk *chunk_new(struct kw_ir *ir, size_t size)
{
	size_t len = size > CHUNK_LEN / 4 ? size : CHUNK_LEN;
	struct chunk *head = ir->arena;
	struct chunk *chunk;

	if (len > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = calloc(1, sizeof(*chunk) + len);
	if (!chunk)
		return NULL;
	chunk->len = len;
	/* A big block must not hide the free rest of the current chunk. */
	if (head && len != CHUNK_LEN) {
		chunk->next = head->next;
		head->next = chunk;
	} else {
		chunk->next = head;
		ir->arena = chunk;
	}
	return chunk;
}

static void *carve(struct kw_ir *ir, size_t size, size_t align)
{
	struct chunk *chunk = ir->arena;
	size_t start;

	if (chunk) {
		start = (chunk->used + align - 1) & ~(align - 1);
		if (start <= chunk->len && size <= chunk->len - start)
			goto found;
	}
	chunk = chunk_new(ir, size);
	if (!chunk)
		return NULL;
	start = 0;
found:
	chunk->used = start + size;
	return chunk->data + start;
}

/**
 * kw_ir_alloc() - memory that lives as long as the policy
 * @ir: the policy
 * @size: bytes
 *
 * Return: zeroed memory, or NULL when there is none left.
 */
void *kw_ir_alloc(struct kw_ir *ir, size_t size)
{
	return carve(ir, size ? size : 1, 16);
}

/**
 * kw_ir_alloc_array() - the same for an array
 * @ir: the policy
 * @nr: elements
 * @size: bytes of one
 *
 * Return: zeroed memory, or NULL when there is none left.
 */
void *kw_ir_alloc_array(struct kw_ir *ir, size_t nr, size_t size)
{
	size_t len;

	if (__builtin_mul_overflow(nr, size, &len))
		return NULL;
	return kw_ir_alloc(ir, len);
}

/**
 * kw_ir_strndup() - a copy of a string that lives as long as the policy
 * @ir: the policy
 * @s: the string, which needs no terminator
 * @len: its length
 *
 * Return: the copy, terminated, or NULL when there is no memory.
 */
char *kw_ir_strndup(struct kw_ir *ir, const char *s, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		return NULL;
	copy = carve(ir, len + 1, 1);
	if (copy)
		memcpy(copy, s, len);
	return copy;
}

/**
 * kw_ir_strdup() - kw_ir_strndup() of a terminated string
 * @ir: the policy
 * @s: the string
 *
 * Return: the copy, or NULL when there is no memory.
 */
char *kw_ir_strdup(struct kw_ir *ir, const char *s)
{
	return kw_ir_strndup(ir, s, strlen(s));
}

/**
 * kw_ir_new() - an empty policy, to be given to kw_ir_free()
 *
 * Return: the policy, or NULL when there is no memory.
 */
struct kw_ir *kw_ir_new(void)
{
	return calloc(1, sizeof(struct kw_ir));
}

/**
 * kw_ir_free() - return a policy and all that belongs to it
 * @ir: the policy, or NULL
 */
void kw_ir_free(struct kw_ir *ir)
{
	struct chunk *chunk, *next;

	if (!ir)
		return;
	for (chunk = ir->arena; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(ir);
}
