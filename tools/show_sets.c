// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall show sets: the named sets of the policy in force, or the elements
 * of one. The blob has them all; the kernel is not asked twice.
 */
#include <string.h>

#include "address.h"
#include "nl.h"
#include "output.h"
#include "policy.h"

static const char *set_name(const struct policy *policy, u32 i)
{
	return policy_string(policy, policy->view.sets[i].name);
}

static json_t *elements_json(const struct policy *policy,
			     const struct kw_blob_set *set)
{
	char text[KW_ADDRESS_LEN];
	json_t *array = json_array();
	int err = 0;
	u32 i;

	for (i = 0; i < set->nr4; i++) {
		kw_range4_format(&policy->view.ranges4[set->first4 + i], text);
		err |= json_array_append_new(array, json_string(text));
	}
	for (i = 0; i < set->nr6; i++) {
		kw_range6_format(&policy->view.ranges6[set->first6 + i], text);
		err |= json_array_append_new(array, json_string(text));
	}
	if (!err)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *set_json(const struct policy *policy, u32 i, bool elements)
{
	const struct kw_blob_set *set = &policy->view.sets[i];
	json_t *object = json_object();
	int err = 0;

	err |= cli_json_set(object, "name", cli_json_text(set_name(policy, i)));
	err |= cli_json_set(object, "ranges4", json_integer(set->nr4));
	err |= cli_json_set(object, "ranges6", json_integer(set->nr6));
	if (elements)
		err |= cli_json_set(object, "elements",
				    elements_json(policy, set));
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static int print_sets_json(const struct policy *policy)
{
	json_t *root = json_object(), *sets = json_array();
	int err = 0;
	u32 i;

	for (i = 0; i < policy->view.nr_sets; i++)
		if (*set_name(policy, i))
			err |= json_array_append_new(sets, set_json(policy, i,
								    false));
	err |= cli_json_set(root, "generation",
			    json_integer(policy->generation));
	err |= cli_json_set(root, "sets", sets);
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

static int print_sets(const struct policy *policy)
{
	const struct kw_blob_set *set;
	u32 i;

	printf("%10s %10s  %s\n", "IPv4", "IPv6", "set");
	for (i = 0; i < policy->view.nr_sets; i++) {
		set = &policy->view.sets[i];
		if (!*set_name(policy, i))
			continue;
		printf("%10u %10u  ", set->nr4, set->nr6);
		kw_print_safe(stdout, set_name(policy, i));
		putchar('\n');
	}
	return CLI_OK;
}

static void print_elements(const struct policy *policy,
			   const struct kw_blob_set *set)
{
	char text[KW_ADDRESS_LEN];
	u32 i;

	for (i = 0; i < set->nr4; i++) {
		kw_range4_format(&policy->view.ranges4[set->first4 + i], text);
		puts(text);
	}
	for (i = 0; i < set->nr6; i++) {
		kw_range6_format(&policy->view.ranges6[set->first6 + i], text);
		puts(text);
	}
}

static int print_set(const struct cli *cli, const struct policy *policy,
		     const char *name)
{
	u32 i;

	if (*name == '@')
		name++;
	for (i = 0; *name && i < policy->view.nr_sets; i++) {
		if (strcmp(set_name(policy, i), name))
			continue;
		if (cli->json)
			return cli_json_print(set_json(policy, i, true));
		print_elements(policy, &policy->view.sets[i]);
		return CLI_OK;
	}
	cli_error("the policy has no set \"%s\"", name);
	return CLI_NO;
}

int show_sets_run(struct cli *cli)
{
	struct policy policy = { 0 };
	struct kw_nl *nl;
	int rc;

	rc = nl_connect(&nl);
	if (!rc)
		rc = policy_from_kernel(nl, &policy);
	if (!rc && cli->argc)
		rc = print_set(cli, &policy, cli->argv[0]);
	else if (!rc)
		rc = cli->json ? print_sets_json(&policy) :
				 print_sets(&policy);
	policy_free(&policy);
	kw_nl_close(nl);
	return rc;
}
