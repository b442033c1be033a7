/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy as the administrator meant it: what the parser makes, the checks
 * judge, the printer writes back, the compiler turns into a blob and the
 * naive evaluator (the oracle) interprets. Everything lives in one arena that
 * kw_ir_free() returns.
 */
#ifndef KW_LIB_IR_H
#define KW_LIB_IR_H

#include <stdio.h>
#include "../core/blob.h"

/**
 * struct kw_loc - a place in the configuration
 * @file: name as given or included; NULL for what no file says
 * @line: from 1
 * @column: from 1, in bytes
 * @end_column: one past the last byte on the line, >= @column
 */
struct kw_loc {
	const char *file;
	unsigned int line;
	unsigned int column;
	unsigned int end_column;
};

/* Which families something applies to. */
#define KW_MASK_IPV4	(1u << KW_IPV4)
#define KW_MASK_IPV6	(1u << KW_IPV6)
#define KW_MASK_BOTH	(KW_MASK_IPV4 | KW_MASK_IPV6)

struct kw_ranges4 {
	struct kw_range4 *v;
	size_t nr;
};

struct kw_ranges6 {
	struct kw_range6 *v;
	size_t nr;
};

/**
 * struct kw_ir_set - a named set of addresses
 * @name: its name, without "@"
 * @loc: where it is defined
 * @ranges4: sorted, merged, disjoint
 * @ranges6: sorted, merged, disjoint
 * @file: the file its elements came from, or NULL
 * @families: KW_MASK_* of the families that it has elements of; both when empty
 * @index: position in kw_ir.sets
 */
struct kw_ir_set {
	const char *name;
	struct kw_loc loc;
	struct kw_ranges4 ranges4;
	struct kw_ranges6 ranges6;
	const char *file;
	unsigned int families;
	unsigned int index;
};

/**
 * struct kw_ir_addr - "from" or "to" of a rule: literals and sets, united
 * @present: false: matches every address
 * @negated: everything else, in the families that the list names
 * @families: KW_MASK_* of the families that literals and sets name
 * @ranges4: literal IPv4 ranges, sorted, merged, disjoint
 * @ranges6: literal IPv6 ranges, sorted, merged, disjoint
 * @sets: sets named
 * @nr_sets: how many
 * @loc: where it stands
 */
struct kw_ir_addr {
	bool present;
	bool negated;
	unsigned int families;
	struct kw_ranges4 ranges4;
	struct kw_ranges6 ranges6;
	struct kw_ir_set **sets;
	size_t nr_sets;
	struct kw_loc loc;
};

/**
 * struct kw_ir_service - protocol and ports, one alternative of a rule
 * @proto_lo: first protocol number
 * @proto_hi: last protocol number (0..255 = any protocol)
 * @sports: source ports, sorted and disjoint; nr 0 = any
 * @dports: destination ports, or (type << 8 | code) of ICMP; nr 0 = any
 * @families: KW_MASK_*: "icmp" gives one for each family
 */
struct kw_ir_service {
	u8 proto_lo;
	u8 proto_hi;
	struct kw_ranges4 sports;
	struct kw_ranges4 dports;
	unsigned int families;
};

/**
 * struct kw_ir_rule - one rule
 * @loc: where it starts
 * @block: the policy block it stands in
 * @index: position in the whole policy; becomes the priority in the blob
 * @id: stable identity, see struct kw_blob_rule
 * @action: what happens
 * @reject: how it is refused
 * @families: KW_MASK_*, after all of its parts have had their say
 * @services: alternatives, any of which may match; nr 0 = everything
 * @nr_services: how many
 * @from: source
 * @to: destination
 * @name: or NULL
 * @log: whether to log
 * @log_to_group: to NFLOG
 * @log_group: NFLOG group
 * @log_rate: messages per @log_period_ms, 0 = unlimited
 * @log_period_ms: milliseconds
 * @text: canonical source form, without indentation
 */
struct kw_ir_rule {
	struct kw_loc loc;
	struct kw_ir_block *block;
	unsigned int index;
	u32 id;
	enum kw_action action;
	enum kw_reject reject;
	unsigned int families;
	struct kw_ir_service *services;
	size_t nr_services;
	struct kw_ir_addr from;
	struct kw_ir_addr to;
	const char *name;
	bool log;
	bool log_to_group;
	u16 log_group;
	u32 log_rate;
	u32 log_period_ms;
	const char *text;
};

/**
 * struct kw_ir_interface - an interface pattern
 * @name: name or prefix
 * @prefix: it ended in "*"
 * @loc: where it stands
 */
struct kw_ir_interface {
	const char *name;
	bool prefix;
	struct kw_loc loc;
};

/**
 * struct kw_ir_zone - a zone
 * @name: its name; zones 0 and 1 are "self" and "none"
 * @loc: where it is defined
 * @index: position in kw_ir.zones
 * @id: stable identity, see struct kw_blob_zone
 * @interfaces: patterns
 * @nr_interfaces: how many
 */
struct kw_ir_zone {
	const char *name;
	struct kw_loc loc;
	unsigned int index;
	u16 id;
	struct kw_ir_interface *interfaces;
	size_t nr_interfaces;
};

/**
 * struct kw_ir_block - policy A, B -> C { ... }
 * @loc: where it starts
 * @from_any: "any": every zone, "self" and "none" included
 * @to_any: likewise
 * @from: zones
 * @nr_from: how many
 * @to: zones
 * @nr_to: how many
 * @head: canonical "wan -> lan"
 * @rules: the rules, in order
 * @nr_rules: how many
 */
struct kw_ir_block {
	struct kw_loc loc;
	bool from_any;
	bool to_any;
	struct kw_ir_zone **from;
	size_t nr_from;
	struct kw_ir_zone **to;
	size_t nr_to;
	const char *head;
	struct kw_ir_rule **rules;
	size_t nr_rules;
};

/**
 * struct kw_ir - a whole policy
 * @zones: zones, "self" and "none" first
 * @nr_zones: how many
 * @sets: sets
 * @nr_sets: how many
 * @blocks: policy blocks in file order; the first rule that matches decides,
 *	across all blocks that apply to a zone pair
 * @nr_blocks: how many
 * @rules: every rule in file order, the default rule last
 * @nr_rules: how many
 * @default_rule: "policy default", or the implicit drop
 * @arena: private
 */
struct kw_ir {
	struct kw_ir_zone **zones;
	size_t nr_zones;
	struct kw_ir_set **sets;
	size_t nr_sets;
	struct kw_ir_block **blocks;
	size_t nr_blocks;
	struct kw_ir_rule **rules;
	size_t nr_rules;
	struct kw_ir_rule *default_rule;
	void *arena;
};

enum kw_severity { KW_ERROR, KW_WARNING };

/**
 * struct kw_diagnostic - something to tell the administrator
 * @severity: an error refuses the policy, a warning does not
 * @loc: where
 * @message: what is wrong, a sentence without a full stop
 * @hint: what to write instead, or NULL
 * @line: the source line, without its newline, or NULL
 */
struct kw_diagnostic {
	enum kw_severity severity;
	struct kw_loc loc;
	char *message;
	char *hint;
	char *line;
};

struct kw_diagnostics {
	struct kw_diagnostic *v;
	size_t nr;
	size_t nr_errors;
};

/* lib/ir.c */
void *kw_ir_alloc(struct kw_ir *ir, size_t size);	/* zeroed, or NULL */
char *kw_ir_strdup(struct kw_ir *ir, const char *s);
struct kw_ir *kw_ir_new(void);
void kw_ir_free(struct kw_ir *ir);

/* lib/diagnostic.c */
void kw_diagnostics_print(const struct kw_diagnostics *d, FILE *out, bool color);
void kw_diagnostics_free(struct kw_diagnostics *d);

/* lib/parse.c and friends: read, parse and check. NULL when @d has errors. */
struct kw_ir *kw_config_load(const char *path, struct kw_diagnostics *d);
struct kw_ir *kw_config_load_buffer(const char *name, const char *buf,
				    size_t len, struct kw_diagnostics *d);

/* lib/print.c: the canonical form; loading it gives the same policy. */
int kw_ir_print(const struct kw_ir *ir, FILE *out);

/* lib/eval.c: the naive first-match evaluator, oracle of every test. */
const struct kw_ir_rule *kw_ir_eval(const struct kw_ir *ir,
				    const struct kw_key *key);

/**
 * struct kw_compile_stats - what the compiler did
 */
struct kw_compile_stats {
	u64 build_ns;
	u32 nr_tables;
	u32 nr_trees;
	u32 nr_nodes;
	u32 nr_slots;
	u32 nr_residual;
	u32 max_depth;
	size_t classifier_bytes;	/* pairs, tables, trees, nodes, slots, bv */
	size_t blob_bytes;
};

/* lib/compile.c: 0 and a malloc'd blob, or -errno with a diagnostic. */
int kw_compile(const struct kw_ir *ir, void **blob, size_t *len,
	       struct kw_compile_stats *stats, struct kw_diagnostics *d);

#endif /* KW_LIB_IR_H */
