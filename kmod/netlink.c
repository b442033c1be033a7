// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: uploads, and what can be read. The contract is
 * Documentation/netlink/specs/keepwall.yaml. Handlers run in process context,
 * several at a time, and take M for what they touch.
 *
 * Timer: kw_net.upload_timeout ends an upload UPLOAD_TIMEOUT after its last
 * chunk. A socket that closes takes its upload along at once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "keepwall.h"
#include "netlink_gen.h"

#define UPLOAD_TIMEOUT	(30 * HZ)

/* A message of a dump is not started with less room than this. */
#define DUMP_ROOM	512

static struct genl_family kw_family;

static struct kw_net *info_kw(struct genl_info *info)
{
	return kw_net_of(genl_info_net(info));
}

/* ---- attributes ---- */

static const char * const missing[KEEPWALL_A_DATA + 1] = {
	[KEEPWALL_A_TRANSACTION] = "The transaction attribute is missing",
	[KEEPWALL_A_TOTAL_LEN] = "The total-len attribute is missing",
	[KEEPWALL_A_OFFSET] = "The offset attribute is missing",
	[KEEPWALL_A_DATA] = "The data attribute is missing",
};

/*
 * The generated policy is one for all commands: here each gets exactly the
 * attributes it is specified to have.
 */
static int attrs_exact(struct genl_info *info, unsigned long wanted)
{
	int i;

	for (i = 1; i <= KEEPWALL_A_DATA; i++) {
		if (!info->attrs || !info->attrs[i]) {
			if (!(wanted & BIT(i)))
				continue;
			info->extack->_msg = missing[i];
			return -EINVAL;
		}
		if (!(wanted & BIT(i))) {
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[i],
					    "This command has no such attribute");
			return -EINVAL;
		}
	}
	return 0;
}

/* ---- replies and notifications ---- */

static struct sk_buff *reply_new(struct genl_info *info)
{
	struct sk_buff *skb;

	skb = genlmsg_new(nla_total_size(sizeof(u32)), GFP_KERNEL);
	if (!skb)
		NL_SET_ERR_MSG(info->extack, "Not enough memory for the reply");
	return skb;
}

/* Made before anything is changed, so that only sending is left to fail. */
static int reply_u32(struct sk_buff *skb, struct genl_info *info, u8 cmd,
		     int attr, u32 value)
{
	void *hdr;

	hdr = genlmsg_put_reply(skb, info, &kw_family, 0, cmd);
	if (!hdr || nla_put_u32(skb, attr, value)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* Listeners that cannot be told are not a reason to fail. */
static void notify(struct kw_net *kw, u8 cmd, u32 generation, u64 hash)
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(nla_total_size(sizeof(u32)) +
			  nla_total_size_64bit(sizeof(u64)), GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &kw_family, 0, cmd);
	if (!hdr || nla_put_u32(skb, KEEPWALL_A_GENERATION, generation) ||
	    nla_put_u64_64bit(skb, KEEPWALL_A_POLICY_HASH, hash,
			      KEEPWALL_A_PAD)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&kw_family, kw->net, skb, 0,
				KEEPWALL_NLGRP_EVENTS, GFP_KERNEL);
}

/* ---- uploads ---- */

static void upload_free(struct kw_upload *upload)
{
	kvfree(upload->data);
	kfree(upload);
}

/* Take the upload out of the namespace; its caller owns it then. */
static struct kw_upload *upload_detach(struct kw_net *kw)
{
	struct kw_upload *upload = kw->upload;

	lockdep_assert_held(&kw->mutex);
	WRITE_ONCE(kw->upload, NULL);
	cancel_delayed_work(&kw->upload_timeout);
	return upload;
}

static void upload_timeout(struct work_struct *work)
{
	struct kw_net *kw = container_of(to_delayed_work(work), struct kw_net,
					 upload_timeout);
	unsigned long end;

	mutex_lock(&kw->mutex);
	if (kw->upload) {
		end = kw->upload->last + UPLOAD_TIMEOUT;
		/* It may be another upload than the one this was started for. */
		if (time_after_eq(jiffies, end))
			upload_free(upload_detach(kw));
		else
			mod_delayed_work(system_wq, &kw->upload_timeout,
					 end - jiffies);
	}
	mutex_unlock(&kw->mutex);
}

static int upload_new(struct kw_net *kw, u32 portid, u32 total_len)
{
	struct kw_upload *upload;

	lockdep_assert_held(&kw->mutex);
	upload = kzalloc(sizeof(*upload), GFP_KERNEL_ACCOUNT);
	if (!upload)
		return -ENOMEM;
	upload->data = kvmalloc(total_len, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!upload->data) {
		kfree(upload);
		return -ENOMEM;
	}
	kw->last_upload++;
	if (!kw->last_upload)
		kw->last_upload = 1;
	upload->id = kw->last_upload;
	upload->portid = portid;
	upload->total_len = total_len;
	upload->last = jiffies;
	WRITE_ONCE(kw->upload, upload);
	mod_delayed_work(system_wq, &kw->upload_timeout, UPLOAD_TIMEOUT);
	return 0;
}

/* The upload the message is about, if it belongs to its sender. */
static struct kw_upload *upload_find(struct kw_net *kw, struct genl_info *info)
{
	struct nlattr *id = info->attrs[KEEPWALL_A_TRANSACTION];

	lockdep_assert_held(&kw->mutex);
	if (!kw->upload || kw->upload->id != nla_get_u32(id)) {
		NL_SET_ERR_MSG_ATTR(info->extack, id,
				    "There is no such transaction; it may have timed out");
		return ERR_PTR(-ENOENT);
	}
	if (kw->upload->portid != info->snd_portid) {
		NL_SET_ERR_MSG_ATTR(info->extack, id,
				    "The transaction belongs to another socket");
		return ERR_PTR(-EPERM);
	}
	return kw->upload;
}

/**
 * keepwall_nl_policy_begin_doit() - open an upload
 * @skb: the request
 * @info: what is in it
 *
 * Return: 0 or a negative error.
 */
int keepwall_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kw_net *kw = info_kw(info);
	struct sk_buff *reply;
	struct nlattr *attr;
	u32 total_len, id;
	int err;

	err = attrs_exact(info, BIT(KEEPWALL_A_TOTAL_LEN));
	if (err)
		return err;
	attr = info->attrs[KEEPWALL_A_TOTAL_LEN];
	total_len = nla_get_u32(attr);
	if (total_len < sizeof(struct kw_blob_header)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "A compiled policy is longer than that");
		return -EINVAL;
	}
	if (total_len > KW_BLOB_MAX_LEN) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "A compiled policy has at most 64 MiB");
		return -E2BIG;
	}
	reply = reply_new(info);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&kw->mutex);
	if (kw->upload) {
		NL_SET_ERR_MSG(info->extack,
			       "Another policy is being uploaded in this network namespace");
		err = -EBUSY;
	} else {
		err = upload_new(kw, info->snd_portid, total_len);
		if (err)
			NL_SET_ERR_MSG(info->extack,
				       "Not enough memory for the policy");
	}
	id = kw->last_upload;
	mutex_unlock(&kw->mutex);
	if (err) {
		nlmsg_free(reply);
		return err;
	}

	err = reply_u32(reply, info, KEEPWALL_CMD_POLICY_BEGIN,
			KEEPWALL_A_TRANSACTION, id);
	if (err) {
		NL_SET_ERR_MSG(info->extack, "The reply cannot be sent");
		mutex_lock(&kw->mutex);
		if (kw->upload && kw->upload->id == id)
			upload_free(upload_detach(kw));
		mutex_unlock(&kw->mutex);
	}
	return err;
}

static int upload_append(struct kw_upload *upload, struct genl_info *info)
{
	struct nlattr *offset = info->attrs[KEEPWALL_A_OFFSET];
	struct nlattr *data = info->attrs[KEEPWALL_A_DATA];
	u32 len = nla_len(data);

	if (!len || len > KEEPWALL_CHUNK_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, data,
				    "A chunk has 1 to 16384 bytes");
		return -EINVAL;
	}
	if (nla_get_u32(offset) != upload->received) {
		NL_SET_ERR_MSG_ATTR(info->extack, offset,
				    "The chunk does not follow the one before");
		return -EINVAL;
	}
	if (len > upload->total_len - upload->received) {
		NL_SET_ERR_MSG_ATTR(info->extack, data,
				    "The chunk goes beyond the announced length");
		return -EINVAL;
	}
	memcpy(upload->data + upload->received, nla_data(data), len);
	upload->received += len;
	upload->last = jiffies;
	return 0;
}

/**
 * keepwall_nl_policy_chunk_doit() - append to an upload
 * @skb: the request
 * @info: what is in it
 *
 * Return: 0 or a negative error; the upload stays open.
 */
int keepwall_nl_policy_chunk_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kw_net *kw = info_kw(info);
	struct kw_upload *upload;
	int err;

	err = attrs_exact(info, BIT(KEEPWALL_A_TRANSACTION) |
				BIT(KEEPWALL_A_OFFSET) | BIT(KEEPWALL_A_DATA));
	if (err)
		return err;
	mutex_lock(&kw->mutex);
	upload = upload_find(kw, info);
	if (IS_ERR(upload))
		err = PTR_ERR(upload);
	else
		err = upload_append(upload, info);
	mutex_unlock(&kw->mutex);
	return err;
}

/* Take over what has been uploaded: from here on the transaction has ended. */
static struct kw_upload *upload_finish(struct kw_net *kw,
				       struct genl_info *info)
{
	struct kw_upload *upload;

	mutex_lock(&kw->mutex);
	upload = upload_find(kw, info);
	if (!IS_ERR(upload)) {
		upload_detach(kw);
		if (upload->received != upload->total_len) {
			NL_SET_ERR_MSG(info->extack,
				       "The policy was not uploaded completely");
			upload_free(upload);
			upload = ERR_PTR(-EINVAL);
		}
	}
	mutex_unlock(&kw->mutex);
	return upload;
}

/**
 * keepwall_nl_policy_commit_doit() - put an uploaded policy in force
 * @skb: the request
 * @info: what is in it
 *
 * Return: 0 or a negative error; then nothing has changed.
 */
int keepwall_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kw_net *kw = info_kw(info);
	struct kw_policy *policy;
	struct kw_upload *upload;
	struct sk_buff *reply;
	u32 generation;
	void *blob;
	u64 hash;
	u32 len;
	int err;

	err = attrs_exact(info, BIT(KEEPWALL_A_TRANSACTION));
	if (err)
		return err;
	upload = upload_finish(kw, info);
	if (IS_ERR(upload))
		return PTR_ERR(upload);
	blob = upload->data;
	len = upload->total_len;
	kfree(upload);

	policy = kw_policy_new(blob, len, kw->refusal, info->extack);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	hash = policy->view.header->policy_hash;
	reply = reply_new(info);
	err = reply ? kw_policy_commit(kw, policy, &generation, info->extack) :
		      -ENOMEM;
	if (err) {
		nlmsg_free(reply);
		kw_policy_free(policy);
		return err;
	}
	notify(kw, KEEPWALL_CMD_POLICY_COMMITTED_NTF, generation, hash);
	return reply_u32(reply, info, KEEPWALL_CMD_POLICY_COMMIT,
			 KEEPWALL_A_GENERATION, generation);
}

/**
 * keepwall_nl_policy_abort_doit() - end an upload
 * @skb: the request
 * @info: what is in it
 *
 * Return: 0 or a negative error.
 */
int keepwall_nl_policy_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kw_net *kw = info_kw(info);
	struct kw_upload *upload;
	int err;

	err = attrs_exact(info, BIT(KEEPWALL_A_TRANSACTION));
	if (err)
		return err;
	mutex_lock(&kw->mutex);
	upload = upload_find(kw, info);
	if (IS_ERR(upload))
		err = PTR_ERR(upload);
	else
		upload_free(upload_detach(kw));
	mutex_unlock(&kw->mutex);
	return err;
}

/**
 * keepwall_nl_policy_unload_doit() - remove the policy
 * @skb: the request
 * @info: what is in it
 *
 * Return: 0 or a negative error.
 */
int keepwall_nl_policy_unload_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kw_net *kw = info_kw(info);
	u64 hash;
	int err;

	err = attrs_exact(info, 0);
	if (!err)
		err = kw_policy_unload(kw, &hash, info->extack);
	if (!err)
		notify(kw, KEEPWALL_CMD_POLICY_UNLOADED_NTF,
		       READ_ONCE(kw->generation), hash);
	return err;
}

/* ---- dumps ---- */

/*
 * A dump takes M for each of its parts; cb->args[0] is where the next one
 * starts. What the parts are of, cb->seq tells.
 */
static int dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		bool (*put)(struct sk_buff *skb, struct kw_net *kw,
			    struct kw_policy *policy, struct netlink_callback *cb),
		u32 (*count)(const struct kw_policy *policy))
{
	struct kw_net *kw = kw_net_of(sock_net(cb->skb->sk));
	struct kw_policy *policy;
	int err = 0;
	long before;
	void *hdr;

	mutex_lock(&kw->mutex);
	policy = kw_policy_locked(kw);
	/* Not 0 in any case: that is "unknown" to the core. */
	cb->seq = policy ? 2 * kw->generation : 2 * kw->generation + 1;
	while (policy && cb->args[0] < count(policy)) {
		if (skb->len && skb_tailroom(skb) < DUMP_ROOM)
			break;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &kw_family, NLM_F_MULTI,
				  cmd);
		if (!hdr) {
			err = -EMSGSIZE;
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		before = cb->args[0];
		if (!put(skb, kw, policy, cb)) {
			genlmsg_cancel(skb, hdr);
			cb->args[0] = before;
			err = -EMSGSIZE;
			break;
		}
		genlmsg_end(skb, hdr);
	}
	mutex_unlock(&kw->mutex);
	/* What did not fit behind others comes first in the next part. */
	return skb->len ? skb->len : err;
}

static bool put_string(struct sk_buff *skb, int attr, const char *string)
{
	char buf[KEEPWALL_NAME_MAX + 1];

	strscpy(buf, string, sizeof(buf));
	return !nla_put_string(skb, attr, buf);
}

static u32 policy_count(const struct kw_policy *policy)
{
	return policy->view.header->total_len;
}

static bool policy_put(struct sk_buff *skb, struct kw_net *kw,
		       struct kw_policy *policy, struct netlink_callback *cb)
{
	const struct kw_blob_header *header = policy->view.header;
	u32 offset = cb->args[0];
	u32 len;

	if (nla_put_u32(skb, KEEPWALL_A_GENERATION, kw->generation) ||
	    nla_put_u64_64bit(skb, KEEPWALL_A_POLICY_HASH, header->policy_hash,
			      KEEPWALL_A_PAD) ||
	    nla_put_u32(skb, KEEPWALL_A_TOTAL_LEN, header->total_len) ||
	    nla_put_u32(skb, KEEPWALL_A_OFFSET, offset) ||
	    skb_tailroom(skb) < 2 * NLA_HDRLEN)
		return false;
	len = min_t(u32, skb_tailroom(skb) - 2 * NLA_HDRLEN,
		    KEEPWALL_CHUNK_MAX);
	len = min(len, header->total_len - offset);
	if (nla_put(skb, KEEPWALL_A_DATA, len, policy->blob + offset))
		return false;
	cb->args[0] += len;
	return true;
}

/**
 * keepwall_nl_policy_get_dumpit() - send the compiled policy
 * @skb: where to put it
 * @cb: where the dump stands
 *
 * Return: bytes put, or a negative error.
 */
int keepwall_nl_policy_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	return dump(skb, cb, KEEPWALL_CMD_POLICY_GET, policy_put, policy_count);
}

static u32 rule_count(const struct kw_policy *policy)
{
	return policy->view.nr_rules;
}

static bool rule_put(struct sk_buff *skb, struct kw_net *kw,
		     struct kw_policy *policy, struct netlink_callback *cb)
{
	u32 rule = cb->args[0]++;
	struct kw_rule_sum sum;

	kw_counters_sum(policy, rule, &sum);
	if (nla_put_u32(skb, KEEPWALL_A_RULE_INDEX, rule) ||
	    nla_put_u32(skb, KEEPWALL_A_RULE_ID, policy->view.rules[rule].id) ||
	    nla_put_u64_64bit(skb, KEEPWALL_A_PACKETS, sum.packets,
			      KEEPWALL_A_PAD) ||
	    nla_put_u64_64bit(skb, KEEPWALL_A_BYTES, sum.bytes,
			      KEEPWALL_A_PAD) ||
	    nla_put_u64_64bit(skb, KEEPWALL_A_LOG_SUPPRESSED,
			      kw_log_suppressed(policy, rule), KEEPWALL_A_PAD))
		return false;
	if (!sum.last)
		return true;
	return !nla_put_u64_64bit(skb, KEEPWALL_A_LAST_HIT_AGE,
				  jiffies64_to_msecs(get_jiffies_64() -
						     sum.last),
				  KEEPWALL_A_PAD);
}

/**
 * keepwall_nl_rule_get_dumpit() - send the counters of the rules
 * @skb: where to put them
 * @cb: where the dump stands
 *
 * Return: bytes put, or a negative error.
 */
int keepwall_nl_rule_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return dump(skb, cb, KEEPWALL_CMD_RULE_GET, rule_put, rule_count);
}

static u32 zone_count(const struct kw_policy *policy)
{
	return policy->view.nr_zones;
}

static bool interface_put(struct sk_buff *skb, const struct net_device *dev)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, KEEPWALL_A_INTERFACE);
	if (!nest)
		return false;
	if (nla_put_u32(skb, KEEPWALL_A_INTERFACE_IFINDEX, dev->ifindex) ||
	    nla_put_string(skb, KEEPWALL_A_INTERFACE_IFNAME, dev->name))
		return false;
	nla_nest_end(skb, nest);
	return true;
}

/*
 * A zone is one message, unless it has more interfaces than fit: then it goes
 * on in the next, cb->args[1] is the last interface sent.
 */
static bool zone_put(struct sk_buff *skb, struct kw_net *kw,
		     struct kw_policy *policy, struct netlink_callback *cb)
{
	const struct kw_blob_zone *z = &policy->view.zones[cb->args[0]];
	unsigned long ifindex = cb->args[1];
	struct net_device *dev;
	bool any = false;
	void *zone;

	if (nla_put_u32(skb, KEEPWALL_A_ZONE_INDEX, cb->args[0]) ||
	    !put_string(skb, KEEPWALL_A_ZONE_NAME,
			policy->view.strings + z->name))
		return false;
	rcu_read_lock();
	xa_for_each_start(&policy->zones, ifindex, zone, ifindex + 1) {
		if (xa_to_value(zone) != cb->args[0])
			continue;
		dev = dev_get_by_index_rcu(kw->net, ifindex);
		if (!dev)
			continue;
		if (skb_tailroom(skb) < 64 || !interface_put(skb, dev)) {
			rcu_read_unlock();
			return any;
		}
		any = true;
		cb->args[1] = ifindex;
	}
	rcu_read_unlock();
	cb->args[0]++;
	cb->args[1] = 0;
	return true;
}

/**
 * keepwall_nl_zone_get_dumpit() - send the zones
 * @skb: where to put them
 * @cb: where the dump stands
 *
 * Return: bytes put, or a negative error.
 */
int keepwall_nl_zone_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return dump(skb, cb, KEEPWALL_CMD_ZONE_GET, zone_put, zone_count);
}

static u32 set_count(const struct kw_policy *policy)
{
	return policy->view.nr_sets;
}

static bool set_put(struct sk_buff *skb, struct kw_net *kw,
		    struct kw_policy *policy, struct netlink_callback *cb)
{
	const struct kw_blob_set *set = &policy->view.sets[cb->args[0]];

	if (nla_put_u32(skb, KEEPWALL_A_SET_INDEX, cb->args[0]) ||
	    !put_string(skb, KEEPWALL_A_SET_NAME,
			policy->view.strings + set->name) ||
	    nla_put_u32(skb, KEEPWALL_A_RANGES4, set->nr4) ||
	    nla_put_u32(skb, KEEPWALL_A_RANGES6, set->nr6))
		return false;
	cb->args[0]++;
	return true;
}

/**
 * keepwall_nl_set_get_dumpit() - send the sets
 * @skb: where to put them
 * @cb: where the dump stands
 *
 * Return: bytes put, or a negative error.
 */
int keepwall_nl_set_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, KEEPWALL_CMD_SET_GET, set_put, set_count);
}

/* ---- state ---- */

static int reasons_put(struct sk_buff *skb, const struct kw_net *kw)
{
	struct kw_stats sum;
	struct nlattr *nest;
	int i;

	kw_stats_sum(kw, &sum);
	for (i = 0; i < __KEEPWALL_REASON_MAX; i++) {
		nest = nla_nest_start(skb, KEEPWALL_A_REASON);
		if (!nest ||
		    nla_put_u32(skb, KEEPWALL_A_REASON_COUNT_REASON, i) ||
		    nla_put_u64_64bit(skb, KEEPWALL_A_REASON_COUNT_PACKETS,
				      sum.reasons[i].packets,
				      KEEPWALL_A_REASON_COUNT_PAD) ||
		    nla_put_u64_64bit(skb, KEEPWALL_A_REASON_COUNT_BYTES,
				      sum.reasons[i].bytes,
				      KEEPWALL_A_REASON_COUNT_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int state_put(struct sk_buff *skb, struct kw_net *kw)
{
	const struct kw_policy *policy = kw_policy_locked(kw);

	if (nla_put_u8(skb, KEEPWALL_A_LOADED, !!policy) ||
	    nla_put_u32(skb, KEEPWALL_A_GENERATION, kw->generation) ||
	    nla_put_string(skb, KEEPWALL_A_MODULE_VERSION,
			   KW_MODULE_VERSION) ||
	    nla_put_u32(skb, KEEPWALL_A_ABI, KW_BLOB_VERSION) ||
	    nla_put_u32(skb, KEEPWALL_A_APPROVAL_MASK, kw_approval_mask))
		return -EMSGSIZE;
	if (policy &&
	    (nla_put_u64_64bit(skb, KEEPWALL_A_POLICY_HASH,
			       policy->view.header->policy_hash,
			       KEEPWALL_A_PAD) ||
	     nla_put_u32(skb, KEEPWALL_A_NR_RULES, policy->view.nr_rules)))
		return -EMSGSIZE;
	return reasons_put(skb, kw);
}

/**
 * keepwall_nl_stats_get_doit() - send the state of the module
 * @skb: the request
 * @info: what is in it
 *
 * Return: 0 or a negative error.
 */
int keepwall_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct kw_net *kw = info_kw(info);
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = attrs_exact(info, 0);
	if (err)
		return err;
	reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!reply) {
		NL_SET_ERR_MSG(info->extack, "Not enough memory for the reply");
		return -ENOMEM;
	}
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(reply, info, &kw_family, 0,
				KEEPWALL_CMD_STATS_GET);
	if (hdr) {
		mutex_lock(&kw->mutex);
		err = state_put(reply, kw);
		mutex_unlock(&kw->mutex);
	}
	if (err) {
		NL_SET_ERR_MSG(info->extack, "The state does not fit the reply");
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

/* ---- life ---- */

static int socket_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct netlink_notify *n = ptr;
	struct kw_net *kw;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	kw = kw_net_of(n->net);
	/*
	 * Every generic netlink socket of the machine comes by here; whose has
	 * no upload must not wait for a commit. A closing socket's own upload
	 * was stored before the close began.
	 */
	if (!READ_ONCE(kw->upload))
		return NOTIFY_DONE;
	mutex_lock(&kw->mutex);
	if (kw->upload && kw->upload->portid == n->portid)
		upload_free(upload_detach(kw));
	mutex_unlock(&kw->mutex);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

static struct genl_family kw_family __ro_after_init = {
	.name = KEEPWALL_FAMILY_NAME,
	.version = KEEPWALL_FAMILY_VERSION,
	.maxattr = KEEPWALL_A_DATA,
	.policy = keepwall_main_nl_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.small_ops = keepwall_nl_ops,
	.n_small_ops = ARRAY_SIZE(keepwall_nl_ops),
	.mcgrps = keepwall_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(keepwall_nl_mcgrps),
};

/**
 * kw_netlink_net_init() - start without an upload
 * @kw: the namespace
 */
void kw_netlink_net_init(struct kw_net *kw)
{
	INIT_DELAYED_WORK(&kw->upload_timeout, upload_timeout);
}

/**
 * kw_netlink_net_exit() - end an open upload
 * @kw: a namespace without sockets, or without the family
 */
void kw_netlink_net_exit(struct kw_net *kw)
{
	struct kw_upload *upload;

	mutex_lock(&kw->mutex);
	upload = upload_detach(kw);
	mutex_unlock(&kw->mutex);
	/* It takes M, and finds nothing to do from now on. */
	cancel_delayed_work_sync(&kw->upload_timeout);
	if (upload)
		upload_free(upload);
}

/**
 * kw_netlink_init() - begin to take requests
 *
 * Return: 0 or a negative error.
 */
int kw_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&kw_family);
	if (err)
		netlink_unregister_notifier(&socket_notifier);
	return err;
}

/**
 * kw_netlink_exit() - take no more requests
 *
 * Those under way have ended when this returns.
 */
void kw_netlink_exit(void)
{
	genl_unregister_family(&kw_family);
	netlink_unregister_notifier(&socket_notifier);
}
