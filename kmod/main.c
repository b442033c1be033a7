// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which the module comes and goes, and its parameter.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/init.h>
#include <linux/module.h>
#include <net/net_namespace.h>

#include "keepwall.h"

unsigned int kw_net_id __read_mostly;
u32 kw_approval_mask __ro_after_init = 0xff000000;

module_param_named(approval_mask, kw_approval_mask, uint, 0444);
MODULE_PARM_DESC(approval_mask,
		 "Bits of the connection mark that carry approvals: at least 4, side by side (default 0xff000000)");

static bool mask_is_valid(u32 mask)
{
	u32 low;

	if (hweight32(mask) < 4)
		return false;
	low = mask >> __ffs(mask);
	return (low & (low + 1)) == 0;
}

static int __net_init net_init(struct net *net)
{
	struct kw_net *kw = kw_net_of(net);
	int err;

	kw->net = net;
	err = kw_stats_net_init(kw);
	if (err)
		return err;
	kw_policy_net_init(kw);
	kw_netlink_net_init(kw);
	kw_hook_net_init(kw);
	return 0;
}

/* The core waits for an RCU grace period between this and net_exit(). */
static void __net_exit net_pre_exit(struct net *net)
{
	kw_policy_net_pre_exit(kw_net_of(net));
}

static void __net_exit net_exit(struct net *net)
{
	struct kw_net *kw = kw_net_of(net);

	kw_netlink_net_exit(kw);
	kw_policy_net_exit(kw);
	kw_stats_net_exit(kw);
}

static struct pernet_operations kw_net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &kw_net_id,
	.size = sizeof(struct kw_net),
};

static int __init kw_init(void)
{
	int err;

	if (!mask_is_valid(kw_approval_mask)) {
		pr_err("approval_mask 0x%08x must be at least 4 bits side by side\n",
		       kw_approval_mask);
		return -EINVAL;
	}
	err = register_pernet_subsys(&kw_net_ops);
	if (err)
		return err;
	err = kw_zone_init();
	if (err)
		goto unregister_net;
	err = kw_netlink_init();
	if (err)
		goto exit_zone;
	pr_info("version %s, no policy is loaded: everything passes\n",
		KW_MODULE_VERSION);
	return 0;

exit_zone:
	kw_zone_exit();
unregister_net:
	unregister_pernet_subsys(&kw_net_ops);
	return err;
}

/*
 * Requests end first, so nothing new comes in; then the devices' events; then
 * each namespace takes its hooks down and, a grace period later, its policy.
 * The last hook array is freed by call_rcu() in the core and holds no code of
 * ours that could still run.
 */
static void __exit kw_exit(void)
{
	kw_netlink_exit();
	kw_zone_exit();
	unregister_pernet_subsys(&kw_net_ops);
	rcu_barrier();
}

module_init(kw_init);
module_exit(kw_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The Keepwall developers");
MODULE_DESCRIPTION("Keepwall: a stateful firewall with compiled policies");
MODULE_VERSION(KW_MODULE_VERSION);
