// SPDX-License-Identifier: GPL-2.0-only
/*
 * The oracle: what a policy means, read straight from the IR, rule by rule.
 * Kept naive on purpose and independent of core/: every test compares the
 * compiled classifier with it.
 */
#include "ir.h"

static bool in_ranges4(const struct kw_ranges4 *ranges, u32 value)
{
	size_t i;

	for (i = 0; i < ranges->nr; i++)
		if (ranges->v[i].lo <= value && value <= ranges->v[i].hi)
			return true;
	return false;
}

static int compare128(const u32 *a, const u32 *b)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static bool in_ranges6(const struct kw_ranges6 *ranges, const u32 *value)
{
	size_t i;

	for (i = 0; i < ranges->nr; i++)
		if (compare128(ranges->v[i].lo, value) <= 0 &&
		    compare128(value, ranges->v[i].hi) <= 0)
			return true;
	return false;
}

static bool address_matches(const struct kw_ir_addr *addr, u32 family,
			    const u32 *value)
{
	bool in;
	size_t i;

	if (!addr->present)
		return true;
	if (!(addr->families & 1u << family))
		return false;
	in = family == KW_IPV4 ? in_ranges4(&addr->ranges4, *value) :
				 in_ranges6(&addr->ranges6, value);
	for (i = 0; i < addr->nr_sets && !in; i++)
		in = family == KW_IPV4 ?
		     in_ranges4(&addr->sets[i]->ranges4, *value) :
		     in_ranges6(&addr->sets[i]->ranges6, value);
	return in != addr->negated;
}

static bool service_matches(const struct kw_ir_service *s, u32 family,
			    u32 sport, u32 dport, u32 proto)
{
	return s->families & 1u << family &&
	       s->proto_lo <= proto && proto <= s->proto_hi &&
	       (!s->sports.nr || in_ranges4(&s->sports, sport)) &&
	       (!s->dports.nr || in_ranges4(&s->dports, dport));
}

static bool rule_matches(const struct kw_ir_rule *rule,
			 const struct kw_key *key)
{
	bool ipv6 = key->family == KW_IPV6;
	u32 sport = key->w[ipv6 ? KW6_SPORT : KW4_SPORT];
	u32 dport = key->w[ipv6 ? KW6_DPORT : KW4_DPORT];
	u32 proto = key->w[ipv6 ? KW6_PROTO : KW4_PROTO];
	size_t i;

	if (!(rule->families & 1u << key->family))
		return false;
	if (!address_matches(&rule->from, key->family,
			     &key->w[ipv6 ? KW6_SRC : KW4_SRC]) ||
	    !address_matches(&rule->to, key->family,
			     &key->w[ipv6 ? KW6_DST : KW4_DST]))
		return false;
	if (!rule->nr_services)
		return true;
	for (i = 0; i < rule->nr_services; i++)
		if (service_matches(&rule->services[i], key->family, sport,
				    dport, proto))
			return true;
	return false;
}

static bool zone_listed(bool any, struct kw_ir_zone *const *zones, size_t nr,
			u32 index)
{
	size_t i;

	for (i = 0; i < nr && !any; i++)
		any = zones[i]->index == index;
	return any;
}

/**
 * kw_ir_eval() - judge a key by reading the rules from top to bottom
 * @ir: the policy
 * @key: what to judge
 *
 * Return: the first rule that matches, the default rule if none does.
 */
const struct kw_ir_rule *kw_ir_eval(const struct kw_ir *ir,
				    const struct kw_key *key)
{
	size_t i, j;

	for (i = 0; i < ir->nr_blocks; i++) {
		const struct kw_ir_block *b = ir->blocks[i];

		if (!zone_listed(b->from_any, b->from, b->nr_from, key->zone_in) ||
		    !zone_listed(b->to_any, b->to, b->nr_to, key->zone_out))
			continue;
		for (j = 0; j < b->nr_rules; j++)
			if (rule_matches(b->rules[j], key))
				return b->rules[j];
	}
	return ir->default_rule;
}
