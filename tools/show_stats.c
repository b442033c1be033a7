// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall show stats: the state of the module and what became of packets.
 */
#include "nl.h"
#include "cli.h"

static const struct {
	const char *name;
	const char *meaning;
} reasons[KEEPWALL_REASON_MAX + 1] = {
	[KEEPWALL_REASON_APPROVED] = {
		"approved", "of approved connections" },
	[KEEPWALL_REASON_ALLOWED] = {
		"allowed", "allowed by a rule" },
	[KEEPWALL_REASON_POLICY_DROP] = {
		"policy-drop", "dropped by a rule" },
	[KEEPWALL_REASON_POLICY_REJECT] = {
		"policy-reject", "rejected by a rule" },
	[KEEPWALL_REASON_INVALID] = {
		"invalid", "dropped: no valid connection" },
	[KEEPWALL_REASON_RELATED] = {
		"related", "answers of this host about a connection" },
	[KEEPWALL_REASON_ND] = {
		"nd", "neighbour discovery of this host" },
	[KEEPWALL_REASON_RECLASSIFIED] = {
		"reclassified", "judged again after a policy change" },
	[KEEPWALL_REASON_CONNECTIONS_ENDED] = {
		"connections-ended", "ended by a policy change" },
	[KEEPWALL_REASON_INTERNAL_ERROR] = {
		"internal-error", "dropped: could not be read" },
};

static json_t *reasons_json(const struct kw_nl_stats *stats)
{
	json_t *array = json_array();
	int i, err = 0;

	for (i = 0; i <= KEEPWALL_REASON_MAX; i++)
		err |= json_array_append_new(array, json_pack("{s:s,s:I,s:I}",
			"reason", reasons[i].name,
			"packets", (json_int_t)stats->reasons[i].packets,
			"bytes", (json_int_t)stats->reasons[i].bytes));
	if (!err)
		return array;
	json_decref(array);
	return NULL;
}

static int print_json(const struct kw_nl_stats *stats)
{
	json_t *root = json_object();
	int err = 0;

	err |= cli_json_set(root, "loaded", json_boolean(stats->loaded));
	err |= cli_json_set(root, "generation",
			    json_integer(stats->generation));
	err |= cli_json_set(root, "policy_hash",
			    stats->loaded ? cli_json_hash(stats->policy_hash) :
					    json_null());
	err |= cli_json_set(root, "rules", json_integer(stats->nr_rules));
	err |= cli_json_set(root, "module_version",
			    cli_json_text(stats->version));
	err |= cli_json_set(root, "abi", json_integer(stats->abi));
	err |= cli_json_set(root, "approval_mask",
			    json_integer(stats->approval_mask));
	err |= cli_json_set(root, "reasons", reasons_json(stats));
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

static int print_text(const struct cli *cli, const struct kw_nl_stats *stats)
{
	int i;

	if (stats->loaded)
		printf("policy         generation %u, %u rule%s, hash %016llx\n",
		       stats->generation, stats->nr_rules,
		       stats->nr_rules == 1 ? "" : "s",
		       (unsigned long long)stats->policy_hash);
	else
		puts("policy         none: everything passes");
	fputs("module         keepwall ", stdout);
	cli_bold(cli, stats->version);
	printf(", policies of version %u\n", stats->abi);
	printf("approval mask  0x%08x\n\n", stats->approval_mask);
	printf("%12s %16s  %s\n", "packets", "bytes", "reason");
	for (i = 0; i <= KEEPWALL_REASON_MAX; i++)
		printf("%12llu %16llu  %-18s %s\n",
		       (unsigned long long)stats->reasons[i].packets,
		       (unsigned long long)stats->reasons[i].bytes,
		       reasons[i].name, reasons[i].meaning);
	return CLI_OK;
}

int show_stats_run(struct cli *cli)
{
	struct kw_nl_stats stats;
	struct kw_nl *nl;
	int err, rc;

	rc = nl_connect(&nl);
	if (!rc) {
		err = kw_nl_stats_get(nl, &stats);
		if (err)
			rc = nl_failed(nl, err);
		else
			rc = cli->json ? print_json(&stats) :
					 print_text(cli, &stats);
	}
	kw_nl_close(nl);
	return rc;
}
