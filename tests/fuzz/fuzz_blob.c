// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes kw_blob_check(): what it accepts must be safe to use. Inputs grow from
 * random valid policies, which the mutator puts in now and then.
 */
#define GEN_RECTANGLES	60u
#include "model/policy_gen.h"
#include "model/blob_walk.h"

size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size,
			       unsigned int seed);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	struct kw_diagnostics d = { 0 };
	struct gen g;
	void *blob;
	size_t len;

	if (size >= sizeof(struct kw_blob_header) && seed % 512)
		return LLVMFuzzerMutate(data, size, max_size);
	gen_policy(&g, seed);
	if (kw_compile(g.ir, &blob, &len, NULL, &d))
		abort();
	kw_ir_free(g.ir);
	if (len > max_size)
		size = LLVMFuzzerMutate(data, size, max_size);
	else
		memcpy(data, blob, size = len);
	free(blob);
	return size;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct kw_blob_header *h;
	struct kw_blob_view v;
	u64 state = size;
	u8 *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	h = (struct kw_blob_header *)copy;
	/* The length is checked first: without help nothing gets further. */
	if (size >= sizeof(*h))
		h->total_len = size;
	if (!kw_blob_check(copy, size, &v, NULL)) {
		walk_blob(&v);
		walk_classify(&v, &state, 16);
	}
	free(copy);
	return 0;
}
