// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the grammar builds outside of rules: zones, sets, blocks. A thing with
 * an error is built all the same, so that what names it does not fail as well.
 */
#include <stdlib.h>
#include "address.h"
#include "parse.h"
#include "service.h"

/**
 * kw_name_check() - is a name well formed?
 * @p: the parser
 * @name: the name
 * @loc: where it stands
 * @what: what it is the name of
 *
 * Return: whether it is; if not, that has been told.
 */
bool kw_name_check(struct kw_parser *p, const char *name,
		   const struct kw_loc *loc, const char *what)
{
	size_t len = strlen(name);
	size_t i;
	char c;

	if (len > KW_PARSE_MAX_NAME) {
		kw_parse_error(p, loc, NULL,
			       "name of a %s is longer than %u characters",
			       what, KW_PARSE_MAX_NAME);
		return false;
	}
	for (i = 0; i < len; i++) {
		c = name[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    c == '_')
			continue;
		if (i && ((c >= '0' && c <= '9') || c == '.' || c == '-'))
			continue;
		kw_parse_error(p, loc,
			       "a name has a letter or '_' first, then letters, digits, '_', '.' and '-'",
			       "'%s' cannot be the name of a %s", name, what);
		return false;
	}
	return true;
}

/* Register @thing; the first of two with one name wins. */
static void enter(struct kw_parser *p, struct kw_strmap *names,
		  const char *name, void *thing, const struct kw_loc *loc,
		  const struct kw_loc *first, const char *what)
{
	if (first && !first->file)
		kw_parse_error(p, loc, NULL, "%s '%s' is built in", what, name);
	else if (first)
		kw_parse_error(p, loc, kw_parse_where(p, first, "first defined"),
			       "%s '%s' is defined twice", what, name);
	else if (kw_strmap_put(names, name, thing))
		kw_parse_oom(p);
}

/* ---- zones -------------------------------------------------------------- */

/**
 * kw_zone_begin() - zone NAME {
 * @p: the parser
 * @name: its name
 * @loc: where it stands
 */
void kw_zone_begin(struct kw_parser *p, const char *name,
		   const struct kw_loc *loc)
{
	struct kw_ir_zone *first = kw_strmap_get(&p->zone_names, name);
	struct kw_ir_zone *zone = kw_ir_alloc(p->ir, sizeof(*zone));

	p->now.zone = zone;
	p->now.nr_interfaces = 0;
	if (!zone) {
		kw_parse_oom(p);
		return;
	}
	zone->name = name;
	zone->loc = *loc;
	zone->index = p->zones.nr;
	kw_name_check(p, name, loc, "zone");
	enter(p, &p->zone_names, name, zone, loc, first ? &first->loc : NULL,
	      "zone");
	if (p->zones.nr == KW_MAX_ZONES)
		kw_parse_error(p, loc, NULL,
			       "too many zones: at most %u besides 'self' and 'none'",
			       KW_MAX_ZONES - 2);
	if (kw_pointers_add(&p->zones, zone))
		kw_parse_oom(p);
}

static bool interface_check(struct kw_parser *p, const char *name, size_t len,
			    const struct kw_loc *loc)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < len; i++)
		if (name[i] == '/' || name[i] == ':' || name[i] == '*' ||
		    name[i] == '%' || name[i] == ' ' || name[i] == '\t')
			why = "cannot be the name of an interface";
	if (!strcmp(name, ".") || !strcmp(name, "..") || !*name)
		why = "cannot be the name of an interface";
	if (len > KW_PARSE_MAX_INTERFACE)
		why = "is longer than the 15 characters of an interface name";
	if (why)
		kw_parse_error(p, loc, NULL, "'%.64s' %s", name, why);
	return !why;
}

/**
 * kw_zone_interface() - an interface of the zone
 * @p: the parser
 * @name: name, or prefix with "*" behind it
 * @loc: where it stands
 */
void kw_zone_interface(struct kw_parser *p, const char *name,
		       const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	struct kw_ir_interface entry = { .loc = *loc };
	size_t len = strlen(name);
	struct kw_loc *first, *copy;

	entry.prefix = len && name[len - 1] == '*';
	len -= entry.prefix;
	if (!interface_check(p, name, len, loc))
		return;
	first = kw_strmap_get(&p->interface_names, name);
	if (first) {
		kw_parse_error(p, loc, kw_parse_where(p, first, "first used"),
			       "interface '%s' is in a zone already", name);
		return;
	}
	entry.name = kw_ir_strndup(p->ir, name, len);
	copy = kw_ir_alloc(p->ir, sizeof(*copy));
	if (now->nr_interfaces == now->interfaces_room) {
		size_t room = now->interfaces_room * 2 + 8;
		void *v = reallocarray(now->interfaces, room, sizeof(entry));

		if (!v) {
			kw_parse_oom(p);
			return;
		}
		now->interfaces = v;
		now->interfaces_room = room;
	}
	now->interfaces[now->nr_interfaces++] = entry;
	if (copy)
		*copy = *loc;
	if (!copy || !entry.name ||
	    kw_strmap_put(&p->interface_names, name, copy))
		kw_parse_oom(p);
}

/**
 * kw_zone_end() - } of a zone
 * @p: the parser
 */
void kw_zone_end(struct kw_parser *p)
{
	struct kw_ir_zone *zone = p->now.zone;
	size_t nr = p->now.nr_interfaces;

	if (!zone || !nr)
		return;
	zone->interfaces = kw_ir_alloc_array(p->ir, nr,
					     sizeof(*zone->interfaces));
	if (!zone->interfaces) {
		kw_parse_oom(p);
		return;
	}
	memcpy(zone->interfaces, p->now.interfaces,
	       nr * sizeof(*zone->interfaces));
	zone->nr_interfaces = nr;
}

/* ---- sets and lists of addresses ---------------------------------------- */

static void addresses_reset(struct kw_building *now)
{
	now->ranges4.r.nr = 0;
	now->ranges6.r.nr = 0;
	now->families = 0;
	now->nr_elements = 0;
	now->refs.nr = 0;
}

/**
 * kw_set_begin() - set NAME {
 * @p: the parser
 * @name: its name
 * @loc: where it stands
 */
void kw_set_begin(struct kw_parser *p, const char *name,
		  const struct kw_loc *loc)
{
	struct kw_ir_set *first = kw_strmap_get(&p->set_names, name);
	struct kw_ir_set *set = kw_ir_alloc(p->ir, sizeof(*set));

	addresses_reset(&p->now);
	p->now.set = set;
	p->now.max_elements = KW_PARSE_SET_MAX;
	p->now.has_max = false;
	if (!set) {
		kw_parse_oom(p);
		return;
	}
	set->name = name;
	set->loc = *loc;
	set->index = p->sets.nr;
	kw_name_check(p, name, loc, "set");
	enter(p, &p->set_names, name, set, loc, first ? &first->loc : NULL,
	      "set");
	if (kw_pointers_add(&p->sets, set))
		kw_parse_oom(p);
}

/**
 * kw_set_max() - max NUMBER
 * @p: the parser
 * @text: the number
 * @loc: where it stands
 */
void kw_set_max(struct kw_parser *p, const char *text,
		const struct kw_loc *loc)
{
	u32 max;

	if (kw_number_parse(text, strlen(text), KW_PARSE_SET_LIMIT, &max) ||
	    !max) {
		kw_parse_error(p, loc, NULL,
			       "'max' takes a number from 1 to %u",
			       KW_PARSE_SET_LIMIT);
		return;
	}
	if (p->now.has_max)
		kw_parse_error(p, loc, NULL, "'max' is given twice");
	p->now.has_max = true;
	p->now.max_elements = max;
}

/**
 * kw_set_from() - the elements come from a file
 * @p: the parser
 * @path: its name
 */
void kw_set_from(struct kw_parser *p, const char *path)
{
	if (p->now.set && !p->now.set->file)
		p->now.set->file = kw_ir_strdup(p->ir, path);
}

/**
 * kw_set_range4() - an IPv4 element of the set or list
 * @p: the parser
 * @r: the element
 */
void kw_set_range4(struct kw_parser *p, const struct kw_range4 *r)
{
	p->now.families |= KW_MASK_IPV4;
	p->now.nr_elements++;
	if (kw_range_list4_add(&p->now.ranges4, r->lo, r->hi))
		kw_parse_oom(p);
}

/**
 * kw_set_range6() - an IPv6 element of the set or list
 * @p: the parser
 * @r: the element
 */
void kw_set_range6(struct kw_parser *p, const struct kw_range6 *r)
{
	p->now.families |= KW_MASK_IPV6;
	p->now.nr_elements++;
	if (kw_range_list6_add(&p->now.ranges6, r))
		kw_parse_oom(p);
}

/**
 * kw_set_end() - } of a set
 * @p: the parser
 * @loc: where its name stands
 */
void kw_set_end(struct kw_parser *p, const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	struct kw_ir_set *set = now->set;

	if (!set)
		return;
	if (now->nr_elements > now->max_elements)
		kw_parse_error(p, loc, "a larger 'max' allows more",
			       "set '%s' has %zu elements, more than %zu",
			       set->name, now->nr_elements, now->max_elements);
	kw_range_list4_merge(&now->ranges4);
	kw_range_list6_merge(&now->ranges6);
	set->families = now->families ? now->families : KW_MASK_BOTH;
	if (kw_range_list4_copy(p->ir, &set->ranges4, &now->ranges4) ||
	    kw_range_list6_copy(p->ir, &set->ranges6, &now->ranges6))
		kw_parse_oom(p);
	now->set = NULL;
	addresses_reset(now);
}

/**
 * kw_address_add() - an address, network or range of a set or list
 * @p: the parser
 * @text: what was written
 * @loc: where it stands
 */
void kw_address_add(struct kw_parser *p, const char *text,
		    const struct kw_loc *loc)
{
	struct kw_address_error err;
	const char *hint = NULL;
	struct kw_address a;

	if (kw_address_parse(text, strlen(text), &a, &err)) {
		p->now.bad = true;
		if (err.hint[0])
			hint = err.hint;
		else if (kw_strmap_get(&p->set_names, text))
			hint = kw_parse_format(p, "a set is named with '@': @%s",
					       text);
		kw_parse_error(p, loc, hint, "'%.64s' %s", text, err.message);
		return;
	}
	if (a.family == KW_IPV4)
		kw_set_range4(p, &a.r4);
	else
		kw_set_range6(p, &a.r6);
}

/**
 * kw_ref_add() - a name to be looked up when all is read
 * @p: the parser
 * @name: the name of a set or zone
 * @loc: where it stands
 */
void kw_ref_add(struct kw_parser *p, const char *name,
		const struct kw_loc *loc)
{
	struct kw_refs *refs = &p->now.refs;

	if (refs->nr == refs->room) {
		size_t room = refs->room * 2 + 8;
		void *v = reallocarray(refs->v, room, sizeof(*refs->v));

		if (!v) {
			kw_parse_oom(p);
			return;
		}
		refs->v = v;
		refs->room = room;
	}
	refs->v[refs->nr++] = (struct kw_ref){ name, *loc };
}

/* ---- blocks ------------------------------------------------------------- */

/**
 * kw_block_begin() - policy
 * @p: the parser
 * @loc: where it stands
 */
void kw_block_begin(struct kw_parser *p, const struct kw_loc *loc)
{
	struct kw_parsed_block *block = kw_ir_alloc(p->ir, sizeof(*block));

	p->now.block = block;
	p->now.block_rules.nr = 0;
	addresses_reset(&p->now);
	if (!block) {
		kw_parse_oom(p);
		return;
	}
	block->block.loc = *loc;
}

/**
 * kw_block_zones() - one side of "FROM -> TO"
 * @p: the parser
 * @to: which side
 * @any: it is "any"; else the names have been added
 */
void kw_block_zones(struct kw_parser *p, bool to, bool any)
{
	struct kw_parsed_block *block = p->now.block;
	struct kw_refs *refs;

	if (!block)
		return;
	refs = to ? &block->to : &block->from;
	if (to)
		block->block.to_any = any;
	else
		block->block.from_any = any;
	refs->nr = p->now.refs.nr;
	refs->v = kw_ir_alloc_array(p->ir, refs->nr, sizeof(*refs->v));
	if (!refs->v) {
		kw_parse_oom(p);
		p->now.block = NULL;
		return;
	}
	memcpy(refs->v, p->now.refs.v ? p->now.refs.v : refs->v,
	       refs->nr * sizeof(*refs->v));
	p->now.refs.nr = 0;
}

static int take_rules(struct kw_parser *p, struct kw_ir_block *block)
{
	struct kw_pointers *rules = &p->now.block_rules;

	block->rules = kw_ir_alloc_array(p->ir, rules->nr, sizeof(void *));
	if (!block->rules)
		return -ENOMEM;
	if (rules->nr)
		memcpy(block->rules, rules->v, rules->nr * sizeof(void *));
	block->nr_rules = rules->nr;
	return 0;
}

/**
 * kw_block_end() - } of a block
 * @p: the parser
 */
void kw_block_end(struct kw_parser *p)
{
	struct kw_parsed_block *block = p->now.block;
	size_t i;

	if (!block)
		return;
	if (take_rules(p, &block->block) ||
	    kw_pointers_add(&p->blocks, block))
		kw_parse_oom(p);
	for (i = 0; i < p->now.block_rules.nr; i++)
		if (kw_pointers_add(&p->rules, p->now.block_rules.v[i]))
			kw_parse_oom(p);
	p->now.block = NULL;
}

/**
 * kw_default_begin() - policy default
 * @p: the parser
 * @loc: where it stands
 */
void kw_default_begin(struct kw_parser *p, const struct kw_loc *loc)
{
	struct kw_ir_block *block;

	kw_block_begin(p, loc);
	if (!p->now.block)
		return;
	block = &p->now.block->block;
	block->from_any = true;
	block->to_any = true;
	block->head = "default";
}

static void default_check(struct kw_parser *p,
			  const struct kw_parsed_rule *rule)
{
	const struct kw_ir_rule *r = &rule->rule;

	if (rule->family != KW_MASK_BOTH || r->nr_services || r->from.present ||
	    r->to.present)
		kw_parse_error(p, &r->loc,
			       "write only ACTION [log ...] [name NAME]",
			       "the default rule decides everything and takes no conditions");
}

/**
 * kw_default_end() - } of "policy default"
 * @p: the parser
 * @loc: where "default" stands
 */
void kw_default_end(struct kw_parser *p, const struct kw_loc *loc)
{
	struct kw_pointers *rules = &p->now.block_rules;
	struct kw_parsed_rule *rule;

	if (!p->now.block)
		return;
	if (p->default_rule) {
		kw_parse_error(p, loc,
			       kw_parse_where(p, &p->default_rule->rule.loc,
					      "first given"),
			       "'policy default' is given twice");
		return;
	}
	/* Without a rule the error was in the rule itself, or this is it. */
	if (rules->nr != 1) {
		if (rules->nr || !p->d->nr_errors)
			kw_parse_error(p, loc, NULL,
				       "'policy default' has exactly one rule");
		return;
	}
	rule = rules->v[0];
	default_check(p, rule);
	if (take_rules(p, &p->now.block->block))
		kw_parse_oom(p);
	p->default_rule = rule;
	p->now.block = NULL;
}
