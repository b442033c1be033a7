// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink client of the module.
 *
 * All state lives in struct kw_nl: a socket, the number the kernel gave the
 * family, and the sentence of the last failure. The kernel's own sentence
 * (extended acknowledgment) is preferred to any of ours. A dump that was
 * interrupted by a change is thrown away and asked for again.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/time.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "netlink.h"

#define ERROR_LEN	512
#define RECV_LEN	(64u << 10)
#define SEND_LEN	(KEEPWALL_CHUNK_MAX + 1024u)

/*
 * A commit validates the whole policy before it answers; 64 MiB take well
 * under a second. What takes longer than this is stuck.
 */
#define TIMEOUT_S	30

/* Dumps that were interrupted this often meet a policy that never rests. */
#define MAX_DUMPS	8

struct kw_nl {
	struct mnl_socket *socket;
	unsigned int portid;
	u32 seq;
	u16 family;
	u32 events_group;
	char error[ERROR_LEN];
	char send[SEND_LEN];
	char recv[RECV_LEN];
};

typedef int (*message_fn)(const struct nlmsghdr *nlh, void *data);

static int fail(struct kw_nl *nl, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct kw_nl *nl, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(nl->error, sizeof(nl->error), fmt, args);
	va_end(args);
	return err;
}

/**
 * kw_nl_error() - why the last function failed
 * @nl: connection, or NULL when there is not even one
 *
 * Return: a sentence without a full stop.
 */
const char *kw_nl_error(const struct kw_nl *nl)
{
	return nl ? nl->error : "out of memory";
}

/* ---- attributes ---------------------------------------------------------- */

struct attrs {
	const struct nlattr *v[KEEPWALL_A_MAX + 1];
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct attrs *attrs = data;

	/* A newer module may say more. */
	if (mnl_attr_get_type(attr) <= KEEPWALL_A_MAX)
		attrs->v[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static void parse_attrs(const struct nlmsghdr *nlh, struct attrs *attrs)
{
	memset(attrs, 0, sizeof(*attrs));
	mnl_attr_parse(nlh, GENL_HDRLEN, take_attr, attrs);
}

/* Numbers that are missing or too short are zero. */
static u32 attr_u32(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(u32))
		return 0;
	return mnl_attr_get_u32(attr);
}

static u64 attr_u64(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(u64))
		return 0;
	return mnl_attr_get_u64(attr);
}

static void attr_string(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(buf, mnl_attr_get_payload(attr), len);
	buf[len] = '\0';
}

/* ---- requests ------------------------------------------------------------ */

static struct nlmsghdr *request(struct kw_nl *nl, u16 type, u8 cmd, u8 version,
				u16 flags)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(nl->send);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static struct nlmsghdr *command(struct kw_nl *nl, u8 cmd, u16 flags)
{
	return request(nl, nl->family, cmd, KEEPWALL_FAMILY_VERSION, flags);
}

/* The kernel's sentence behind an error message or the end of a dump. */
static void extack(const struct nlmsghdr *nlh, size_t header_len, char *buf,
		   size_t size)
{
	const struct nlattr *attr;

	*buf = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, header_len)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			attr_string(attr, buf, size);
}

/* Turns the kernel's refusal @err into a sentence. */
static int refused(struct kw_nl *nl, int err, const char *sentence)
{
	if (*sentence)
		return fail(nl, err, "%s", sentence);
	if (err == -EPERM || err == -EACCES)
		return fail(nl, err,
			    "needs root (CAP_NET_ADMIN in the initial user namespace)");
	if (err == -EOPNOTSUPP)
		return fail(nl, err,
			    "the module does not know this request: it is older than this program");
	return fail(nl, err, "the kernel refused the request: %s",
		    strerror(-err));
}

static int take_error(struct kw_nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	size_t header_len = sizeof(*error);
	char sentence[ERROR_LEN];

	if (nlh->nlmsg_len < mnl_nlmsg_size(sizeof(*error)))
		return fail(nl, -EBADMSG, "the kernel sent a short answer");
	if (!error->error)
		return 0;
	/* The request comes back whole unless the kernel capped it. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    error->msg.nlmsg_len > sizeof(error->msg))
		header_len += error->msg.nlmsg_len - sizeof(error->msg);
	extack(nlh, header_len, sentence, sizeof(sentence));
	return refused(nl, error->error, sentence);
}

/* The end of a dump carries its result. */
static int take_done(struct kw_nl *nl, const struct nlmsghdr *nlh)
{
	char sentence[ERROR_LEN];
	int err;

	if (nlh->nlmsg_len < mnl_nlmsg_size(sizeof(err)))
		return 0;
	err = *(const int *)mnl_nlmsg_get_payload(nlh);
	if (err >= 0)
		return 0;
	extack(nlh, sizeof(err), sentence, sizeof(sentence));
	return refused(nl, err, sentence);
}

/* 1: more to come, 0: the end, or -errno. -EINTR: the dump is worth nothing. */
static int take_message(struct kw_nl *nl, const struct nlmsghdr *nlh,
			message_fn fn, void *data)
{
	int err;

	if (nlh->nlmsg_seq != nl->seq)
		return 1;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		return take_error(nl, nlh);
	case NLMSG_DONE:
		return take_done(nl, nlh);
	case NLMSG_NOOP:
		return 1;
	}
	if (nlh->nlmsg_len < mnl_nlmsg_size(GENL_HDRLEN))
		return fail(nl, -EBADMSG, "the kernel sent a short answer");
	err = fn ? fn(nlh, data) : 0;
	if (err == -ENOMEM)
		return fail(nl, err, "out of memory");
	if (err && err != -EINTR)
		return fail(nl, err,
			    "the answer of the module makes no sense");
	return err ? err : 1;
}

static int receive_failed(struct kw_nl *nl)
{
	if (errno == EAGAIN)
		return fail(nl, -ETIMEDOUT, "the kernel does not answer");
	return fail(nl, -errno, "cannot receive from the kernel: %s",
		    strerror(errno));
}

/*
 * A dump that was interrupted is read to its end: a socket has one at a time,
 * and the next would be refused.
 */
static int receive(struct kw_nl *nl, message_fn fn, void *data)
{
	const struct nlmsghdr *nlh;
	bool interrupted = false;
	ssize_t got;
	int len, ret;

	for (;;) {
		got = mnl_socket_recvfrom(nl->socket, nl->recv,
					  sizeof(nl->recv));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return receive_failed(nl);
		len = got;
		nlh = (const struct nlmsghdr *)nl->recv;
		for (; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			ret = take_message(nl, nlh, interrupted ? NULL : fn,
					   data);
			if (ret == -EINTR ||
			    (nlh->nlmsg_flags & NLM_F_DUMP_INTR))
				interrupted = true;
			if (!ret && interrupted)
				return -EINTR;
			if (ret <= 0 && ret != -EINTR)
				return ret;
		}
	}
}

static int transact(struct kw_nl *nl, const struct nlmsghdr *nlh,
		    message_fn fn, void *data)
{
	if (mnl_socket_sendto(nl->socket, nlh, nlh->nlmsg_len) < 0)
		return fail(nl, -errno, "cannot send to the kernel: %s",
			    strerror(errno));
	return receive(nl, fn, data);
}

/* Asks and waits for the acknowledgment behind the answer. */
static int ask(struct kw_nl *nl, struct nlmsghdr *nlh, message_fn fn,
	       void *data)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	return transact(nl, nlh, fn, data);
}

/* @restart throws away what an interrupted dump has gathered in @data. */
static int dump(struct kw_nl *nl, u8 cmd, message_fn fn,
		void (*restart)(void *data), void *data)
{
	int i, err;

	for (i = 0; i < MAX_DUMPS; i++) {
		restart(data);
		err = transact(nl, command(nl, cmd, NLM_F_DUMP), fn, data);
		if (err != -EINTR)
			return err;
	}
	return fail(nl, -EBUSY,
		    "the policy changes faster than it can be read; try again");
}

/* ---- connection ---------------------------------------------------------- */

static int take_group(struct kw_nl *nl, const struct nlattr *group)
{
	const struct nlattr *attr;
	char name[GENL_NAMSIZ] = "";
	u32 id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			attr_string(attr, name, sizeof(name));
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = attr_u32(attr);
	}
	if (!strcmp(name, KEEPWALL_MCGRP_EVENTS))
		nl->events_group = id;
	return 0;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct kw_nl *nl = data;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_get_payload_len(attr) < sizeof(u16))
				return -EBADMSG;
			nl->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				take_group(nl, group);
			break;
		}
	}
	return 0;
}

static int find_family(struct kw_nl *nl)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = request(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, KEEPWALL_FAMILY_NAME);
	err = ask(nl, nlh, take_family, nl);
	if (err == -ENOENT)
		return fail(nl, err,
			    "the keepwall module is not loaded; load it with: modprobe keepwall");
	if (!err && !nl->family)
		return fail(nl, -EBADMSG,
			    "the kernel gave no number for the netlink family");
	return err;
}

static int open_socket(struct kw_nl *nl)
{
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	int on = 1, fd;

	nl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->socket || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID))
		return fail(nl, -errno, "cannot open a netlink socket: %s",
			    strerror(errno));
	fd = mnl_socket_get_fd(nl->socket);
	/* Without these one gets worse sentences, nothing else. */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)))
		return fail(nl, -errno, "cannot set up a netlink socket: %s",
			    strerror(errno));
	return 0;
}

/**
 * kw_nl_versions_compare() - order two versions
 * @a: "0.9.1"
 * @b: "0.10.0"
 *
 * Return: below, equal to or above zero as @a is older than, the same as or
 * newer than @b. What follows the numbers is not looked at.
 */
int kw_nl_versions_compare(const char *a, const char *b)
{
	unsigned long x, y;
	char *end;
	int i;

	for (i = 0; i < 3; i++) {
		x = strtoul(a, &end, 10);
		a = *end == '.' ? end + 1 : end;
		y = strtoul(b, &end, 10);
		b = *end == '.' ? end + 1 : end;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/**
 * kw_nl_open() - connect to the module
 * @result: connection, to be given to kw_nl_close() even when this fails;
 *	NULL when there was no memory for it
 *
 * Return: 0 or -errno; -ENOENT when the module is not loaded.
 */
int kw_nl_open(struct kw_nl **result)
{
	struct kw_nl *nl;
	int err;

	nl = calloc(1, sizeof(*nl));
	*result = nl;
	if (!nl)
		return -ENOMEM;
	nl->seq = time(NULL);
	err = open_socket(nl);
	if (err)
		return err;
	return find_family(nl);
}

/**
 * kw_nl_close() - end a connection
 * @nl: connection, or NULL
 */
void kw_nl_close(struct kw_nl *nl)
{
	if (!nl)
		return;
	if (nl->socket)
		mnl_socket_close(nl->socket);
	free(nl);
}

/* ---- the policy ---------------------------------------------------------- */

static int take_transaction(const struct nlmsghdr *nlh, void *data)
{
	struct attrs attrs;

	parse_attrs(nlh, &attrs);
	*(u32 *)data = attr_u32(attrs.v[KEEPWALL_A_TRANSACTION]);
	return 0;
}

static int take_generation(const struct nlmsghdr *nlh, void *data)
{
	struct attrs attrs;

	parse_attrs(nlh, &attrs);
	*(u32 *)data = attr_u32(attrs.v[KEEPWALL_A_GENERATION]);
	return 0;
}

/* The kernel forgets the upload anyway; this only does it sooner. */
static void abort_upload(struct kw_nl *nl, u32 transaction)
{
	char error[ERROR_LEN];
	struct nlmsghdr *nlh;

	memcpy(error, nl->error, sizeof(error));
	nlh = command(nl, KEEPWALL_CMD_POLICY_ABORT, 0);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, transaction);
	ask(nl, nlh, NULL, NULL);
	memcpy(nl->error, error, sizeof(error));
}

static int send_chunk(struct kw_nl *nl, u32 transaction, const void *blob,
		      size_t len, size_t offset)
{
	size_t left = len - offset;
	struct nlmsghdr *nlh;

	nlh = command(nl, KEEPWALL_CMD_POLICY_CHUNK, 0);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, transaction);
	mnl_attr_put_u32(nlh, KEEPWALL_A_OFFSET, offset);
	mnl_attr_put(nlh, KEEPWALL_A_DATA,
		     left < KEEPWALL_CHUNK_MAX ? left : KEEPWALL_CHUNK_MAX,
		     (const char *)blob + offset);
	return ask(nl, nlh, NULL, NULL);
}

static int send_blob(struct kw_nl *nl, u32 transaction, const void *blob,
		     size_t len, void (*progress)(size_t done, size_t len))
{
	size_t offset;
	int err;

	for (offset = 0; offset < len; offset += KEEPWALL_CHUNK_MAX) {
		if (progress)
			progress(offset, len);
		err = send_chunk(nl, transaction, blob, len, offset);
		if (err)
			return err;
	}
	if (progress)
		progress(len, len);
	return 0;
}

/* A module that takes other policies would refuse this one less kindly. */
static int check_module(struct kw_nl *nl)
{
	struct kw_nl_stats stats;
	int err, order;

	err = kw_nl_stats_get(nl, &stats);
	if (err || stats.abi == KW_BLOB_VERSION)
		return err;
	order = kw_nl_versions_compare(stats.version, KW_VERSION);
	if (!order)
		order = stats.abi < KW_BLOB_VERSION ? -1 : 1;
	return fail(nl, -EPROTO,
		    "the module keepwall %s is %s than this program (%s): %s",
		    stats.version, order < 0 ? "older" : "newer", KW_VERSION,
		    order < 0 ? "reload it" : "update the program");
}

/**
 * kw_nl_policy_load() - put a compiled policy in force
 * @nl: connection
 * @blob: policy
 * @len: its bytes
 * @progress: is told how far the upload is, or NULL
 * @generation: of the new policy
 *
 * Return: 0 or -errno; when this fails the policy in force is what it was.
 */
int kw_nl_policy_load(struct kw_nl *nl, const void *blob, size_t len,
		      void (*progress)(size_t done, size_t len),
		      u32 *generation)
{
	u32 transaction = 0;
	struct nlmsghdr *nlh;
	int err;

	err = check_module(nl);
	if (err)
		return err;
	if (len > KW_BLOB_MAX_LEN)
		return fail(nl, -EFBIG,
			    "the compiled policy is longer than %u bytes",
			    KW_BLOB_MAX_LEN);
	nlh = command(nl, KEEPWALL_CMD_POLICY_BEGIN, 0);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TOTAL_LEN, len);
	err = ask(nl, nlh, take_transaction, &transaction);
	if (err)
		return err;
	err = send_blob(nl, transaction, blob, len, progress);
	if (err) {
		abort_upload(nl, transaction);
		return err;
	}
	/* A commit ends the upload, whatever comes of it. */
	nlh = command(nl, KEEPWALL_CMD_POLICY_COMMIT, 0);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, transaction);
	return ask(nl, nlh, take_generation, generation);
}

/**
 * kw_nl_policy_unload() - remove the policy
 * @nl: connection
 *
 * Return: 0 or -errno.
 */
int kw_nl_policy_unload(struct kw_nl *nl)
{
	return ask(nl, command(nl, KEEPWALL_CMD_POLICY_UNLOAD, 0), NULL, NULL);
}

struct download {
	char *blob;
	size_t len;
	size_t got;
	u32 generation;
};

static void download_restart(void *data)
{
	struct download *d = data;

	free(d->blob);
	memset(d, 0, sizeof(*d));
}

static int take_part(const struct nlmsghdr *nlh, void *data)
{
	struct download *d = data;
	struct attrs attrs;
	u32 generation, len, part_len;

	parse_attrs(nlh, &attrs);
	if (!attrs.v[KEEPWALL_A_DATA])
		return -EBADMSG;
	part_len = mnl_attr_get_payload_len(attrs.v[KEEPWALL_A_DATA]);
	generation = attr_u32(attrs.v[KEEPWALL_A_GENERATION]);
	len = attr_u32(attrs.v[KEEPWALL_A_TOTAL_LEN]);
	if (!d->blob) {
		if (!len || len > KW_BLOB_MAX_LEN)
			return -EBADMSG;
		d->blob = malloc(len);
		if (!d->blob)
			return -ENOMEM;
		d->len = len;
		d->generation = generation;
	}
	if (generation != d->generation)
		return -EINTR;
	if (len != d->len || part_len > d->len - d->got ||
	    attr_u32(attrs.v[KEEPWALL_A_OFFSET]) != d->got)
		return -EBADMSG;
	memcpy(d->blob + d->got, mnl_attr_get_payload(attrs.v[KEEPWALL_A_DATA]),
	       part_len);
	d->got += part_len;
	return 0;
}

/**
 * kw_nl_policy_get() - read the policy in force
 * @nl: connection
 * @blob: malloc'd copy, not checked yet
 * @len: its bytes
 * @generation: its generation
 *
 * Return: 0 or -errno; -ENOENT when no policy is loaded.
 */
int kw_nl_policy_get(struct kw_nl *nl, void **blob, size_t *len,
		     u32 *generation)
{
	struct download d = { 0 };
	int err;

	err = dump(nl, KEEPWALL_CMD_POLICY_GET, take_part, download_restart,
		   &d);
	if (!err && !d.blob)
		err = fail(nl, -ENOENT, "no policy is loaded");
	else if (!err && d.got != d.len)
		err = fail(nl, -EBADMSG, "the module gave half a policy");
	if (err) {
		free(d.blob);
		return err;
	}
	*blob = d.blob;
	*len = d.len;
	*generation = d.generation;
	return 0;
}

/* ---- counters and state -------------------------------------------------- */

/* An array that grows. */
struct list {
	char *v;
	size_t nr;
	size_t max;
};

static void list_restart(void *data)
{
	struct list *list = data;

	free(list->v);
	memset(list, 0, sizeof(*list));
}

/* A zeroed element at the end, NULL when out of memory. */
static void *list_add(struct list *list, size_t size)
{
	size_t max = list->max ? list->max * 2 : 64;
	char *v = list->v;

	if (list->nr == list->max) {
		v = reallocarray(v, max, size);
		if (!v)
			return NULL;
		list->v = v;
		list->max = max;
	}
	return memset(v + size * list->nr++, 0, size);
}

static int take_rule(const struct nlmsghdr *nlh, void *data)
{
	struct kw_nl_rule *rule;
	struct attrs attrs;

	rule = list_add(data, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	parse_attrs(nlh, &attrs);
	rule->index = attr_u32(attrs.v[KEEPWALL_A_RULE_INDEX]);
	rule->id = attr_u32(attrs.v[KEEPWALL_A_RULE_ID]);
	rule->packets = attr_u64(attrs.v[KEEPWALL_A_PACKETS]);
	rule->bytes = attr_u64(attrs.v[KEEPWALL_A_BYTES]);
	rule->hit = attrs.v[KEEPWALL_A_LAST_HIT_AGE];
	rule->last_hit_age_ms = attr_u64(attrs.v[KEEPWALL_A_LAST_HIT_AGE]);
	rule->log_suppressed = attr_u64(attrs.v[KEEPWALL_A_LOG_SUPPRESSED]);
	return 0;
}

static int dump_list(struct kw_nl *nl, u8 cmd, message_fn fn, void *v,
		     size_t *nr)
{
	struct list list = { 0 };
	int err;

	err = dump(nl, cmd, fn, list_restart, &list);
	if (err) {
		free(list.v);
		return err;
	}
	*(void **)v = list.v;
	*nr = list.nr;
	return 0;
}

/**
 * kw_nl_rules_get() - read the counters of all rules
 * @nl: connection
 * @rules: malloc'd, in order of the policy
 * @nr: how many
 *
 * Return: 0 or -errno.
 */
int kw_nl_rules_get(struct kw_nl *nl, struct kw_nl_rule **rules, size_t *nr)
{
	return dump_list(nl, KEEPWALL_CMD_RULE_GET, take_rule, rules, nr);
}

static int take_zone(const struct nlmsghdr *nlh, void *data)
{
	struct kw_nl_interface *interface;
	const struct nlattr *attr, *member;
	struct attrs attrs;

	parse_attrs(nlh, &attrs);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != KEEPWALL_A_INTERFACE)
			continue;
		interface = list_add(data, sizeof(*interface));
		if (!interface)
			return -ENOMEM;
		interface->zone = attr_u32(attrs.v[KEEPWALL_A_ZONE_INDEX]);
		mnl_attr_for_each_nested(member, attr) {
			u16 type = mnl_attr_get_type(member);

			if (type == KEEPWALL_A_INTERFACE_IFINDEX)
				interface->ifindex = attr_u32(member);
			else if (type == KEEPWALL_A_INTERFACE_IFNAME)
				attr_string(member, interface->ifname,
					    sizeof(interface->ifname));
		}
	}
	return 0;
}

/**
 * kw_nl_zones_get() - read which interfaces are in which zone
 * @nl: connection
 * @interfaces: malloc'd, in order of the zones
 * @nr: how many
 *
 * Return: 0 or -errno.
 */
int kw_nl_zones_get(struct kw_nl *nl, struct kw_nl_interface **interfaces,
		    size_t *nr)
{
	return dump_list(nl, KEEPWALL_CMD_ZONE_GET, take_zone, interfaces, nr);
}

static void take_reason(const struct nlattr *reason, struct kw_nl_stats *stats)
{
	struct kw_nl_count count = { 0 };
	u32 which = KEEPWALL_REASON_MAX + 1;
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, reason) {
		switch (mnl_attr_get_type(attr)) {
		case KEEPWALL_A_REASON_COUNT_REASON:
			which = attr_u32(attr);
			break;
		case KEEPWALL_A_REASON_COUNT_PACKETS:
			count.packets = attr_u64(attr);
			break;
		case KEEPWALL_A_REASON_COUNT_BYTES:
			count.bytes = attr_u64(attr);
			break;
		}
	}
	if (which <= KEEPWALL_REASON_MAX)
		stats->reasons[which] = count;
}

static int take_stats(const struct nlmsghdr *nlh, void *data)
{
	struct kw_nl_stats *stats = data;
	const struct nlattr *attr, *loaded;
	struct attrs attrs;

	parse_attrs(nlh, &attrs);
	loaded = attrs.v[KEEPWALL_A_LOADED];
	stats->loaded = loaded && mnl_attr_get_payload_len(loaded) &&
			mnl_attr_get_u8(loaded);
	stats->generation = attr_u32(attrs.v[KEEPWALL_A_GENERATION]);
	stats->policy_hash = attr_u64(attrs.v[KEEPWALL_A_POLICY_HASH]);
	stats->nr_rules = attr_u32(attrs.v[KEEPWALL_A_NR_RULES]);
	stats->abi = attr_u32(attrs.v[KEEPWALL_A_ABI]);
	stats->approval_mask = attr_u32(attrs.v[KEEPWALL_A_APPROVAL_MASK]);
	attr_string(attrs.v[KEEPWALL_A_MODULE_VERSION], stats->version,
		    sizeof(stats->version));
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == KEEPWALL_A_REASON)
			take_reason(attr, stats);
	return 0;
}

/**
 * kw_nl_stats_get() - read the state of the module
 * @nl: connection
 * @stats: result
 *
 * Return: 0 or -errno.
 */
int kw_nl_stats_get(struct kw_nl *nl, struct kw_nl_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	return ask(nl, command(nl, KEEPWALL_CMD_STATS_GET, 0), take_stats,
		   stats);
}

/* ---- events -------------------------------------------------------------- */

/* 1: go on, 0: @event has had enough. */
static int take_events(struct kw_nl *nl, int len,
		       bool (*event)(const struct kw_nl_event *e, void *data),
		       void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->recv;
	const struct genlmsghdr *genl;
	struct kw_nl_event e;
	struct attrs attrs;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != nl->family ||
		    nlh->nlmsg_len < mnl_nlmsg_size(GENL_HDRLEN))
			continue;
		genl = mnl_nlmsg_get_payload(nlh);
		if (genl->cmd != KEEPWALL_CMD_POLICY_COMMITTED_NTF &&
		    genl->cmd != KEEPWALL_CMD_POLICY_UNLOADED_NTF)
			continue;
		parse_attrs(nlh, &attrs);
		e.committed = genl->cmd == KEEPWALL_CMD_POLICY_COMMITTED_NTF;
		e.generation = attr_u32(attrs.v[KEEPWALL_A_GENERATION]);
		e.policy_hash = attr_u64(attrs.v[KEEPWALL_A_POLICY_HASH]);
		if (!event(&e, data))
			return 0;
	}
	return 1;
}

/**
 * kw_nl_monitor() - wait for policies to come and go
 * @nl: connection; only good for kw_nl_close() afterwards
 * @event: is told; returns whether to go on
 * @data: for @event
 *
 * Return: 0 when @event had enough, or -errno.
 */
int kw_nl_monitor(struct kw_nl *nl,
		  bool (*event)(const struct kw_nl_event *e, void *data),
		  void *data)
{
	struct timeval forever = { 0 };
	ssize_t got;

	if (!nl->events_group ||
	    mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP,
				  &nl->events_group,
				  sizeof(nl->events_group)) < 0)
		return fail(nl, -EPROTO, "cannot listen to events");
	setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVTIMEO,
		   &forever, sizeof(forever));
	for (;;) {
		got = mnl_socket_recvfrom(nl->socket, nl->recv,
					  sizeof(nl->recv));
		/* Events that did not fit are lost; the next one tells all. */
		if (got < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (got < 0)
			return receive_failed(nl);
		if (!take_events(nl, got, event, data))
			return 0;
	}
}
