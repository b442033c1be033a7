// SPDX-License-Identifier: GPL-2.0-only
/*
 * Log messages of rules, through nf_log to the kernel log or to an NFLOG group.
 * Each rule has a window of log_period_ms in which it may write log_rate
 * messages; the first message after a pause says how many were left out.
 */
#include <linux/jiffies.h>
#include <linux/kmod.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/netfilter/nf_log.h>

#include "keepwall.h"

static int logger_get(enum nf_log_type type, const char *module)
{
	int err = nf_logger_find_get(NFPROTO_INET, type);

	if (err && !request_module("%s", module))
		err = nf_logger_find_get(NFPROTO_INET, type);
	return err;
}

static unsigned long loggers_wanted(const struct kw_policy *policy)
{
	unsigned long wanted = 0;
	u32 i;

	for (i = 0; i < policy->view.nr_rules; i++) {
		u8 flags = policy->view.rules[i].flags;

		if (!(flags & KW_RULE_LOG))
			continue;
		wanted |= BIT(flags & KW_RULE_LOG_GROUP ? NF_LOG_TYPE_ULOG :
							  NF_LOG_TYPE_LOG);
	}
	return wanted;
}

static int limits_alloc(struct kw_policy *policy)
{
	u32 i;

	policy->logs = kvcalloc(policy->view.nr_rules, sizeof(*policy->logs),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!policy->logs)
		return -ENOMEM;
	for (i = 0; i < policy->view.nr_rules; i++) {
		spin_lock_init(&policy->logs[i].lock);
		policy->logs[i].start = jiffies;
	}
	return 0;
}

/**
 * kw_log_get() - get ready what a policy logs with
 * @policy: the policy; its view is valid
 * @extack: gets a sentence when that fails
 *
 * May load modules, so the caller holds no lock. kw_log_put() takes a policy
 * for which this has failed as well.
 *
 * Return: 0 or a negative error.
 */
int kw_log_get(struct kw_policy *policy, struct netlink_ext_ack *extack)
{
	unsigned long wanted = loggers_wanted(policy);
	int err;

	if (!wanted)
		return 0;
	if (limits_alloc(policy)) {
		NL_SET_ERR_MSG(extack, "Not enough memory for the limits of the log");
		return -ENOMEM;
	}
	if (wanted & BIT(NF_LOG_TYPE_LOG)) {
		err = logger_get(NF_LOG_TYPE_LOG, "nf_log_syslog");
		if (err) {
			NL_SET_ERR_MSG(extack, "A rule logs, but the kernel has no nf_log_syslog");
			return err;
		}
		policy->loggers |= BIT(NF_LOG_TYPE_LOG);
	}
	if (wanted & BIT(NF_LOG_TYPE_ULOG)) {
		err = logger_get(NF_LOG_TYPE_ULOG, "nfnetlink_log");
		if (err) {
			NL_SET_ERR_MSG(extack,
				       "A rule logs to a group, but the kernel has no nfnetlink_log");
			return err;
		}
		policy->loggers |= BIT(NF_LOG_TYPE_ULOG);
	}
	return 0;
}

/**
 * kw_log_put() - release what a policy logged with
 * @policy: the policy, which no hook can see
 */
void kw_log_put(struct kw_policy *policy)
{
	if (policy->loggers & BIT(NF_LOG_TYPE_LOG))
		nf_logger_put(NFPROTO_INET, NF_LOG_TYPE_LOG);
	if (policy->loggers & BIT(NF_LOG_TYPE_ULOG))
		nf_logger_put(NFPROTO_INET, NF_LOG_TYPE_ULOG);
	kvfree(policy->logs);
}

/* May this message be written? How many were not since the last one? */
static bool limit_take(struct kw_log_state *log,
		       const struct kw_blob_rule *rule, u64 *suppressed)
{
	unsigned long now = jiffies;
	bool take;

	if (!rule->log_rate) {
		*suppressed = 0;
		return true;
	}
	spin_lock_bh(&log->lock);
	if (time_after_eq(now, log->start +
			       msecs_to_jiffies(rule->log_period_ms))) {
		log->start = now;
		log->used = 0;
	}
	take = log->used < rule->log_rate;
	if (take) {
		log->used++;
		*suppressed = log->pending;
		log->pending = 0;
	} else {
		log->pending++;
		log->suppressed++;
	}
	spin_unlock_bh(&log->lock);
	return take;
}

static void rule_label(const struct kw_blob_view *view,
		       const struct kw_blob_rule *rule, char *buf, size_t len)
{
	const char *name = view->strings + rule->name;
	const char *file = view->strings + rule->file;

	if (*name)
		strscpy(buf, name, len);
	else if (*file)
		snprintf(buf, len, "%s:%u", file, rule->line);
	else
		strscpy(buf, "default", len);
}

/**
 * kw_log_packet() - log what a rule has decided
 * @policy: the policy
 * @rule: index of the rule, one that logs
 * @skb: the packet
 * @state: where it is
 */
void kw_log_packet(struct kw_policy *policy, u32 rule,
		   const struct sk_buff *skb,
		   const struct nf_hook_state *state)
{
	static const char * const actions[KW_NR_ACTIONS] = {
		[KW_ACTION_DROP] = "drop",
		[KW_ACTION_ALLOW] = "allow",
		[KW_ACTION_REJECT] = "reject",
	};
	const struct kw_blob_rule *r = &policy->view.rules[rule];
	struct nf_loginfo li = {
		.type = NF_LOG_TYPE_LOG,
		.u.log.level = LOGLEVEL_INFO,
		.u.log.logflags = NF_LOG_DEFAULT_MASK,
	};
	/* Room for the words around it in NF_LOG_PREFIXLEN. */
	char label[NF_LOG_PREFIXLEN - 64];
	char omitted[40] = "";
	u64 suppressed;

	if (!limit_take(&policy->logs[rule], r, &suppressed))
		return;
	if (r->flags & KW_RULE_LOG_GROUP) {
		li = (struct nf_loginfo) {
			.type = NF_LOG_TYPE_ULOG,
			.u.ulog.group = r->log_group,
			.u.ulog.qthreshold = 1,
		};
	}
	rule_label(&policy->view, r, label, sizeof(label));
	if (suppressed)
		snprintf(omitted, sizeof(omitted), " (%llu suppressed)",
			 suppressed);
	nf_log_packet(state->net, state->pf, state->hook, skb, state->in,
		      state->out, &li, "keepwall: %s %s%s: ", label,
		      actions[r->action], omitted);
}

/**
 * kw_log_suppressed() - how many messages a rule's limit has suppressed
 * @policy: the policy
 * @rule: index of the rule
 *
 * Return: the number, under this policy and those before.
 */
u64 kw_log_suppressed(struct kw_policy *policy, u32 rule)
{
	u64 n;

	if (!policy->logs)
		return 0;
	spin_lock_bh(&policy->logs[rule].lock);
	n = policy->logs[rule].suppressed;
	spin_unlock_bh(&policy->logs[rule].lock);
	return n;
}
