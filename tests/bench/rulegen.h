/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule sets of the shapes that firewalls have, for benchmarks: access lists
 * (acl), firewalls (fw) and IP chains (ipc), after the classes that the
 * ClassBench paper describes. Own generator, own seeds.
 */
#ifndef KW_TESTS_RULEGEN_H
#define KW_TESTS_RULEGEN_H

#include "ir.h"

/**
 * struct rulegen_set - one shape of rule set
 * @name: "acl-1"
 * @kind: 'a'cl, 'f'w or 'i'pc
 * @seed: of its random numbers
 * @random_order: rules are not sorted by how specific they are
 */
struct rulegen_set {
	const char *name;
	char kind;
	u64 seed;
	bool random_order;
};

extern const struct rulegen_set rulegen_sets[];
extern const size_t rulegen_nr_sets;

/* A policy of @nr rules and the default. NULL without memory. */
struct kw_ir *rulegen_policy(const struct rulegen_set *set, u32 nr);

/* @nr headers that fall on random rules, in random order. */
void rulegen_keys(const struct rulegen_set *set, const struct kw_ir *ir,
		  struct kw_key *keys, u32 nr);

#endif /* KW_TESTS_RULEGEN_H */
