// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks that need the whole text: what names mean, which families a rule
 * is left with, which rules can never match. Then the policy is put together.
 */
#include <stdlib.h>
#include "parse.h"
#include "service.h"

/* ---- names -------------------------------------------------------------- */

static void unknown_zone(struct kw_parser *p, const struct kw_ref *ref)
{
	const char *hint;

	if (!strcmp(ref->name, "none"))
		hint = "'any' includes the interfaces that are in no zone";
	else
		hint = kw_parse_guess(p, "", ref->name, &p->zone_names);
	kw_parse_error(p, &ref->loc, hint, "unknown zone '%.64s'", ref->name);
}

static bool listed(void *const *v, size_t nr, const void *pointer)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (v[i] == pointer)
			return true;
	return false;
}

static struct kw_ir_zone **resolve_zones(struct kw_parser *p,
					 const struct kw_refs *refs, size_t *nr)
{
	struct kw_ir_zone **v = kw_ir_alloc_array(p->ir, refs->nr, sizeof(*v));
	struct kw_ir_zone *zone;
	size_t i;

	*nr = 0;
	if (!v) {
		kw_parse_oom(p);
		return NULL;
	}
	for (i = 0; i < refs->nr; i++) {
		zone = kw_strmap_get(&p->zone_names, refs->v[i].name);
		if (!zone || zone->index == KW_ZONE_NONE)
			unknown_zone(p, &refs->v[i]);
		else if (!listed((void **)v, *nr, zone))
			v[(*nr)++] = zone;
	}
	return v;
}

static size_t append(char *to, size_t at, const char *text)
{
	size_t len = strlen(text);

	if (to)
		memcpy(to + at, text, len + 1);
	return at + len;
}

static size_t side_text(char *to, size_t at, bool any,
			struct kw_ir_zone **zones, size_t nr)
{
	size_t i;

	if (any)
		return append(to, at, "any");
	for (i = 0; i < nr; i++) {
		if (i)
			at = append(to, at, ", ");
		at = append(to, at, zones[i]->name);
	}
	return at;
}

static size_t head_text(char *to, const struct kw_ir_block *b)
{
	size_t at = side_text(to, 0, b->from_any, b->from, b->nr_from);

	at = append(to, at, " -> ");
	return side_text(to, at, b->to_any, b->to, b->nr_to);
}

static void resolve_block(struct kw_parser *p, struct kw_parsed_block *parsed)
{
	struct kw_ir_block *block = &parsed->block;
	char *head;

	block->from = resolve_zones(p, &parsed->from, &block->nr_from);
	block->to = resolve_zones(p, &parsed->to, &block->nr_to);
	head = kw_ir_alloc(p->ir, head_text(NULL, block) + 1);
	if (head)
		head_text(head, block);
	else
		kw_parse_oom(p);
	block->head = head;
}

static void unknown_set(struct kw_parser *p, const struct kw_ref *ref)
{
	const char *guess = kw_parse_guess(p, "@", ref->name,
					   &p->set_names);

	kw_parse_error(p, &ref->loc, guess, "unknown set '@%.64s'", ref->name);
}

static int cmp_set(const void *a, const void *b)
{
	const struct kw_ir_set *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void resolve_sets(struct kw_parser *p, struct kw_ir_addr *addr,
			 const struct kw_refs *refs)
{
	struct kw_ir_set *set;
	size_t i, nr = 0;

	if (!refs->nr)
		return;
	addr->sets = kw_ir_alloc_array(p->ir, refs->nr, sizeof(*addr->sets));
	if (!addr->sets) {
		kw_parse_oom(p);
		return;
	}
	for (i = 0; i < refs->nr; i++) {
		set = kw_strmap_get(&p->set_names, refs->v[i].name);
		if (!set) {
			unknown_set(p, &refs->v[i]);
			/* Say nothing about the families of such a list. */
			addr->families = KW_MASK_BOTH;
			continue;
		}
		addr->families |= set->families;
		addr->sets[addr->nr_sets++] = set;
	}
	if (!addr->nr_sets)
		return;
	qsort(addr->sets, addr->nr_sets, sizeof(*addr->sets), cmp_set);
	for (i = 1; i < addr->nr_sets; i++)
		if (addr->sets[i] != addr->sets[nr])
			addr->sets[++nr] = addr->sets[i];
	addr->nr_sets = nr + 1;
}

/* ---- families ----------------------------------------------------------- */

struct part {
	unsigned int families;
	const char *name4;
	const char *name6;
};

static void never_matches(struct kw_parser *p, const struct kw_ir_rule *rule,
			  const struct part *first, const struct part *second)
{
	const struct kw_ir_addr *addr = rule->to.families == KW_MASK_BOTH ||
					!rule->to.present ? &rule->from :
							    &rule->to;
	const char *hint = NULL;
	const struct kw_ir_set *set;

	if (addr->nr_sets && !addr->ranges4.nr && !addr->ranges6.nr) {
		set = addr->sets[0];
		hint = kw_parse_format(p, "set '@%s' has only %s elements",
				       set->name,
				       set->families == KW_MASK_IPV4 ?
				       "IPv4" : "IPv6");
	}
	kw_parse_error(p, &rule->loc, hint, "%s with %s can never match",
		       first->families == KW_MASK_IPV4 ? first->name4 :
							 first->name6,
		       second->families == KW_MASK_IPV4 ? second->name4 :
							  second->name6);
}

static unsigned int service_families(const struct kw_ir_rule *rule)
{
	unsigned int families = 0;
	size_t i;

	if (!rule->nr_services)
		return KW_MASK_BOTH;
	for (i = 0; i < rule->nr_services; i++)
		families |= rule->services[i].families;
	return families;
}

static void check_families(struct kw_parser *p, struct kw_parsed_rule *parsed)
{
	struct kw_ir_rule *rule = &parsed->rule;
	const struct part parts[] = {
		{ parsed->family, "inet", "inet6" },
		{ service_families(rule), "ICMP of IPv4", "ICMPv6" },
		{ rule->from.present ? rule->from.families : KW_MASK_BOTH,
		  "IPv4 source", "IPv6 source" },
		{ rule->to.present ? rule->to.families : KW_MASK_BOTH,
		  "IPv4 destination", "IPv6 destination" },
	};
	unsigned int i, j;

	rule->families = KW_MASK_BOTH;
	for (i = 0; i < 4; i++) {
		if (rule->families & parts[i].families) {
			rule->families &= parts[i].families;
			continue;
		}
		for (j = 0; parts[j].families & parts[i].families; j++)
			;
		never_matches(p, rule, &parts[j], &parts[i]);
		return;
	}
}

/* ICMP without the family that the rule is not for. */
static void drop_services(struct kw_ir_rule *rule)
{
	size_t i, nr = 0;

	for (i = 0; i < rule->nr_services; i++)
		if (rule->services[i].families & rule->families)
			rule->services[nr++] = rule->services[i];
	rule->nr_services = nr;
}

/* An address list that leaves nothing, as "!0.0.0.0/0". */
static void check_rest(struct kw_parser *p, const struct kw_ir_rule *rule,
		       const struct kw_ir_addr *addr)
{
	const struct kw_range6 all6 = { .hi = { ~0u, ~0u, ~0u, ~0u } };
	const struct kw_range4 all4 = { 0, ~0u };
	bool full4 = kw_ir_ranges4_cover(&addr->ranges4, &all4);
	bool full6 = kw_ir_ranges6_cover(&addr->ranges6, &all6);

	if (addr->present && addr->negated &&
	    (full4 || !(rule->families & KW_MASK_IPV4)) &&
	    (full6 || !(rule->families & KW_MASK_IPV6)))
		kw_parse_error(p, &addr->loc, NULL, "no address is left to match");
}

/* ---- the policy --------------------------------------------------------- */

struct text_buffer {
	FILE *stream;
	char *text;
	size_t len;
};

static void set_text(struct kw_parser *p, struct text_buffer *t,
		     struct kw_parsed_rule *parsed)
{
	rewind(t->stream);
	kw_rule_print(t->stream, &parsed->rule, parsed->family);
	if (fflush(t->stream) || ferror(t->stream)) {
		kw_parse_oom(p);
		return;
	}
	parsed->rule.text = kw_ir_strndup(p->ir, t->text,
					  ftello(t->stream));
	if (!parsed->rule.text)
		kw_parse_oom(p);
}

static void check_rule(struct kw_parser *p, struct text_buffer *t,
		       struct kw_parsed_rule *parsed, unsigned int index)
{
	struct kw_ir_rule *rule = &parsed->rule;

	rule->index = index;
	resolve_sets(p, &rule->from, &parsed->from);
	resolve_sets(p, &rule->to, &parsed->to);
	check_families(p, parsed);
	check_rest(p, rule, &rule->from);
	check_rest(p, rule, &rule->to);
	set_text(p, t, parsed);
	drop_services(rule);
}

static void check_rules(struct kw_parser *p)
{
	struct text_buffer t = {};
	size_t i;

	t.stream = open_memstream(&t.text, &t.len);
	if (!t.stream) {
		kw_parse_oom(p);
		return;
	}
	for (i = 0; i < p->rules.nr; i++)
		check_rule(p, &t, p->rules.v[i], i);
	check_rule(p, &t, p->default_rule, i);
	fclose(t.stream);
	free(t.text);
}

/* No "policy default": drop, from no file. */
static int implicit_default(struct kw_parser *p)
{
	struct kw_parsed_rule *rule = kw_ir_alloc(p->ir, sizeof(*rule));
	struct kw_ir_block *block = kw_ir_alloc(p->ir, sizeof(*block));

	if (!rule || !block)
		return -ENOMEM;
	block->rules = kw_ir_alloc(p->ir, sizeof(*block->rules));
	if (!block->rules)
		return -ENOMEM;
	block->from_any = true;
	block->to_any = true;
	block->head = "default";
	block->rules[0] = &rule->rule;
	block->nr_rules = 1;
	rule->rule.block = block;
	rule->rule.action = KW_ACTION_DROP;
	rule->family = KW_MASK_BOTH;
	p->default_rule = rule;
	return 0;
}

static void *keep(struct kw_parser *p, const struct kw_pointers *a)
{
	void *v = kw_ir_alloc_array(p->ir, a->nr, sizeof(void *));

	if (!v)
		kw_parse_oom(p);
	else if (a->nr)
		memcpy(v, a->v, a->nr * sizeof(void *));
	return v;
}

static void assemble(struct kw_parser *p)
{
	struct kw_ir *ir = p->ir;

	if (kw_pointers_add(&p->rules, p->default_rule)) {
		kw_parse_oom(p);
		return;
	}
	ir->zones = keep(p, &p->zones);
	ir->nr_zones = p->zones.nr;
	ir->sets = keep(p, &p->sets);
	ir->nr_sets = p->sets.nr;
	ir->blocks = keep(p, &p->blocks);
	ir->nr_blocks = p->blocks.nr;
	ir->rules = keep(p, &p->rules);
	ir->nr_rules = p->rules.nr;
	ir->default_rule = &p->default_rule->rule;
}

/**
 * kw_sema_check() - judge what was read and put the policy together
 * @p: the parser
 */
void kw_sema_check(struct kw_parser *p)
{
	const struct kw_ir_rule *last;
	size_t i;

	if (p->rules.nr >= KW_MAX_RULES) {
		last = p->rules.v[KW_MAX_RULES - 1];
		kw_parse_error(p, &last->loc, NULL, "too many rules: at most %u",
			       KW_MAX_RULES - 1);
		return;
	}
	if (!p->default_rule && implicit_default(p)) {
		kw_parse_oom(p);
		return;
	}
	for (i = 0; i < p->blocks.nr; i++)
		resolve_block(p, p->blocks.v[i]);
	if (!p->oom)
		check_rules(p);
	if (p->oom || p->d->nr_errors)
		return;
	assemble(p);
	if (!p->oom && kw_identity_assign(p->ir))
		kw_parse_oom(p);
	if (!p->oom)
		kw_shadow_check(p);
}
