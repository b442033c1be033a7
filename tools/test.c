// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall test: which rule would decide about a new connection. Asks the same
 * classifier that the module runs; no packet is sent.
 */
#include <string.h>

#include "classify.h"
#include "nl.h"
#include "output.h"
#include "packet.h"
#include "policy.h"

static int find_zone(const struct cli *cli, const struct policy *policy,
		     const char *name, size_t len, u32 *zone)
{
	const char *have;
	u32 i;

	for (i = 0; i < policy->view.nr_zones; i++) {
		have = policy_zone_name(policy, i);
		if (strlen(have) == len && !memcmp(have, name, len)) {
			*zone = i;
			return CLI_OK;
		}
	}
	return cli_usage(cli, "the policy has no zone \"%.*s\"", (int)len,
			 name);
}

static int print_json(const struct policy *policy, u32 index)
{
	json_t *root = json_object();
	int err = 0;

	err |= cli_json_set(root, "verdict",
			    json_string(policy_action_name(&policy->view.rules[index])));
	err |= cli_json_set(root, "rule", policy_rule_json(policy, index));
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

static int print_text(const struct cli *cli, const struct policy *policy,
		      u32 index)
{
	const struct kw_blob_rule *rule = &policy->view.rules[index];

	cli_bold(cli, policy_action_name(rule));
	fputs("\n  policy  ", stdout);
	kw_print_safe(stdout, policy_string(policy, rule->policy));
	fputs("\n  rule    ", stdout);
	kw_print_safe(stdout, policy_string(policy, rule->text));
	fputs("\n  place   ", stdout);
	policy_print_place(policy, rule);
	putchar('\n');
	return CLI_OK;
}

static int judge(const struct cli *cli, const struct policy *policy,
		 struct packet *p)
{
	u32 index;
	int rc;

	rc = find_zone(cli, policy, p->zone_in, p->zone_in_len,
		       &p->key.zone_in);
	if (!rc)
		rc = find_zone(cli, policy, p->zone_out, strlen(p->zone_out),
			       &p->key.zone_out);
	if (rc)
		return rc;
	index = kw_classify(&policy->view, &p->key);
	rc = cli->json ? print_json(policy, index) :
			 print_text(cli, policy, index);
	if (rc)
		return rc;
	return policy->view.rules[index].action == KW_ACTION_ALLOW ? CLI_OK :
								      CLI_NO;
}

int test_run(struct cli *cli)
{
	struct kw_nl *nl = NULL;
	struct policy policy = { 0 };
	struct packet p;
	int rc;

	if (packet_parse(cli->argv, cli->argc, &p))
		return cli_usage(cli, "%s", p.error);
	if (cli->file) {
		rc = policy_from_file(cli, cli->file, &policy);
	} else {
		rc = nl_connect(&nl);
		if (!rc)
			rc = policy_from_kernel(nl, &policy);
	}
	if (!rc)
		rc = judge(cli, &policy, &p);
	policy_free(&policy);
	kw_nl_close(nl);
	return rc;
}
