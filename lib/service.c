// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a rule says about protocols, ports and ICMP types: the names that the
 * language knows, and the canonical text of a service.
 */
#include <stdlib.h>
#include "service.h"

static const struct {
	const char *name;
	u8 number;
	bool ports;
} protos[] = {
	/* The first name of a number is the one that is printed. */
	{ "tcp", 6, true },
	{ "udp", 17, true },
	{ "sctp", 132, true },
	{ "dccp", 33, true },
	{ "udplite", 136, true },
	{ "gre", 47, false },
	{ "esp", 50, false },
	{ "ah", 51, false },
	{ "icmp", KW_PROTO_ICMP, false },
	{ "icmpv6", KW_PROTO_ICMPV6, false },
	{ "ipv6-icmp", KW_PROTO_ICMPV6, false },
	{ "igmp", 2, false },
	{ "ipip", 4, false },
	{ "ipv6", 41, false },
	{ "rsvp", 46, false },
	{ "eigrp", 88, false },
	{ "ospf", 89, false },
	{ "etherip", 97, false },
	{ "pim", 103, false },
	{ "ipcomp", 108, false },
	{ "vrrp", 112, false },
	{ "carp", 112, false },
	{ "l2tp", 115, false },
	{ "isis", 124, false },
	{ "manet", 138, false },
	{ "hip", 139, false },
};

#define NR_PROTOS (sizeof(protos) / sizeof(protos[0]))

/* Names from the registries of IANA, in the spelling that nft uses if any. */
static const struct kw_icmp_name icmp_names[] = {
	{ "echo-reply", 0, 129 },
	{ "destination-unreachable", 3, 1 },
	{ "source-quench", 4, -1 },
	{ "redirect", 5, 137 },
	{ "echo-request", 8, 128 },
	{ "router-advertisement", 9, 134 },
	{ "router-solicitation", 10, 133 },
	{ "time-exceeded", 11, 3 },
	{ "parameter-problem", 12, 4 },
	{ "timestamp-request", 13, -1 },
	{ "timestamp-reply", 14, -1 },
	{ "info-request", 15, -1 },
	{ "info-reply", 16, -1 },
	{ "address-mask-request", 17, -1 },
	{ "address-mask-reply", 18, -1 },
	{ "packet-too-big", -1, 2 },
	{ "mld-listener-query", -1, 130 },
	{ "mld-listener-report", -1, 131 },
	{ "mld-listener-done", -1, 132 },
	{ "neighbor-solicitation", -1, 135 },
	{ "neighbor-advertisement", -1, 136 },
	{ "router-renumbering", -1, 138 },
	{ "inverse-neighbor-solicitation", -1, 141 },
	{ "inverse-neighbor-advertisement", -1, 142 },
	{ "mld2-listener-report", -1, 143 },
	{ "extended-echo-request", 42, 160 },
	{ "extended-echo-reply", 43, 161 },
};

#define NR_ICMP_NAMES (sizeof(icmp_names) / sizeof(icmp_names[0]))

/**
 * kw_proto_lookup() - the number of a protocol
 * @name: its name
 *
 * Return: the number or -ENOENT.
 */
int kw_proto_lookup(const char *name)
{
	size_t i;

	for (i = 0; i < NR_PROTOS; i++)
		if (!strcmp(protos[i].name, name))
			return protos[i].number;
	return -ENOENT;
}

/**
 * kw_proto_name() - the name of a protocol
 * @proto: its number
 *
 * Return: the name, or NULL when the language has none for it.
 */
const char *kw_proto_name(u8 proto)
{
	size_t i;

	for (i = 0; i < NR_PROTOS; i++)
		if (protos[i].number == proto)
			return protos[i].name;
	return NULL;
}

/**
 * kw_proto_has_ports() - does a protocol have ports?
 * @proto: its number
 *
 * Return: whether it does.
 */
bool kw_proto_has_ports(u8 proto)
{
	size_t i;

	for (i = 0; i < NR_PROTOS; i++)
		if (protos[i].number == proto)
			return protos[i].ports;
	return false;
}

/**
 * kw_proto_guess() - offer the names of all protocols
 * @g: the guess
 */
void kw_proto_guess(struct kw_guess *g)
{
	size_t i;

	for (i = 0; i < NR_PROTOS; i++)
		kw_guess_try(g, protos[i].name);
}

/**
 * kw_icmp_lookup() - the types that a name stands for
 * @name: the name
 *
 * Return: the types, or NULL when nothing has this name.
 */
const struct kw_icmp_name *kw_icmp_lookup(const char *name)
{
	size_t i;

	for (i = 0; i < NR_ICMP_NAMES; i++)
		if (!strcmp(icmp_names[i].name, name))
			return &icmp_names[i];
	return NULL;
}

/**
 * kw_icmp_guess() - offer the names of all ICMP types
 * @g: the guess
 */
void kw_icmp_guess(struct kw_guess *g)
{
	size_t i;

	for (i = 0; i < NR_ICMP_NAMES; i++)
		kw_guess_try(g, icmp_names[i].name);
}

/**
 * kw_number_parse() - read a decimal number
 * @s: the text, which needs no terminator
 * @len: its length
 * @max: the largest that is allowed
 * @out: the number
 *
 * Return: 0, -EINVAL when it is none, or -ERANGE when it is too large.
 */
int kw_number_parse(const char *s, size_t len, u32 max, u32 *out)
{
	bool large = false;
	u64 value = 0;
	size_t i;

	if (!len)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -EINVAL;
		if (value <= max)
			value = value * 10 + (s[i] - '0');
		large |= value > max;
	}
	if (large)
		return -ERANGE;
	*out = value;
	return 0;
}

static void print_range(FILE *out, u32 lo, u32 hi)
{
	if (lo == hi)
		fprintf(out, "%u", lo);
	else
		fprintf(out, "%u-%u", lo, hi);
}

static void print_port_list(FILE *out, const struct kw_range4 *v, size_t nr)
{
	size_t i;

	if (nr > 1)
		fputs("{ ", out);
	for (i = 0; i < nr; i++) {
		if (i)
			fputs(", ", out);
		print_range(out, v[i].lo, v[i].hi);
	}
	if (nr > 1)
		fputs(" }", out);
}

/*
 * Ports that reach from the first to the last with holes between them were
 * written as a negation, or might as well have been.
 */
static int print_ports(FILE *out, const struct kw_ranges4 *r)
{
	struct kw_range4 *holes;
	size_t i;

	if (r->nr < 2 || r->v[0].lo || r->v[r->nr - 1].hi != 0xffff) {
		print_port_list(out, r->v, r->nr);
		return 0;
	}
	holes = calloc(r->nr - 1, sizeof(*holes));
	if (!holes)
		return -ENOMEM;
	for (i = 0; i + 1 < r->nr; i++)
		holes[i] = (struct kw_range4){ r->v[i].hi + 1,
					       r->v[i + 1].lo - 1 };
	fputc('!', out);
	print_port_list(out, holes, r->nr - 1);
	free(holes);
	return 0;
}

static const char *icmp_type_name(unsigned int type, unsigned int families)
{
	size_t i;

	for (i = 0; i < NR_ICMP_NAMES; i++) {
		const struct kw_icmp_name *n = &icmp_names[i];

		if (families == KW_MASK_BOTH && (n->type4 < 0 || n->type6 < 0))
			continue;
		if (((families & KW_MASK_IPV4) ? n->type4 : n->type6) == type)
			return n->name;
	}
	return NULL;
}

static size_t print_icmp_item(FILE *out, u32 lo, u32 hi, unsigned int families,
			      const char *before)
{
	const char *name = icmp_type_name(lo >> 8, families);

	if (lo & 255 || (lo | 255) > hi) {
		fprintf(out, "%s%u/%u", before, lo >> 8, lo & 255);
		return 1;
	}
	if (name)
		fprintf(out, "%s%s", before, name);
	else
		fprintf(out, "%s%u", before, lo >> 8);
	return 256;
}

/* How many items print_icmp_item() will make of @r? */
static size_t count_icmp_items(const struct kw_ranges4 *r)
{
	size_t i, nr = 0;
	u32 value;

	for (i = 0; i < r->nr; i++)
		for (value = r->v[i].lo; value <= r->v[i].hi; nr++)
			value += (value & 255 || (value | 255) > r->v[i].hi) ?
				 1 : 256;
	return nr;
}

static void print_icmp(FILE *out, const struct kw_ir_service *s,
		       unsigned int families)
{
	const char *before = " ";
	bool braces;
	size_t i;
	u32 value;

	fputs(families == KW_MASK_BOTH ? "icmp" :
	      families == KW_MASK_IPV4 ? "icmp4" : "icmp6", out);
	braces = count_icmp_items(&s->dports) > 1;
	if (braces)
		fputs(" {", out);
	for (i = 0; i < s->dports.nr; i++) {
		value = s->dports.v[i].lo;
		while (value <= s->dports.v[i].hi) {
			value += print_icmp_item(out, value, s->dports.v[i].hi,
						 families, before);
			before = braces ? ", " : " ";
		}
	}
	if (braces)
		fputs(" }", out);
}

static bool all_named(const struct kw_ir_service *s, size_t nr)
{
	size_t i;

	/* "icmp" alone is a service of its own, with its own meaning. */
	for (i = 0; i < nr; i++)
		if (!kw_proto_name(s[i].proto_lo) ||
		    s[i].proto_lo == KW_PROTO_ICMP ||
		    s[i].proto_lo == KW_PROTO_ICMPV6)
			return false;
	return true;
}

/**
 * kw_service_print() - the canonical text of what a rule says about protocols
 * @out: where to
 * @services: the alternatives, as the grammar makes them
 * @nr: how many; 0 prints nothing
 *
 * The text starts with a space. Trouble with memory or the stream is left in
 * the error flag of @out.
 */
void kw_service_print(FILE *out, const struct kw_ir_service *services,
		      size_t nr)
{
	const char *separator = "";
	size_t i;

	if (!nr)
		return;
	fputc(' ', out);
	if (services[0].families != KW_MASK_BOTH) {
		print_icmp(out, services, nr == 2 ? KW_MASK_BOTH :
						    services[0].families);
		return;
	}
	if (!all_named(services, nr))
		fputs("proto ", out);
	for (i = 0; i < nr; i++) {
		const char *name = kw_proto_name(services[i].proto_lo);

		fputs(separator, out);
		if (name)
			fputs(name, out);
		else
			fprintf(out, "%u", services[i].proto_lo);
		separator = "+";
	}
	if (services[0].dports.nr) {
		fputs(" port ", out);
		print_ports(out, &services[0].dports);
	}
	if (services[0].sports.nr) {
		fputs(" source port ", out);
		print_ports(out, &services[0].sports);
	}
}
