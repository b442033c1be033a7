// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall show rules: the policy in force as it was written, with counters.
 *
 * Text comes from the blob and counters from another dump. A policy that was
 * loaded in between shows in the identities; both are then read again.
 */
#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "output.h"
#include "policy.h"

#define MAX_TRIES	5

static bool same_rules(const struct policy *policy,
		       const struct kw_nl_rule *rules, size_t nr)
{
	size_t i;

	if (nr != policy->view.nr_rules)
		return false;
	for (i = 0; i < nr; i++)
		if (rules[i].index != i ||
		    rules[i].id != policy->view.rules[i].id)
			return false;
	return true;
}

static int fetch(struct kw_nl *nl, struct policy *policy,
		 struct kw_nl_rule **rules)
{
	int tries, rc, err;
	size_t nr;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		rc = policy_from_kernel(nl, policy);
		if (rc)
			return rc;
		err = kw_nl_rules_get(nl, rules, &nr);
		if (err)
			return nl_failed(nl, err);
		if (same_rules(policy, *rules, nr))
			return CLI_OK;
		free(*rules);
		*rules = NULL;
		policy_free(policy);
		memset(policy, 0, sizeof(*policy));
	}
	cli_error("the policy changes faster than it can be read; try again");
	return CLI_KERNEL;
}

static json_t *rule_json(const struct policy *policy,
			 const struct kw_nl_rule *r)
{
	json_t *object = policy_rule_json(policy, r->index);
	int err = 0;

	err |= cli_json_set(object, "packets", json_integer(r->packets));
	err |= cli_json_set(object, "bytes", json_integer(r->bytes));
	err |= cli_json_set(object, "last_hit_ms",
			    r->hit ? json_integer(r->last_hit_age_ms) :
				     json_null());
	err |= cli_json_set(object, "log_suppressed",
			    json_integer(r->log_suppressed));
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static int print_json(const struct policy *policy,
		      const struct kw_nl_rule *rules)
{
	json_t *root = json_object(), *array = json_array();
	int err = 0;
	u32 i;

	for (i = 0; i < policy->view.nr_rules; i++)
		err |= json_array_append_new(array, rule_json(policy,
							      &rules[i]));
	err |= cli_json_set(root, "generation",
			    json_integer(policy->generation));
	err |= cli_json_set(root, "policy_hash",
			    cli_json_hash(policy->view.header->policy_hash));
	err |= cli_json_set(root, "rules", array);
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

static void print_rule(const struct cli *cli, const struct policy *policy,
		       const struct kw_nl_rule *r)
{
	const struct kw_blob_rule *rule = &policy->view.rules[r->index];
	char age[KW_AGE_LEN];

	printf("%12llu %16llu %10s  ", (unsigned long long)r->packets,
	       (unsigned long long)r->bytes,
	       r->hit ? kw_format_age(age, r->last_hit_age_ms) : "never");
	kw_print_safe(stdout, policy_string(policy, rule->text));
	fputs("  ", stdout);
	cli_dim_start(cli);
	fputs("# ", stdout);
	policy_print_place(policy, rule);
	if (r->log_suppressed)
		printf(", %llu log messages suppressed",
		       (unsigned long long)r->log_suppressed);
	cli_dim_end(cli);
	putchar('\n');
}

static void print_head(const struct cli *cli, const char *head)
{
	putchar('\n');
	cli_bold(cli, "policy ");
	cli_bold(cli, head);
	putchar('\n');
}

static int print_text(const struct cli *cli, const struct policy *policy,
		      const struct kw_nl_rule *rules)
{
	const char *head, *last = NULL;
	u32 i;

	printf("generation %u, %u rule%s\n%12s %16s %10s  %s\n",
	       policy->generation, policy->view.nr_rules,
	       policy->view.nr_rules == 1 ? "" : "s", "packets", "bytes",
	       "last hit", "rule");
	for (i = 0; i < policy->view.nr_rules; i++) {
		head = policy_string(policy, policy->view.rules[i].policy);
		if (!last || strcmp(head, last))
			print_head(cli, head);
		last = head;
		print_rule(cli, policy, &rules[i]);
	}
	return CLI_OK;
}

int show_rules_run(struct cli *cli)
{
	struct kw_nl_rule *rules = NULL;
	struct policy policy = { 0 };
	struct kw_nl *nl;
	int rc;

	rc = nl_connect(&nl);
	if (!rc)
		rc = fetch(nl, &policy, &rules);
	if (!rc)
		rc = cli->json ? print_json(&policy, rules) :
				 print_text(cli, &policy, rules);
	free(rules);
	policy_free(&policy);
	kw_nl_close(nl);
	return rc;
}
