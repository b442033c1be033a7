// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decision trees over boxes.
 *
 * A node cuts one key word into 2^n equal parts or splits it at a value,
 * whichever makes the expected child smallest for the rules it copies. A box
 * that would be copied into too many children is not: it is evicted to a later
 * tree, which starts over with what was evicted. That bounds memory where
 * plain HiCuts explodes; rules whose wildcards lie in different fields end up
 * in different trees by themselves.
 *
 * Boxes below a box that covers the whole node can never be reached there and
 * are dropped. This is right even if the covering box is evicted later: it is
 * then found in a later tree, with its own priority.
 *
 * Everything is deterministic: equal policies give equal trees.
 */
#include <errno.h>
#include "classifier.h"

#define MAX_CUT_BITS	8u
#define SAMPLE		2048u	/* boxes looked at to choose a cut */
#define MAX_NODES	(1u << 26)	/* bits of a child index */
#define MAX_SLOTS	(1u << 27)
#define MAX_RELAX	4u

/**
 * struct builder - state of kw_forest_build()
 * @forest: what is built
 * @boxes: all boxes of the family
 * @stack: u32: lists of box indices of the nodes on the current path
 * @evicted: one byte a box: belongs to a later tree
 * @leaf_target: a node of so many boxes becomes a leaf
 * @copy_cost: weight of copies in the score of a cut
 * @copy_limit: how many copies a cut may make
 * @min_prio: best priority in the tree
 * @lo: the sampled boxes in one word, relative to the node
 * @hi: likewise
 * @ends: scratch for the values a split can use
 */
struct builder {
	struct kw_forest *forest;
	const struct kw_box *boxes;
	struct kw_buffer stack;
	u8 *evicted;
	u32 leaf_target;
	float copy_cost;
	float copy_limit;
	u32 min_prio;
	u32 lo[2 * SAMPLE];
	u32 hi[2 * SAMPLE];
	u32 ends[4 * SAMPLE];
};

/**
 * struct choice - how a node is divided
 * @score: log2 of the expected share of a child plus costs; less is better
 * @word: key word
 * @bits: of a cut; 0 for a split
 * @shift: of a cut
 * @threshold: of a split
 */
struct choice {
	float score;
	u32 word;
	u32 bits;
	u32 shift;
	u32 threshold;
};

/**
 * struct list - boxes of a node
 * @first: in the builder's stack
 * @nr: how many
 */
struct list {
	size_t first;
	u32 nr;
};

u32 kw_word_max(u32 family, u32 word)
{
	u32 sport = family == KW_IPV4 ? (u32)KW4_SPORT : (u32)KW6_SPORT;

	if (word < sport)
		return 0xffffffffu;
	return word < sport + 2 ? 0xffff : 0xff;
}

/* Good to 1/100: scores need no more, and the same bits come out anywhere. */
static float log2_rough(float x)
{
	union { float f; u32 u; } v = { .f = x };
	int exponent = (int)(v.u >> 23) - 127;

	v.u = (v.u & 0x7fffff) | 127u << 23;
	return exponent - 1.6748f + (2.0246f - 0.3448f * v.f) * v.f;
}

static u32 *list_ids(const struct builder *b, struct list list)
{
	return kw_buffer_at(u32, &b->stack, list.first);
}

static bool covers(const struct builder *b, const struct kw_box *box,
		   const struct kw_span *region)
{
	u32 i;

	for (i = 0; i < b->forest->nr_words; i++)
		if (box->span[i].lo > region[i].lo ||
		    box->span[i].hi < region[i].hi)
			return false;
	return true;
}

/* Cuts a list off after the first box that covers the region for sure. */
static u32 prune(const struct builder *b, struct list list,
		 const struct kw_span *region)
{
	const u32 *ids = list_ids(b, list);
	u32 i;

	for (i = 0; i < list.nr; i++) {
		const struct kw_box *box = &b->boxes[ids[i]];

		if (!(box->prio & KW_SLOT_PREDS) && covers(b, box, region))
			return i + 1;
	}
	return list.nr;
}

long kw_forest_add_slot(struct kw_forest *f, const struct kw_box *box)
{
	const struct kw_span *ports;
	u32 i;

	if (f->slots.nr >= MAX_SLOTS)
		return -E2BIG;
	if (f->family == KW_IPV4) {
		struct kw_slot4 *s = kw_buffer_grow(&f->slots, 1);

		if (!s)
			return -ENOMEM;
		ports = &box->span[KW4_SPORT];
		*s = (struct kw_slot4){
			box->span[KW4_SRC].lo, box->span[KW4_SRC].hi,
			box->span[KW4_DST].lo, box->span[KW4_DST].hi,
			ports[0].lo, ports[0].hi, ports[1].lo, ports[1].hi,
			box->prio, ports[2].lo, ports[2].hi, 0,
		};
	} else {
		struct kw_slot6 *s = kw_buffer_grow(&f->slots, 1);

		if (!s)
			return -ENOMEM;
		memset(s, 0, sizeof(*s));
		for (i = 0; i < 4; i++) {
			s->src_lo[i] = box->span[KW6_SRC + i].lo;
			s->src_hi[i] = box->span[KW6_SRC + i].hi;
			s->dst_lo[i] = box->span[KW6_DST + i].lo;
			s->dst_hi[i] = box->span[KW6_DST + i].hi;
		}
		ports = &box->span[KW6_SPORT];
		s->sport_lo = ports[0].lo;
		s->sport_hi = ports[0].hi;
		s->dport_lo = ports[1].lo;
		s->dport_hi = ports[1].hi;
		s->prio = box->prio;
		s->proto_lo = ports[2].lo;
		s->proto_hi = ports[2].hi;
	}
	return f->slots.nr - 1;
}

static int emit_leaf(struct builder *b, u32 node, struct list list)
{
	struct kw_forest *f = b->forest;
	u32 prio = KW_PRIO_NONE;
	u32 first = 0, i;

	for (i = KW_MAX_LEAF; i < list.nr; i++)
		b->evicted[list_ids(b, list)[i]] = 1;
	if (list.nr > KW_MAX_LEAF)
		list.nr = KW_MAX_LEAF;
	for (i = 0; i < list.nr; i++) {
		const struct kw_box *box = &b->boxes[list_ids(b, list)[i]];
		long slot = kw_forest_add_slot(f, box);

		if (slot < 0)
			return slot;
		if (!i) {
			first = slot;
			prio = KW_SLOT_PRIO(box->prio);
		}
	}
	if (prio < b->min_prio)
		b->min_prio = prio;
	*kw_buffer_at(u64, &f->nodes, node) =
		(u64)list.nr << 57 | (u64)prio << 27 | first;
	return 0;
}

/* Spans of the sampled boxes in one word, relative to the region. */
static u32 gather(struct builder *b, struct list list, u32 word,
		  const struct kw_span *region)
{
	const u32 *ids = list_ids(b, list);
	u32 step = list.nr / SAMPLE + !(list.nr / SAMPLE);
	u32 n = 0, i;

	for (i = 0; i < list.nr; i += step, n++) {
		const struct kw_span *s = &b->boxes[ids[i]].span[word];

		b->lo[n] = s->lo > region->lo ? s->lo - region->lo : 0;
		b->hi[n] = (s->hi < region->hi ? s->hi : region->hi) - region->lo;
	}
	return n;
}

/* Whether a cut of @bits leaves a box out that would reach @nr children. */
static bool too_wide(u32 bits, u32 nr)
{
	u32 limit = (1u << bits) / 4;

	return bits >= 2 && nr > (limit > 2 ? limit : 2);
}

static void try_cut(const struct builder *b, u32 n, u32 nr, u32 shift,
		    u32 bits, struct choice *best, u32 word)
{
	float sum = 0, copies, share, evicted_share, score;
	int change[(1u << MAX_CUT_BITS) + 1];
	u32 children = 1u << bits, refs = 0, evicted = 0, i;
	int current = 0;

	memset(change, 0, (children + 1) * sizeof(change[0]));
	for (i = 0; i < n; i++) {
		u32 first = b->lo[i] >> shift, last = b->hi[i] >> shift;

		if (too_wide(bits, last - first + 1)) {
			evicted++;
			continue;
		}
		change[first]++;
		change[last + 1]--;
		refs += last - first + 1;
	}
	evicted_share = (float)evicted / n;
	if (evicted_share > 0.25f || !refs)
		return;
	copies = (float)refs / (n - evicted);
	if (copies > 1 + b->copy_limit * 0.5f * bits)
		return;
	for (i = 0; i < children; i++) {
		current += change[i];
		sum += (float)current * current;
	}
	share = sum / refs / n;
	score = log2_rough(share) + b->copy_cost * log2_rough(copies) +
		6 * evicted_share + 0.05f * bits +
		0.15f * log2_rough(1 + (float)children / nr);
	if (score < best->score)
		*best = (struct choice){ score, word, bits, shift, 0 };
}

static void try_cuts(const struct builder *b, u32 n, u32 nr, u32 word,
		     const struct kw_span *region, struct choice *best)
{
	u32 width = region->hi - region->lo;	/* less one */
	u32 width_bits = 32 - __builtin_clz(width);
	u32 max_bits = width_bits < MAX_CUT_BITS ? width_bits : MAX_CUT_BITS;
	u32 bits;

	if (width & (width + 1) || region->lo & width)
		return;
	while (max_bits > 1 && 1u << max_bits > 4 * nr)
		max_bits--;
	for (bits = 1; bits <= max_bits; bits++)
		try_cut(b, n, nr, width_bits - bits, bits, best, word);
}

/* Quickselect: moves the @k-th smallest to its place and returns it. */
static u32 select_kth(u32 *v, u32 nr, u32 k)
{
	u32 lo = 0, hi = nr - 1;

	while (lo < hi) {
		u32 pivot = v[lo + (hi - lo) / 2];
		u32 i = lo, j = hi;

		for (;;) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			u32 t = v[i];

			v[i++] = v[j];
			v[j--] = t;
		}
		if (k <= j)
			hi = j;
		else
			lo = j + 1;
	}
	return v[k];
}

static void try_split(const struct builder *b, u32 n, u32 word, u32 at,
		      u32 threshold, struct choice *best)
{
	float copies, share, score;
	u32 left = 0, right = 0, i;

	for (i = 0; i < n; i++) {
		left += b->lo[i] <= at;
		right += b->hi[i] > at;
	}
	if (left >= n && right >= n)
		return;
	copies = (float)(left + right) / n;
	share = ((float)left * left + (float)right * right) /
		(left + right) / n;
	if (share >= 0.999f)
		return;
	score = log2_rough(share) + b->copy_cost * log2_rough(copies) + 0.05f;
	if (score < best->score)
		*best = (struct choice){ score, word, 0, 0, threshold };
}

static void try_splits(struct builder *b, u32 n, u32 word,
		       const struct kw_span *region, struct choice *best)
{
	u32 width = region->hi - region->lo;
	u32 nr = 0, i, last = 0;

	for (i = 0; i < n; i++) {
		if (b->lo[i])
			b->ends[nr++] = b->lo[i] - 1;
		if (b->hi[i] < width)
			b->ends[nr++] = b->hi[i];
	}
	if (!nr)
		return;
	for (i = 1; i <= 3; i++) {
		u32 k = i == 1 ? nr / 2 : i == 2 ? nr / 3 : nr * 2 / 3;
		u32 at = select_kth(b->ends, nr, k);

		if (i == 1 || at != last)
			try_split(b, n, word, at, region->lo + at, best);
		if (i == 1)
			last = at;
		if (nr < 4)
			break;
	}
}

static bool choose(struct builder *b, struct list list,
		   const struct kw_span *region, struct choice *best)
{
	u32 word;

	best->score = -0.02f;
	best->word = KW6_WORDS;
	for (word = 0; word < b->forest->nr_words; word++) {
		u32 n;

		if (region[word].lo == region[word].hi)
			continue;
		n = gather(b, list, word, &region[word]);
		try_cuts(b, n, list.nr, word, &region[word], best);
		try_splits(b, n, word, &region[word], best);
	}
	return best->word < KW6_WORDS;
}

static int build(struct builder *b, u32 node, struct list list,
		 struct kw_span *region, u32 depth);

/* Reserves child nodes; their index, or a negative error. */
static long add_nodes(struct kw_forest *f, u32 nr)
{
	u64 *n;

	if (f->nodes.nr + nr > MAX_NODES)
		return -E2BIG;
	n = kw_buffer_grow(&f->nodes, nr);
	if (!n)
		return -ENOMEM;
	memset(n, 0, nr * sizeof(*n));
	return f->nodes.nr - nr;
}

/* Pushes the boxes of @list that reach [lo, hi] of a word. */
static int push_child(struct builder *b, struct list list,
		      const struct choice *c, u32 region_lo,
		      struct kw_span child, struct list *out)
{
	u32 *to, i;

	out->first = b->stack.nr;
	out->nr = 0;
	to = kw_buffer_grow(&b->stack, list.nr);
	if (!to)
		return -ENOMEM;
	for (i = 0; i < list.nr; i++) {
		u32 id = list_ids(b, list)[i];
		const struct kw_span *s = &b->boxes[id].span[c->word];

		if (s->lo <= child.hi && s->hi >= child.lo)
			to[out->nr++] = id;
	}
	b->stack.nr = out->first + out->nr;
	return 0;
}

static int build_split(struct builder *b, u32 node, struct list list,
		       struct kw_span *region, const struct choice *c,
		       u32 depth)
{
	struct kw_span whole = region[c->word];
	long base = add_nodes(b->forest, 2);
	int rc = 0;
	u32 i;

	if (base < 0)
		return base;
	*kw_buffer_at(u64, &b->forest->nodes, node) =
		(u64)KW_NODE_SPLIT << 62 | (u64)c->word << 58 |
		(u64)base << 32 | c->threshold;
	for (i = 0; i < 2 && !rc; i++) {
		struct list child;

		region[c->word].lo = i ? c->threshold + 1 : whole.lo;
		region[c->word].hi = i ? whole.hi : c->threshold;
		rc = push_child(b, list, c, whole.lo, region[c->word], &child);
		if (!rc) {
			rc = build(b, base + i, child, region, depth + 1);
			b->stack.nr = child.first;
		}
	}
	region[c->word] = whole;
	return rc;
}

/*
 * Distributes a list over the children of a cut by counting: @start[i] is where
 * the list of child i begins on the stack. Boxes that are too wide are evicted.
 */
static int distribute(struct builder *b, struct list list,
		      const struct choice *c, struct kw_span whole,
		      size_t *start)
{
	u32 children = 1u << c->bits, pass, i, j;
	size_t at[1u << MAX_CUT_BITS];
	size_t total = 0;

	memset(at, 0, sizeof(at));
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < list.nr; i++) {
			u32 id = list_ids(b, list)[i];
			struct kw_span s = b->boxes[id].span[c->word];
			u32 first = s.lo > whole.lo ? (s.lo - whole.lo) >> c->shift : 0;
			u32 last = ((s.hi < whole.hi ? s.hi : whole.hi) - whole.lo) >> c->shift;

			if (too_wide(c->bits, last - first + 1)) {
				b->evicted[id] = 1;
				continue;
			}
			for (j = first; j <= last; j++) {
				if (pass)
					*kw_buffer_at(u32, &b->stack, at[j]) = id;
				at[j]++;
			}
		}
		if (pass)
			break;
		for (i = 0; i < children; i++)
			total += at[i];
		start[children] = b->stack.nr + total;
		if (!kw_buffer_grow(&b->stack, total))
			return -ENOMEM;
		for (i = children; i-- > 0;)
			start[i] = start[i + 1] - at[i];
		memcpy(at, start, children * sizeof(at[0]));
	}
	return 0;
}

static int build_cut(struct builder *b, u32 node, struct list list,
		     struct kw_span *region, const struct choice *c, u32 depth)
{
	struct kw_forest *f = b->forest;
	struct kw_span whole = region[c->word];
	size_t start[(1u << MAX_CUT_BITS) + 1], top = b->stack.nr;
	long base = add_nodes(f, 1u << c->bits);
	struct list before = { 0, 0 };
	int rc;
	u32 i;

	if (base < 0)
		return base;
	*kw_buffer_at(u64, &f->nodes, node) =
		(u64)KW_NODE_CUT << 62 | (u64)c->word << 58 |
		(u64)c->shift << 53 | (u64)c->bits << 49 | base;
	rc = distribute(b, list, c, whole, start);
	for (i = 0; i < 1u << c->bits && !rc; i++) {
		struct list child = { start[i], start[i + 1] - start[i] };
		u64 *n = kw_buffer_at(u64, &f->nodes, base + i);

		/* Neighbours with the same few boxes share one leaf. */
		if (i && child.nr == before.nr && child.nr <= b->leaf_target &&
		    KW_NODE_TYPE(n[-1]) == KW_NODE_LEAF &&
		    KW_LEAF_COUNT(n[-1]) == child.nr &&
		    !memcmp(list_ids(b, child), list_ids(b, before),
			    child.nr * sizeof(u32))) {
			n[0] = n[-1];
		} else {
			region[c->word].lo = whole.lo + (i << c->shift);
			region[c->word].hi = region[c->word].lo +
					     ((1u << c->shift) - 1);
			rc = build(b, base + i, child, region, depth + 1);
		}
		before = child;
	}
	region[c->word] = whole;
	b->stack.nr = top;
	return rc;
}

/* Recurses no deeper than KW_MAX_DEPTH: what is left there is a leaf. */
static int build(struct builder *b, u32 node, struct list list,
		 struct kw_span *region, u32 depth)
{
	struct choice c;

	if (depth > b->forest->max_depth)
		b->forest->max_depth = depth;
	list.nr = prune(b, list, region);
	if (list.nr <= b->leaf_target || depth >= KW_MAX_DEPTH ||
	    !choose(b, list, region, &c))
		return emit_leaf(b, node, list);
	if (c.bits)
		return build_cut(b, node, list, region, &c, depth);
	return build_split(b, node, list, region, &c, depth);
}

/* One tree of @ids; afterwards @ids holds what was evicted, *@nr how many. */
static int build_tree(struct builder *b, u32 *ids, u32 *nr)
{
	struct kw_span region[KW6_WORDS];
	struct kw_blob_tree tree;
	long root = add_nodes(b->forest, 1);
	u32 i, left = 0;
	int rc;

	if (root < 0)
		return root;
	for (i = 0; i < b->forest->nr_words; i++)
		region[i] = (struct kw_span){
			0, kw_word_max(b->forest->family, i) };
	b->min_prio = KW_PRIO_NONE;
	b->stack.nr = 0;
	if (kw_buffer_add(&b->stack, ids, *nr))
		return -ENOMEM;
	rc = build(b, root, (struct list){ 0, *nr }, region, 1);
	if (rc)
		return rc;
	tree.root = root;
	tree.min_prio = b->min_prio;
	if (kw_buffer_add(b->forest->trees, &tree, 1))
		return -ENOMEM;
	for (i = 0; i < *nr; i++)
		if (b->evicted[ids[i]]) {
			b->evicted[ids[i]] = 0;
			ids[left++] = ids[i];
		}
	*nr = left;
	return 0;
}

/* Bit 0: source is wide, bit 1: destination is. */
static u32 pool_of(u32 family, const struct kw_box *box)
{
	u32 dst = family == KW_IPV4 ? (u32)KW4_DST : (u32)KW6_DST;
	u32 limit = family == KW_IPV4 ? (1u << 18) - 1 : (1u << 8) - 1;
	const struct kw_span *s = box->span;

	return (s[0].hi - s[0].lo >= limit) |
	       (s[dst].hi - s[dst].lo >= limit) << 1;
}

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int compare_tree(const void *a, const void *b)
{
	const struct kw_blob_tree *x = a, *y = b;

	if (x->min_prio != y->min_prio)
		return x->min_prio < y->min_prio ? -1 : 1;
	return x->root < y->root ? -1 : x->root > y->root;
}

/*
 * One tree for each pool of wide and narrow addresses: they want to be cut in
 * different words. Small pools are not worth a tree of their own.
 */
static int build_pools(struct builder *b, u32 *ids, u32 *nr)
{
	u32 *pool = malloc((*nr ? *nr : 1) * sizeof(*pool));
	u32 size[4] = { 0 }, to[4], i, p, left = 0;
	int rc = 0;

	if (!pool)
		return -ENOMEM;
	for (i = 0; i < *nr; i++)
		size[pool_of(b->forest->family, &b->boxes[ids[i]])]++;
	for (p = 0; p < 4; p++)
		to[p] = size[p] < KW_MAX_LEAF ? 3 : p;
	for (p = 0; p < 4 && !rc; p++) {
		u32 n = 0, rest = left;

		for (i = left; i < *nr; i++)
			if (to[pool_of(b->forest->family, &b->boxes[ids[i]])] == p)
				pool[n++] = ids[i];
			else
				ids[rest++] = ids[i];
		if (!n)
			continue;
		/* [left, rest) waits; what comes back goes before it. */
		*nr = rest;
		rc = build_tree(b, pool, &n);
		memmove(ids + left + n, ids + left, (rest - left) * sizeof(*ids));
		memcpy(ids + left, pool, n * sizeof(*ids));
		left += n;
		*nr += n;
	}
	free(pool);
	qsort(ids, *nr, sizeof(*ids), compare_u32);
	return rc;
}

static int build_rounds(struct builder *b, u32 *ids, u32 *nr, u32 first_tree)
{
	u32 relaxed = 0;

	while (*nr && b->forest->trees->nr - first_tree < KW_MAX_TREES) {
		u32 before = *nr;
		int rc = build_tree(b, ids, nr);

		if (rc)
			return rc;
		if (*nr <= before * 0.8f)
			continue;
		if (relaxed++ == MAX_RELAX)
			break;
		b->copy_cost *= 0.55f;
		b->copy_limit *= 3;
		b->leaf_target = KW_MAX_LEAF;
	}
	return 0;
}

int kw_forest_build(struct kw_forest *f, const struct kw_box *boxes, u32 *ids,
		    u32 *nr, struct kw_blob_table *table)
{
	u32 last = *nr ? ids[*nr - 1] : 0;
	struct builder *b;
	int rc = -ENOMEM;

	table->first_tree = f->trees->nr;
	table->nr_trees = 0;
	if (!*nr)
		return 0;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->forest = f;
	b->boxes = boxes;
	b->stack.size = sizeof(u32);
	b->leaf_target = 8;
	b->copy_cost = 1.2f;
	b->copy_limit = 1.5f;
	b->evicted = calloc(last + 1, 1);
	if (b->evicted)
		rc = build_pools(b, ids, nr);
	if (!rc)
		rc = build_rounds(b, ids, nr, table->first_tree);
	table->nr_trees = f->trees->nr - table->first_tree;
	if (table->nr_trees)
		qsort(kw_buffer_at(struct kw_blob_tree, f->trees, table->first_tree),
		      table->nr_trees, sizeof(struct kw_blob_tree), compare_tree);
	kw_buffer_free(&b->stack);
	free(b->evicted);
	free(b);
	return rc;
}
