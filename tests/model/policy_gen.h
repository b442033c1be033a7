/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random policies and packets for the model tests and fuzzers. Not uniform: few
 * distinct end points, so that rules touch, nest and differ by one; packets
 * from those ends, give or take one.
 */
#ifndef KW_TESTS_POLICY_GEN_H
#define KW_TESTS_POLICY_GEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir.h"
#include "ranges.h"

#define GEN_POOL	16u

/* Rules of a block on rectangles; small for those who need small blobs. */
#ifndef GEN_RECTANGLES
#define GEN_RECTANGLES	300u
#endif

/**
 * struct gen - a random policy being made
 * @state: of the random number generator
 * @ir: the policy
 * @pool4: addresses that rules and packets share
 * @pool6: likewise
 * @ports: likewise
 * @adversarial: rules are random rectangles that no tree separates
 */
struct gen {
	u64 state;
	struct kw_ir *ir;
	u32 pool4[GEN_POOL];
	u32 pool6[GEN_POOL][4];
	u32 ports[GEN_POOL];
	bool adversarial;
};

/* splitmix64: every seed is a good one. */
static u64 gen_u64(struct gen *g)
{
	u64 z = g->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static u32 gen_below(struct gen *g, u32 n)
{
	return (u32)((gen_u64(g) >> 32) * n >> 32);
}

static void *gen_alloc(struct gen *g, size_t size)
{
	void *p = kw_ir_alloc(g->ir, size ? size : 1);

	if (!p)
		abort();
	return p;
}

static void gen_pools(struct gen *g)
{
	u32 i;

	for (i = 0; i < GEN_POOL; i++) {
		g->pool4[i] = i & 1 ? g->pool4[i - 1] + 1 + gen_below(g, 3) * 127 :
				      (u32)gen_u64(g);
		g->ports[i] = i & 1 ? g->ports[i - 1] + 1 : gen_below(g, 65535);
		g->pool6[i][0] = 0x20010db8;
		g->pool6[i][1] = gen_below(g, 2) ? 0 : (u32)gen_u64(g);
		g->pool6[i][2] = gen_below(g, 2) ? 0 : (u32)gen_u64(g);
		g->pool6[i][3] = gen_below(g, 3) ? (u32)gen_u64(g) :
				 0u - gen_below(g, 2);
	}
	g->pool4[0] = 0;
	g->pool4[GEN_POOL - 1] = 0xffffffff;
	memset(g->pool6[0], 0, 16);
	memset(g->pool6[GEN_POOL - 1], 0xff, 16);
	g->ports[0] = 0;
	g->ports[GEN_POOL - 1] = 65535;
	for (i = 1; i < GEN_POOL - 1; i++)
		g->ports[i] &= 65535;
}

static struct kw_range4 gen_range4(struct gen *g)
{
	struct kw_range4 r;
	u32 a = g->pool4[gen_below(g, GEN_POOL)];
	u32 b = g->pool4[gen_below(g, GEN_POOL)], len;

	switch (gen_below(g, 4)) {
	case 0:
		r = (struct kw_range4){ a, a };
		break;
	case 1:
		r = (struct kw_range4){ a < b ? a : b, a < b ? b : a };
		break;
	default:
		len = gen_below(g, 33);
		r.lo = len ? a & ~0u << (32 - len) : 0;
		r.hi = len ? r.lo | ~(~0u << (32 - len)) : ~0u;
	}
	return r;
}

static struct kw_range6 gen_range6(struct gen *g)
{
	u32 *a = g->pool6[gen_below(g, GEN_POOL)];
	u32 *b = g->pool6[gen_below(g, GEN_POOL)], len, i;
	struct kw_range6 r;

	memcpy(r.lo, a, 16);
	memcpy(r.hi, a, 16);
	switch (gen_below(g, 4)) {
	case 0:
		return r;
	case 1:
		for (i = 0; i < 3 && a[i] == b[i]; i++)
			;
		memcpy(a[i] <= b[i] ? r.hi : r.lo, b, 16);
		return r;
	}
	len = gen_below(g, 129);
	for (i = 0; i < 4; i++) {
		u32 bits = len > 32 * i ? len - 32 * i : 0;
		u32 mask = bits >= 32 ? ~0u : bits ? ~0u << (32 - bits) : 0;

		r.lo[i] &= mask;
		r.hi[i] |= ~mask;
	}
	return r;
}

static struct kw_ranges4 gen_keep4(struct gen *g, struct kw_buffer *b)
{
	struct kw_ranges4 out;

	kw_ranges4_merge(b);
	out.nr = b->nr;
	out.v = gen_alloc(g, b->nr * sizeof(*out.v));
	if (b->nr)
		memcpy(out.v, b->v, b->nr * sizeof(*out.v));
	kw_buffer_free(b);
	return out;
}

static struct kw_ranges4 gen_ranges4(struct gen *g, u32 nr)
{
	struct kw_buffer b = KW_BUFFER(struct kw_range4);

	while (nr--) {
		struct kw_range4 r = gen_range4(g);

		if (kw_buffer_add(&b, &r, 1))
			abort();
	}
	return gen_keep4(g, &b);
}

static struct kw_ranges6 gen_ranges6(struct gen *g, u32 nr)
{
	struct kw_buffer b = KW_BUFFER(struct kw_range6);
	struct kw_ranges6 out;

	while (nr--) {
		struct kw_range6 r = gen_range6(g);

		if (kw_buffer_add(&b, &r, 1))
			abort();
	}
	kw_ranges6_merge(&b);
	out.nr = b.nr;
	out.v = gen_alloc(g, b.nr * sizeof(*out.v));
	if (b.nr)
		memcpy(out.v, b.v, b.nr * sizeof(*out.v));
	kw_buffer_free(&b);
	return out;
}

static struct kw_ranges4 gen_ports(struct gen *g, u32 nr)
{
	struct kw_buffer b = KW_BUFFER(struct kw_range4);

	while (nr--) {
		u32 a = g->ports[gen_below(g, GEN_POOL)];
		u32 z = gen_below(g, 2) ? a : g->ports[gen_below(g, GEN_POOL)];
		struct kw_range4 r;

		if (!gen_below(g, 4) || g->adversarial) {
			a = gen_below(g, 65536);
			z = gen_below(g, 65536);
		}
		r = (struct kw_range4){ a < z ? a : z, a < z ? z : a };
		if (kw_buffer_add(&b, &r, 1))
			abort();
	}
	return gen_keep4(g, &b);
}

/* A list like a blocklist: single addresses spread over everything. */
static struct kw_ranges4 gen_scattered(struct gen *g, u32 nr)
{
	struct kw_buffer b = KW_BUFFER(struct kw_range4);

	while (nr--) {
		u32 a = (u32)gen_u64(g);
		struct kw_range4 r = { a, a | gen_below(g, 4) };

		if (kw_buffer_add(&b, &r, 1))
			abort();
	}
	return gen_keep4(g, &b);
}

static void gen_sets(struct gen *g)
{
	struct kw_ir *ir = g->ir;
	u32 i;

	ir->nr_sets = gen_below(g, 5);
	ir->sets = gen_alloc(g, ir->nr_sets * sizeof(*ir->sets));
	for (i = 0; i < ir->nr_sets; i++) {
		struct kw_ir_set *s = gen_alloc(g, sizeof(*s));
		u32 kind = gen_below(g, 32);

		s->name = "set";
		s->index = i;
		if (!kind)
			s->ranges4 = gen_scattered(g, 6000);
		else if (kind < 4)
			s->ranges4 = gen_scattered(g, 1 + gen_below(g, 200));
		else if (kind & 1)
			s->ranges4 = gen_ranges4(g, gen_below(g, 24));
		if (kind & 2)
			s->ranges6 = gen_ranges6(g, gen_below(g, 24));
		s->families = (s->ranges4.nr ? KW_MASK_IPV4 : 0) |
			      (s->ranges6.nr ? KW_MASK_IPV6 : 0);
		if (!s->families)
			s->families = KW_MASK_BOTH;
		ir->sets[i] = s;
	}
}

static void gen_addr(struct gen *g, struct kw_ir_addr *a)
{
	u32 kind = gen_below(g, 16), i;

	if (g->adversarial ? kind : kind < 6)
		return;
	a->present = true;
	a->negated = !gen_below(g, 6);
	if (kind & 1)
		a->ranges4 = gen_ranges4(g, 1 + (kind == 15 ? 60 : gen_below(g, 3)));
	if (kind & 2)
		a->ranges6 = gen_ranges6(g, 1 + gen_below(g, 3));
	a->families = (a->ranges4.nr ? KW_MASK_IPV4 : 0) |
		      (a->ranges6.nr ? KW_MASK_IPV6 : 0);
	if (g->ir->nr_sets && (kind == 8 || kind == 12 || !a->families)) {
		a->nr_sets = 1 + gen_below(g, 2);
		a->sets = gen_alloc(g, a->nr_sets * sizeof(*a->sets));
		for (i = 0; i < a->nr_sets; i++) {
			a->sets[i] = g->ir->sets[gen_below(g, g->ir->nr_sets)];
			a->families |= a->sets[i]->families;
		}
	}
	if (!a->families) {
		a->ranges4 = gen_ranges4(g, 1);
		a->families = KW_MASK_IPV4;
	}
}

static void gen_service(struct gen *g, struct kw_ir_service *s)
{
	static const u8 protos[] = { 6, 17, 1, 58, 0, 255, 47, 6, 17 };

	s->families = gen_below(g, 8) ? KW_MASK_BOTH : 1 + gen_below(g, 3);
	s->proto_lo = s->proto_hi = protos[gen_below(g, sizeof(protos))];
	if (!gen_below(g, 5)) {
		s->proto_lo = gen_below(g, 7);
		s->proto_hi = s->proto_lo + gen_below(g, 249);
	}
	if (g->adversarial || !gen_below(g, 4))
		s->sports = gen_ports(g, 1 + gen_below(g, g->adversarial ? 1 : 3));
	if (g->adversarial || gen_below(g, 4))
		s->dports = gen_ports(g, g->adversarial ? 1 :
				      gen_below(g, 16) ? 1 + gen_below(g, 4) :
				      30 + gen_below(g, 150));
	if (g->adversarial) {
		s->proto_lo = s->proto_hi = 6;
		s->families = KW_MASK_BOTH;
	}
}

static struct kw_ir_rule *gen_rule(struct gen *g, struct kw_ir_block *block)
{
	struct kw_ir_rule *r = gen_alloc(g, sizeof(*r));
	u32 i;

	r->block = block;
	r->index = g->ir->nr_rules;
	r->id = r->index + 1;
	r->loc = (struct kw_loc){ "random.conf", r->index + 1, 1, 2 };
	r->action = gen_below(g, KW_NR_ACTIONS);
	r->text = "rule";
	gen_addr(g, &r->from);
	gen_addr(g, &r->to);
	r->families = gen_below(g, 8) ? KW_MASK_BOTH : 1 + gen_below(g, 2);
	if (r->from.present)
		r->families &= r->from.families;
	if (r->to.present)
		r->families &= r->to.families;
	if (g->adversarial || gen_below(g, 3)) {
		r->nr_services = g->adversarial ? 1 : 1 + gen_below(g, 3);
		r->services = gen_alloc(g, r->nr_services * sizeof(*r->services));
		for (i = 0; i < r->nr_services; i++)
			gen_service(g, &r->services[i]);
	}
	g->ir->rules[g->ir->nr_rules++] = r;
	return r;
}

static void gen_zone_list(struct gen *g, bool *any, struct kw_ir_zone ***zones,
			  size_t *nr)
{
	u32 i;

	*any = !gen_below(g, 3);
	*nr = *any ? 0 : 1 + gen_below(g, 2);
	*zones = gen_alloc(g, *nr * sizeof(**zones));
	for (i = 0; i < *nr; i++)
		(*zones)[i] = g->ir->zones[gen_below(g, g->ir->nr_zones)];
}

static void gen_zones(struct gen *g)
{
	static const char *const names[] = { "self", "none", "wan", "lan", "dmz" };
	struct kw_ir *ir = g->ir;
	u32 i;

	ir->nr_zones = 2 + gen_below(g, 4);
	ir->zones = gen_alloc(g, ir->nr_zones * sizeof(*ir->zones));
	for (i = 0; i < ir->nr_zones; i++) {
		struct kw_ir_zone *z = gen_alloc(g, sizeof(*z));

		z->name = names[i];
		z->index = i;
		z->id = i + 1;
		z->nr_interfaces = i < 2 ? 0 : 2;
		z->interfaces = gen_alloc(g, 2 * sizeof(*z->interfaces));
		z->interfaces[0].name = i & 1 ? "eth1" : "eth0";
		z->interfaces[1].name = i & 1 ? "ppp" : "ppp1";
		z->interfaces[1].prefix = true;
		ir->zones[i] = z;
	}
}

#define GEN_MAX_RULES	2048u

/* A random policy; @g->ir belongs to the caller. */
static void gen_policy(struct gen *g, u64 seed)
{
	struct kw_ir_rule *last;
	struct kw_ir *ir;
	u32 i, j;

	memset(g, 0, sizeof(*g));
	g->state = seed;
	g->ir = ir = kw_ir_new();
	if (!ir)
		abort();
	g->adversarial = !gen_below(g, 8);
	gen_pools(g);
	gen_zones(g);
	gen_sets(g);
	ir->rules = gen_alloc(g, GEN_MAX_RULES * sizeof(*ir->rules));
	ir->nr_rules = 0;
	ir->nr_blocks = 1 + gen_below(g, 4);
	ir->blocks = gen_alloc(g, ir->nr_blocks * sizeof(*ir->blocks));
	for (i = 0; i < ir->nr_blocks; i++) {
		struct kw_ir_block *b = gen_alloc(g, sizeof(*b));

		gen_zone_list(g, &b->from_any, &b->from, &b->nr_from);
		gen_zone_list(g, &b->to_any, &b->to, &b->nr_to);
		b->head = "a -> b";
		b->nr_rules = gen_below(g, g->adversarial ? GEN_RECTANGLES : 40);
		b->rules = gen_alloc(g, b->nr_rules * sizeof(*b->rules));
		for (j = 0; j < b->nr_rules; j++)
			b->rules[j] = gen_rule(g, b);
		ir->blocks[i] = b;
	}
	last = gen_alloc(g, sizeof(*last));
	last->block = gen_alloc(g, sizeof(*last->block));
	last->block->head = "default";
	last->block->nr_rules = 1;
	last->block->rules = &ir->rules[ir->nr_rules];
	last->index = ir->nr_rules;
	last->families = KW_MASK_BOTH;
	last->text = "drop";
	ir->rules[ir->nr_rules++] = last;
	ir->default_rule = last;
}

/* Inside a range, at its ends, or just outside. */
static u32 gen_near(struct gen *g, u32 lo, u32 hi)
{
	switch (gen_below(g, 6)) {
	case 0:
		return lo - 1;
	case 1:
		return lo;
	case 2:
		return hi;
	case 3:
		return hi + 1;
	}
	return lo + (u32)(gen_u64(g) % ((u64)hi - lo + 1));
}

static void gen_key_addr(struct gen *g, const struct kw_ir_addr *a, u32 family,
			 u32 *w)
{
	const struct kw_ranges4 *r4 = &a->ranges4;
	const struct kw_ranges6 *r6 = &a->ranges6;
	u32 i;

	if (a->nr_sets && gen_below(g, 2)) {
		i = gen_below(g, a->nr_sets);
		r4 = &a->sets[i]->ranges4;
		r6 = &a->sets[i]->ranges6;
	}
	if (family == KW_IPV4 && r4->nr && gen_below(g, 8)) {
		i = gen_below(g, r4->nr);
		*w = gen_near(g, r4->v[i].lo, r4->v[i].hi);
	} else if (family == KW_IPV4) {
		*w = gen_below(g, 2) ? g->pool4[gen_below(g, GEN_POOL)] +
				       gen_below(g, 3) - 1 : (u32)gen_u64(g);
	} else if (r6->nr && gen_below(g, 8)) {
		const struct kw_range6 *r = &r6->v[gen_below(g, r6->nr)];

		memcpy(w, gen_below(g, 2) ? r->lo : r->hi, 16);
		i = gen_below(g, 8);
		if (i < 4)
			w[i] += gen_below(g, 3) - 1;
	} else {
		memcpy(w, g->pool6[gen_below(g, GEN_POOL)], 16);
		w[gen_below(g, 4)] += gen_below(g, 3) - 1;
	}
}

static u32 gen_key_port(struct gen *g, const struct kw_ranges4 *ports)
{
	u32 i;

	if (ports && ports->nr && gen_below(g, 8)) {
		i = gen_below(g, ports->nr);
		return gen_near(g, ports->v[i].lo, ports->v[i].hi) & 0xffff;
	}
	return gen_below(g, 2) ? g->ports[gen_below(g, GEN_POOL)] :
				 gen_below(g, 65536);
}

static void gen_key(struct gen *g, struct kw_key *key)
{
	const struct kw_ir_rule *r = g->ir->rules[gen_below(g, g->ir->nr_rules)];
	const struct kw_ir_service *s = NULL;
	bool ipv6 = gen_below(g, 2);
	u32 *ports = &key->w[ipv6 ? KW6_SPORT : KW4_SPORT];

	memset(key, 0, sizeof(*key));
	key->family = ipv6 ? KW_IPV6 : KW_IPV4;
	key->zone_in = gen_below(g, g->ir->nr_zones);
	key->zone_out = gen_below(g, g->ir->nr_zones);
	if (!gen_below(g, 64)) {
		/* All zero or all ones, as far as a word can be. */
		u32 x = 0u - gen_below(g, 2);

		memset(key->w, x, ipv6 ? 32 : 8);
		ports[0] = ports[1] = x & 0xffff;
		ports[2] = x & 0xff;
		return;
	}
	if (r->nr_services)
		s = &r->services[gen_below(g, r->nr_services)];
	gen_key_addr(g, &r->from, key->family, &key->w[0]);
	gen_key_addr(g, &r->to, key->family, &key->w[ipv6 ? KW6_DST : KW4_DST]);
	ports[0] = gen_key_port(g, s ? &s->sports : NULL);
	ports[1] = gen_key_port(g, s ? &s->dports : NULL);
	ports[2] = s && gen_below(g, 8) ? gen_near(g, s->proto_lo, s->proto_hi) & 0xff :
		   gen_below(g, 256);
}

#endif /* KW_TESTS_POLICY_GEN_H */
