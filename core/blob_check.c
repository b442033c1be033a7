// SPDX-License-Identifier: GPL-2.0-only
/*
 * The proof that a blob is safe to use, in time linear in its length: every
 * number that kw_classify(), the module or the command line tool uses as an
 * index, a length or an enum is compared with its limit here, once, when the
 * blob arrives. Whether the policy in it is a sensible one is not asked: a
 * blob can decide badly, but it cannot make anyone read outside of it.
 *
 * Called with untrusted bytes by the module (netlink commit) and by the tool
 * (blob read back). The bytes must not change afterwards.
 */
#include "blob.h"

struct check {
	const struct kw_blob_header *header;
	struct kw_blob_view *view;
	struct kw_blob_error *err;
};

static const u8 element_size[KW_NR_SECTIONS] = {
	[KW_SEC_ZONES] = sizeof(struct kw_blob_zone),
	[KW_SEC_INTERFACES] = sizeof(struct kw_blob_interface),
	[KW_SEC_PAIRS] = sizeof(__u32),
	[KW_SEC_TABLES] = sizeof(struct kw_blob_table),
	[KW_SEC_TREES] = sizeof(struct kw_blob_tree),
	[KW_SEC_NODES] = sizeof(__u64),
	[KW_SEC_SLOTS4] = sizeof(struct kw_slot4),
	[KW_SEC_SLOTS6] = sizeof(struct kw_slot6),
	[KW_SEC_BV_DIMS] = sizeof(struct kw_blob_bv_dim),
	[KW_SEC_BV_ENDS] = sizeof(__u32),
	[KW_SEC_BV_ROWS] = sizeof(__u64),
	[KW_SEC_BV_RULES] = sizeof(__u32),
	[KW_SEC_RULES] = sizeof(struct kw_blob_rule),
	[KW_SEC_PREDS] = sizeof(struct kw_blob_pred),
	[KW_SEC_SETS] = sizeof(struct kw_blob_set),
	[KW_SEC_SET_INDEX] = sizeof(__u32),
	[KW_SEC_RANGES4] = sizeof(struct kw_range4),
	[KW_SEC_RANGES6] = sizeof(struct kw_range6),
	[KW_SEC_STRINGS] = 1,
	[KW_SEC_TEXT] = 1,
};

static u32 count(const struct check *c, enum kw_section section)
{
	return c->header->sections[section].count;
}

static const void *at(const struct check *c, enum kw_section section)
{
	return (const u8 *)c->header + c->header->sections[section].offset;
}

static int refuse(const struct check *c, u32 section, u32 index,
		  const char *what)
{
	if (c->err) {
		c->err->what = what;
		c->err->section = section;
		c->err->index = index;
	}
	return -EINVAL;
}

/* Whether [first, first + nr) lies in a section. */
static bool within(u32 first, u32 nr, u32 total)
{
	return first <= total && nr <= total - first;
}

static int check_header(const struct check *c, size_t len)
{
	const struct kw_blob_header *h = c->header;
	u32 i;

	if (len < sizeof(*h))
		return refuse(c, KW_NR_SECTIONS, 0, "shorter than its header");
	if (h->magic != KW_BLOB_MAGIC)
		return refuse(c, KW_NR_SECTIONS, 0, "not a compiled policy of this byte order");
	if (h->version != KW_BLOB_VERSION)
		return refuse(c, KW_NR_SECTIONS, 0, "version is not supported");
	if (h->total_len != len)
		return refuse(c, KW_NR_SECTIONS, 0, "length differs from the header");
	if (len > KW_BLOB_MAX_LEN)
		return refuse(c, KW_NR_SECTIONS, 0, "larger than the limit");
	if (h->pad)
		return refuse(c, KW_NR_SECTIONS, 0, "padding is not zero");
	for (i = 0; i < KW_NR_SECTIONS; i++) {
		const struct kw_blob_section *s = &h->sections[i];

		if (s->offset % 8)
			return refuse(c, i, 0, "section is not aligned");
		if (s->offset < sizeof(*h) || s->offset > h->total_len)
			return refuse(c, i, 0, "section starts outside");
		if (s->count > (h->total_len - s->offset) / element_size[i])
			return refuse(c, i, 0, "section ends outside");
	}
	return 0;
}

static void fill_view(const struct check *c)
{
	struct kw_blob_view *v = c->view;

	v->header = c->header;
	v->zones = at(c, KW_SEC_ZONES);
	v->interfaces = at(c, KW_SEC_INTERFACES);
	v->pairs = at(c, KW_SEC_PAIRS);
	v->tables = at(c, KW_SEC_TABLES);
	v->trees = at(c, KW_SEC_TREES);
	v->nodes = at(c, KW_SEC_NODES);
	v->slots4 = at(c, KW_SEC_SLOTS4);
	v->slots6 = at(c, KW_SEC_SLOTS6);
	v->bv_dims = at(c, KW_SEC_BV_DIMS);
	v->bv_ends = at(c, KW_SEC_BV_ENDS);
	v->bv_rows = at(c, KW_SEC_BV_ROWS);
	v->bv_rules = at(c, KW_SEC_BV_RULES);
	v->rules = at(c, KW_SEC_RULES);
	v->preds = at(c, KW_SEC_PREDS);
	v->sets = at(c, KW_SEC_SETS);
	v->set_index = at(c, KW_SEC_SET_INDEX);
	v->ranges4 = at(c, KW_SEC_RANGES4);
	v->ranges6 = at(c, KW_SEC_RANGES6);
	v->strings = at(c, KW_SEC_STRINGS);
	v->text = at(c, KW_SEC_TEXT);
	v->nr_zones = count(c, KW_SEC_ZONES);
	v->nr_interfaces = count(c, KW_SEC_INTERFACES);
	v->nr_rules = count(c, KW_SEC_RULES);
	v->nr_sets = count(c, KW_SEC_SETS);
	v->strings_len = count(c, KW_SEC_STRINGS);
	v->text_len = count(c, KW_SEC_TEXT);
}

/* With a NUL at the end, every offset inside starts a terminated string. */
static int check_strings(const struct check *c)
{
	const struct kw_blob_view *v = c->view;

	if (!v->strings_len || v->strings[v->strings_len - 1])
		return refuse(c, KW_SEC_STRINGS, 0, "strings are not terminated");
	return 0;
}

static int check_zones(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	u32 i, j;

	if (v->nr_zones < 2 || v->nr_zones > KW_MAX_ZONES)
		return refuse(c, KW_SEC_ZONES, 0, "number of zones");
	for (i = 0; i < v->nr_zones; i++) {
		const struct kw_blob_zone *z = &v->zones[i];

		if (z->name >= v->strings_len || !v->strings[z->name])
			return refuse(c, KW_SEC_ZONES, i, "zone without a name");
		if (z->pad)
			return refuse(c, KW_SEC_ZONES, i, "padding is not zero");
		for (j = 0; j < i; j++)
			if (v->zones[j].id == z->id)
				return refuse(c, KW_SEC_ZONES, i, "two zones with one id");
	}
	return 0;
}

static int check_interfaces(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	u32 i, j;

	for (i = 0; i < v->nr_interfaces; i++) {
		const struct kw_blob_interface *p = &v->interfaces[i];

		if (p->zone >= v->nr_zones)
			return refuse(c, KW_SEC_INTERFACES, i, "interface in no zone");
		if (p->flags & ~KW_INTERFACE_PREFIX || p->pad)
			return refuse(c, KW_SEC_INTERFACES, i, "unknown interface flags");
		for (j = 0; j < KW_IFNAME_LEN && p->name[j]; j++)
			;
		if (j == KW_IFNAME_LEN ||
		    (!j && !(p->flags & KW_INTERFACE_PREFIX)))
			return refuse(c, KW_SEC_INTERFACES, i, "length of the interface name");
		for (; j < KW_IFNAME_LEN; j++)
			if (p->name[j])
				return refuse(c, KW_SEC_INTERFACES, i, "interface name is not padded with zeros");
	}
	return 0;
}

static int check_rule(const struct check *c, u32 i)
{
	const struct kw_blob_view *v = c->view;
	const struct kw_blob_rule *r = &v->rules[i];
	bool last = i + 1 == v->nr_rules;

	if (r->name >= v->strings_len || r->text >= v->strings_len ||
	    r->file >= v->strings_len || r->policy >= v->strings_len)
		return refuse(c, KW_SEC_RULES, i, "string lies outside");
	if (r->nr_preds > KW_MAX_PREDS ||
	    !within(r->first_pred, r->nr_preds, count(c, KW_SEC_PREDS)))
		return refuse(c, KW_SEC_RULES, i, "set tests lie outside");
	if (r->action >= KW_NR_ACTIONS)
		return refuse(c, KW_SEC_RULES, i, "unknown action");
	if (r->reject >= KW_NR_REJECTS)
		return refuse(c, KW_SEC_RULES, i, "unknown kind of reject");
	if (r->flags & ~(KW_RULE_LOG | KW_RULE_LOG_GROUP | KW_RULE_DEFAULT) ||
	    r->pad)
		return refuse(c, KW_SEC_RULES, i, "unknown rule flags");
	if (r->log_rate && !r->log_period_ms)
		return refuse(c, KW_SEC_RULES, i, "log rate without a period");
	if (last != !!(r->flags & KW_RULE_DEFAULT))
		return refuse(c, KW_SEC_RULES, i, "the last rule, and no other, is the default");
	return 0;
}

static int check_rules(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	int rc;
	u32 i;

	if (!v->nr_rules || v->nr_rules > KW_MAX_RULES)
		return refuse(c, KW_SEC_RULES, 0, "number of rules");
	if (c->header->default_rule != v->nr_rules - 1)
		return refuse(c, KW_SEC_RULES, 0, "the default rule is not the last");
	for (i = 0; i < v->nr_rules; i++) {
		rc = check_rule(c, i);
		if (rc)
			return rc;
	}
	for (i = 0; i < count(c, KW_SEC_PREDS); i++) {
		const struct kw_blob_pred *p = &v->preds[i];

		if (p->set >= v->nr_sets)
			return refuse(c, KW_SEC_PREDS, i, "set test without a set");
		if (p->field >= KW_NR_PRED_FIELDS || p->negate > 1)
			return refuse(c, KW_SEC_PREDS, i, "unknown kind of set test");
	}
	return 0;
}

/* Lexicographic over words: a <= b. */
static bool in_order(const __u32 *a, const __u32 *b, bool strict)
{
	u32 i;

	for (i = 0; i < 4; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return !strict;
}

static int check_ranges(const struct check *c, const struct kw_blob_set *s)
{
	const struct kw_range4 *r4 = c->view->ranges4 + s->first4;
	const struct kw_range6 *r6 = c->view->ranges6 + s->first6;
	u32 i;

	for (i = 0; i < s->nr4; i++)
		if (r4[i].lo > r4[i].hi || (i && r4[i].lo <= r4[i - 1].hi))
			return refuse(c, KW_SEC_RANGES4, s->first4 + i,
				      "ranges are not sorted and disjoint");
	for (i = 0; i < s->nr6; i++)
		if (!in_order(r6[i].lo, r6[i].hi, false) ||
		    (i && !in_order(r6[i - 1].hi, r6[i].lo, true)))
			return refuse(c, KW_SEC_RANGES6, s->first6 + i,
				      "ranges are not sorted and disjoint");
	return 0;
}

static int check_index(const struct check *c, const struct kw_blob_set *s)
{
	const __u32 *index = c->view->set_index + s->index4;
	u32 last = 0;
	u32 i;

	for (i = 0; i < KW_SET_INDEX_LEN; i++) {
		if (index[i] < last || index[i] > s->nr4)
			return refuse(c, KW_SEC_SET_INDEX, s->index4 + i,
				      "index of a set points outside");
		last = index[i];
	}
	return 0;
}

static int check_sets(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	u32 next4 = 0, next6 = 0, next_index = 0;
	int rc;
	u32 i;

	for (i = 0; i < v->nr_sets; i++) {
		const struct kw_blob_set *s = &v->sets[i];

		if (s->name >= v->strings_len)
			return refuse(c, KW_SEC_SETS, i, "string lies outside");
		if (s->pad[0] || s->pad[1])
			return refuse(c, KW_SEC_SETS, i, "padding is not zero");
		if (s->first4 != next4 || s->first6 != next6 ||
		    !within(next4, s->nr4, count(c, KW_SEC_RANGES4)) ||
		    !within(next6, s->nr6, count(c, KW_SEC_RANGES6)))
			return refuse(c, KW_SEC_SETS, i, "ranges lie outside");
		rc = check_ranges(c, s);
		if (rc)
			return rc;
		next4 += s->nr4;
		next6 += s->nr6;
		if (s->index4 == KW_NO_INDEX)
			continue;
		if (s->index4 != next_index ||
		    !within(next_index, KW_SET_INDEX_LEN,
			    count(c, KW_SEC_SET_INDEX)))
			return refuse(c, KW_SEC_SETS, i, "index lies outside");
		rc = check_index(c, s);
		if (rc)
			return rc;
		next_index += KW_SET_INDEX_LEN;
	}
	return 0;
}

static int check_slots(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	u32 i;

	for (i = 0; i < count(c, KW_SEC_SLOTS4); i++)
		if ((v->slots4[i].prio & ~KW_SLOT_PREDS) >= v->nr_rules ||
		    v->slots4[i].pad)
			return refuse(c, KW_SEC_SLOTS4, i, "slot of no rule");
	for (i = 0; i < count(c, KW_SEC_SLOTS6); i++)
		if ((v->slots6[i].prio & ~KW_SLOT_PREDS) >= v->nr_rules ||
		    v->slots6[i].pad)
			return refuse(c, KW_SEC_SLOTS6, i, "slot of no rule");
	return 0;
}

/*
 * One node of the trees of a family, whose nodes end at @end. Each is looked
 * at once and children lie behind their parent, so no path needs following.
 */
static int check_node(const struct check *c, u32 i, u32 end, u32 nr_words,
		      u32 nr_slots)
{
	u64 n = c->view->nodes[i];
	u32 base, children;

	if (KW_NODE_TYPE(n) == KW_NODE_LEAF) {
		if (KW_LEAF_COUNT(n) > KW_MAX_LEAF ||
		    !within(KW_LEAF_FIRST(n), KW_LEAF_COUNT(n), nr_slots))
			return refuse(c, KW_SEC_NODES, i, "slots of a leaf lie outside");
		return 0;
	}
	if (KW_NODE_FIELD(n) >= nr_words)
		return refuse(c, KW_SEC_NODES, i, "node looks at no word of the key");
	if (KW_NODE_TYPE(n) == KW_NODE_SPLIT) {
		base = KW_SPLIT_BASE(n);
		children = 2;
	} else if (KW_NODE_TYPE(n) == KW_NODE_CUT) {
		if (KW_CUT_SHIFT(n) + KW_CUT_BITS(n) > 32 || !KW_CUT_BITS(n))
			return refuse(c, KW_SEC_NODES, i, "cut of more bits than a word has");
		base = KW_CUT_BASE(n);
		children = 1u << KW_CUT_BITS(n);
	} else {
		return refuse(c, KW_SEC_NODES, i, "unknown kind of node");
	}
	if (base <= i || !within(base, children, end))
		return refuse(c, KW_SEC_NODES, i, "children do not lie behind their parent");
	return 0;
}

static int check_nodes(const struct check *c)
{
	u32 first6 = c->header->first_node6;
	u32 total = count(c, KW_SEC_NODES);
	int rc;
	u32 i;

	if (first6 > total)
		return refuse(c, KW_SEC_NODES, 0, "IPv6 nodes start outside");
	for (i = 0; i < total; i++) {
		if (i < first6)
			rc = check_node(c, i, first6, KW4_WORDS,
					count(c, KW_SEC_SLOTS4));
		else
			rc = check_node(c, i, total, KW6_WORDS,
					count(c, KW_SEC_SLOTS6));
		if (rc)
			return rc;
	}
	return 0;
}

static int check_trees(const struct check *c, const struct kw_blob_table *t,
		       u32 index)
{
	const struct kw_blob_tree *tree = c->view->trees + t->first_tree;
	u32 first = t->family == KW_IPV4 ? 0 : c->header->first_node6;
	u32 end = t->family == KW_IPV4 ? c->header->first_node6 :
					 count(c, KW_SEC_NODES);
	u32 i;

	for (i = 0; i < t->nr_trees; i++) {
		if (tree[i].root < first || tree[i].root >= end)
			return refuse(c, KW_SEC_TREES, t->first_tree + i, "root lies outside");
		if (i && tree[i].min_prio < tree[i - 1].min_prio)
			return refuse(c, KW_SEC_TREES, t->first_tree + i, "trees are not sorted");
	}
	return 0;
}

/**
 * struct bv_next - where the bit-vector parts of the next table must start
 * @dim: in KW_SEC_BV_DIMS
 * @end: in KW_SEC_BV_ENDS
 * @row: in KW_SEC_BV_ROWS
 * @rule: in KW_SEC_BV_RULES
 */
struct bv_next {
	u32 dim;
	u32 end;
	u32 row;
	u32 rule;
};

static int check_dim(const struct check *c, u32 index, u32 nr_bv,
		     struct bv_next *next)
{
	const struct kw_blob_view *v = c->view;
	const struct kw_blob_bv_dim *dim = &v->bv_dims[index];
	const __u32 *ends = v->bv_ends + next->end;
	u32 words = (nr_bv + 63) / 64;
	u64 unused = nr_bv % 64 ? ~0ull << nr_bv % 64 : 0;
	u32 i;

	if (dim->first_end != next->end || !dim->nr_ends || dim->pad ||
	    !within(next->end, dim->nr_ends, count(c, KW_SEC_BV_ENDS)))
		return refuse(c, KW_SEC_BV_DIMS, index, "intervals lie outside");
	if (dim->first_row != next->row ||
	    dim->nr_ends > (count(c, KW_SEC_BV_ROWS) - next->row) / words)
		return refuse(c, KW_SEC_BV_DIMS, index, "rows lie outside");
	for (i = 0; i < dim->nr_ends; i++) {
		if (i ? ends[i] <= ends[i - 1] : ends[0] != 0)
			return refuse(c, KW_SEC_BV_ENDS, next->end + i, "intervals are not sorted from zero");
		if (v->bv_rows[next->row + i * words + words - 1] & unused)
			return refuse(c, KW_SEC_BV_ROWS, next->row + i * words, "bit of no rule");
	}
	next->end += dim->nr_ends;
	next->row += dim->nr_ends * words;
	return 0;
}

static int check_bv(const struct check *c, const struct kw_blob_table *t,
		    u32 index, struct bv_next *next)
{
	u32 nr_dims = t->family == KW_IPV4 ? (u32)KW4_WORDS : (u32)KW6_WORDS;
	u32 nr_slots = count(c, t->family == KW_IPV4 ? KW_SEC_SLOTS4 :
						       KW_SEC_SLOTS6);
	int rc;
	u32 i;

	if (!t->nr_bv)
		return 0;
	if (t->nr_bv > KW_MAX_BV_RULES)
		return refuse(c, KW_SEC_TABLES, index, "too many residual rules");
	if (t->first_bv_rule != next->rule ||
	    !within(next->rule, t->nr_bv, count(c, KW_SEC_BV_RULES)))
		return refuse(c, KW_SEC_TABLES, index, "residual rules lie outside");
	if (t->first_bv_dim != next->dim ||
	    !within(next->dim, nr_dims, count(c, KW_SEC_BV_DIMS)))
		return refuse(c, KW_SEC_TABLES, index, "bit-vector dimensions lie outside");
	for (i = 0; i < t->nr_bv; i++)
		if (c->view->bv_rules[next->rule + i] >= nr_slots)
			return refuse(c, KW_SEC_BV_RULES, next->rule + i, "residual rule without a slot");
	for (i = 0; i < nr_dims; i++) {
		rc = check_dim(c, next->dim + i, t->nr_bv, next);
		if (rc)
			return rc;
	}
	next->rule += t->nr_bv;
	next->dim += nr_dims;
	return 0;
}

static int check_tables(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	struct bv_next next = { 0 };
	u32 next_tree = 0;
	int rc;
	u32 i;

	for (i = 0; i < count(c, KW_SEC_TABLES); i++) {
		const struct kw_blob_table *t = &v->tables[i];

		if (t->family >= KW_NR_FAMILIES)
			return refuse(c, KW_SEC_TABLES, i, "unknown family");
		if (t->default_rule != c->header->default_rule)
			return refuse(c, KW_SEC_TABLES, i, "table with another default rule");
		if (t->nr_trees > KW_MAX_TREES || t->first_tree != next_tree ||
		    !within(next_tree, t->nr_trees, count(c, KW_SEC_TREES)))
			return refuse(c, KW_SEC_TABLES, i, "trees lie outside");
		rc = check_trees(c, t, i);
		if (rc)
			return rc;
		next_tree += t->nr_trees;
		rc = check_bv(c, t, i, &next);
		if (rc)
			return rc;
	}
	return 0;
}

static int check_pairs(const struct check *c)
{
	const struct kw_blob_view *v = c->view;
	u32 i;

	if (count(c, KW_SEC_PAIRS) != v->nr_zones * v->nr_zones * KW_NR_FAMILIES)
		return refuse(c, KW_SEC_PAIRS, 0, "number of zone pairs");
	for (i = 0; i < count(c, KW_SEC_PAIRS); i++) {
		if (v->pairs[i] >= count(c, KW_SEC_TABLES))
			return refuse(c, KW_SEC_PAIRS, i, "zone pair without a table");
		if (v->tables[v->pairs[i]].family != i % KW_NR_FAMILIES)
			return refuse(c, KW_SEC_PAIRS, i, "zone pair with a table of the other family");
	}
	return 0;
}

/**
 * kw_blob_check() - prove that a blob is safe and find its parts
 * @blob: untrusted bytes, aligned to 8
 * @len: how many
 * @view: filled in; valid only if 0 is returned
 * @err: says why a blob was refused, may be NULL
 *
 * Return: 0 or -EINVAL.
 */
int kw_blob_check(const void *blob, size_t len, struct kw_blob_view *view,
		  struct kw_blob_error *err)
{
	static int (*const checks[])(const struct check *c) = {
		check_strings, check_zones, check_interfaces, check_rules,
		check_sets, check_slots, check_nodes, check_tables,
		check_pairs,
	};
	struct check c = { .header = blob, .view = view, .err = err };
	int rc;
	u32 i;

	rc = check_header(&c, len);
	if (rc)
		return rc;
	fill_view(&c);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		rc = checks[i](&c);
		if (rc)
			return rc;
	}
	return 0;
}
