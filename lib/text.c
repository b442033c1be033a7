// SPDX-License-Identifier: GPL-2.0-only
/*
 * The canonical text of one rule: what is shown, hashed into its identity, and
 * printed. It does not depend on what is in the sets that the rule names, so
 * that a rule keeps its counters when a set changes.
 */
#include <stdlib.h>
#include "address.h"
#include "parse.h"
#include "service.h"

static const char *const reject_names[KW_NR_REJECTS] = {
	[KW_REJECT_TCP_RESET] = "tcp-reset",
	[KW_REJECT_PORT_UNREACHABLE] = "port-unreachable",
	[KW_REJECT_HOST_UNREACHABLE] = "host-unreachable",
	[KW_REJECT_NET_UNREACHABLE] = "net-unreachable",
	[KW_REJECT_ADMIN_PROHIBITED] = "admin-prohibited",
};

static void print_action(FILE *out, const struct kw_ir_rule *rule)
{
	static const char *const names[KW_NR_ACTIONS] = {
		[KW_ACTION_DROP] = "drop",
		[KW_ACTION_ALLOW] = "allow",
		[KW_ACTION_REJECT] = "reject",
	};

	fputs(names[rule->action], out);
	if (rule->reject)
		fprintf(out, " with %s", reject_names[rule->reject]);
}

static void print_addresses(FILE *out, const char *keyword,
			    const struct kw_ir_addr *addr)
{
	size_t nr = addr->ranges4.nr + addr->ranges6.nr + addr->nr_sets;
	char text[KW_ADDRESS_LEN];
	const char *before = "";
	size_t i;

	if (!addr->present)
		return;
	fprintf(out, " %s %s%s", keyword, addr->negated ? "!" : "",
		nr > 1 ? "{ " : "");
	for (i = 0; i < addr->ranges4.nr; i++, before = ", ") {
		kw_range4_format(&addr->ranges4.v[i], text);
		fprintf(out, "%s%s", before, text);
	}
	for (i = 0; i < addr->ranges6.nr; i++, before = ", ") {
		kw_range6_format(&addr->ranges6.v[i], text);
		fprintf(out, "%s%s", before, text);
	}
	for (i = 0; i < addr->nr_sets; i++, before = ", ")
		fprintf(out, "%s@%s", before, addr->sets[i]->name);
	if (nr > 1)
		fputs(" }", out);
}

static const char *period_name(u32 period_ms)
{
	switch (period_ms) {
	case 1000:
		return "second";
	case 60 * 1000:
		return "minute";
	case 60 * 60 * 1000:
		return "hour";
	default:
		return "day";
	}
}

static void print_log(FILE *out, const struct kw_ir_rule *rule)
{
	if (!rule->log)
		return;
	fputs(" log", out);
	if (rule->log_to_group)
		fprintf(out, " group %u", rule->log_group);
	if (!rule->log_rate)
		fputs(" limit none", out);
	else if (rule->log_rate != 10 || rule->log_period_ms != 1000)
		fprintf(out, " limit %u/%s", rule->log_rate,
			period_name(rule->log_period_ms));
}

/**
 * kw_rule_print() - the text of a rule
 * @out: where to, a stream that is reused from rule to rule
 * @rule: the rule, with its sets looked up and its services as written
 * @family: KW_MASK_*: the family that it was written for
 */
void kw_rule_print(FILE *out, const struct kw_ir_rule *rule,
		   unsigned int family)
{
	print_action(out, rule);
	if (family == KW_MASK_IPV4)
		fputs(" inet", out);
	if (family == KW_MASK_IPV6)
		fputs(" inet6", out);
	kw_service_print(out, rule->services, rule->nr_services);
	print_addresses(out, "from", &rule->from);
	print_addresses(out, "to", &rule->to);
	print_log(out, rule);
	if (rule->name)
		fprintf(out, " name %s", rule->name);
}
