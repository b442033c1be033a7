/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiled policy ("blob"): one flat, position-independent image, written
 * by lib/compile.c, proved safe by kw_blob_check(), read by kw_classify().
 *
 * Offsets count bytes from the start of the blob, counts count elements, all
 * numbers are in the byte order of the machine (the magic tells a foreign
 * one). There are no pointers. Every section starts at a multiple of 8.
 *
 * What one element owns in another section (the trees, bit-vector dimensions
 * and residual rules of a table, the ends and rows of a dimension, the ranges
 * and the index of a set) follows what the element before it owns, without a
 * gap: nothing is shared, so checking everything once takes linear time.
 */
#ifndef KW_CORE_BLOB_H
#define KW_CORE_BLOB_H

#include "env.h"

#define KW_BLOB_MAGIC		0x3142574bu	/* "KWB1", little endian */
#define KW_BLOB_VERSION		1u
#define KW_BLOB_MAX_LEN		(64u << 20)

/* Limits that kw_blob_check() enforces and kw_classify() relies on. */
#define KW_MAX_ZONES		64u	/* with "self" and "none" */
#define KW_MAX_RULES		(1u << 20)
#define KW_MAX_TREES		32u	/* per table */
#define KW_MAX_DEPTH		40u	/* nodes on a path */
#define KW_MAX_LEAF		16u	/* slots in a leaf */
#define KW_MAX_BV_RULES		4096u	/* residual rules per table */
#define KW_MAX_PREDS		4u	/* set tests per rule */
#define KW_IFNAME_LEN		16u

enum kw_section {
	KW_SEC_ZONES,		/* struct kw_blob_zone */
	KW_SEC_INTERFACES,	/* struct kw_blob_interface */
	KW_SEC_PAIRS,		/* u32: table of [zone in][zone out][family] */
	KW_SEC_TABLES,		/* struct kw_blob_table */
	KW_SEC_TREES,		/* struct kw_blob_tree */
	KW_SEC_NODES,		/* u64, see KW_NODE_* */
	KW_SEC_SLOTS4,		/* struct kw_slot4 */
	KW_SEC_SLOTS6,		/* struct kw_slot6 */
	KW_SEC_BV_DIMS,		/* struct kw_blob_bv_dim */
	KW_SEC_BV_ENDS,		/* u32: first value of each interval */
	KW_SEC_BV_ROWS,		/* u64: one bit a residual rule */
	KW_SEC_BV_RULES,	/* u32: slot index of residual rule n */
	KW_SEC_RULES,		/* struct kw_blob_rule, in order of priority */
	KW_SEC_PREDS,		/* struct kw_blob_pred */
	KW_SEC_SETS,		/* struct kw_blob_set */
	KW_SEC_SET_INDEX,	/* u32: first level of a set, 65537 entries */
	KW_SEC_RANGES4,		/* struct kw_range4, sorted, disjoint */
	KW_SEC_RANGES6,		/* struct kw_range6, sorted, disjoint */
	KW_SEC_STRINGS,		/* char, NUL-terminated strings */
	KW_SEC_TEXT,		/* char, the policy in canonical form */
	KW_NR_SECTIONS
};

struct kw_blob_section {
	__u32 offset;
	__u32 count;
};

/**
 * struct kw_blob_header - the first bytes of a compiled policy
 * @magic: KW_BLOB_MAGIC
 * @version: KW_BLOB_VERSION
 * @total_len: bytes of the whole blob, header included
 * @default_rule: index of the rule that "policy default" gave (or the implicit
 *	drop), always the last rule
 * @first_node6: nodes below it belong to IPv4 trees, the others to IPv6 trees
 * @pad: zero
 * @policy_hash: FNV-1a of the canonical text; equal policies compare equal
 * @sections: where each section lies
 */
struct kw_blob_header {
	__u32 magic;
	__u32 version;
	__u32 total_len;
	__u32 default_rule;
	__u32 first_node6;
	__u32 pad;
	__u64 policy_hash;
	struct kw_blob_section sections[KW_NR_SECTIONS];
};

/* Zones 0 and 1 exist in every policy. */
#define KW_ZONE_SELF		0u	/* the firewall itself */
#define KW_ZONE_NONE		1u	/* interfaces that are in no zone */

/**
 * struct kw_blob_zone - a zone
 * @name: offset of its name in the strings
 * @id: stable 16-bit identity, made from the name; unique in the policy; what
 *	connections remember across reloads
 */
struct kw_blob_zone {
	__u32 name;
	__u16 id;
	__u16 pad;
};

#define KW_INTERFACE_PREFIX	1u	/* "eth1.*": @name is a prefix */

/**
 * struct kw_blob_interface - an interface pattern of a zone
 * @name: interface name or prefix, NUL-padded
 * @zone: index of the zone
 * @flags: KW_INTERFACE_*
 * @pad: zero
 *
 * Sorted so that the first pattern that matches a name decides: exact names
 * first, then prefixes from the longest to the shortest.
 */
struct kw_blob_interface {
	char name[KW_IFNAME_LEN];
	__u16 zone;
	__u16 flags;
	__u32 pad;
};

enum kw_action {
	KW_ACTION_DROP,
	KW_ACTION_ALLOW,
	KW_ACTION_REJECT,
	KW_NR_ACTIONS
};

/*
 * AUTO answers with what the protocol expects: TCP reset, port unreachable for
 * UDP, UDP-Lite, SCTP and DCCP, administratively prohibited for the rest. An
 * explicit TCP reset for another protocol falls back to AUTO as well.
 */
enum kw_reject {
	KW_REJECT_AUTO,
	KW_REJECT_TCP_RESET,
	KW_REJECT_PORT_UNREACHABLE,
	KW_REJECT_HOST_UNREACHABLE,
	KW_REJECT_NET_UNREACHABLE,
	KW_REJECT_ADMIN_PROHIBITED,
	KW_NR_REJECTS
};

#define KW_RULE_LOG		1u	/* log what this rule decides */
#define KW_RULE_LOG_GROUP	2u	/* to NFLOG group @log_group, not the kernel log */
#define KW_RULE_DEFAULT		4u	/* the policy's default */

/**
 * struct kw_blob_rule - what happens to a packet that a rule matched
 * @id: stable identity: hash of the name or of zone pair and text, unique
 * @name: string: the name ("" when the rule has none)
 * @text: string: the rule in source form
 * @file: string: file it stands in ("" for the implicit default)
 * @line: line in that file, from 1
 * @policy: string: head of its block, as "wan -> lan"
 * @first_pred: its set tests, in KW_SEC_PREDS
 * @log_rate: log messages per @log_period_ms, 0 = unlimited
 * @log_period_ms: milliseconds
 * @log_group: NFLOG group
 * @nr_preds: how many set tests, all must hold
 * @action: enum kw_action
 * @reject: enum kw_reject
 * @flags: KW_RULE_*
 * @pad: zero
 */
struct kw_blob_rule {
	__u32 id;
	__u32 name;
	__u32 text;
	__u32 file;
	__u32 line;
	__u32 policy;
	__u32 first_pred;
	__u32 log_rate;
	__u32 log_period_ms;
	__u16 log_group;
	__u8 nr_preds;
	__u8 action;
	__u8 reject;
	__u8 flags;
	__u16 pad;
};

/* What a set test looks at. */
enum kw_pred_field {
	KW_PRED_SRC,
	KW_PRED_DST,
	KW_PRED_SPORT,
	KW_PRED_DPORT,
	KW_NR_PRED_FIELDS
};

/**
 * struct kw_blob_pred - a condition beyond the box of a rule: "in set"
 * @set: index of the set
 * @field: enum kw_pred_field
 * @negate: 1 = must not be in the set
 */
struct kw_blob_pred {
	__u32 set;
	__u16 field;
	__u16 negate;
};

struct kw_range4 {
	__u32 lo;
	__u32 hi;
};

/* Words from the most significant to the least. */
struct kw_range6 {
	__u32 lo[4];
	__u32 hi[4];
};

/**
 * struct kw_blob_set - a named set, or a list too long to be expanded
 * @name: string; "" for a list that was written in a rule
 * @first4: first IPv4 (or port) range in KW_SEC_RANGES4
 * @nr4: how many
 * @index4: start in KW_SEC_SET_INDEX of the first-level index over the upper
 *	16 bits (65537 entries: entry h is the first range whose end is not
 *	below h << 16, relative to @first4), or KW_NO_INDEX for a small set
 * @first6: first IPv6 range in KW_SEC_RANGES6
 * @nr6: how many
 * @pad: zero
 */
struct kw_blob_set {
	__u32 name;
	__u32 first4;
	__u32 nr4;
	__u32 index4;
	__u32 first6;
	__u32 nr6;
	__u32 pad[2];
};

#define KW_NO_INDEX		0xffffffffu
#define KW_SET_INDEX_LEN	65537u

enum kw_family {
	KW_IPV4,
	KW_IPV6,
	KW_NR_FAMILIES
};

/*
 * The key: 32-bit words in host byte order. Ports are zero where the protocol
 * has none. ICMP and ICMPv6 put (type << 8 | code) into the destination port.
 */
enum kw_key4_word { KW4_SRC, KW4_DST, KW4_SPORT, KW4_DPORT, KW4_PROTO, KW4_WORDS };
enum kw_key6_word { KW6_SRC = 0, KW6_DST = 4, KW6_SPORT = 8, KW6_DPORT, KW6_PROTO, KW6_WORDS };

/**
 * struct kw_key - what a verdict depends on
 * @w: address, port and protocol words, see enum kw_key4_word, kw_key6_word
 * @family: enum kw_family
 * @zone_in: index of the zone the connection comes from
 * @zone_out: index of the zone it goes to
 */
struct kw_key {
	u32 w[KW6_WORDS];
	u32 family;
	u32 zone_in;
	u32 zone_out;
};

/**
 * struct kw_blob_table - the classifier of one or more (zone in, zone out,
 *	family) triples
 * @first_tree: in KW_SEC_TREES
 * @nr_trees: at most KW_MAX_TREES, sorted by min_prio
 * @first_bv_dim: in KW_SEC_BV_DIMS, one for each key word, when @nr_bv > 0
 * @nr_bv: residual rules, at most KW_MAX_BV_RULES
 * @first_bv_rule: in KW_SEC_BV_RULES, sorted by priority
 * @bv_min_prio: priority of the first residual rule
 * @default_rule: rule index when nothing matches
 * @family: enum kw_family
 */
struct kw_blob_table {
	__u32 first_tree;
	__u32 nr_trees;
	__u32 first_bv_dim;
	__u32 nr_bv;
	__u32 first_bv_rule;
	__u32 bv_min_prio;
	__u32 default_rule;
	__u32 family;
};

struct kw_blob_tree {
	__u32 root;
	__u32 min_prio;
};

/**
 * struct kw_blob_bv_dim - one key word of a bit-vector section
 * @first_end: in KW_SEC_BV_ENDS; the first entry of each dimension is 0
 * @nr_ends: number of intervals
 * @first_row: in KW_SEC_BV_ROWS; row i is words [i * W, i * W + W), with
 *	W = DIV_ROUND_UP(nr_bv, 64)
 * @pad: zero
 */
struct kw_blob_bv_dim {
	__u32 first_end;
	__u32 nr_ends;
	__u32 first_row;
	__u32 pad;
};

/*
 * Nodes, u64:
 *   LEAF   type 0, count in [61:57], min priority in [53:27], first slot [26:0]
 *   SPLIT  type 1, field [61:58], base [57:32], threshold [31:0];
 *          child = base + (key > threshold)
 *   CUT    type 2, field [61:58], shift [57:53], bits [52:49], base [25:0];
 *          child = base + ((key >> shift) & ((1 << bits) - 1))
 * Children always lie behind their parent, in the nodes of the same family: a
 * walk ends. kw_classify() counts its steps besides and gives a tree up after
 * KW_MAX_DEPTH nodes, so the depth needs no proof.
 */
#define KW_NODE_FIELD(n)	((u32)((n) >> 58) & 15)
#define KW_LEAF_COUNT(n)	((u32)((n) >> 57) & 31)
#define KW_LEAF_PRIO(n)		((u32)((n) >> 27) & 0x7ffffff)
#define KW_LEAF_FIRST(n)	((u32)(n) & 0x7ffffff)
#define KW_SPLIT_BASE(n)	((u32)((n) >> 32) & 0x3ffffff)
#define KW_CUT_SHIFT(n)		((u32)((n) >> 53) & 31)
#define KW_CUT_BITS(n)		((u32)((n) >> 49) & 15)
#define KW_CUT_BASE(n)		((u32)(n) & 0x3ffffff)
#define KW_NODE_TYPE(n)		((u32)((n) >> 62))
#define KW_NODE_LEAF		0u
#define KW_NODE_SPLIT		1u
#define KW_NODE_CUT		2u

#define KW_PRIO_NONE		0x7ffffffu	/* 27 bits: "no rule" in a leaf */
#define KW_SLOT_PREDS		0x80000000u	/* in prio: test the rule's sets too */
#define KW_SLOT_PRIO(p)		((p) & 0x7ffffffu)

/*
 * A slot is a box of a rule: priority = rule index. IPv6 addresses are compared
 * word by word, each in its own range: a box, not a range of 128-bit numbers.
 */
struct kw_slot4 {
	__u32 src_lo, src_hi;
	__u32 dst_lo, dst_hi;
	__u16 sport_lo, sport_hi;
	__u16 dport_lo, dport_hi;
	__u32 prio;
	__u8 proto_lo, proto_hi;
	__u16 pad;
};

struct kw_slot6 {
	__u32 src_lo[4], src_hi[4];
	__u32 dst_lo[4], dst_hi[4];
	__u16 sport_lo, sport_hi;
	__u16 dport_lo, dport_hi;
	__u32 prio;
	__u8 proto_lo, proto_hi;
	__u16 pad;
};

/**
 * struct kw_blob_view - typed pointers into a blob that has been checked
 *
 * Only kw_blob_check() fills one in; whoever holds one may classify with it as
 * long as the blob lives.
 */
struct kw_blob_view {
	const struct kw_blob_header *header;
	const struct kw_blob_zone *zones;
	const struct kw_blob_interface *interfaces;
	const __u32 *pairs;
	const struct kw_blob_table *tables;
	const struct kw_blob_tree *trees;
	const __u64 *nodes;
	const struct kw_slot4 *slots4;
	const struct kw_slot6 *slots6;
	const struct kw_blob_bv_dim *bv_dims;
	const __u32 *bv_ends;
	const __u64 *bv_rows;
	const __u32 *bv_rules;
	const struct kw_blob_rule *rules;
	const struct kw_blob_pred *preds;
	const struct kw_blob_set *sets;
	const __u32 *set_index;
	const struct kw_range4 *ranges4;
	const struct kw_range6 *ranges6;
	const char *strings;
	const char *text;
	u32 nr_zones;
	u32 nr_interfaces;
	u32 nr_rules;
	u32 nr_sets;
	u32 strings_len;
	u32 text_len;
};

/**
 * struct kw_blob_error - why a blob was refused
 * @what: a sentence, static storage
 * @section: the section it is about, KW_NR_SECTIONS for the header
 * @index: the element
 */
struct kw_blob_error {
	const char *what;
	u32 section;
	u32 index;
};

int kw_blob_check(const void *blob, size_t len, struct kw_blob_view *view,
		  struct kw_blob_error *err);

#endif /* KW_CORE_BLOB_H */
