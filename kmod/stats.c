// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters: outcomes per network namespace, hits per rule. Counting happens in
 * the hooks, in softirq or, for local traffic, in process context; summing up
 * happens under M.
 *
 * The hits are plain per-CPU arrays instead of alloc_percpu(), because 100000
 * rules are far beyond what one per-CPU allocation may hold.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "keepwall.h"

#define KW_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/**
 * kw_stats_net_init() - start counting in a namespace
 * @kw: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int kw_stats_net_init(struct kw_net *kw)
{
	kw->stats = alloc_percpu(struct kw_stats);
	return kw->stats ? 0 : -ENOMEM;
}

/**
 * kw_stats_net_exit() - forget what was counted in a namespace
 * @kw: the namespace, whose hooks have ended
 */
void kw_stats_net_exit(struct kw_net *kw)
{
	free_percpu(kw->stats);
}

/**
 * kw_stats_sum() - add up the outcomes of all CPUs
 * @kw: the namespace
 * @sum: filled in
 */
void kw_stats_sum(const struct kw_net *kw, struct kw_stats *sum)
{
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct kw_stats *s = per_cpu_ptr(kw->stats, cpu);

		for (i = 0; i < __KEEPWALL_REASON_MAX; i++) {
			sum->reasons[i].packets +=
				READ_ONCE(s->reasons[i].packets);
			sum->reasons[i].bytes += READ_ONCE(s->reasons[i].bytes);
		}
	}
}

/**
 * kw_counters_alloc() - make the counters of a policy
 * @policy: the policy; its view is valid
 *
 * Return: 0 or -ENOMEM; kw_counters_free() takes either.
 */
int kw_counters_alloc(struct kw_policy *policy)
{
	struct kw_cpu_counters *c;
	int cpu;

	policy->carried = kvcalloc(policy->view.nr_rules,
				   sizeof(*policy->carried), KW_GFP);
	policy->counters = kcalloc(nr_cpu_ids, sizeof(*policy->counters),
				   KW_GFP);
	if (!policy->carried || !policy->counters)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		c = kvzalloc_node(struct_size(c, rules, policy->view.nr_rules),
				  KW_GFP, cpu_to_node(cpu));
		if (!c)
			return -ENOMEM;
		u64_stats_init(&c->syncp);
		policy->counters[cpu] = c;
	}
	return 0;
}

/**
 * kw_counters_free() - free the counters of a policy
 * @policy: the policy, which no hook can see
 */
void kw_counters_free(struct kw_policy *policy)
{
	int cpu;

	if (policy->counters)
		for_each_possible_cpu(cpu)
			kvfree(policy->counters[cpu]);
	kfree(policy->counters);
	kvfree(policy->carried);
	kvfree(policy->from);
}

/**
 * kw_counters_add() - count a hit
 * @policy: the policy
 * @rule: index of the rule
 * @len: length of the packet
 */
void kw_counters_add(const struct kw_policy *policy, u32 rule, u32 len)
{
	struct kw_cpu_counters *c;

	local_bh_disable();
	c = policy->counters[smp_processor_id()];
	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->rules[rule].packets);
	u64_stats_add(&c->rules[rule].bytes, len);
	u64_stats_set(&c->rules[rule].last, get_jiffies_64());
	u64_stats_update_end(&c->syncp);
	local_bh_enable();
}

/**
 * kw_counters_sum() - hits of a rule on all CPUs and under earlier policies
 * @policy: the policy
 * @rule: index of the rule
 * @sum: filled in
 */
void kw_counters_sum(const struct kw_policy *policy, u32 rule,
		     struct kw_rule_sum *sum)
{
	u64 packets, bytes, last;
	unsigned int start;
	int cpu;

	*sum = policy->carried[rule];
	for_each_possible_cpu(cpu) {
		const struct kw_cpu_counters *c = policy->counters[cpu];

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			packets = u64_stats_read(&c->rules[rule].packets);
			bytes = u64_stats_read(&c->rules[rule].bytes);
			last = u64_stats_read(&c->rules[rule].last);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		sum->packets += packets;
		sum->bytes += bytes;
		sum->last = max(sum->last, last);
	}
}

static u32 *ids_hash(const struct kw_policy *policy, unsigned int bits)
{
	u32 i, at, *table;

	table = kvmalloc_array(1u << bits, sizeof(*table), KW_GFP);
	if (!table)
		return NULL;
	memset(table, 0xff, sizeof(*table) << bits);
	for (i = 0; i < policy->view.nr_rules; i++) {
		u32 id = policy->view.rules[i].id;

		at = hash_32(id, bits);
		while (table[at] != U32_MAX &&
		       policy->view.rules[table[at]].id != id)
			at = (at + 1) & ((1u << bits) - 1);
		table[at] = i;
		cond_resched();
	}
	return table;
}

/**
 * kw_counters_join() - find the rules that both policies have
 * @policy: the new policy
 * @old: the policy it replaces
 *
 * Everything that can fail in taking counters over; nothing is changed yet.
 *
 * Return: 0 or -ENOMEM.
 */
int kw_counters_join(struct kw_policy *policy, const struct kw_policy *old)
{
	unsigned int bits = order_base_2(old->view.nr_rules) + 1;
	u32 i, at, *table;

	policy->from = kvmalloc_array(policy->view.nr_rules,
				      sizeof(*policy->from), KW_GFP);
	table = ids_hash(old, bits);
	if (!policy->from || !table) {
		kvfree(table);
		return -ENOMEM;
	}
	for (i = 0; i < policy->view.nr_rules; i++) {
		u32 id = policy->view.rules[i].id;

		at = hash_32(id, bits);
		while (table[at] != U32_MAX &&
		       old->view.rules[table[at]].id != id)
			at = (at + 1) & ((1u << bits) - 1);
		policy->from[i] = table[at];
		cond_resched();
	}
	kvfree(table);
	return 0;
}

/**
 * kw_counters_carry() - take over what the old policy has counted
 * @policy: the policy in force, after kw_counters_join()
 * @old: the policy it replaced, which no hook can see any more
 *
 * After the grace period, so not a single hit is lost. Caller holds M: nobody
 * sums up meanwhile.
 */
void kw_counters_carry(struct kw_policy *policy, struct kw_policy *old)
{
	u32 i;

	for (i = 0; i < policy->view.nr_rules; i++) {
		u32 from = policy->from[i];

		if (from == U32_MAX)
			continue;
		kw_counters_sum(old, from, &policy->carried[i]);
		if (policy->logs && old->logs) {
			spin_lock_bh(&policy->logs[i].lock);
			policy->logs[i].suppressed +=
				old->logs[from].suppressed;
			spin_unlock_bh(&policy->logs[i].lock);
		}
		cond_resched();
	}
	kvfree(policy->from);
	policy->from = NULL;
}
