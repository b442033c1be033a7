/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A compiled policy in this process, from a file or from the kernel.
 */
#ifndef KW_TOOLS_POLICY_H
#define KW_TOOLS_POLICY_H

#include "ir.h"
#include "cli.h"

struct kw_nl;

/**
 * struct policy - a compiled policy
 * @blob: image
 * @len: its bytes
 * @view: what kw_blob_check() found in it
 * @generation: of the kernel's policy; 0 for one of a file
 * @ir: the policy as written; NULL for the kernel's
 * @stats: what the compiler did
 * @diagnostics: errors and warnings of the file
 */
struct policy {
	void *blob;
	size_t len;
	struct kw_blob_view view;
	u32 generation;
	struct kw_ir *ir;
	struct kw_compile_stats stats;
	struct kw_diagnostics diagnostics;
};

int policy_from_file(struct cli *cli, const char *path, struct policy *policy);
int policy_from_kernel(struct kw_nl *nl, struct policy *policy);
void policy_free(struct policy *policy);

const char *policy_string(const struct policy *policy, u32 offset);
const char *policy_zone_name(const struct policy *policy, u32 zone);
u32 policy_nr_named_sets(const struct policy *policy);
void policy_print_place(const struct policy *policy,
			const struct kw_blob_rule *rule);
const char *policy_action_name(const struct kw_blob_rule *rule);
json_t *policy_rule_json(const struct policy *policy, u32 rule);

#endif /* KW_TOOLS_POLICY_H */
