// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the classifier is built and answers: for each size, all rule sets of
 * rulegen.c; reported are the median and the worst set. Called by scripts/bench.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "classify.h"
#include "rulegen.h"

#define HEADERS		65536u
#define ROUNDS		15u
#define MAX_SETS	16u

/**
 * struct result - one rule set at one size
 * @v: by enum measure
 */
enum measure { LOOKUP_NS, BUILD_MS, BYTES_PER_RULE, BLOB_BYTES, NR_MEASURES };
struct result {
	double v[NR_MEASURES];
};

static const char *const measure_name[] = { "lookup", "build",
					    "bytes per rule", "blob" };
static const char *const measure_unit[] = { "ns", "ms", "B", "B" };

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static u32 classify_all(const struct kw_blob_view *v, const struct kw_key *keys)
{
	u32 sum = 0, i;

	for (i = 0; i < HEADERS; i++)
		sum += kw_classify(v, &keys[i]);
	return sum;
}

static double lookup_ns(const struct kw_blob_view *v, const struct kw_key *keys)
{
	static volatile u32 sink;
	double best = 1e9;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		u64 start = now_ns();
		double ns;

		sink += classify_all(v, keys);
		ns = (double)(now_ns() - start) / HEADERS;
		if (ns < best)
			best = ns;
	}
	return best;
}

/* Every header judged by the oracle would take hours: some of them. */
static int spot_check(const struct kw_ir *ir, const struct kw_blob_view *v,
		      const struct kw_key *keys)
{
	u32 step = 1 + ir->nr_rules / 50, i;

	for (i = 0; i < HEADERS; i += step)
		if (kw_classify(v, &keys[i]) != kw_ir_eval(ir, &keys[i])->index)
			return -1;
	return 0;
}

static int measure(const struct rulegen_set *set, u32 nr,
		   struct kw_key *keys, struct result *r)
{
	struct kw_ir *ir = rulegen_policy(set, nr);
	struct kw_diagnostics d = { 0 };
	struct kw_compile_stats stats;
	struct kw_blob_view view;
	void *blob = NULL;
	size_t len;
	u32 i;

	if (!ir)
		return -1;
	r->v[BUILD_MS] = 1e9;
	for (i = 0; i < 3; i++) {
		free(blob);
		if (kw_compile(ir, &blob, &len, &stats, &d)) {
			fprintf(stderr, "%s, %u rules: %s\n", set->name, nr,
				d.nr ? d.v[0].message : "out of memory");
			return -1;
		}
		if (stats.build_ns / 1e6 < r->v[BUILD_MS])
			r->v[BUILD_MS] = stats.build_ns / 1e6;
	}
	if (kw_blob_check(blob, len, &view, NULL))
		return -1;
	rulegen_keys(set, ir, keys, HEADERS);
	if (spot_check(ir, &view, keys)) {
		fprintf(stderr, "%s, %u rules: wrong verdict\n", set->name, nr);
		return -1;
	}
	r->v[LOOKUP_NS] = lookup_ns(&view, keys);
	r->v[BYTES_PER_RULE] = (double)stats.classifier_bytes / nr;
	r->v[BLOB_BYTES] = len;
	if (getenv("KW_BENCH_VERBOSE"))
		fprintf(stderr, "%s %u: %.1f ns %.1f ms %.1f B/rule trees %u residual %u depth %u\n",
			set->name, nr, r->v[0], r->v[1], r->v[2],
			stats.nr_trees, stats.nr_residual, stats.max_depth);
	free(blob);
	kw_ir_free(ir);
	return 0;
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void report(u32 nr, const struct result *r, bool json)
{
	double v[MAX_SETS], median[NR_MEASURES], worst[NR_MEASURES];
	u32 m, i;

	for (m = 0; m < NR_MEASURES; m++) {
		for (i = 0; i < rulegen_nr_sets; i++)
			v[i] = r[i].v[m];
		qsort(v, rulegen_nr_sets, sizeof(v[0]), compare_double);
		median[m] = v[rulegen_nr_sets / 2];
		worst[m] = v[rulegen_nr_sets - 1];
		if (!json)
			continue;
		printf("{\"suite\": \"classify\", \"case\": \"%s, %u rules, median\", \"value\": %.1f, \"unit\": \"%s\"}\n",
		       measure_name[m], nr, median[m], measure_unit[m]);
		printf("{\"suite\": \"classify\", \"case\": \"%s, %u rules, worst\", \"value\": %.1f, \"unit\": \"%s\"}\n",
		       measure_name[m], nr, worst[m], measure_unit[m]);
	}
	if (!json)
		printf("%7u  %7.1f %7.1f  %8.2f %8.2f  %6.0f %6.0f  %10.0f %10.0f\n",
		       nr, median[0], worst[0], median[1], worst[1], median[2],
		       worst[2], median[3], worst[3]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const u32 sizes[] = { 10, 100, 1000, 10000, 100000 };
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	struct kw_key *keys = malloc(HEADERS * sizeof(*keys));
	struct result results[MAX_SETS];
	u32 i, j;

	if (!keys)
		return 1;
	if (!json)
		printf("  rules   lookup, ns        build, ms          bytes/rule     blob, bytes\n"
		       "           median   worst    median    worst  median  worst      median      worst\n");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (j = 0; j < rulegen_nr_sets; j++)
			if (measure(&rulegen_sets[j], sizes[i], keys, &results[j]))
				return 1;
		report(sizes[i], results, json);
	}
	free(keys);
	return 0;
}
