// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that can never match, because earlier ones decide all of it.
 *
 * A rule is compared with earlier rules one by one: each must cover it alone,
 * though different ones may do so for different zone pairs. That several rules
 * cover another only together goes unnoticed.
 *
 * Not all pairs are compared, which would take minutes for 100000 rules. Each
 * rule is filed under a coarse box that holds it: a network around its source,
 * one around its destination (lengths of LENGTH_STEP bits), its protocol, its
 * port. What covers a rule is filed under a box around that rule, so only
 * those boxes are looked into, and MAX_CHAIN rules of each. A rule behind more
 * than that many others in one box is not found to cover anything.
 */
#include <stdlib.h>
#include "parse.h"

#define MAX_CHAIN	64u
#define MAX_SHAPES	512u
#define LENGTH_STEP	8u
#define ANY_FAMILY	2u
#define ANY_PROTO	256u
#define ANY_PORT	65536u

/* The common prefix of all addresses of a list; length 0: everything. */
struct hull {
	u32 word[4];
	unsigned int family;
	unsigned int length;
};

struct box {
	struct hull from;
	struct hull to;
	u32 proto;
	u32 port;
};

/* What boxes have in common that can be found by one hash. */
struct shape {
	u8 family;
	u8 from_length;
	u8 to_length;
	bool proto;
	bool port;
};

struct entry {
	struct box box;
	const struct kw_ir_rule *rule;
	struct entry *chain;	/* rules of the same box, in order */
	struct entry **tail;
	unsigned int nr;
};

struct index {
	struct entry **slots;
	size_t mask;
	struct entry *entries;
	struct shape shapes[MAX_SHAPES];
	unsigned int nr_shapes;
};

/* ---- does a list of addresses cover another? ---------------------------- */

static bool in_list4(const struct kw_ir_addr *a, const struct kw_range4 *x)
{
	size_t i;

	if (kw_ir_ranges4_cover(&a->ranges4, x))
		return true;
	for (i = 0; i < a->nr_sets; i++)
		if (kw_ir_ranges4_cover(&a->sets[i]->ranges4, x))
			return true;
	return false;
}

static bool in_list6(const struct kw_ir_addr *a, const struct kw_range6 *x)
{
	size_t i;

	if (kw_ir_ranges6_cover(&a->ranges6, x))
		return true;
	for (i = 0; i < a->nr_sets; i++)
		if (kw_ir_ranges6_cover(&a->sets[i]->ranges6, x))
			return true;
	return false;
}

static bool touches4(const struct kw_ir_addr *a, const struct kw_range4 *x)
{
	size_t i;

	if (kw_ir_ranges4_touch(&a->ranges4, x))
		return true;
	for (i = 0; i < a->nr_sets; i++)
		if (kw_ir_ranges4_touch(&a->sets[i]->ranges4, x))
			return true;
	return false;
}

static bool touches6(const struct kw_ir_addr *a, const struct kw_range6 *x)
{
	size_t i;

	if (kw_ir_ranges6_touch(&a->ranges6, x))
		return true;
	for (i = 0; i < a->nr_sets; i++)
		if (kw_ir_ranges6_touch(&a->sets[i]->ranges6, x))
			return true;
	return false;
}

/* Larger sets are only compared by name. */
#define SMALL_SET 64u

typedef bool (*test4)(const struct kw_ir_addr *a, const struct kw_range4 *x);
typedef bool (*test6)(const struct kw_ir_addr *a, const struct kw_range6 *x);

static bool all4(const struct kw_ir_addr *a, const struct kw_ranges4 *r,
		 test4 test, bool want)
{
	size_t i;

	if (r->nr > SMALL_SET)
		return false;
	for (i = 0; i < r->nr; i++)
		if (test(a, &r->v[i]) != want)
			return false;
	return true;
}

static bool all6(const struct kw_ir_addr *a, const struct kw_ranges6 *r,
		 test6 test, bool want)
{
	size_t i;

	if (r->nr > SMALL_SET)
		return false;
	for (i = 0; i < r->nr; i++)
		if (test(a, &r->v[i]) != want)
			return false;
	return true;
}

static bool names_set(const struct kw_ir_addr *a, const struct kw_ir_set *set)
{
	size_t i;

	for (i = 0; i < a->nr_sets; i++)
		if (a->sets[i] == set)
			return true;
	return false;
}

/* Is all that @inner lists also listed by @outer? */
static bool list_covers(const struct kw_ir_addr *outer,
			const struct kw_ir_addr *inner, unsigned int families)
{
	bool v4 = families & KW_MASK_IPV4, v6 = families & KW_MASK_IPV6;
	const struct kw_ir_set *set;
	size_t i;

	if ((v4 && !all4(outer, &inner->ranges4, in_list4, true)) ||
	    (v6 && !all6(outer, &inner->ranges6, in_list6, true)))
		return false;
	for (i = 0; i < inner->nr_sets; i++) {
		set = inner->sets[i];
		if (names_set(outer, set))
			continue;
		if ((v4 && !all4(outer, &set->ranges4, in_list4, true)) ||
		    (v6 && !all6(outer, &set->ranges6, in_list6, true)))
			return false;
	}
	return true;
}

static bool list_disjoint(const struct kw_ir_addr *a,
			  const struct kw_ir_addr *b, unsigned int families)
{
	bool v4 = families & KW_MASK_IPV4, v6 = families & KW_MASK_IPV6;
	const struct kw_ir_set *set;
	size_t i;

	if ((v4 && !all4(a, &b->ranges4, touches4, false)) ||
	    (v6 && !all6(a, &b->ranges6, touches6, false)))
		return false;
	for (i = 0; i < b->nr_sets; i++) {
		set = b->sets[i];
		if ((v4 && !all4(a, &set->ranges4, touches4, false)) ||
		    (v6 && !all6(a, &set->ranges6, touches6, false)))
			return false;
	}
	return true;
}

static bool lists_everything(const struct kw_ir_addr *a, unsigned int families)
{
	const struct kw_range4 every4 = { 0, ~0u };
	const struct kw_range6 every6 = { .hi = { ~0u, ~0u, ~0u, ~0u } };

	if ((families & KW_MASK_IPV4) && !in_list4(a, &every4))
		return false;
	return !(families & KW_MASK_IPV6) || in_list6(a, &every6);
}

static bool address_covers(const struct kw_ir_addr *outer,
			   const struct kw_ir_addr *inner,
			   unsigned int families)
{
	if (!outer->present)
		return true;
	if (!outer->negated && (!inner->present || inner->negated))
		return lists_everything(outer, families);
	if (!inner->present)
		return false;
	if (!outer->negated)
		return list_covers(outer, inner, families);
	if (inner->negated)
		return list_covers(inner, outer, families);
	return list_disjoint(outer, inner, families);
}

/* ---- does a rule cover another? ----------------------------------------- */

static bool ports_cover(const struct kw_ranges4 *outer,
			const struct kw_ranges4 *inner)
{
	size_t i;

	if (!outer->nr)
		return true;
	if (!inner->nr)
		return false;
	for (i = 0; i < inner->nr; i++)
		if (!kw_ir_ranges4_cover(outer, &inner->v[i]))
			return false;
	return true;
}

static bool one_service_covers(const struct kw_ir_rule *outer,
			       const struct kw_ir_service *s,
			       unsigned int families)
{
	size_t i;

	for (i = 0; i < outer->nr_services; i++) {
		const struct kw_ir_service *t = &outer->services[i];

		if (t->proto_lo <= s->proto_lo && t->proto_hi >= s->proto_hi &&
		    !(families & ~t->families) &&
		    ports_cover(&t->sports, &s->sports) &&
		    ports_cover(&t->dports, &s->dports))
			return true;
	}
	return false;
}

static bool services_cover(const struct kw_ir_rule *outer,
			   const struct kw_ir_rule *inner)
{
	size_t i;

	if (!outer->nr_services)
		return true;
	if (!inner->nr_services)
		return false;
	for (i = 0; i < inner->nr_services; i++)
		if (!one_service_covers(outer, &inner->services[i],
					inner->services[i].families &
					inner->families))
			return false;
	return true;
}

static bool match_covers(const struct kw_ir_rule *outer,
			 const struct kw_ir_rule *inner)
{
	return !(inner->families & ~outer->families) &&
	       services_cover(outer, inner) &&
	       address_covers(&outer->from, &inner->from, inner->families) &&
	       address_covers(&outer->to, &inner->to, inner->families);
}

/* ---- boxes -------------------------------------------------------------- */

static u32 mask_word(unsigned int length, unsigned int word)
{
	unsigned int bits = length > word * 32 ? length - word * 32 : 0;

	return !bits ? 0 : bits >= 32 ? ~0u : ~0u << (32 - bits);
}

static void hull_cut(struct hull *h, unsigned int length)
{
	unsigned int i;

	h->length = length;
	for (i = 0; i < 4; i++)
		h->word[i] &= mask_word(length, i);
}

static unsigned int common_bits(const u32 *a, const u32 *b, unsigned int words)
{
	unsigned int i;

	for (i = 0; i < words; i++)
		if (a[i] != b[i])
			return i * 32 + __builtin_clz(a[i] ^ b[i]);
	return words * 32;
}

/* Ranges are sorted: what the first and the last have in common, all have. */
static void hull_add4(struct hull *h, const struct kw_ranges4 *r, bool *empty)
{
	unsigned int bits;

	if (!r->nr)
		return;
	if (*empty) {
		h->word[0] = r->v[0].lo;
		h->length = 32;
		*empty = false;
	}
	bits = common_bits(h->word, &r->v[0].lo, 1);
	h->length = bits < h->length ? bits : h->length;
	bits = common_bits(h->word, &r->v[r->nr - 1].hi, 1);
	h->length = bits < h->length ? bits : h->length;
}

static void hull_add6(struct hull *h, const struct kw_ranges6 *r, bool *empty)
{
	unsigned int bits;

	if (!r->nr)
		return;
	if (*empty) {
		memcpy(h->word, r->v[0].lo, sizeof(h->word));
		h->length = 128;
		*empty = false;
	}
	bits = common_bits(h->word, r->v[0].lo, 4);
	h->length = bits < h->length ? bits : h->length;
	bits = common_bits(h->word, r->v[r->nr - 1].hi, 4);
	h->length = bits < h->length ? bits : h->length;
}

static void hull_of(struct hull *h, const struct kw_ir_addr *a,
		    unsigned int families)
{
	bool empty = true;
	size_t i;

	memset(h, 0, sizeof(*h));
	h->family = families == KW_MASK_IPV4 ? KW_IPV4 :
		    families == KW_MASK_IPV6 ? KW_IPV6 : ANY_FAMILY;
	if (!a->present || a->negated || families == KW_MASK_BOTH)
		return;
	if (families == KW_MASK_IPV4) {
		hull_add4(h, &a->ranges4, &empty);
		for (i = 0; i < a->nr_sets; i++)
			hull_add4(h, &a->sets[i]->ranges4, &empty);
	} else {
		hull_add6(h, &a->ranges6, &empty);
		for (i = 0; i < a->nr_sets; i++)
			hull_add6(h, &a->sets[i]->ranges6, &empty);
	}
	hull_cut(h, h->length - h->length % LENGTH_STEP);
}

static void box_of(struct box *b, const struct kw_ir_rule *rule)
{
	const struct kw_ir_service *s = rule->services;

	hull_of(&b->from, &rule->from, rule->families);
	hull_of(&b->to, &rule->to, rule->families);
	b->proto = ANY_PROTO;
	b->port = ANY_PORT;
	if (rule->nr_services != 1 || s->proto_lo != s->proto_hi)
		return;
	b->proto = s->proto_lo;
	if (s->dports.nr == 1 && s->dports.v[0].lo == s->dports.v[0].hi)
		b->port = s->dports.v[0].lo;
}

static void shape_of(struct shape *s, const struct box *b)
{
	memset(s, 0, sizeof(*s));
	s->family = b->from.family;
	s->from_length = b->from.length;
	s->to_length = b->to.length;
	s->proto = b->proto != ANY_PROTO;
	s->port = b->port != ANY_PORT;
}

/* Make of @b the box of this shape around it; false: there is none. */
static bool box_widen(struct box *b, const struct shape *s)
{
	if ((s->family != ANY_FAMILY && s->family != b->from.family) ||
	    s->from_length > b->from.length || s->to_length > b->to.length ||
	    (s->proto && b->proto == ANY_PROTO) ||
	    (s->port && b->port == ANY_PORT))
		return false;
	b->from.family = s->family;
	b->to.family = s->family;
	hull_cut(&b->from, s->from_length);
	hull_cut(&b->to, s->to_length);
	if (!s->proto)
		b->proto = ANY_PROTO;
	if (!s->port)
		b->port = ANY_PORT;
	return true;
}

/* ---- the index ---------------------------------------------------------- */

static struct entry **find(const struct index *x, const struct box *b)
{
	const u32 *words = (const u32 *)b;
	u32 hash = KW_HASH_START;
	size_t i;

	for (i = 0; i < sizeof(*b) / sizeof(*words); i++)
		hash = (hash ^ words[i]) * 0x9e3779b1u ^ hash >> 15;
	i = hash & x->mask;
	while (x->slots[i] && memcmp(&x->slots[i]->box, b, sizeof(*b)))
		i = (i + 1) & x->mask;
	return &x->slots[i];
}

static bool shape_known(struct index *x, const struct shape *s)
{
	unsigned int i;

	for (i = 0; i < x->nr_shapes; i++)
		if (!memcmp(&x->shapes[i], s, sizeof(*s)))
			return true;
	if (x->nr_shapes == MAX_SHAPES)
		return false;
	x->shapes[x->nr_shapes++] = *s;
	return true;
}

static void file_rule(struct index *x, struct entry *e,
		      const struct kw_ir_rule *rule, const struct box *box)
{
	struct entry **slot;
	struct shape shape;

	shape_of(&shape, box);
	if (!shape_known(x, &shape))
		return;
	e->box = *box;
	e->rule = rule;
	slot = find(x, box);
	if (!*slot) {
		*slot = e;
		e->tail = &e->chain;
		e->nr = 1;
	} else if ((*slot)->nr < MAX_CHAIN) {
		*(*slot)->tail = e;
		(*slot)->tail = &e->chain;
		(*slot)->nr++;
	}
}

/* ---- zone pairs --------------------------------------------------------- */

static u64 zones_mask(const struct kw_ir *ir, bool any,
		      struct kw_ir_zone **zones, size_t nr)
{
	u64 mask = 0;
	size_t i;

	if (any)
		return ir->nr_zones >= 64 ? ~0ull : (1ull << ir->nr_zones) - 1;
	for (i = 0; i < nr; i++)
		mask |= 1ull << zones[i]->index;
	return mask;
}

/* The zone pairs of a rule that no earlier rule has decided. */
struct pairs {
	u64 to[KW_MAX_ZONES];
	u64 from;
	const struct kw_ir_rule *first;
	const struct kw_ir_rule *last;
};

static void pairs_start(const struct kw_ir *ir, struct pairs *left,
			const struct kw_ir_block *b)
{
	u64 to = zones_mask(ir, b->to_any, b->to, b->nr_to);
	unsigned int i;

	left->from = zones_mask(ir, b->from_any, b->from, b->nr_from);
	left->first = NULL;
	left->last = NULL;
	for (i = 0; i < ir->nr_zones; i++)
		left->to[i] = left->from >> i & 1 ? to : 0;
}

static bool pairs_meet(const struct kw_ir *ir, const struct pairs *left,
		       const struct kw_ir_block *b)
{
	u64 from = zones_mask(ir, b->from_any, b->from, b->nr_from);
	u64 to = zones_mask(ir, b->to_any, b->to, b->nr_to);
	unsigned int i;

	for (i = 0; i < ir->nr_zones; i++)
		if ((from & left->from) >> i & 1 && left->to[i] & to)
			return true;
	return false;
}

/* Strike out the pairs of @rule; true when none is left. */
static bool pairs_strike(const struct kw_ir *ir, struct pairs *left,
			 const struct kw_ir_rule *rule)
{
	const struct kw_ir_block *b = rule->block;
	u64 from = zones_mask(ir, b->from_any, b->from, b->nr_from);
	u64 to = zones_mask(ir, b->to_any, b->to, b->nr_to);
	u64 rest = 0;
	unsigned int i;

	for (i = 0; i < ir->nr_zones; i++) {
		if (from >> i & 1)
			left->to[i] &= ~to;
		rest |= left->to[i];
	}
	if (!left->first)
		left->first = rule;
	left->last = rule;
	return !rest;
}

/* ---- the check ---------------------------------------------------------- */

static bool is_covered(const struct kw_ir *ir, const struct index *x,
		       const struct kw_ir_rule *rule, const struct box *box,
		       struct pairs *left)
{
	const struct entry *e;
	struct box wide;
	unsigned int i;

	pairs_start(ir, left, rule->block);
	for (i = 0; i < x->nr_shapes; i++) {
		wide = *box;
		if (!box_widen(&wide, &x->shapes[i]))
			continue;
		for (e = *find(x, &wide); e; e = e->chain)
			if (pairs_meet(ir, left, e->rule->block) &&
			    match_covers(e->rule, rule) &&
			    pairs_strike(ir, left, e->rule))
				return true;
	}
	return false;
}

static const char *place(struct kw_parser *p, const struct kw_ir_rule *rule,
			 const struct kw_ir_rule *other)
{
	if (!strcmp(rule->loc.file, other->loc.file))
		return kw_parse_format(p, "line %u", other->loc.line);
	return kw_parse_format(p, "%s line %u", other->loc.file,
			       other->loc.line);
}

static void warn(struct kw_parser *p, const struct kw_ir_rule *rule,
		 const struct pairs *left)
{
	const char *first = place(p, rule, left->first);
	const char *last = place(p, rule, left->last);

	if (!first || !last)
		return;
	if (left->first == left->last)
		kw_parse_warning(p, &rule->loc, NULL,
				 "rule can never match: %s already decides all of it",
				 first);
	else
		kw_parse_warning(p, &rule->loc, NULL,
				 "rule can never match: %s and %s already decide all of it",
				 first, last);
}

/**
 * kw_shadow_check() - warn of rules that can never match
 * @p: the parser, with a complete policy
 */
void kw_shadow_check(struct kw_parser *p)
{
	const struct kw_ir *ir = p->ir;
	struct index x = { .mask = 15 };
	struct pairs left;
	struct box box;
	size_t i;

	while (x.mask < ir->nr_rules * 2)
		x.mask = x.mask * 2 + 1;
	x.slots = calloc(x.mask + 1, sizeof(*x.slots));
	x.entries = calloc(ir->nr_rules, sizeof(*x.entries));
	if (!x.slots || !x.entries)
		kw_parse_oom(p);
	/* The default is last; that it never matches is no mistake. */
	for (i = 0; !p->oom && i + 1 < ir->nr_rules; i++) {
		box_of(&box, ir->rules[i]);
		if (is_covered(ir, &x, ir->rules[i], &box, &left))
			warn(p, ir->rules[i], &left);
		else
			file_rule(&x, &x.entries[i], ir->rules[i], &box);
	}
	free(x.slots);
	free(x.entries);
}
