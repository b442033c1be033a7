// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sections of a blob that describe the policy to people and to the module
 * (zones, interfaces, rules, sets, strings, text), and the layout of it all.
 */
#include <errno.h>
#include "compile.h"

#define INDEX_FROM	4096u	/* ranges that deserve a first-level index */

static const u8 element_size[KW_NR_SECTIONS] = {
	[KW_SEC_ZONES] = sizeof(struct kw_blob_zone),
	[KW_SEC_INTERFACES] = sizeof(struct kw_blob_interface),
	[KW_SEC_PAIRS] = sizeof(u32),
	[KW_SEC_TABLES] = sizeof(struct kw_blob_table),
	[KW_SEC_TREES] = sizeof(struct kw_blob_tree),
	[KW_SEC_NODES] = sizeof(u64),
	[KW_SEC_SLOTS4] = sizeof(struct kw_slot4),
	[KW_SEC_SLOTS6] = sizeof(struct kw_slot6),
	[KW_SEC_BV_DIMS] = sizeof(struct kw_blob_bv_dim),
	[KW_SEC_BV_ENDS] = sizeof(u32),
	[KW_SEC_BV_ROWS] = sizeof(u64),
	[KW_SEC_BV_RULES] = sizeof(u32),
	[KW_SEC_RULES] = sizeof(struct kw_blob_rule),
	[KW_SEC_PREDS] = sizeof(struct kw_blob_pred),
	[KW_SEC_SETS] = sizeof(struct kw_blob_set),
	[KW_SEC_SET_INDEX] = sizeof(u32),
	[KW_SEC_RANGES4] = sizeof(struct kw_range4),
	[KW_SEC_RANGES6] = sizeof(struct kw_range6),
	[KW_SEC_STRINGS] = 1,
	[KW_SEC_TEXT] = 1,
};

static u64 hash_bytes(const void *bytes, size_t len)
{
	const u8 *p = bytes;
	u64 hash = 0xcbf29ce484222325ull;	/* FNV-1a */

	while (len--)
		hash = (hash ^ *p++) * 0x100000001b3ull;
	return hash;
}

/* Doubles the table of strings before it gets crowded. */
static int grow_strings(struct kw_compiler *c)
{
	size_t room = c->string_room ? c->string_room * 2 : 256, i, at;
	u32 *slots;

	if (c->nr_strings * 2 < c->string_room)
		return 0;
	slots = calloc(room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < c->string_room; i++) {
		const char *s;

		if (!c->string_slots[i])
			continue;
		s = kw_buffer_at(char, &c->section[KW_SEC_STRINGS],
				 c->string_slots[i] - 1);
		at = hash_bytes(s, strlen(s)) & (room - 1);
		while (slots[at])
			at = (at + 1) & (room - 1);
		slots[at] = c->string_slots[i];
	}
	free(c->string_slots);
	c->string_slots = slots;
	c->string_room = room;
	return 0;
}

/**
 * kw_blob_add_string() - find or append a string
 * @c: compilation
 * @s: the string, or NULL for ""
 * @offset: where it is in the strings
 *
 * Return: 0 or -ENOMEM.
 */
int kw_blob_add_string(struct kw_compiler *c, const char *s, u32 *offset)
{
	struct kw_buffer *strings = &c->section[KW_SEC_STRINGS];
	size_t at;

	if (!s)
		s = "";
	if (grow_strings(c))
		return -ENOMEM;
	at = hash_bytes(s, strlen(s)) & (c->string_room - 1);
	while (c->string_slots[at]) {
		*offset = c->string_slots[at] - 1;
		if (!strcmp(kw_buffer_at(char, strings, *offset), s))
			return 0;
		at = (at + 1) & (c->string_room - 1);
	}
	*offset = strings->nr;
	if (kw_buffer_add(strings, s, strlen(s) + 1))
		return -ENOMEM;
	c->string_slots[at] = *offset + 1;
	c->nr_strings++;
	return 0;
}

static int add_index(struct kw_compiler *c, const struct kw_ranges4 *ranges,
		     u32 *index)
{
	struct kw_buffer *b = &c->section[KW_SEC_SET_INDEX];
	u32 *entry, next = 0, h;

	*index = KW_NO_INDEX;
	if (ranges->nr < INDEX_FROM)
		return 0;
	*index = b->nr;
	entry = kw_buffer_grow(b, KW_SET_INDEX_LEN);
	if (!entry)
		return -ENOMEM;
	for (h = 0; h < KW_SET_INDEX_LEN - 1; h++) {
		while (next < ranges->nr && ranges->v[next].hi < h << 16)
			next++;
		entry[h] = next;
	}
	entry[h] = ranges->nr;
	return 0;
}

/**
 * kw_blob_add_set() - append a set
 * @c: compilation
 * @name: its name, "" if a rule has the list
 * @ranges4: IPv4 or port ranges, merged
 * @ranges6: IPv6 ranges, merged
 * @index: its index
 *
 * Return: 0 or -ENOMEM.
 */
int kw_blob_add_set(struct kw_compiler *c, const char *name,
		    const struct kw_ranges4 *ranges4,
		    const struct kw_ranges6 *ranges6, u32 *index)
{
	struct kw_blob_set set = {
		.first4 = c->section[KW_SEC_RANGES4].nr,
		.nr4 = ranges4->nr,
		.first6 = c->section[KW_SEC_RANGES6].nr,
		.nr6 = ranges6->nr,
	};

	*index = c->section[KW_SEC_SETS].nr;
	if (kw_blob_add_string(c, name, &set.name) ||
	    add_index(c, ranges4, &set.index4) ||
	    kw_buffer_add(&c->section[KW_SEC_RANGES4], ranges4->v, ranges4->nr) ||
	    kw_buffer_add(&c->section[KW_SEC_RANGES6], ranges6->v, ranges6->nr) ||
	    kw_buffer_add(&c->section[KW_SEC_SETS], &set, 1))
		return -ENOMEM;
	return 0;
}

/* Exact names first, then prefixes from the longest to the shortest. */
static int compare_interfaces(const void *a, const void *b)
{
	const struct kw_blob_interface *x = a, *y = b;
	size_t xlen = strlen(x->name), ylen = strlen(y->name);

	if (x->flags != y->flags)
		return x->flags < y->flags ? -1 : 1;
	if (xlen != ylen)
		return xlen > ylen ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int add_interfaces(struct kw_compiler *c, const struct kw_ir_zone *zone)
{
	size_t i;

	for (i = 0; i < zone->nr_interfaces; i++) {
		const struct kw_ir_interface *n = &zone->interfaces[i];
		struct kw_blob_interface p = {
			.zone = zone->index,
			.flags = n->prefix ? KW_INTERFACE_PREFIX : 0,
		};

		if (strlen(n->name) >= KW_IFNAME_LEN)
			return kw_compile_error(c, -EINVAL, &n->loc,
				"interface name \"%s\" is longer than %u bytes",
				n->name, KW_IFNAME_LEN - 1);
		strcpy(p.name, n->name);
		if (kw_buffer_add(&c->section[KW_SEC_INTERFACES], &p, 1))
			return -ENOMEM;
	}
	return 0;
}

static int add_zones(struct kw_compiler *c)
{
	struct kw_buffer *b = &c->section[KW_SEC_INTERFACES];
	size_t i;
	int rc;

	for (i = 0; i < c->ir->nr_zones; i++) {
		const struct kw_ir_zone *z = c->ir->zones[i];
		struct kw_blob_zone zone = { .id = z->id };

		if (kw_blob_add_string(c, z->name, &zone.name) ||
		    kw_buffer_add(&c->section[KW_SEC_ZONES], &zone, 1))
			return -ENOMEM;
		rc = add_interfaces(c, z);
		if (rc)
			return rc;
	}
	if (b->nr)
		qsort(b->v, b->nr, b->size, compare_interfaces);
	return 0;
}

static int add_rule(struct kw_compiler *c, const struct kw_ir_rule *r)
{
	struct kw_blob_rule rule = {
		.id = r->id,
		.line = r->loc.line,
		.log_rate = r->log_rate,
		.log_period_ms = r->log_period_ms,
		.log_group = r->log_group,
		.action = r->action,
		.reject = r->reject,
	};

	if (r->log)
		rule.flags |= KW_RULE_LOG;
	if (r->log_to_group)
		rule.flags |= KW_RULE_LOG_GROUP;
	if (r == c->ir->default_rule)
		rule.flags |= KW_RULE_DEFAULT;
	if (kw_blob_add_string(c, r->name, &rule.name) ||
	    kw_blob_add_string(c, r->text, &rule.text) ||
	    kw_blob_add_string(c, r->loc.file, &rule.file) ||
	    kw_blob_add_string(c, r->block ? r->block->head : "default",
			       &rule.policy) ||
	    kw_buffer_add(&c->section[KW_SEC_RULES], &rule, 1))
		return -ENOMEM;
	return 0;
}

static int add_text(struct kw_compiler *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return -ENOMEM;
	rc = kw_ir_print(c->ir, out);
	if (fclose(out) || rc < 0)
		rc = -ENOMEM;
	else
		rc = kw_buffer_add(&c->section[KW_SEC_TEXT], text, len) ?
		     -ENOMEM : 0;
	free(text);
	return rc;
}

/**
 * kw_blob_describe() - fill the sections that describe the policy
 * @c: compilation, initialised
 *
 * Named sets come first, so that a set keeps the index it has in the IR.
 *
 * Return: 0 or a negative error, with a diagnostic unless it is -ENOMEM.
 */
int kw_blob_describe(struct kw_compiler *c)
{
	int rc = add_zones(c);
	size_t i;

	for (i = 0; i < c->ir->nr_sets && !rc; i++) {
		const struct kw_ir_set *s = c->ir->sets[i];
		u32 index;

		rc = kw_blob_add_set(c, s->name, &s->ranges4, &s->ranges6,
				     &index);
	}
	for (i = 0; i < c->ir->nr_rules && !rc; i++)
		rc = add_rule(c, c->ir->rules[i]);
	return rc ? rc : add_text(c);
}

/* Nodes of IPv6 trees come behind those of IPv4: their indices move. */
static void relocate(struct kw_compiler *c, u32 by)
{
	struct kw_buffer *b = &c->forest[KW_IPV6].nodes;
	size_t i;

	for (i = 0; i < b->nr; i++) {
		u64 *n = kw_buffer_at(u64, b, i);

		if (KW_NODE_TYPE(*n) == KW_NODE_SPLIT)
			*n += (u64)by << 32;
		else if (KW_NODE_TYPE(*n) == KW_NODE_CUT)
			*n += by;
	}
	for (i = 0; i < c->section[KW_SEC_TABLES].nr; i++) {
		const struct kw_blob_table *t = kw_buffer_at(struct kw_blob_table,
					&c->section[KW_SEC_TABLES], i);
		u32 j;

		for (j = 0; t->family == KW_IPV6 && j < t->nr_trees; j++)
			kw_buffer_at(struct kw_blob_tree,
				     &c->section[KW_SEC_TREES],
				     t->first_tree + j)->root += by;
	}
}

static size_t align8(size_t x)
{
	return (x + 7) & ~(size_t)7;
}

/**
 * kw_blob_write() - lay out the sections
 * @c: compilation, complete
 * @blob: to be freed by the caller
 * @len: its length
 *
 * Return: 0, -ENOMEM, or -E2BIG with a diagnostic.
 */
int kw_blob_write(struct kw_compiler *c, void **blob, size_t *len)
{
	struct kw_buffer *forest4 = &c->forest[KW_IPV4].nodes;
	struct kw_buffer *forest6 = &c->forest[KW_IPV6].nodes;
	struct kw_blob_header h = { .magic = KW_BLOB_MAGIC };
	size_t at = align8(sizeof(h)), i;
	char *out;

	h.first_node6 = forest4->nr;
	relocate(c, forest4->nr);
	if (kw_buffer_add(forest4, forest6->v, forest6->nr))
		return -ENOMEM;
	for (i = 0; i < KW_NR_SECTIONS; i++) {
		const struct kw_buffer *b = &c->section[i];

		if (i == KW_SEC_NODES)
			b = forest4;
		else if (i == KW_SEC_SLOTS4 || i == KW_SEC_SLOTS6)
			b = &c->forest[i == KW_SEC_SLOTS6].slots;
		h.sections[i].offset = at;
		h.sections[i].count = b->nr;
		at = align8(at + b->nr * b->size);
	}
	if (at > KW_BLOB_MAX_LEN || forest4->nr > 1u << 26)
		return kw_compile_error(c, -E2BIG, NULL,
			"the compiled policy has %zu bytes, at most %u are possible",
			at, KW_BLOB_MAX_LEN);
	h.version = KW_BLOB_VERSION;
	h.total_len = at;
	h.default_rule = c->ir->nr_rules - 1;
	h.policy_hash = hash_bytes(c->section[KW_SEC_TEXT].v,
				   c->section[KW_SEC_TEXT].nr);
	out = calloc(1, at);
	if (!out)
		return -ENOMEM;
	memcpy(out, &h, sizeof(h));
	for (i = 0; i < KW_NR_SECTIONS; i++) {
		const struct kw_buffer *b = &c->section[i];

		if (i == KW_SEC_NODES)
			b = forest4;
		else if (i == KW_SEC_SLOTS4 || i == KW_SEC_SLOTS6)
			b = &c->forest[i == KW_SEC_SLOTS6].slots;
		if (b->nr)
			memcpy(out + h.sections[i].offset, b->v, b->nr * b->size);
	}
	*blob = out;
	*len = at;
	return 0;
}

/**
 * kw_blob_init() - start with empty sections
 * @c: compilation, with @ir and @d set and the rest zero
 *
 * Return: 0 or -ENOMEM.
 */
int kw_blob_init(struct kw_compiler *c)
{
	u32 i, empty;

	for (i = 0; i < KW_NR_SECTIONS; i++)
		c->section[i].size = element_size[i];
	for (i = 0; i < KW_NR_FAMILIES; i++) {
		struct kw_forest *f = &c->forest[i];

		c->boxes[i].size = sizeof(struct kw_box);
		f->family = i;
		f->nr_words = i == KW_IPV4 ? (u32)KW4_WORDS : (u32)KW6_WORDS;
		f->nodes.size = sizeof(u64);
		f->slots.size = element_size[KW_SEC_SLOTS4 + i];
		f->trees = &c->section[KW_SEC_TREES];
		f->bv_dims = &c->section[KW_SEC_BV_DIMS];
		f->bv_ends = &c->section[KW_SEC_BV_ENDS];
		f->bv_rows = &c->section[KW_SEC_BV_ROWS];
		f->bv_rules = &c->section[KW_SEC_BV_RULES];
	}
	return kw_blob_add_string(c, "", &empty);
}

void kw_blob_fini(struct kw_compiler *c)
{
	u32 i;

	for (i = 0; i < KW_NR_SECTIONS; i++)
		kw_buffer_free(&c->section[i]);
	for (i = 0; i < KW_NR_FAMILIES; i++) {
		kw_buffer_free(&c->boxes[i]);
		kw_buffer_free(&c->forest[i].nodes);
		kw_buffer_free(&c->forest[i].slots);
		free(c->first_box[i]);
	}
	free(c->string_slots);
}
