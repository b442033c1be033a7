/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Touches everything that a user of a checked blob may touch: under a sanitizer
 * that shows whether kw_blob_check() let something through.
 */
#ifndef KW_TESTS_BLOB_WALK_H
#define KW_TESTS_BLOB_WALK_H

#include <stdlib.h>
#include "classify.h"

static u32 walk_string(const struct kw_blob_view *v, u32 offset)
{
	return strlen(v->strings + offset);
}

static u32 walk_rules(const struct kw_blob_view *v)
{
	u32 sum = 0, i, j;

	for (i = 0; i < v->nr_rules; i++) {
		const struct kw_blob_rule *r = &v->rules[i];

		sum += walk_string(v, r->name) + walk_string(v, r->text) +
		       walk_string(v, r->file) + walk_string(v, r->policy);
		if (r->action >= KW_NR_ACTIONS || r->reject >= KW_NR_REJECTS)
			abort();
		if (r->log_rate)
			sum += 1000 / r->log_period_ms;
		for (j = 0; j < r->nr_preds; j++)
			sum += v->sets[v->preds[r->first_pred + j].set].nr4;
	}
	return sum;
}

static u32 walk_sets(const struct kw_blob_view *v)
{
	static const u32 value6[4] = { 0x20010db8, 0, 0, 1 };
	u32 sum = 0, i, j;

	for (i = 0; i < v->nr_sets; i++) {
		const struct kw_blob_set *s = &v->sets[i];

		sum += walk_string(v, s->name);
		for (j = 0; j < s->nr4; j++)
			sum += v->ranges4[s->first4 + j].hi;
		for (j = 0; j < s->nr6; j++)
			sum += v->ranges6[s->first6 + j].hi[3];
		sum += kw_set_has4(v, s, 0) + kw_set_has4(v, s, ~0u) +
		       kw_set_has4(v, s, 0x0a000001) + kw_set_has6(v, s, value6);
	}
	return sum;
}

static u32 walk_blob(const struct kw_blob_view *v)
{
	u32 sum = walk_rules(v) + walk_sets(v), i;

	for (i = 0; i < v->nr_zones; i++)
		sum += walk_string(v, v->zones[i].name);
	for (i = 0; i < v->nr_interfaces; i++)
		sum += strlen(v->interfaces[i].name) +
		       v->zones[v->interfaces[i].zone].id;
	for (i = 0; i < v->text_len; i++)
		sum += v->text[i];
	return sum;
}

static u64 walk_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Any key at all: the words need not even fit their fields. */
static u32 walk_classify(const struct kw_blob_view *v, u64 *state, u32 nr)
{
	u32 sum = 0, i;

	while (nr--) {
		u64 random = walk_random(state);
		struct kw_key key = {
			.family = random & 1,
			.zone_in = (random >> 8 & 0xff) % v->nr_zones,
			.zone_out = (random >> 16 & 0xff) % v->nr_zones,
		};
		u32 rule;

		for (i = 0; i < KW6_WORDS; i++)
			key.w[i] = (u32)walk_random(state) >>
				   (random >> 32 >> i & 1 ? 16 : 0);
		rule = kw_classify(v, &key);
		if (rule >= v->nr_rules)
			abort();
		sum += rule;
	}
	return sum;
}

#endif /* KW_TESTS_BLOB_WALK_H */
