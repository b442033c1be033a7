// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall load and keepwall unload: what changes the policy in force.
 */
#include <time.h>
#include <unistd.h>

#include "nl.h"
#include "policy.h"

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

/* Small policies are there before one could read it. */
static void show_progress(size_t done, size_t len)
{
	static int last = -1;
	int percent = done * 100 / len;

	if (len < 4u << 20 || percent == last)
		return;
	last = percent;
	fprintf(stderr, "\rloading: %d%%%s", percent,
		done == len ? "\r\033[K" : "");
}

static int report(const struct cli *cli, const struct policy *policy,
		  u32 generation, double ms)
{
	json_t *root;
	int err = 0;

	if (!cli->json) {
		printf("policy in force: generation %u, %u rule%s, blob %zu bytes, %.1f ms\n",
		       generation, policy->view.nr_rules,
		       policy->view.nr_rules == 1 ? "" : "s", policy->len, ms);
		return CLI_OK;
	}
	root = json_object();
	err |= cli_json_set(root, "generation", json_integer(generation));
	err |= cli_json_set(root, "rules", json_integer(policy->view.nr_rules));
	err |= cli_json_set(root, "blob_bytes", json_integer(policy->len));
	err |= cli_json_set(root, "policy_hash",
			    cli_json_hash(policy->view.header->policy_hash));
	err |= cli_json_set(root, "time_ms", json_real(ms));
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

static int load_policy(struct cli *cli, const struct policy *policy,
		       double start_ms)
{
	u32 generation = 0;
	struct kw_nl *nl;
	int err, rc;

	rc = nl_connect(&nl);
	if (!rc) {
		err = kw_nl_policy_load(nl, policy->blob, policy->len,
					isatty(STDERR_FILENO) ? show_progress :
								NULL,
					&generation);
		rc = err ? nl_failed(nl, err) :
			   report(cli, policy, generation, now_ms() - start_ms);
	}
	kw_nl_close(nl);
	return rc;
}

int load_run(struct cli *cli)
{
	double start_ms = now_ms();
	struct policy policy;
	int rc;

	rc = policy_from_file(cli, cli->argv[0], &policy);
	if (!rc)
		rc = load_policy(cli, &policy, start_ms);
	policy_free(&policy);
	return rc;
}

int unload_run(struct cli *cli)
{
	struct kw_nl *nl;
	int err, rc;

	rc = nl_connect(&nl);
	if (!rc) {
		err = kw_nl_policy_unload(nl);
		if (err)
			rc = nl_failed(nl, err);
		else if (cli->json)
			rc = cli_json_print(json_pack("{s:b}", "loaded", 0));
		else
			puts("policy removed: everything passes");
	}
	kw_nl_close(nl);
	return rc;
}
