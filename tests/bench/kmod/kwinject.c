// SPDX-License-Identifier: GPL-2.0-only
/*
 * What forwarding a packet costs: feeds prepared packets to the stack of the
 * writer's network namespace and tells how long the stack took. pktgen builds
 * or clones each packet within the time it measures and varies headers once in
 * a burst; here both happen outside of it.
 *
 *	echo "run DEV SRC NSRC DST NDST SPORT NSPORT DPORT NDPORT FLOWS COUNT MS
 *	      REVERSE" > /proc/kwinject
 *	echo "floor accept|drop|off" > /proc/kwinject
 *	cat /proc/kwinject		"PACKETS NANOSECONDS" of the last run
 *
 * FLOWS UDP headers are drawn from the ranges, the same for the same line, and
 * sent in turn until COUNT packets or MS milliseconds are spent. Destination
 * ports lie 16 apart. REVERSE swaps source and destination: the answers.
 *
 * "floor" registers, in the first place a filter would have, a hook that does
 * nothing but accept or drop, with connection tracking on: what every stateful
 * filter pays before it has looked at a rule.
 *
 * A bench's tool, never installed. One writer at a time (run_lock).
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>

#define BATCH		128
#define PAYLOAD_LEN	18	/* makes the shortest Ethernet frame */
#define FLOWS_MAX	(1u << 17)

struct plan {
	char dev[IFNAMSIZ];
	u32 src, nr_src;
	u32 dst, nr_dst;
	u32 sport, nr_sport;
	u32 dport, nr_dport;
	u32 flows;
	u32 count;
	u32 ms;
	u32 reverse;
};

struct flow {
	__be32 src;
	__be32 dst;
	__be16 sport;
	__be16 dport;
};

static DEFINE_MUTEX(run_lock);
static u64 last_packets, last_ns;	/* run_lock */
static struct net *floor_net;		/* run_lock; holds a reference */

static u32 draw(u64 *state, u32 nr)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return nr ? (u32)(*state >> 32) % nr : 0;
}

static struct flow *flows_make(const struct plan *plan)
{
	u64 state = 88172645463325252ull;
	struct flow *flows;
	u32 i;

	flows = kvmalloc_array(plan->flows, sizeof(*flows), GFP_KERNEL);
	if (!flows)
		return NULL;
	for (i = 0; i < plan->flows; i++) {
		struct flow *f = &flows[i];

		f->src = htonl(plan->src + draw(&state, plan->nr_src));
		f->dst = htonl(plan->dst + draw(&state, plan->nr_dst));
		f->sport = htons(plan->sport + draw(&state, plan->nr_sport));
		f->dport = htons(plan->dport +
				 16 * draw(&state, plan->nr_dport));
		if (plan->reverse) {
			swap(f->src, f->dst);
			swap(f->sport, f->dport);
		}
	}
	return flows;
}

static struct sk_buff *packet_make(struct net_device *dev, const struct flow *f)
{
	static const u8 sender[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x99 };
	struct sk_buff *skb;
	struct udphdr *udp;
	struct ethhdr *eth;
	struct iphdr *ip;

	skb = netdev_alloc_skb_ip_align(dev, 128);
	if (!skb)
		return NULL;
	eth = skb_put(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	ether_addr_copy(eth->h_source, sender);
	eth->h_proto = htons(ETH_P_IP);

	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + sizeof(*udp) + PAYLOAD_LEN);
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = f->src;
	ip->daddr = f->dst;
	ip_send_check(ip);

	/* No checksum: it would only be the same for everybody. */
	udp = skb_put_zero(skb, sizeof(*udp) + PAYLOAD_LEN);
	udp->source = f->sport;
	udp->dest = f->dport;
	udp->len = htons(sizeof(*udp) + PAYLOAD_LEN);

	skb->protocol = eth_type_trans(skb, dev);
	return skb;
}

static int run(struct net_device *dev, const struct plan *plan)
{
	u64 limit_ns = (u64)plan->ms * NSEC_PER_MSEC;
	struct sk_buff *batch[BATCH];
	struct flow *flows;
	u32 next = 0;
	int err = 0;

	flows = flows_make(plan);
	if (!flows)
		return -ENOMEM;
	last_packets = 0;
	last_ns = 0;
	while (last_packets < plan->count && (!limit_ns || last_ns < limit_ns)) {
		u32 nr = min_t(u64, BATCH, plan->count - last_packets);
		u64 start;
		u32 i;

		for (i = 0; i < nr; i++) {
			batch[i] = packet_make(dev, &flows[next]);
			if (!batch[i])
				break;
			next = next + 1 == plan->flows ? 0 : next + 1;
		}
		if (i < nr) {
			while (i--)
				kfree_skb(batch[i]);
			err = -ENOMEM;
			break;
		}

		local_bh_disable();
		start = ktime_get_ns();
		for (i = 0; i < nr; i++)
			netif_receive_skb(batch[i]);
		last_ns += ktime_get_ns() - start;
		local_bh_enable();

		last_packets += nr;
		cond_resched();
		if (signal_pending(current)) {
			err = -EINTR;
			break;
		}
	}
	kvfree(flows);
	return err;
}

static int run_line(struct net *net, const char *line)
{
	struct plan plan = {};
	struct net_device *dev;
	int err;

	if (sscanf(line, "run %15s %x %u %x %u %u %u %u %u %u %u %u %u",
		   plan.dev, &plan.src, &plan.nr_src, &plan.dst, &plan.nr_dst,
		   &plan.sport, &plan.nr_sport, &plan.dport, &plan.nr_dport,
		   &plan.flows, &plan.count, &plan.ms, &plan.reverse) != 13)
		return -EINVAL;
	if (!plan.flows || plan.flows > FLOWS_MAX)
		return -ERANGE;
	dev = dev_get_by_name(net, plan.dev);
	if (!dev)
		return -ENODEV;
	err = run(dev, &plan);
	dev_put(dev);
	return err;
}

/* ---- the floor --------------------------------------------------------- */

static unsigned int floor_accept(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static unsigned int floor_drop(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_DROP;
}

static struct nf_hook_ops floor_ops = {
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_FORWARD,
	.priority = NF_IP_PRI_FILTER,
};

static void floor_off(void)
{
	if (!floor_net)
		return;
	nf_unregister_net_hook(floor_net, &floor_ops);
	nf_ct_netns_put(floor_net, NFPROTO_IPV4);
	put_net(floor_net);
	floor_net = NULL;
}

static int floor_line(struct net *net, const char *line)
{
	int err;

	floor_off();
	if (!strcmp(line, "floor off"))
		return 0;
	if (!strcmp(line, "floor accept"))
		floor_ops.hook = floor_accept;
	else if (!strcmp(line, "floor drop"))
		floor_ops.hook = floor_drop;
	else
		return -EINVAL;
	err = nf_ct_netns_get(net, NFPROTO_IPV4);
	if (err)
		return err;
	err = nf_register_net_hook(net, &floor_ops);
	if (err) {
		nf_ct_netns_put(net, NFPROTO_IPV4);
		return err;
	}
	floor_net = get_net(net);
	return 0;
}

/* ---- the file ---------------------------------------------------------- */

static ssize_t inject_write(struct file *file, const char __user *buf,
			    size_t len, loff_t *ppos)
{
	struct net *net = current->nsproxy->net_ns;
	char line[256];
	int err;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	strim(line);
	mutex_lock(&run_lock);
	err = strncmp(line, "floor", 5) ? run_line(net, line)
					: floor_line(net, line);
	mutex_unlock(&run_lock);
	return err ? err : len;
}

static int inject_show(struct seq_file *m, void *v)
{
	mutex_lock(&run_lock);
	seq_printf(m, "%llu %llu\n", last_packets, last_ns);
	mutex_unlock(&run_lock);
	return 0;
}

static int inject_open(struct inode *inode, struct file *file)
{
	return single_open(file, inject_show, NULL);
}

static const struct proc_ops inject_proc_ops = {
	.proc_open	= inject_open,
	.proc_read	= seq_read,
	.proc_write	= inject_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static int __init inject_init(void)
{
	if (!proc_create("kwinject", 0600, NULL, &inject_proc_ops))
		return -ENOMEM;
	return 0;
}

static void __exit inject_exit(void)
{
	remove_proc_entry("kwinject", NULL);
	floor_off();
}

module_init(inject_init);
module_exit(inject_exit);
MODULE_DESCRIPTION("Keepwall benchmark: packets into the forwarding path");
MODULE_LICENSE("GPL");
