// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identities that outlive a reload: of rules, which counters and logs go by,
 * and of zones, which connections remember. They come from names and text
 * alone, so that the same policy gives the same ones on every node.
 */
#include <stdlib.h>
#include "parse.h"

/* Zones: ids 1 and 2 are those of "self" and "none". */
#define FIRST_ZONE_ID	3u

/* Ids in use; open addressing, 0 is an empty slot as it is no id. */
struct id_set {
	u32 *v;
	size_t mask;
};

static bool id_take(struct id_set *s, u32 id)
{
	size_t i = (id * 0x9e3779b1u) & s->mask;

	for (; s->v[i]; i = (i + 1) & s->mask)
		if (s->v[i] == id)
			return false;
	s->v[i] = id;
	return true;
}

static void assign_rule(struct id_set *taken, struct kw_ir_rule *rule)
{
	unsigned int ordinal;
	char again[16];
	u32 start, id;

	if (rule->name) {
		start = kw_hash_string(KW_HASH_START, rule->name);
	} else {
		start = kw_hash_string(KW_HASH_START, rule->block->head);
		start = kw_hash_string(start, "\n");
		start = kw_hash_string(start, rule->text);
	}
	id = start;
	for (ordinal = 2; !id || !id_take(taken, id); ordinal++) {
		snprintf(again, sizeof(again), "\n%u", ordinal);
		id = kw_hash_string(start, again);
	}
	rule->id = id;
}

static int assign_rules(struct kw_ir *ir)
{
	struct id_set taken = { .mask = 15 };
	size_t i;

	while (taken.mask < ir->nr_rules * 2)
		taken.mask = taken.mask * 2 + 1;
	taken.v = calloc(taken.mask + 1, sizeof(*taken.v));
	if (!taken.v)
		return -ENOMEM;
	/* A name must not depend on the rules that have none. */
	for (i = 0; i < ir->nr_rules; i++)
		if (ir->rules[i]->name)
			assign_rule(&taken, ir->rules[i]);
	for (i = 0; i < ir->nr_rules; i++)
		if (!ir->rules[i]->name)
			assign_rule(&taken, ir->rules[i]);
	free(taken.v);
	return 0;
}

static int cmp_zone(const void *a, const void *b)
{
	const struct kw_ir_zone *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static u16 zone_hash(const char *name)
{
	u32 hash = kw_hash_string(KW_HASH_START, name);
	u16 id = hash >> 16 ^ hash;

	return id < FIRST_ZONE_ID ? FIRST_ZONE_ID : id;
}

static void assign_zones(struct kw_ir *ir)
{
	struct kw_ir_zone *sorted[KW_MAX_ZONES];
	size_t nr = ir->nr_zones;
	size_t i, j;

	if (nr <= FIRST_ZONE_ID - 1)
		return;
	memcpy(sorted, ir->zones, nr * sizeof(*sorted));
	qsort(sorted + 2, nr - 2, sizeof(*sorted), cmp_zone);
	for (i = 2; i < nr; i++) {
		sorted[i]->id = zone_hash(sorted[i]->name);
		for (j = 2; j < i; j++) {
			if (sorted[j]->id != sorted[i]->id)
				continue;
			sorted[i]->id = sorted[i]->id == 0xffff ?
					FIRST_ZONE_ID : sorted[i]->id + 1;
			j = 1;
		}
	}
}

/**
 * kw_identity_assign() - give rules and zones their identities
 * @ir: the policy, complete but for them
 *
 * Return: 0 or -ENOMEM.
 */
int kw_identity_assign(struct kw_ir *ir)
{
	assign_zones(ir);
	return assign_rules(ir);
}
