// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy compiler: IR to blob. For each zone pair and family it collects
 * the blocks that apply; pairs with the same blocks share a classifier.
 */
#include <errno.h>
#include <stdarg.h>
#include <time.h>
#include "compile.h"
#include "diagnostic.h"

int kw_compile_error(struct kw_compiler *c, int rc, const struct kw_loc *loc,
		     const char *format, ...)
{
	static const struct kw_loc nowhere;
	va_list args;
	int err;

	if (!c->d)
		return rc;
	va_start(args, format);
	err = kw_diagnostics_vadd(c->d, KW_ERROR, loc ? loc : &nowhere, NULL,
				  NULL, 0, format, args);
	va_end(args);
	return err ? -ENOMEM : rc;
}

/**
 * struct pattern - rules of one shape, to explain a refusal
 * @shape: two bits a field: exact, range, wide, any
 * @nr: how many boxes have it
 */
struct pattern {
	u32 shape;
	u32 nr;
};

/* Source, destination, ports, protocol: 0 one value, 1 narrow, 2 wide, 3 any. */
static u32 shape_of(const struct kw_forest *f, const struct kw_box *box)
{
	u32 shape = 0, i;

	for (i = 0; i < f->nr_words; i++) {
		u32 width = box->span[i].hi - box->span[i].lo;
		u32 max = kw_word_max(f->family, i);

		shape = shape << 2 | (width == max ? 3 : width > max / 256 ? 2 :
				      width ? 1 : 0);
	}
	return shape;
}

static int compare_shape(const void *a, const void *b)
{
	const struct pattern *x = a, *y = b;

	return x->shape < y->shape ? -1 : x->shape > y->shape;
}

/* The shape that most of the boxes have. */
static int worst_pattern(const struct kw_forest *f, const struct kw_box *boxes,
			 const u32 *ids, u32 nr, struct pattern *worst)
{
	struct pattern *p = calloc(nr, sizeof(*p));
	u32 i, run = 0;

	if (!p)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		p[i].shape = shape_of(f, &boxes[ids[i]]);
	qsort(p, nr, sizeof(*p), compare_shape);
	worst->nr = 0;
	for (i = 0; i < nr; i++) {
		run = i && p[i].shape == p[i - 1].shape ? run + 1 : 1;
		if (run > worst->nr)
			*worst = (struct pattern){ p[i].shape, run };
	}
	free(p);
	return 0;
}

/* Too many rules overlap in all fields at once: say which, as file:line. */
static int refuse_residual(struct kw_compiler *c, const struct kw_forest *f,
			   const u32 *ids, u32 nr)
{
	const struct kw_box *boxes = c->boxes[f->family].v;
	const struct kw_loc *loc = NULL, *l;
	char examples[512] = "";
	struct pattern worst = { 0, 0 };
	u32 named = 0, last = KW_PRIO_NONE, i;

	if (worst_pattern(f, boxes, ids, nr, &worst))
		return -ENOMEM;
	for (i = 0; i < nr && named < 4; i++) {
		u32 prio = KW_SLOT_PRIO(boxes[ids[i]].prio);
		size_t used = strlen(examples);

		if (prio == last || shape_of(f, &boxes[ids[i]]) != worst.shape)
			continue;
		last = prio;
		l = &c->ir->rules[prio]->loc;
		if (!loc)
			loc = l;
		snprintf(examples + used, sizeof(examples) - used, "%s%s:%u",
			 named++ ? ", " : "", l->file ? l->file : "?", l->line);
	}
	return kw_compile_error(c, -E2BIG, loc,
		"%u %s rules overlap in too many ways to be looked up quickly, at most %u are possible; %u of them are of one kind, such as %s",
		nr, f->family == KW_IPV4 ? "IPv4" : "IPv6", KW_MAX_BV_RULES,
		worst.nr, examples);
}

static bool block_applies(bool any, struct kw_ir_zone *const *zones, size_t nr,
			  u32 zone)
{
	size_t i;

	for (i = 0; i < nr && !any; i++)
		any = zones[i]->index == zone;
	return any;
}

/* Blocks that have boxes for a pair and family, as indices, into @list. */
static u32 list_blocks(const struct kw_compiler *c, u32 in, u32 out,
		       u32 family, u32 *list)
{
	u32 nr = 0, i;

	for (i = 0; i < c->ir->nr_blocks; i++) {
		const struct kw_ir_block *b = c->ir->blocks[i];
		const u32 *first = c->first_box[family];
		size_t last;

		if (!b->nr_rules ||
		    !block_applies(b->from_any, b->from, b->nr_from, in) ||
		    !block_applies(b->to_any, b->to, b->nr_to, out))
			continue;
		/* The rules of a block have consecutive indices. */
		last = b->rules[b->nr_rules - 1]->index;
		if (first[b->rules[0]->index] != first[last + 1])
			list[nr++] = i;
	}
	return nr;
}

static int build_table(struct kw_compiler *c, u32 family, const u32 *blocks,
		       u32 nr_blocks)
{
	const struct kw_box *boxes = c->boxes[family].v;
	struct kw_forest *f = &c->forest[family];
	struct kw_blob_table table = {
		.family = family, .default_rule = c->ir->nr_rules - 1 };
	struct kw_buffer ids = KW_BUFFER(u32);
	int rc = 0;
	u32 i, j, nr;

	for (i = 0; i < nr_blocks && !rc; i++) {
		const struct kw_ir_block *b = c->ir->blocks[blocks[i]];
		u32 first = c->first_box[family][b->rules[0]->index];
		u32 end = c->first_box[family][b->rules[b->nr_rules - 1]->index + 1];
		u32 *to = kw_buffer_grow(&ids, end - first);

		if (!to)
			rc = -ENOMEM;
		for (j = first; j < end && !rc; j++)
			*to++ = j;
	}
	nr = ids.nr;
	if (!rc)
		rc = kw_forest_build(f, boxes, ids.v, &nr, &table);
	if (!rc && nr > KW_MAX_BV_RULES)
		rc = refuse_residual(c, f, ids.v, nr);
	else if (!rc)
		rc = kw_forest_build_bv(f, boxes, ids.v, nr, &table);
	if (rc == -E2BIG && c->d && !c->d->nr_errors)
		kw_compile_error(c, rc, NULL,
				 "the compiled policy is larger than %u bytes",
				 KW_BLOB_MAX_LEN);
	if (!rc && kw_buffer_add(&c->section[KW_SEC_TABLES], &table, 1))
		rc = -ENOMEM;
	kw_buffer_free(&ids);
	return rc;
}

/**
 * struct known - block lists that have a table
 * @lists: u32: family, length, blocks; one after the other
 * @starts: u32: by table: where its list is
 */
struct known {
	struct kw_buffer lists;
	struct kw_buffer starts;
};

static long find_table(const struct known *k, u32 family, const u32 *blocks,
		       u32 nr)
{
	size_t i;

	for (i = 0; i < k->starts.nr; i++) {
		const u32 *l = kw_buffer_at(u32, &k->lists,
				*kw_buffer_at(u32, &k->starts, i));

		if (l[0] == family && l[1] == nr &&
		    !memcmp(l + 2, blocks, nr * sizeof(*blocks)))
			return i;
	}
	return -1;
}

/* The memory that trees take so far: stop early rather than exhaust it. */
static int check_size(struct kw_compiler *c)
{
	size_t bytes = 0;
	u32 i;

	for (i = 0; i < KW_NR_FAMILIES; i++)
		bytes += c->forest[i].nodes.nr * sizeof(u64) +
			 c->forest[i].slots.nr * c->forest[i].slots.size;
	bytes += c->section[KW_SEC_BV_ROWS].nr * sizeof(u64);
	if (bytes <= KW_BLOB_MAX_LEN)
		return 0;
	return kw_compile_error(c, -E2BIG, NULL,
		"the compiled policy has more than %zu bytes, at most %u are possible",
		bytes, KW_BLOB_MAX_LEN);
}

static int add_pair(struct kw_compiler *c, struct known *k, u32 family,
		    const u32 *blocks, u32 nr)
{
	long table = find_table(k, family, blocks, nr);
	u32 head[2] = { family, nr }, index;
	int rc;

	if (table < 0) {
		table = c->section[KW_SEC_TABLES].nr;
		index = k->lists.nr;
		rc = build_table(c, family, blocks, nr);
		if (!rc)
			rc = check_size(c);
		if (rc)
			return rc;
		if (kw_buffer_add(&k->starts, &index, 1) ||
		    kw_buffer_add(&k->lists, head, 2) ||
		    kw_buffer_add(&k->lists, blocks, nr))
			return -ENOMEM;
	}
	index = table;
	return kw_buffer_add(&c->section[KW_SEC_PAIRS], &index, 1) ? -ENOMEM : 0;
}

static int build_tables(struct kw_compiler *c)
{
	struct known k = {
		.starts = KW_BUFFER(u32),
		.lists = KW_BUFFER(u32),
	};
	u32 *blocks = calloc(c->ir->nr_blocks + 1, sizeof(*blocks));
	u32 in, out, family;
	int rc = blocks ? 0 : -ENOMEM;

	for (in = 0; in < c->ir->nr_zones; in++)
		for (out = 0; out < c->ir->nr_zones; out++)
			for (family = 0; family < KW_NR_FAMILIES && !rc; family++)
				rc = add_pair(c, &k, family, blocks,
					      list_blocks(c, in, out, family,
							  blocks));
	kw_buffer_free(&k.lists);
	kw_buffer_free(&k.starts);
	free(blocks);
	return rc;
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void fill_stats(const struct kw_compiler *c, size_t len, u64 start,
		       struct kw_compile_stats *stats)
{
	static const enum kw_section classifier[] = {
		KW_SEC_PAIRS, KW_SEC_TABLES, KW_SEC_TREES, KW_SEC_BV_DIMS,
		KW_SEC_BV_ENDS, KW_SEC_BV_ROWS, KW_SEC_BV_RULES,
	};
	size_t i;

	memset(stats, 0, sizeof(*stats));
	stats->nr_tables = c->section[KW_SEC_TABLES].nr;
	stats->nr_trees = c->section[KW_SEC_TREES].nr;
	/* kw_blob_write() put the IPv6 nodes behind the IPv4 nodes. */
	stats->nr_nodes = c->forest[KW_IPV4].nodes.nr;
	stats->classifier_bytes = stats->nr_nodes * sizeof(u64);
	for (i = 0; i < KW_NR_FAMILIES; i++) {
		const struct kw_forest *f = &c->forest[i];

		stats->nr_slots += f->slots.nr;
		stats->nr_residual += f->nr_residual;
		if (f->max_depth > stats->max_depth)
			stats->max_depth = f->max_depth;
		stats->classifier_bytes += f->slots.nr * f->slots.size;
	}
	for (i = 0; i < sizeof(classifier) / sizeof(classifier[0]); i++)
		stats->classifier_bytes += c->section[classifier[i]].nr *
					   c->section[classifier[i]].size;
	stats->blob_bytes = len;
	stats->build_ns = now_ns() - start;
}

static int check_limits(struct kw_compiler *c)
{
	const struct kw_ir *ir = c->ir;

	if (ir->nr_zones > KW_MAX_ZONES)
		return kw_compile_error(c, -E2BIG, &ir->zones[KW_MAX_ZONES]->loc,
			"%zu zones, at most %u are possible",
			ir->nr_zones, KW_MAX_ZONES);
	if (ir->nr_rules > KW_MAX_RULES)
		return kw_compile_error(c, -E2BIG, &ir->rules[KW_MAX_RULES]->loc,
			"%zu rules, at most %u are possible",
			ir->nr_rules, KW_MAX_RULES);
	return 0;
}

/**
 * kw_compile() - compile a policy
 * @ir: the policy, checked
 * @blob: the compiled policy, to be freed by the caller
 * @len: its length
 * @stats: filled in, may be NULL
 * @d: says why a policy was refused
 *
 * Return: 0, -ENOMEM, or another negative error with a diagnostic.
 */
int kw_compile(const struct kw_ir *ir, void **blob, size_t *len,
	       struct kw_compile_stats *stats, struct kw_diagnostics *d)
{
	struct kw_compiler c = { .ir = ir, .d = d };
	u64 start = now_ns();
	int rc;

	rc = kw_blob_init(&c);
	if (!rc)
		rc = check_limits(&c);
	if (!rc)
		rc = kw_blob_describe(&c);
	if (!rc)
		rc = kw_expand_rules(&c);
	if (!rc)
		rc = build_tables(&c);
	if (!rc)
		rc = kw_blob_write(&c, blob, len);
	if (!rc && stats)
		fill_stats(&c, *len, start, stats);
	kw_blob_fini(&c);
	return rc;
}
