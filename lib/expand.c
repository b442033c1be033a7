// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a rule to boxes: one for each combination of its alternatives. A list
 * too long for that becomes a set test: the box then covers the hull of the
 * list and the rule matches only if the set test holds as well.
 *
 * Set tests belong to the rule and hold for all of its boxes in both families.
 * A test that a box did not need is therefore harmless: its set is always the
 * whole list, so the box implies it.
 */
#include <errno.h>
#include "compile.h"
#include "ranges.h"

#define MAX_BOXES	64u	/* of a rule in a family, if set tests can help */
#define MAX_BOXES_HARD	8192u	/* if they cannot */
#define MAX_SET_PARTS	8u	/* a named set larger than this is tested */

/**
 * struct side - source or destination of a rule
 * @addr: as the rule has it
 * @ranges4: union of literals and sets, not complemented
 * @ranges6: likewise
 * @parts: by family: struct kw_part6; IPv4 uses its first word
 * @tested: a set test stands for it
 */
struct side {
	const struct kw_ir_addr *addr;
	struct kw_buffer ranges4;
	struct kw_buffer ranges6;
	struct kw_buffer parts[KW_NR_FAMILIES];
	bool tested;
};

/**
 * struct expansion - a rule being expanded
 * @c: the compilation
 * @rule: the rule
 * @side: source and destination
 * @sport_tested: a set test stands for the source ports
 * @dport_tested: likewise
 */
struct expansion {
	struct kw_compiler *c;
	const struct kw_ir_rule *rule;
	struct side side[2];
	bool sport_tested;
	bool dport_tested;
};

static const struct kw_part6 any_part = { { { 0, 0xffffffffu },
	{ 0, 0xffffffffu }, { 0, 0xffffffffu }, { 0, 0xffffffffu } } };

static int collect(struct side *side)
{
	const struct kw_ir_addr *a = side->addr;
	size_t i;

	if (kw_buffer_add(&side->ranges4, a->ranges4.v, a->ranges4.nr) ||
	    kw_buffer_add(&side->ranges6, a->ranges6.v, a->ranges6.nr))
		return -ENOMEM;
	for (i = 0; i < a->nr_sets; i++) {
		const struct kw_ir_set *s = a->sets[i];

		if (s->ranges4.nr > MAX_SET_PARTS || s->ranges6.nr > MAX_SET_PARTS)
			side->tested = true;
		if (kw_buffer_add(&side->ranges4, s->ranges4.v, s->ranges4.nr) ||
		    kw_buffer_add(&side->ranges6, s->ranges6.v, s->ranges6.nr))
			return -ENOMEM;
	}
	kw_ranges4_merge(&side->ranges4);
	kw_ranges6_merge(&side->ranges6);
	return 0;
}

static int make_parts4(struct side *side)
{
	struct kw_buffer r = KW_BUFFER(struct kw_range4);
	int rc = 0;
	size_t i;

	if (kw_buffer_add(&r, side->ranges4.v, side->ranges4.nr))
		return -ENOMEM;
	if (side->addr->negated)
		rc = kw_ranges4_complement(&r, 0xffffffffu);
	for (i = 0; i < r.nr && !rc; i++) {
		const struct kw_range4 *range = kw_buffer_at(struct kw_range4, &r, i);
		struct kw_part6 p = any_part;

		p.word[0] = (struct kw_span){ range->lo, range->hi };
		rc = kw_buffer_add(&side->parts[KW_IPV4], &p, 1);
	}
	kw_buffer_free(&r);
	return rc ? -ENOMEM : 0;
}

static int make_parts6(struct side *side)
{
	struct kw_buffer r = KW_BUFFER(struct kw_range6);
	int rc = 0;
	size_t i;

	if (kw_buffer_add(&r, side->ranges6.v, side->ranges6.nr))
		return -ENOMEM;
	if (side->addr->negated)
		rc = kw_ranges6_complement(&r);
	for (i = 0; i < r.nr && !rc; i++)
		rc = kw_range6_divide(kw_buffer_at(struct kw_range6, &r, i),
				      &side->parts[KW_IPV6]);
	kw_buffer_free(&r);
	return rc ? -ENOMEM : 0;
}

/* A single part that contains the list, for which a set test stands. */
static int hull_parts(struct side *side, u32 family)
{
	size_t nr = side->ranges4.nr;
	struct kw_part6 p = any_part;

	side->parts[family].nr = 0;
	if (!side->addr->negated &&
	    !(family == KW_IPV4 ? nr : side->ranges6.nr))
		return 0;
	if (family == KW_IPV4 && !side->addr->negated) {
		const struct kw_range4 *r = side->ranges4.v;

		p.word[0] = (struct kw_span){ r[0].lo, r[nr - 1].hi };
	}
	return kw_buffer_add(&side->parts[family], &p, 1) ? -ENOMEM : 0;
}

static int make_side(struct side *side)
{
	u32 family;
	int rc;

	if (!side->addr->present) {
		for (family = 0; family < KW_NR_FAMILIES; family++)
			if (kw_buffer_add(&side->parts[family], &any_part, 1))
				return -ENOMEM;
		return 0;
	}
	rc = collect(side);
	for (family = 0; family < KW_NR_FAMILIES && !rc; family++) {
		if (!(side->addr->families & 1u << family))
			continue;
		if (side->tested)
			rc = hull_parts(side, family);
		else
			rc = family == KW_IPV4 ? make_parts4(side) :
						 make_parts6(side);
	}
	return rc;
}

static size_t ports_nr(const struct kw_ranges4 *ports, bool tested)
{
	return !ports->nr || tested ? 1 : ports->nr;
}

/* Boxes that the services of a rule take in a family. */
static size_t service_boxes(const struct expansion *x, u32 family)
{
	const struct kw_ir_rule *r = x->rule;
	size_t nr = 0, i;

	if (!r->nr_services)
		return 1;
	for (i = 0; i < r->nr_services; i++) {
		const struct kw_ir_service *s = &r->services[i];

		if (s->families & 1u << family)
			nr += ports_nr(&s->sports, x->sport_tested) *
			      ports_nr(&s->dports, x->dport_tested);
	}
	return nr;
}

static size_t family_boxes(const struct expansion *x, u32 family)
{
	if (!(x->rule->families & 1u << family))
		return 0;
	return service_boxes(x, family) * x->side[0].parts[family].nr *
	       x->side[1].parts[family].nr;
}

static size_t side_size(const struct side *side)
{
	if (side->tested || !side->addr->present)
		return 0;
	return side->parts[0].nr > side->parts[1].nr ? side->parts[0].nr :
						       side->parts[1].nr;
}

static int test_side(struct side *side)
{
	u32 family;
	int rc = 0;

	side->tested = true;
	for (family = 0; family < KW_NR_FAMILIES && !rc; family++)
		if (side->addr->families & 1u << family)
			rc = hull_parts(side, family);
	return rc;
}

/* Turns the largest list into a set test until few boxes remain. */
static int reduce(struct expansion *x)
{
	const struct kw_ir_service *only =
		x->rule->nr_services == 1 ? x->rule->services : NULL;

	while (family_boxes(x, KW_IPV4) > MAX_BOXES ||
	       family_boxes(x, KW_IPV6) > MAX_BOXES) {
		size_t size[4] = {
			side_size(&x->side[0]), side_size(&x->side[1]),
			only && !x->sport_tested ? only->sports.nr : 0,
			only && !x->dport_tested ? only->dports.nr : 0,
		};
		u32 i, largest = 0;
		int rc = 0;

		for (i = 1; i < 4; i++)
			if (size[i] > size[largest])
				largest = i;
		if (size[largest] < 2)
			break;
		if (largest < 2)
			rc = test_side(&x->side[largest]);
		else if (largest == 2)
			x->sport_tested = true;
		else
			x->dport_tested = true;
		if (rc)
			return rc;
	}
	return 0;
}

static struct kw_span ports_span(const struct kw_ranges4 *ports, size_t i,
				 bool tested)
{
	if (!ports->nr)
		return (struct kw_span){ 0, 0xffff };
	if (tested)
		return (struct kw_span){ ports->v[0].lo,
					 ports->v[ports->nr - 1].hi };
	return (struct kw_span){ ports->v[i].lo, ports->v[i].hi };
}

/* One box for each pair of addresses. */
static int add_boxes(struct expansion *x, u32 family, struct kw_span sport,
		     struct kw_span dport, struct kw_span proto, u32 prio)
{
	const struct kw_buffer *src = &x->side[0].parts[family];
	const struct kw_buffer *dst = &x->side[1].parts[family];
	u32 words = family == KW_IPV4 ? 1 : 4, k;
	size_t i, j;

	for (i = 0; i < src->nr; i++)
		for (j = 0; j < dst->nr; j++) {
			struct kw_box *box = kw_buffer_grow(&x->c->boxes[family], 1);

			if (!box)
				return -ENOMEM;
			memset(box, 0, sizeof(*box));
			for (k = 0; k < words; k++) {
				box->span[k] =
					kw_buffer_at(struct kw_part6, src, i)->word[k];
				box->span[words + k] =
					kw_buffer_at(struct kw_part6, dst, j)->word[k];
			}
			box->span[2 * words] = sport;
			box->span[2 * words + 1] = dport;
			box->span[2 * words + 2] = proto;
			box->prio = prio;
		}
	return 0;
}

static int add_service(struct expansion *x, u32 family,
		       const struct kw_ir_service *s, u32 prio)
{
	size_t i, j;
	int rc = 0;

	if (!(s->families & 1u << family))
		return 0;
	for (i = 0; i < ports_nr(&s->sports, x->sport_tested); i++)
		for (j = 0; j < ports_nr(&s->dports, x->dport_tested) && !rc; j++)
			rc = add_boxes(x, family,
				       ports_span(&s->sports, i, x->sport_tested),
				       ports_span(&s->dports, j, x->dport_tested),
				       (struct kw_span){ s->proto_lo, s->proto_hi },
				       prio);
	return rc;
}

static int add_family(struct expansion *x, u32 family, u32 prio)
{
	static const struct kw_ir_service any = {
		.proto_hi = 255, .families = KW_MASK_BOTH };
	const struct kw_ir_rule *r = x->rule;
	int rc = 0;
	size_t i;

	if (family_boxes(x, family) > MAX_BOXES_HARD)
		return kw_compile_error(x->c, -E2BIG, &r->loc,
			"the rule has %zu combinations of addresses and services, at most %u are possible",
			family_boxes(x, family), MAX_BOXES_HARD);
	if (!(r->families & 1u << family))
		return 0;
	if (!r->nr_services)
		return add_service(x, family, &any, prio);
	for (i = 0; i < r->nr_services && !rc; i++)
		rc = add_service(x, family, &r->services[i], prio);
	return rc;
}

static int add_pred(struct expansion *x, u32 field, u32 set, bool negate)
{
	struct kw_blob_pred p = { set, field, negate };

	return kw_buffer_add(&x->c->section[KW_SEC_PREDS], &p, 1) ? -ENOMEM : 0;
}

static int add_side_pred(struct expansion *x, const struct side *side, u32 field)
{
	const struct kw_ir_addr *a = side->addr;
	struct kw_ranges4 r4 = { side->ranges4.v, side->ranges4.nr };
	struct kw_ranges6 r6 = { side->ranges6.v, side->ranges6.nr };
	u32 set;
	int rc;

	/* A named set alone is in the blob already, at its own index. */
	if (a->nr_sets == 1 && !a->ranges4.nr && !a->ranges6.nr)
		return add_pred(x, field, a->sets[0]->index, a->negated);
	rc = kw_blob_add_set(x->c, "", &r4, &r6, &set);
	return rc ? rc : add_pred(x, field, set, a->negated);
}

static int add_port_pred(struct expansion *x, const struct kw_ranges4 *ports,
			 u32 field)
{
	static const struct kw_ranges6 none;
	u32 set;
	int rc = kw_blob_add_set(x->c, "", ports, &none, &set);

	return rc ? rc : add_pred(x, field, set, false);
}

static int add_preds(struct expansion *x, struct kw_blob_rule *blob_rule)
{
	size_t first = x->c->section[KW_SEC_PREDS].nr;
	int rc = 0;

	if (x->side[0].tested)
		rc = add_side_pred(x, &x->side[0], KW_PRED_SRC);
	if (x->side[1].tested && !rc)
		rc = add_side_pred(x, &x->side[1], KW_PRED_DST);
	if (x->sport_tested && !rc)
		rc = add_port_pred(x, &x->rule->services[0].sports, KW_PRED_SPORT);
	if (x->dport_tested && !rc)
		rc = add_port_pred(x, &x->rule->services[0].dports, KW_PRED_DPORT);
	blob_rule->first_pred = first;
	blob_rule->nr_preds = x->c->section[KW_SEC_PREDS].nr - first;
	return rc;
}

static int expand_rule(struct kw_compiler *c, u32 index)
{
	const struct kw_ir_rule *r = c->ir->rules[index];
	struct expansion x = { .c = c, .rule = r };
	struct kw_blob_rule *blob_rule =
		kw_buffer_at(struct kw_blob_rule, &c->section[KW_SEC_RULES], index);
	u32 prio, family, i;
	int rc = 0;

	x.side[0].addr = &r->from;
	x.side[1].addr = &r->to;
	for (i = 0; i < 2; i++) {
		x.side[i].ranges4.size = sizeof(struct kw_range4);
		x.side[i].ranges6.size = sizeof(struct kw_range6);
		x.side[i].parts[0].size = sizeof(struct kw_part6);
		x.side[i].parts[1].size = sizeof(struct kw_part6);
	}
	for (i = 0; i < 2 && !rc; i++)
		rc = make_side(&x.side[i]);
	if (!rc)
		rc = reduce(&x);
	if (!rc)
		rc = add_preds(&x, blob_rule);
	prio = index | (blob_rule->nr_preds ? KW_SLOT_PREDS : 0);
	for (family = 0; family < KW_NR_FAMILIES && !rc; family++)
		rc = add_family(&x, family, prio);
	for (i = 0; i < 2; i++) {
		kw_buffer_free(&x.side[i].ranges4);
		kw_buffer_free(&x.side[i].ranges6);
		kw_buffer_free(&x.side[i].parts[0]);
		kw_buffer_free(&x.side[i].parts[1]);
	}
	return rc;
}

/**
 * kw_expand_rules() - make the boxes and the set tests of all rules
 * @c: compilation whose rules and named sets are in their sections already
 *
 * The default rule has no boxes: it is what remains.
 *
 * Return: 0, -ENOMEM, or -E2BIG with a diagnostic.
 */
int kw_expand_rules(struct kw_compiler *c)
{
	size_t nr = c->ir->nr_rules;
	int rc = 0;
	size_t i;

	for (i = 0; i < KW_NR_FAMILIES; i++) {
		c->first_box[i] = calloc(nr + 1, sizeof(u32));
		if (!c->first_box[i])
			return -ENOMEM;
	}
	for (i = 0; i < nr && !rc; i++) {
		c->first_box[KW_IPV4][i] = c->boxes[KW_IPV4].nr;
		c->first_box[KW_IPV6][i] = c->boxes[KW_IPV6].nr;
		if (i + 1 < nr)
			rc = expand_rule(c, i);
	}
	c->first_box[KW_IPV4][nr] = c->boxes[KW_IPV4].nr;
	c->first_box[KW_IPV6][nr] = c->boxes[KW_IPV6].nr;
	return rc;
}
