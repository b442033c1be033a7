// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall monitor and keepwall version.
 */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "nl.h"

static bool print_event(const struct kw_nl_event *e, void *data)
{
	const struct cli *cli = data;

	if (cli->json)
		printf("{\"event\": \"%s\", \"generation\": %u, \"policy_hash\": \"%016llx\"}\n",
		       e->committed ? "committed" : "unloaded", e->generation,
		       (unsigned long long)e->policy_hash);
	else
		printf("policy %s: generation %u, hash %016llx\n",
		       e->committed ? "in force" : "removed", e->generation,
		       (unsigned long long)e->policy_hash);
	return !fflush(stdout);
}

int monitor_run(struct cli *cli)
{
	struct kw_nl *nl;
	int err, rc;

	rc = nl_connect(&nl);
	if (!rc) {
		err = kw_nl_monitor(nl, print_event, cli);
		if (err)
			rc = nl_failed(nl, err);
	}
	kw_nl_close(nl);
	return rc;
}

static int version_json(const struct kw_nl_stats *stats)
{
	json_t *root = json_object();
	int err = 0;

	err |= cli_json_set(root, "version", json_string(KW_VERSION));
	err |= cli_json_set(root, "abi", json_integer(KW_BLOB_VERSION));
	err |= cli_json_set(root, "module_version",
			    stats ? cli_json_text(stats->version) :
				    json_null());
	err |= cli_json_set(root, "module_abi",
			    stats ? json_integer(stats->abi) : json_null());
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

/* A module that is missing or may not be asked is no reason to fail. */
int version_run(struct cli *cli)
{
	struct kw_nl_stats stats;
	struct kw_nl *nl;
	int err, rc = CLI_OK;

	err = kw_nl_open(&nl);
	if (!err)
		err = kw_nl_stats_get(nl, &stats);
	if (cli->json) {
		rc = version_json(err ? NULL : &stats);
	} else {
		printf("keepwall %s\n", KW_VERSION);
		if (!err)
			printf("module   %s\n", stats.version);
		else
			printf("module   unknown: %s\n", kw_nl_error(nl));
	}
	kw_nl_close(nl);
	return rc;
}
