// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of a network namespace: building one from a blob, putting it in
 * force, taking it out, and the generation that approvals are tied to. All in
 * process context under M; called by netlink.c and when a namespace ends.
 *
 * Generations and tags: the tag of a generation is 1 + generation % nr_tags, in
 * the approval bits of ct->mark. After nr_tags generations a tag comes again and
 * must not be found on a connection: at each half turn all approvals but the
 * current are withdrawn. A tag that was current at generation g was written
 * before the grace period of a sweep at some h, g < h <= g + nr_tags / 2, and M
 * is held until that has ended; it comes again at g + nr_tags.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_labels.h>

#include "keepwall.h"

static const char * const section_names[KW_NR_SECTIONS + 1] = {
	[KW_SEC_ZONES] = "zones",
	[KW_SEC_INTERFACES] = "interfaces",
	[KW_SEC_PAIRS] = "pairs",
	[KW_SEC_TABLES] = "tables",
	[KW_SEC_TREES] = "trees",
	[KW_SEC_NODES] = "nodes",
	[KW_SEC_SLOTS4] = "IPv4 slots",
	[KW_SEC_SLOTS6] = "IPv6 slots",
	[KW_SEC_BV_DIMS] = "bit-vector dimensions",
	[KW_SEC_BV_ENDS] = "bit-vector ends",
	[KW_SEC_BV_ROWS] = "bit-vector rows",
	[KW_SEC_BV_RULES] = "bit-vector rules",
	[KW_SEC_RULES] = "rules",
	[KW_SEC_PREDS] = "set tests",
	[KW_SEC_SETS] = "sets",
	[KW_SEC_SET_INDEX] = "set index",
	[KW_SEC_RANGES4] = "IPv4 ranges",
	[KW_SEC_RANGES6] = "IPv6 ranges",
	[KW_SEC_STRINGS] = "strings",
	[KW_SEC_TEXT] = "text",
	[KW_NR_SECTIONS] = "header",
};

/**
 * kw_policy_locked() - the policy, for who holds M
 * @kw: the namespace
 *
 * Return: the policy in force, or NULL.
 */
struct kw_policy *kw_policy_locked(struct kw_net *kw)
{
	return rcu_dereference_protected(kw->policy,
					 lockdep_is_held(&kw->mutex));
}

/**
 * kw_policy_free() - free a policy
 * @policy: the policy, or NULL. No hook can see it: either it never was in
 *	force, or a grace period has passed since it was taken out.
 */
void kw_policy_free(struct kw_policy *policy)
{
	if (!policy)
		return;
	kw_log_put(policy);
	kw_counters_free(policy);
	xa_destroy(&policy->zones);
	kvfree(policy->blob);
	kfree(policy);
}

/**
 * kw_policy_new() - make a policy from a compiled one
 * @blob: the compiled policy, from kvmalloc(); consumed in any case
 * @len: its length
 * @refusal: KW_REFUSAL_LEN bytes for a sentence, that live as long as @extack
 * @extack: gets a sentence when the policy is refused
 *
 * Takes no lock: checking millions of elements takes a while, and loading
 * modules for the log even longer.
 *
 * Return: the policy or an ERR_PTR().
 */
struct kw_policy *kw_policy_new(void *blob, u32 len, char *refusal,
				struct netlink_ext_ack *extack)
{
	struct kw_blob_error error = { .what = "unknown" };
	struct kw_policy *policy;
	int err;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy) {
		kvfree(blob);
		NL_SET_ERR_MSG(extack, "Not enough memory for the policy");
		return ERR_PTR(-ENOMEM);
	}
	xa_init(&policy->zones);
	policy->blob = blob;

	err = kw_blob_check(blob, len, &policy->view, &error);
	if (err) {
		/* The generic macro formats only since 6.2. */
		snprintf(refusal, KW_REFUSAL_LEN,
			 "The compiled policy is not valid: %s (%s, element %u)",
			 error.what,
			 section_names[min_t(u32, error.section,
					     KW_NR_SECTIONS)],
			 error.index);
		if (extack)
			extack->_msg = refusal;
		goto free_policy;
	}
	err = kw_counters_alloc(policy);
	if (err) {
		NL_SET_ERR_MSG(extack, "Not enough memory for the counters of the rules");
		goto free_policy;
	}
	err = kw_log_get(policy, extack);
	if (err)
		goto free_policy;
	return policy;

free_policy:
	kw_policy_free(policy);
	return ERR_PTR(err);
}

static u32 nr_tags(void)
{
	return kw_approval_mask >> __ffs(kw_approval_mask);
}

/*
 * From here on approvals given so far are void. What they depended on has been
 * changed before; the release pairs with the acquire in the hook.
 */
static void generation_advance(struct kw_net *kw)
{
	u32 tag;

	lockdep_assert_held(&kw->mutex);
	kw->generation++;
	/* 0 stands for "there never was a policy". */
	if (!kw->generation)
		kw->generation = 1;
	tag = (1 + kw->generation % nr_tags()) << __ffs(kw_approval_mask);
	smp_store_release(&kw->tag, tag); /* pairs with hook() */
	if (kw->generation % (nr_tags() / 2) == 0) {
		synchronize_net();
		kw_connection_sweep(kw->net, tag);
	}
}

static void zones_moved(struct work_struct *work)
{
	struct kw_net *kw = container_of(work, struct kw_net, zones_moved);

	mutex_lock(&kw->mutex);
	if (kw->active)
		generation_advance(kw);
	mutex_unlock(&kw->mutex);
}

/* Under rtnl, so that the zones are complete and stay so. */
static int publish(struct kw_net *kw, struct kw_policy *policy)
{
	int err;

	lockdep_assert_held(&kw->mutex);
	rtnl_lock();
	err = kw_zone_fill(policy, kw->net);
	if (!err)
		rcu_assign_pointer(kw->policy, policy);
	rtnl_unlock();
	return err;
}

static void unpublish(struct kw_net *kw)
{
	lockdep_assert_held(&kw->mutex);
	rtnl_lock();
	RCU_INIT_POINTER(kw->policy, NULL);
	rtnl_unlock();
}

static void release(struct kw_net *kw)
{
	if (kw->labels)
		nf_connlabels_put(kw->net);
	kw->labels = false;
	nf_ct_netns_put(kw->net, NFPROTO_INET);
}

/* Everything the first policy needs besides itself. */
static int activate(struct kw_net *kw, struct kw_policy *policy,
		    struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&kw->mutex);
	err = nf_ct_netns_get(kw->net, NFPROTO_INET);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "Connection tracking cannot be started in this network namespace");
		return err;
	}
	kw->labels = !nf_connlabels_get(kw->net, 127);
	/* Nobody watched the tags until now. */
	kw_connection_sweep(kw->net, 0);
	err = publish(kw, policy);
	if (err) {
		NL_SET_ERR_MSG(extack, "Not enough memory for the map of the zones");
		goto release;
	}
	err = nf_register_net_hooks(kw->net, kw->hooks, KW_NR_HOOKS);
	if (err) {
		NL_SET_ERR_MSG(extack, "The netfilter hooks cannot be registered");
		goto unpublish;
	}
	kw->active = true;
	return 0;

unpublish:
	unpublish(kw);
	/* Some of the hooks may have been there for a moment. */
	synchronize_net();
release:
	release(kw);
	return err;
}

static int replace(struct kw_net *kw, struct kw_policy *policy,
		   struct kw_policy *old, struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&kw->mutex);
	err = kw_counters_join(policy, old);
	if (err) {
		NL_SET_ERR_MSG(extack, "Not enough memory to take the counters over");
		return err;
	}
	err = publish(kw, policy);
	if (err)
		NL_SET_ERR_MSG(extack, "Not enough memory for the map of the zones");
	return err;
}

/**
 * kw_policy_commit() - put a policy in force
 * @kw: the namespace
 * @policy: the policy; its new owner is @kw unless this fails
 * @generation: its generation
 * @extack: gets a sentence when this fails
 *
 * Removal of the old policy: it is out of kw->policy before the grace period,
 * hooks find it only there and under RCU, the notifier under rtnl, which
 * publish() has taken since, and dumps under M. So after synchronize_net()
 * nobody has it, its counters stand still and are taken over, and it is freed.
 *
 * Return: 0 or a negative error; then nothing has changed.
 */
int kw_policy_commit(struct kw_net *kw, struct kw_policy *policy,
		     u32 *generation, struct netlink_ext_ack *extack)
{
	struct kw_policy *old;
	int err;

	mutex_lock(&kw->mutex);
	old = kw_policy_locked(kw);
	if (old)
		err = replace(kw, policy, old, extack);
	else
		err = activate(kw, policy, extack);
	if (!err) {
		generation_advance(kw);
		*generation = kw->generation;
	}
	if (!err && old) {
		synchronize_net();
		kw_counters_carry(policy, old);
		kw_policy_free(old);
	}
	mutex_unlock(&kw->mutex);
	return err;
}

/**
 * kw_policy_unload() - remove the policy; everything passes again
 * @kw: the namespace
 * @hash: the hash of what was removed
 * @extack: gets a sentence when this fails
 *
 * Removal: no packet enters our hooks after they are unregistered, and after
 * the grace period none is left in them.
 *
 * Return: 0, or -ENOENT when there is no policy.
 */
int kw_policy_unload(struct kw_net *kw, u64 *hash,
		     struct netlink_ext_ack *extack)
{
	struct kw_policy *policy;

	mutex_lock(&kw->mutex);
	policy = kw_policy_locked(kw);
	if (!policy) {
		mutex_unlock(&kw->mutex);
		NL_SET_ERR_MSG(extack, "There is no policy to unload");
		return -ENOENT;
	}
	*hash = policy->view.header->policy_hash;
	nf_unregister_net_hooks(kw->net, kw->hooks, KW_NR_HOOKS);
	unpublish(kw);
	WRITE_ONCE(kw->tag, 0);
	kw->active = false;
	synchronize_net();
	kw_policy_free(policy);
	release(kw);
	mutex_unlock(&kw->mutex);
	pr_info("the policy is unloaded: everything passes\n");
	return 0;
}

/**
 * kw_policy_net_init() - start without a policy
 * @kw: the namespace
 */
void kw_policy_net_init(struct kw_net *kw)
{
	mutex_init(&kw->mutex);
	INIT_WORK(&kw->zones_moved, zones_moved);
}

/**
 * kw_policy_net_pre_exit() - take the hooks down
 * @kw: a namespace that ends, or loses the module
 */
void kw_policy_net_pre_exit(struct kw_net *kw)
{
	mutex_lock(&kw->mutex);
	if (kw->active)
		nf_unregister_net_hooks(kw->net, kw->hooks, KW_NR_HOOKS);
	mutex_unlock(&kw->mutex);
}

/**
 * kw_policy_net_exit() - end with or without a policy
 * @kw: a namespace whose hooks have gone a grace period ago
 */
void kw_policy_net_exit(struct kw_net *kw)
{
	struct kw_policy *policy;

	mutex_lock(&kw->mutex);
	policy = kw_policy_locked(kw);
	unpublish(kw);
	if (kw->active)
		release(kw);
	kw->active = false;
	mutex_unlock(&kw->mutex);
	/* It takes M, and finds nothing to do from now on. */
	cancel_work_sync(&kw->zones_moved);
	kw_policy_free(policy);
}
