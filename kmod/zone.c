// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which zone an interface is in: a map in each policy, filled when the policy
 * is put in force and kept by a netdevice notifier. All writers hold rtnl, which
 * both the notifier and the commit have; the hooks read under RCU.
 *
 * An interface whose name has just moved it to another zone takes its
 * connections along: the generation advances, from a work item because that
 * needs M, and rtnl is taken inside M, never the other way round.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "keepwall.h"

/* Set before the notifier goes: the devices it then reports gone are not. */
static bool exiting;

static bool pattern_matches(const struct kw_blob_interface *pattern,
			    const char *name)
{
	size_t len = strnlen(pattern->name, KW_IFNAME_LEN);

	if (strncmp(pattern->name, name, len))
		return false;
	return pattern->flags & KW_INTERFACE_PREFIX || !name[len];
}

static u32 zone_by_name(const struct kw_policy *policy, const char *name)
{
	const struct kw_blob_interface *i = policy->view.interfaces;
	u32 n;

	for (n = 0; n < policy->view.nr_interfaces; n++)
		if (pattern_matches(&i[n], name))
			return i[n].zone;
	return KW_ZONE_NONE;
}

/**
 * kw_zone_of() - the zone of an interface
 * @policy: the policy
 * @dev: the interface, or NULL
 *
 * Return: index of the zone; KW_ZONE_NONE when it is in none.
 */
u32 kw_zone_of(const struct kw_policy *policy, const struct net_device *dev)
{
	void *zone;

	if (!dev)
		return KW_ZONE_NONE;
	zone = xa_load((struct xarray *)&policy->zones, dev->ifindex);
	return zone ? xa_to_value(zone) : KW_ZONE_NONE;
}

static int zone_set(struct kw_policy *policy, const struct net_device *dev)
{
	u32 zone = zone_by_name(policy, dev->name);

	ASSERT_RTNL();
	if (zone == KW_ZONE_NONE) {
		xa_erase(&policy->zones, dev->ifindex);
		return 0;
	}
	return xa_err(xa_store(&policy->zones, dev->ifindex, xa_mk_value(zone),
			       GFP_KERNEL));
}

/**
 * kw_zone_fill() - find the zones of all interfaces there are
 * @policy: a policy that is not in force yet
 * @net: its namespace
 *
 * Caller holds rtnl, and keeps it until the policy is in force: then the
 * notifier sees what comes later.
 *
 * Return: 0 or -ENOMEM.
 */
int kw_zone_fill(struct kw_policy *policy, struct net *net)
{
	struct net_device *dev;
	int err;

	ASSERT_RTNL();
	for_each_netdev(net, dev) {
		err = zone_set(policy, dev);
		if (err)
			return err;
	}
	return 0;
}

static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct kw_net *kw = kw_net_of(dev_net(dev));
	struct kw_policy *policy = rtnl_dereference(kw->policy);
	u32 before;

	if (!policy || READ_ONCE(exiting))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		before = kw_zone_of(policy, dev);
		if (zone_set(policy, dev)) {
			/* In no zone: the safe side. */
			xa_erase(&policy->zones, dev->ifindex);
			netdev_warn(dev, "keepwall: no memory to put it into its zone\n");
		}
		if (event == NETDEV_CHANGENAME &&
		    before != kw_zone_of(policy, dev))
			schedule_work(&kw->zones_moved);
		break;
	case NETDEV_UNREGISTER:
		xa_erase(&policy->zones, dev->ifindex);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

/**
 * kw_zone_init() - start to follow interfaces
 *
 * Return: 0 or a negative error.
 */
int kw_zone_init(void)
{
	return register_netdevice_notifier(&device_notifier);
}

/**
 * kw_zone_exit() - stop to follow interfaces
 */
void kw_zone_exit(void)
{
	WRITE_ONCE(exiting, true);
	unregister_netdevice_notifier(&device_notifier);
}
