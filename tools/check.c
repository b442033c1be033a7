// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall check: everything that can be said about a configuration without
 * the kernel.
 */
#include "output.h"
#include "policy.h"

static json_t *diagnostic_json(const struct kw_diagnostic *d)
{
	json_t *object = json_object();
	int err = 0;

	err |= cli_json_set(object, "severity",
			    json_string(d->severity == KW_ERROR ? "error" :
								  "warning"));
	err |= cli_json_set(object, "file", cli_json_text(d->loc.file));
	err |= cli_json_set(object, "line", json_integer(d->loc.line));
	err |= cli_json_set(object, "column", json_integer(d->loc.column));
	err |= cli_json_set(object, "end_column",
			    json_integer(d->loc.end_column));
	err |= cli_json_set(object, "message", cli_json_text(d->message));
	err |= cli_json_set(object, "hint", cli_json_text(d->hint));
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *diagnostics_json(const struct kw_diagnostics *d)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < d->nr; i++) {
		if (!json_array_append_new(array, diagnostic_json(&d->v[i])))
			continue;
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *summary_json(const char *path, const struct policy *policy,
			    bool valid)
{
	json_t *root = json_object();
	int err = 0;

	err |= cli_json_set(root, "file", cli_json_text(path));
	err |= cli_json_set(root, "valid", json_boolean(valid));
	if (valid) {
		err |= cli_json_set(root, "zones",
				    json_integer(policy->view.nr_zones - 2));
		err |= cli_json_set(root, "sets",
				    json_integer(policy_nr_named_sets(policy)));
		err |= cli_json_set(root, "rules",
				    json_integer(policy->view.nr_rules));
		err |= cli_json_set(root, "blob_bytes",
				    json_integer(policy->len));
		err |= cli_json_set(root, "policy_hash",
				    cli_json_hash(policy->view.header->policy_hash));
		err |= cli_json_set(root, "compile_ns",
				    json_integer(policy->stats.build_ns));
	}
	err |= cli_json_set(root, "diagnostics",
			    diagnostics_json(&policy->diagnostics));
	if (!err)
		return root;
	json_decref(root);
	return NULL;
}

static const char *plural(u32 n)
{
	return n == 1 ? "" : "s";
}

static void print_summary(const char *path, const struct policy *policy)
{
	u32 zones = policy->view.nr_zones - 2;
	u32 sets = policy_nr_named_sets(policy);
	u32 rules = policy->view.nr_rules;

	kw_print_safe(stdout, path);
	printf(": %u zone%s, %u set%s, %u rule%s, blob %zu bytes\n", zones,
	       plural(zones), sets, plural(sets), rules, plural(rules),
	       policy->len);
}

int check_run(struct cli *cli)
{
	const char *path = cli->argv[0];
	struct policy policy;
	int rc, json_rc;

	rc = policy_from_file(cli, path, &policy);
	if (rc == CLI_OK || rc == CLI_CONFIG) {
		if (cli->json) {
			json_rc = cli_json_print(summary_json(path, &policy,
							      rc == CLI_OK));
			if (json_rc)
				rc = json_rc;
		} else if (rc == CLI_OK) {
			print_summary(path, &policy);
		}
	}
	policy_free(&policy);
	return rc;
}
