// SPDX-License-Identifier: GPL-2.0-only
/*
 * The canonical form of a policy: defines and includes are resolved, lists are
 * sorted and merged, sets stand with all their elements. Loading it gives the
 * same policy, and printing that gives the same text.
 */
#include "address.h"
#include "ir.h"

static bool is_word(const char *s)
{
	static const char *const keywords[] = { "define", "include", "zone",
		"interface", "set", "file", "max", "policy", "default", "any",
		"allow", "drop", "reject", "with", "inet", "inet6", "proto",
		"port", "source", "icmp", "icmp4", "icmp6", "icmpv6", "type",
		"code", "from", "to", "log", "group", "limit", "none", "name" };
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (!strcmp(keywords[i], s))
			return false;
	if (!*s || *s == '-' || s[strlen(s) - 1] == '-')
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      (*s >= '0' && *s <= '9') || strchr("_.-", *s)))
			return false;
	return true;
}

static void print_interface(FILE *out, const struct kw_ir_interface *i)
{
	/* "a-*" would end the word before the star. */
	bool word = is_word(i->name) || (i->prefix && !*i->name);

	fprintf(out, word ? "%s%s" : "\"%s%s\"", i->name,
		i->prefix ? "*" : "");
}

static void print_zone(FILE *out, const struct kw_ir_zone *zone)
{
	size_t i;

	if (!zone->nr_interfaces) {
		fprintf(out, "zone %s { }\n", zone->name);
		return;
	}
	fprintf(out, "zone %s { interface ", zone->name);
	for (i = 0; i < zone->nr_interfaces; i++) {
		if (i)
			fputs(", ", out);
		print_interface(out, &zone->interfaces[i]);
	}
	fputs(" }\n", out);
}

static void print_set(FILE *out, const struct kw_ir_set *set)
{
	size_t nr = set->ranges4.nr + set->ranges6.nr;
	char text[KW_ADDRESS_LEN];
	size_t i;

	fprintf(out, "set %s {", set->name);
	if (set->file)
		fprintf(out, " # from %s", set->file);
	fputc('\n', out);
	/* What was read must be read again, however much it was. */
	if (nr > 1000000)
		fprintf(out, "\tmax %zu\n", nr);
	for (i = 0; i < set->ranges4.nr; i++) {
		kw_range4_format(&set->ranges4.v[i], text);
		fprintf(out, "\t%s\n", text);
	}
	for (i = 0; i < set->ranges6.nr; i++) {
		kw_range6_format(&set->ranges6.v[i], text);
		fprintf(out, "\t%s\n", text);
	}
	fputs("}\n", out);
}

static void print_block(FILE *out, const struct kw_ir_block *block)
{
	size_t i;

	fprintf(out, "\npolicy %s {\n", block->head);
	for (i = 0; i < block->nr_rules; i++)
		fprintf(out, "\t%s\n", block->rules[i]->text);
	fputs("}\n", out);
}

/**
 * kw_ir_print() - write the canonical form
 * @ir: the policy
 * @out: where to
 *
 * The implicit default of a policy without "policy default" is not written.
 *
 * Return: 0 or -EIO.
 */
int kw_ir_print(const struct kw_ir *ir, FILE *out)
{
	size_t i;

	for (i = 2; i < ir->nr_zones; i++)
		print_zone(out, ir->zones[i]);
	for (i = 0; i < ir->nr_sets; i++)
		print_set(out, ir->sets[i]);
	for (i = 0; i < ir->nr_blocks; i++)
		print_block(out, ir->blocks[i]);
	if (ir->default_rule->loc.file)
		print_block(out, ir->default_rule->block);
	return ferror(out) ? -EIO : 0;
}
