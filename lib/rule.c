// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the grammar builds of a rule: action, service, addresses, options. What
 * depends on sets and zones, which may be defined further down, is left to
 * lib/sema.c.
 */
#include <netdb.h>
#include <stdlib.h>
#include "parse.h"
#include "service.h"

/* Every default log rule may fill this much of the log. */
#define LOG_RATE	10u
#define LOG_PERIOD_MS	1000u

static const struct {
	const char *name;
	enum kw_reject reject;
} rejects[] = {
	{ "tcp-reset", KW_REJECT_TCP_RESET },
	{ "port-unreachable", KW_REJECT_PORT_UNREACHABLE },
	{ "host-unreachable", KW_REJECT_HOST_UNREACHABLE },
	{ "net-unreachable", KW_REJECT_NET_UNREACHABLE },
	{ "admin-prohibited", KW_REJECT_ADMIN_PROHIBITED },
};

#define NR_REJECTS (sizeof(rejects) / sizeof(rejects[0]))

static const struct {
	const char *name;
	u32 period_ms;
} periods[] = {
	{ "second", 1000 },
	{ "minute", 60 * 1000 },
	{ "hour", 60 * 60 * 1000 },
	{ "day", 24 * 60 * 60 * 1000 },
};

#define NR_PERIODS (sizeof(periods) / sizeof(periods[0]))

static const char *const option_names[] = {
	[KW_OPTION_SPORT] = "source port",
	[KW_OPTION_FROM] = "from",
	[KW_OPTION_TO] = "to",
	[KW_OPTION_LOG] = "log",
	[KW_OPTION_NAME] = "name",
	[KW_OPTION_LOG_GROUP] = "group",
	[KW_OPTION_LOG_LIMIT] = "limit",
};

__attribute__((format(printf, 4, 5)))
static void refuse(struct kw_parser *p, const struct kw_loc *loc,
		   const char *hint, const char *format, ...)
{
	char message[256];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	p->now.bad = true;
	kw_parse_error(p, loc, hint, "%s", message);
}

static const char *did_you_mean(struct kw_parser *p,
				const struct kw_guess *guess)
{
	if (!guess->best)
		return NULL;
	return kw_parse_format(p, "did you mean '%s'?", guess->best);
}

/**
 * kw_rule_begin() - the action of a rule
 * @p: the parser
 * @action: the action
 * @loc: where it stands
 */
void kw_rule_begin(struct kw_parser *p, enum kw_action action,
		   const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;

	now->rule = kw_ir_alloc(p->ir, sizeof(*now->rule));
	now->options = 0;
	now->bad = false;
	now->nr_protos = 0;
	now->is_icmp = false;
	now->families = 0;
	now->ranges4.r.nr = 0;
	now->ranges6.r.nr = 0;
	now->refs.nr = 0;
	now->ports.r.nr = 0;
	now->dports.r.nr = 0;
	now->sports.r.nr = 0;
	now->icmp4.r.nr = 0;
	now->icmp6.r.nr = 0;
	if (!now->rule) {
		kw_parse_oom(p);
		return;
	}
	now->rule->rule.loc = *loc;
	now->rule->rule.action = action;
	now->rule->family = KW_MASK_BOTH;
}

/**
 * kw_rule_reject() - reject with NAME
 * @p: the parser
 * @name: how
 * @loc: where it stands
 */
void kw_rule_reject(struct kw_parser *p, const char *name,
		    const struct kw_loc *loc)
{
	struct kw_guess guess = { .wanted = name };
	size_t i;

	if (!p->now.rule)
		return;
	for (i = 0; i < NR_REJECTS; i++) {
		if (!strcmp(rejects[i].name, name)) {
			p->now.rule->rule.reject = rejects[i].reject;
			return;
		}
		kw_guess_try(&guess, rejects[i].name);
	}
	refuse(p, loc, guess.best ? did_you_mean(p, &guess) :
	       "there are tcp-reset, port-unreachable, host-unreachable, net-unreachable and admin-prohibited",
	       "unknown way to reject '%.64s'", name);
}

/**
 * kw_rule_family() - inet or inet6
 * @p: the parser
 * @family: KW_MASK_*
 */
void kw_rule_family(struct kw_parser *p, unsigned int family)
{
	if (p->now.rule)
		p->now.rule->family = family;
}

/* ---- protocols and ports ------------------------------------------------ */

static void unknown_proto(struct kw_parser *p, const char *text,
			  const struct kw_loc *loc)
{
	static const char *const others[] = { "inet", "inet6", "icmp", "icmp4",
		"icmp6", "proto", "from", "to", "log", "name", "source", "with" };
	struct kw_guess guess = { .wanted = text };
	size_t i;

	kw_proto_guess(&guess);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		kw_guess_try(&guess, others[i]);
	refuse(p, loc, guess.best ? did_you_mean(p, &guess) :
	       "a protocol without a name is written 'proto NUMBER'",
	       "unknown protocol '%.64s'", text);
}

/**
 * kw_rule_proto() - a protocol of the service
 * @p: the parser
 * @text: its name or number
 * @number: numbers are welcome
 * @loc: where it stands
 *
 * Return: whether it is one; if not, the rest of the rule means nothing.
 */
bool kw_rule_proto(struct kw_parser *p, const char *text, bool number,
		   const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	int proto = kw_proto_lookup(text);
	unsigned int i;
	u32 value;

	if (proto < 0 && number &&
	    !kw_number_parse(text, strlen(text), 255, &value))
		proto = value;
	if (proto < 0) {
		unknown_proto(p, text, loc);
		return false;
	}
	for (i = 0; i < now->nr_protos; i++)
		if (now->protos[i] == proto)
			return true;
	if (!now->nr_protos)
		now->service_loc = *loc;
	now->protos[now->nr_protos++] = proto;
	return true;
}

/* Names of ports are asked for once; the answer plus one is remembered. */
static int port_by_name(struct kw_parser *p, const char *name)
{
	uintptr_t known = (uintptr_t)kw_strmap_get(&p->port_names, name);
	struct servent entry, *found;
	char buf[4096];

	if (known)
		return (int)(known - 1);
	if (p->flags & KW_PARSE_NO_FILES)
		return -ENOENT;
	if (getservbyname_r(name, NULL, &entry, buf, sizeof(buf), &found) ||
	    !found)
		return -ENOENT;
	known = ntohs(found->s_port) + 1;
	if (kw_strmap_put(&p->port_names, name, (void *)known))
		kw_parse_oom(p);
	return (int)(known - 1);
}

static bool port_range(struct kw_parser *p, const char *text,
		       const struct kw_loc *loc, u32 *lo, u32 *hi)
{
	const char *dash = strchr(text, '-');
	size_t len = dash ? dash - text : strlen(text);
	int err = kw_number_parse(text, len, 65535, lo);
	int port;

	*hi = *lo;
	if (dash && err != -EINVAL) {
		if (!err)
			err = kw_number_parse(dash + 1, strlen(dash + 1),
					      65535, hi);
	}
	if (err == -EINVAL) {
		port = port_by_name(p, text);
		if (port >= 0) {
			*lo = *hi = port;
			return true;
		}
		refuse(p, loc, "a port is a number, a range 5000-5100, or a name of /etc/services",
		       "unknown port '%.64s'", text);
		return false;
	}
	if (err) {
		refuse(p, loc, NULL, "port '%.64s' is larger than 65535", text);
		return false;
	}
	if (*lo > *hi) {
		refuse(p, loc, kw_parse_format(p, "write %u-%u", *hi, *lo),
		       "port range '%.64s' ends before it starts", text);
		return false;
	}
	return true;
}

/**
 * kw_rule_port() - an element of a list of ports
 * @p: the parser
 * @text: a number, a range or a name
 * @loc: where it stands
 */
void kw_rule_port(struct kw_parser *p, const char *text,
		  const struct kw_loc *loc)
{
	u32 lo = 0, hi = 0;

	if (port_range(p, text, loc, &lo, &hi) &&
	    kw_range_list4_add(&p->now.ports, lo, hi))
		kw_parse_oom(p);
}

static int complement(struct kw_ranges4 *r, struct kw_range_list4 *out)
{
	u32 next = 0;
	size_t i;

	for (i = 0; i < r->nr; i++) {
		if (r->v[i].lo > next &&
		    kw_range_list4_add(out, next, r->v[i].lo - 1))
			return -ENOMEM;
		next = r->v[i].hi + 1;
	}
	return next > 65535 ? 0 : kw_range_list4_add(out, next, 65535);
}

/**
 * kw_rule_ports() - a list of ports is complete
 * @p: the parser
 * @source: of the source; else of the destination
 * @negated: all others are meant
 * @loc: where it stands
 */
void kw_rule_ports(struct kw_parser *p, bool source, bool negated,
		   const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	struct kw_range_list4 *out = source ? &now->sports : &now->dports;
	size_t i;
	int err = 0;

	kw_range_list4_merge(&now->ports);
	out->r.nr = 0;
	if (negated)
		err = complement(&now->ports.r, out);
	else
		for (i = 0; i < now->ports.r.nr && !err; i++)
			err = kw_range_list4_add(out, now->ports.r.v[i].lo,
						 now->ports.r.v[i].hi);
	if (err)
		kw_parse_oom(p);
	else if (!out->r.nr && !now->bad)
		refuse(p, loc, NULL, "no port is left to match");
	/* All ports are no condition. */
	if (out->r.nr == 1 && !out->r.v[0].lo && out->r.v[0].hi == 65535)
		out->r.nr = 0;
	now->ports.r.nr = 0;
}

/* ---- ICMP --------------------------------------------------------------- */

/**
 * kw_rule_icmp() - icmp, icmp4 or icmp6
 * @p: the parser
 * @kind: which
 * @loc: where it stands
 */
void kw_rule_icmp(struct kw_parser *p, enum kw_icmp_kind kind,
		  const struct kw_loc *loc)
{
	p->now.is_icmp = true;
	p->now.icmp = kind;
	p->now.service_loc = *loc;
}

static void icmp_number(struct kw_parser *p, const char *type, size_t len,
			const char *code, const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	struct kw_range_list4 *out;
	u32 t, c = 0;

	if (kw_number_parse(type, len, 255, &t) ||
	    (code && kw_number_parse(code, strlen(code), 255, &c))) {
		refuse(p, loc, "write TYPE, TYPE/CODE or type TYPE code CODE",
		       "ICMP types and codes are numbers from 0 to 255");
		return;
	}
	if (now->icmp == KW_ICMP_BOTH) {
		refuse(p, loc, "write icmp4 or icmp6",
		       "numbers mean different things in ICMP and ICMPv6");
		return;
	}
	out = now->icmp == KW_ICMP_4 ? &now->icmp4 : &now->icmp6;
	if (kw_range_list4_add(out, t << 8 | c, t << 8 | (code ? c : 255)))
		kw_parse_oom(p);
}

static void icmp_name(struct kw_parser *p, const char *name, const char *code,
		      const struct kw_loc *loc)
{
	const struct kw_icmp_name *found = kw_icmp_lookup(name);
	struct kw_guess guess = { .wanted = name };
	enum kw_icmp_kind kind = p->now.icmp;
	char number[16];

	if (!found) {
		kw_icmp_guess(&guess);
		refuse(p, loc, did_you_mean(p, &guess),
		       "unknown ICMP type '%.64s'", name);
		return;
	}
	if ((kind != KW_ICMP_6 && found->type4 < 0) ||
	    (kind != KW_ICMP_4 && found->type6 < 0)) {
		refuse(p, loc, found->type4 < 0 ? "write icmp6" : "write icmp4",
		       "'%s' exists only in %s", name,
		       found->type4 < 0 ? "ICMPv6" : "ICMP of IPv4");
		return;
	}
	if (kind != KW_ICMP_BOTH) {
		snprintf(number, sizeof(number), "%d",
			 kind == KW_ICMP_4 ? found->type4 : found->type6);
		icmp_number(p, number, strlen(number), code, loc);
		return;
	}
	if (code) {
		refuse(p, loc, "write icmp4 or icmp6",
		       "codes mean different things in ICMP and ICMPv6");
		return;
	}
	if (kw_range_list4_add(&p->now.icmp4, found->type4 << 8,
			       found->type4 << 8 | 255) ||
	    kw_range_list4_add(&p->now.icmp6, found->type6 << 8,
			       found->type6 << 8 | 255))
		kw_parse_oom(p);
}

/**
 * kw_rule_icmp_type() - a type of ICMP
 * @p: the parser
 * @type: its name, its number, or TYPE/CODE
 * @code: its code, or NULL
 * @loc: where it stands
 */
void kw_rule_icmp_type(struct kw_parser *p, const char *type, const char *code,
		       const struct kw_loc *loc)
{
	const char *slash = strchr(type, '/');

	if (slash && !code)
		icmp_number(p, type, slash - type, slash + 1, loc);
	else if (slash || (*type >= '0' && *type <= '9'))
		icmp_number(p, type, strlen(type), code, loc);
	else
		icmp_name(p, type, code, loc);
}

/* ---- options ------------------------------------------------------------ */

/**
 * kw_rule_option() - an option begins
 * @p: the parser
 * @option: which
 * @loc: where it stands
 *
 * Return: whether it is the first of its kind.
 */
bool kw_rule_option(struct kw_parser *p, enum kw_option option,
		    const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;

	now->ranges4.r.nr = 0;
	now->ranges6.r.nr = 0;
	now->families = 0;
	now->refs.nr = 0;
	now->ports.r.nr = 0;
	if (option == KW_OPTION_LOG && now->rule &&
	    !(now->options & 1u << option)) {
		now->rule->rule.log = true;
		now->rule->rule.log_rate = LOG_RATE;
		now->rule->rule.log_period_ms = LOG_PERIOD_MS;
	}
	if (now->options & 1u << option) {
		refuse(p, loc, NULL, "'%s' is given twice",
		       option_names[option]);
		return false;
	}
	now->options |= 1u << option;
	now->option_locs[option] = *loc;
	return true;
}

static int take_refs(struct kw_parser *p, struct kw_refs *to)
{
	to->nr = p->now.refs.nr;
	to->v = kw_ir_alloc_array(p->ir, to->nr, sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	if (to->nr)
		memcpy(to->v, p->now.refs.v, to->nr * sizeof(*to->v));
	return 0;
}

/**
 * kw_rule_addresses() - a list of addresses is complete
 * @p: the parser
 * @to: of the destination; else of the source
 * @negated: all others are meant
 * @loc: where it stands
 */
void kw_rule_addresses(struct kw_parser *p, bool to, bool negated,
		       const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	struct kw_ir_addr *addr;

	if (!now->rule)
		return;
	addr = to ? &now->rule->rule.to : &now->rule->rule.from;
	addr->present = true;
	addr->negated = negated;
	addr->families = now->families;
	addr->loc = *loc;
	kw_range_list4_merge(&now->ranges4);
	kw_range_list6_merge(&now->ranges6);
	if (kw_range_list4_copy(p->ir, &addr->ranges4, &now->ranges4) ||
	    kw_range_list6_copy(p->ir, &addr->ranges6, &now->ranges6) ||
	    take_refs(p, to ? &now->rule->to : &now->rule->from))
		kw_parse_oom(p);
}

/**
 * kw_rule_name() - name NAME
 * @p: the parser
 * @name: the name
 * @loc: where it stands
 */
void kw_rule_name(struct kw_parser *p, const char *name,
		  const struct kw_loc *loc)
{
	struct kw_ir_rule *first = kw_strmap_get(&p->rule_names, name);

	if (!p->now.rule)
		return;
	if (!kw_name_check(p, name, loc, "rule")) {
		p->now.bad = true;
		return;
	}
	p->now.rule->rule.name = name;
	if (first)
		refuse(p, loc, kw_parse_where(p, &first->loc, "first used"),
		       "rule name '%s' is used twice", name);
	else if (kw_strmap_put(&p->rule_names, name, p->now.rule))
		kw_parse_oom(p);
}

/**
 * kw_rule_log_group() - log group NUMBER
 * @p: the parser
 * @text: the number
 * @loc: where it stands
 */
void kw_rule_log_group(struct kw_parser *p, const char *text,
		       const struct kw_loc *loc)
{
	u32 group;

	if (!p->now.rule)
		return;
	if (kw_number_parse(text, strlen(text), 65535, &group)) {
		refuse(p, loc, NULL,
		       "a log group is a number from 0 to 65535");
		return;
	}
	p->now.rule->rule.log_to_group = true;
	p->now.rule->rule.log_group = group;
}

/**
 * kw_rule_log_limit() - log limit RATE
 * @p: the parser
 * @text: NUMBER/PERIOD, or NULL for no limit
 * @loc: where it stands
 */
void kw_rule_log_limit(struct kw_parser *p, const char *text,
		       const struct kw_loc *loc)
{
	struct kw_ir_rule *rule;
	const char *slash;
	u32 rate;
	size_t i;

	if (!p->now.rule)
		return;
	rule = &p->now.rule->rule;
	rule->log_rate = 0;
	if (!text)
		return;
	slash = strchr(text, '/');
	for (i = 0; slash && i < NR_PERIODS; i++) {
		if (strcmp(slash + 1, periods[i].name))
			continue;
		if (kw_number_parse(text, slash - text, 1000000000, &rate) ||
		    !rate)
			break;
		rule->log_rate = rate;
		rule->log_period_ms = periods[i].period_ms;
		return;
	}
	refuse(p, loc, "write NUMBER/second, /minute, /hour or /day, or 'none'",
	       "'%.64s' is not a rate", text);
}

/* ---- the end ------------------------------------------------------------ */

static int add_service(struct kw_parser *p, struct kw_ir_service *s, u8 proto,
		       unsigned int families, const struct kw_range_list4 *dports)
{
	s->proto_lo = proto;
	s->proto_hi = proto;
	s->families = families;
	if (kw_range_list4_copy(p->ir, &s->dports, dports))
		return -ENOMEM;
	return kw_range_list4_copy(p->ir, &s->sports, &p->now.sports);
}

static int icmp_services(struct kw_parser *p, struct kw_ir_rule *rule)
{
	struct kw_building *now = &p->now;
	struct kw_ir_service *s = rule->services;

	kw_range_list4_merge(&now->icmp4);
	kw_range_list4_merge(&now->icmp6);
	if (now->icmp != KW_ICMP_6 &&
	    add_service(p, s++, KW_PROTO_ICMP, KW_MASK_IPV4, &now->icmp4))
		return -ENOMEM;
	if (now->icmp != KW_ICMP_4 &&
	    add_service(p, s++, KW_PROTO_ICMPV6, KW_MASK_IPV6, &now->icmp6))
		return -ENOMEM;
	rule->nr_services = s - rule->services;
	return 0;
}

static int proto_services(struct kw_parser *p, struct kw_ir_rule *rule)
{
	struct kw_building *now = &p->now;
	unsigned int i;

	for (i = 0; i < now->nr_protos; i++)
		if (add_service(p, &rule->services[i], now->protos[i],
				KW_MASK_BOTH, &now->dports))
			return -ENOMEM;
	rule->nr_services = now->nr_protos;
	return 0;
}

static int cmp_proto(const void *a, const void *b)
{
	return *(const u8 *)a - *(const u8 *)b;
}

static void services_check(struct kw_parser *p)
{
	struct kw_building *now = &p->now;
	bool ports = now->dports.r.nr || now->options & 1u << KW_OPTION_SPORT;
	const struct kw_loc *loc = &now->service_loc;
	unsigned int i;

	if (now->options & 1u << KW_OPTION_SPORT)
		loc = &now->option_locs[KW_OPTION_SPORT];
	if (ports && !now->nr_protos) {
		refuse(p, loc, "write for example 'tcp source port 1024-65535'",
		       "ports need a protocol that has ports");
		return;
	}
	for (i = 0; ports && i < now->nr_protos; i++)
		if (!kw_proto_has_ports(now->protos[i])) {
			refuse(p, loc, "tcp, udp, sctp, dccp and udplite have ports",
			       "protocol %s has no ports",
			       kw_proto_name(now->protos[i]) ? :
			       kw_parse_format(p, "%u", now->protos[i]));
			return;
		}
}

/**
 * kw_rule_end() - a rule is complete
 * @p: the parser
 * @loc: all of it
 */
void kw_rule_end(struct kw_parser *p, const struct kw_loc *loc)
{
	struct kw_building *now = &p->now;
	struct kw_parsed_rule *rule = now->rule;
	unsigned int nr = now->is_icmp ? 2 : now->nr_protos;
	int err = 0;

	now->rule = NULL;
	if (!rule || !now->block)
		return;
	rule->rule.loc = *loc;
	rule->rule.block = &now->block->block;
	qsort(now->protos, now->nr_protos, 1, cmp_proto);
	services_check(p);
	if (now->bad)
		return;
	if (nr) {
		rule->rule.services =
			kw_ir_alloc_array(p->ir, nr, sizeof(*rule->rule.services));
		if (!rule->rule.services)
			err = -ENOMEM;
		else if (now->is_icmp)
			err = icmp_services(p, &rule->rule);
		else
			err = proto_services(p, &rule->rule);
	}
	if (err || kw_pointers_add(&now->block_rules, &rule->rule))
		kw_parse_oom(p);
}
