// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule sets for benchmarks. A set draws prefixes from a tree of networks that
 * it grows first, so that prefixes nest as real ones do; lengths follow a
 * histogram of the kind, ports one of five classes:
 *   WC any, HI 1024-65535, LO 0-1023, AR another range, EM a single port.
 * Rules for smaller networks come before those for larger ones, more or less,
 * as people write them; in the last set of each kind the order is random, which
 * is harder: then no tree can be left out because of its priorities.
 */
#include <stdlib.h>
#include "rulegen.h"

const struct rulegen_set rulegen_sets[] = {
	{ "acl-1", 'a', 1, false }, { "acl-2", 'a', 2, false },
	{ "acl-3", 'a', 3, true },
	{ "fw-1", 'f', 11, false }, { "fw-2", 'f', 12, false },
	{ "fw-3", 'f', 13, true },
	{ "ipc-1", 'i', 21, false }, { "ipc-2", 'i', 22, false },
	{ "ipc-3", 'i', 23, true },
};
const size_t rulegen_nr_sets = sizeof(rulegen_sets) / sizeof(rulegen_sets[0]);

/**
 * struct profile - numbers of a kind, in parts of 100
 * @src_wild: rules from anywhere
 * @dst_wild: rules to anywhere
 * @src_len: histogram: prefixes of 8-15, 16-23, 24, 25-31, 32 bits
 * @dst_len: likewise
 * @sport: histogram: WC, HI, LO, AR, EM
 * @dport: likewise
 * @tcp: rules for TCP
 * @udp: for UDP; the rest for any protocol or ICMP
 */
struct profile {
	u8 src_wild, dst_wild;
	u8 src_len[5], dst_len[5];
	u8 sport[5], dport[5];
	u8 tcp, udp;
};

static const struct profile profiles[] = {
	{ 5, 2, { 3, 15, 25, 25, 32 }, { 1, 8, 25, 22, 44 },
	  { 98, 1, 0, 0, 1 }, { 25, 6, 2, 12, 55 }, 70, 15 },
	{ 30, 25, { 4, 18, 28, 10, 40 }, { 4, 20, 28, 10, 38 },
	  { 70, 12, 2, 4, 12 }, { 30, 12, 4, 14, 40 }, 55, 30 },
	{ 12, 10, { 2, 12, 22, 14, 50 }, { 2, 12, 22, 14, 50 },
	  { 75, 6, 2, 5, 12 }, { 40, 8, 3, 9, 40 }, 60, 20 },
};

/**
 * struct rng - state of the generator and the networks it has grown
 * @state: splitmix64
 * @net: prefixes of /8 to /24 that longer ones hang below
 * @nr_net: how many
 */
struct rng {
	u64 state;
	u32 *net;
	u32 nr_net;
};

static u32 below(struct rng *g, u32 n)
{
	u64 z = g->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (u32)(((z ^ (z >> 31)) >> 32) * n >> 32);
}

static u32 pick(struct rng *g, const u8 *histogram, u32 nr)
{
	u32 x = below(g, 100), i;

	for (i = 0; i + 1 < nr && x >= histogram[i]; i++)
		x -= histogram[i];
	return i;
}

static const struct profile *profile_of(const struct rulegen_set *set)
{
	return &profiles[set->kind == 'a' ? 0 : set->kind == 'f' ? 1 : 2];
}

/* Networks of a site: a few /8, below them /16, below those /24. */
static int grow(struct rng *g, u32 rules)
{
	u32 i;

	g->nr_net = 16 + rules / 8;
	g->net = malloc(g->nr_net * sizeof(*g->net));
	if (!g->net)
		return -1;
	for (i = 0; i < g->nr_net; i++) {
		if (i < 8)
			g->net[i] = (1 + below(g, 222)) << 24 | below(g, 256) << 16;
		else if (below(g, 4))
			g->net[i] = (g->net[below(g, i)] & 0xffff0000u) |
				    below(g, 256) << 8;
		else
			g->net[i] = (g->net[below(g, i)] & 0xff000000u) |
				    below(g, 65536) << 8;
	}
	return 0;
}

static struct kw_range4 prefix(struct rng *g, const u8 *lengths)
{
	static const u8 first[] = { 8, 16, 24, 25, 32 }, span[] = { 8, 8, 1, 7, 1 };
	u32 class = pick(g, lengths, 5);
	u32 len = first[class] + below(g, span[class]);
	u32 mask = ~0u << (32 - len);
	u32 a = g->net[below(g, g->nr_net)] | below(g, 256);

	return (struct kw_range4){ a & mask, (a & mask) | ~mask };
}

static struct kw_range4 ports(struct rng *g, const u8 *classes)
{
	static const u16 known[] = { 80, 443, 22, 25, 53, 110, 143, 21, 23, 123,
				     161, 389, 445, 993, 995, 1433, 1521, 3306,
				     3389, 5060, 8080, 8443 };
	u32 lo;

	switch (pick(g, classes, 5)) {
	case 0:
		return (struct kw_range4){ 0, 65535 };
	case 1:
		return (struct kw_range4){ 1024, 65535 };
	case 2:
		return (struct kw_range4){ 0, 1023 };
	case 3:
		lo = 1024 + below(g, 200) * 100;
		return (struct kw_range4){ lo, lo + 10 + below(g, 20) * 50 };
	}
	lo = below(g, 4) ? known[below(g, sizeof(known) / sizeof(known[0]))] :
			   1024 + below(g, 30000);
	return (struct kw_range4){ lo, lo };
}

static void *must(struct kw_ir *ir, size_t size)
{
	void *p = kw_ir_alloc(ir, size);

	if (!p)
		abort();
	return p;
}

static void set_ranges(struct kw_ir *ir, struct kw_ranges4 *to,
		       struct kw_range4 range)
{
	to->v = must(ir, sizeof(*to->v));
	to->v[0] = range;
	to->nr = 1;
}

static void set_addr(struct rng *g, struct kw_ir *ir, struct kw_ir_addr *a,
		     u32 wild, const u8 *lengths)
{
	if (below(g, 100) < wild)
		return;
	a->present = true;
	a->families = KW_MASK_IPV4;
	set_ranges(ir, &a->ranges4, prefix(g, lengths));
}

static void set_service(struct rng *g, struct kw_ir *ir, struct kw_ir_rule *r,
			const struct profile *p)
{
	struct kw_ir_service *s = must(ir, sizeof(*s));
	struct kw_range4 sport = ports(g, p->sport), dport = ports(g, p->dport);
	u32 x = below(g, 100);

	r->services = s;
	r->nr_services = 1;
	s->families = KW_MASK_IPV4;
	s->proto_hi = 255;
	if (x < p->tcp + p->udp) {
		s->proto_lo = s->proto_hi = x < p->tcp ? 6 : 17;
		if (sport.hi - sport.lo < 65535)
			set_ranges(ir, &s->sports, sport);
		if (dport.hi - dport.lo < 65535)
			set_ranges(ir, &s->dports, dport);
	} else if (x & 1) {
		s->proto_lo = s->proto_hi = 1;
	}
}

/* Bits that the prefixes of a rule fix. */
static u32 fixed_bits(const struct kw_ir_rule *r)
{
	const struct kw_ir_addr *a[2] = { &r->from, &r->to };
	u32 bits = 0, i;

	for (i = 0; i < 2; i++)
		if (a[i]->present)
			bits += 32 - __builtin_popcount(a[i]->ranges4.v[0].hi -
							a[i]->ranges4.v[0].lo);
	return bits;
}

/* Counting sort by fixed bits, most first, give or take eight. */
static void sort_rules(struct rng *g, struct kw_ir_rule **rules, u32 nr)
{
	u32 start[74] = { 0 }, i;
	struct kw_ir_rule **out = malloc(nr * sizeof(*out));
	u8 *key = malloc(nr);

	if (!out || !key)
		abort();
	for (i = 0; i < nr; i++) {
		key[i] = 72 - fixed_bits(rules[i]) - below(g, 9);
		start[key[i] + 1]++;
	}
	for (i = 1; i < 74; i++)
		start[i] += start[i - 1];
	for (i = 0; i < nr; i++)
		out[start[key[i]]++] = rules[i];
	for (i = 0; i < nr; i++) {
		rules[i] = out[i];
		rules[i]->index = i;
		rules[i]->id = i + 1;
		rules[i]->loc.line = i + 1;
	}
	free(out);
	free(key);
}

static struct kw_ir_rule *add_rule(struct kw_ir *ir, struct kw_ir_block *block)
{
	struct kw_ir_rule *r = must(ir, sizeof(*r));

	r->index = ir->nr_rules;
	r->id = r->index + 1;
	r->block = block;
	r->families = KW_MASK_IPV4;
	r->text = "";
	r->loc = (struct kw_loc){ "bench.conf", r->index + 1, 1, 2 };
	ir->rules[ir->nr_rules++] = r;
	return r;
}

static void add_zones(struct kw_ir *ir)
{
	static const char *const names[] = { "self", "none", "wan", "lan" };
	u32 i;

	ir->nr_zones = 4;
	ir->zones = must(ir, 4 * sizeof(*ir->zones));
	for (i = 0; i < 4; i++) {
		ir->zones[i] = must(ir, sizeof(**ir->zones));
		ir->zones[i]->name = names[i];
		ir->zones[i]->index = i;
		ir->zones[i]->id = i + 1;
	}
}

/* One block, "wan -> lan", so that there is one large classifier. */
struct kw_ir *rulegen_policy(const struct rulegen_set *set, u32 nr)
{
	const struct profile *p = profile_of(set);
	struct rng g = { .state = set->seed * 1000003 };
	struct kw_ir *ir = kw_ir_new();
	struct kw_ir_block *b;
	u32 i;

	if (!ir || grow(&g, nr))
		return NULL;
	add_zones(ir);
	ir->rules = must(ir, (nr + 1) * sizeof(*ir->rules));
	ir->nr_rules = 0;
	ir->nr_blocks = 1;
	ir->blocks = must(ir, sizeof(*ir->blocks));
	ir->blocks[0] = b = must(ir, sizeof(*b));
	b->head = "wan -> lan";
	b->from = &ir->zones[2];
	b->to = &ir->zones[3];
	b->nr_from = b->nr_to = 1;
	for (i = 0; i < nr; i++) {
		struct kw_ir_rule *r = add_rule(ir, b);

		set_addr(&g, ir, &r->from, p->src_wild, p->src_len);
		/* Both ends open would hide every rule below. */
		set_addr(&g, ir, &r->to, r->from.present ? p->dst_wild : 0,
			 p->dst_len);
		set_service(&g, ir, r, p);
	}
	if (!set->random_order)
		sort_rules(&g, ir->rules, nr);
	b->rules = ir->rules;
	b->nr_rules = nr;
	b = must(ir, sizeof(*b));
	b->head = "default";
	b->rules = &ir->rules[nr];
	b->nr_rules = 1;
	ir->default_rule = add_rule(ir, b);
	free(g.net);
	return ir;
}

static u32 inside(struct rng *g, const struct kw_ranges4 *r, u32 max)
{
	u32 lo = r->nr ? r->v[0].lo : 0, hi = r->nr ? r->v[0].hi : max;

	return lo + (u32)(((u64)below(g, ~0u) * ((u64)hi - lo + 1)) >> 32);
}

void rulegen_keys(const struct rulegen_set *set, const struct kw_ir *ir,
		  struct kw_key *keys, u32 nr)
{
	struct rng g = { .state = set->seed * 7919 };
	u32 i;

	for (i = 0; i < nr; i++) {
		const struct kw_ir_rule *r = ir->rules[below(&g, ir->nr_rules - 1)];
		const struct kw_ir_service *s = r->services;
		struct kw_key *k = &keys[i];

		*k = (struct kw_key){ .zone_in = 2, .zone_out = 3 };
		k->w[KW4_SRC] = inside(&g, &r->from.ranges4, ~0u);
		k->w[KW4_DST] = inside(&g, &r->to.ranges4, ~0u);
		k->w[KW4_SPORT] = inside(&g, &s->sports, 65535);
		k->w[KW4_DPORT] = inside(&g, &s->dports, 65535);
		k->w[KW4_PROTO] = s->proto_lo == s->proto_hi ? s->proto_lo :
							       below(&g, 256);
	}
}
