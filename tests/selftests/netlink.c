// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module does with requests it should refuse: every command with
 * missing, oversized, wrong-typed and unknown attributes, uploads out of order,
 * foreign, abandoned and parallel ones, blobs of garbage. A refusal of a value
 * carries a sentence. Runs as root where the module is loaded, each test in a
 * network namespace of its own.
 */
#include <errno.h>
#include <grp.h>
#include <linux/genetlink.h>
#include <linux/keepwall.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include "kselftest_harness.h"
#include "blob.h"

#define NOT_AN_ATTRIBUTE	200

struct conn {
	struct mnl_socket *nl;
	int family;
	unsigned int seq;
	char buf[65536];
	/* of the last request */
	char sentence[256];
	unsigned int transaction;
	unsigned int generation;
};

/* ---- requests ---------------------------------------------------------- */

static struct nlmsghdr *request(struct conn *c, int type, int cmd, int flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(c->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++c->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static struct nlmsghdr *command(struct conn *c, int cmd)
{
	return request(c, c->family, cmd, 0);
}

static int attr_cb(const struct nlattr *attr, void *data)
{
	struct conn *c = data;

	switch (mnl_attr_get_type(attr)) {
	case KEEPWALL_A_TRANSACTION:
		c->transaction = mnl_attr_get_u32(attr);
		break;
	case KEEPWALL_A_GENERATION:
		c->generation = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int family_cb(const struct nlattr *attr, void *data)
{
	struct conn *c = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		c->family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void ack_parse(struct conn *c, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*nlh) + sizeof(*err);
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += MNL_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
	attr = (const void *)((const char *)nlh + offset);
	while (mnl_attr_ok(attr, end - (const char *)attr)) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(c->sentence, sizeof(c->sentence), "%s",
				 mnl_attr_get_str(attr));
		attr = mnl_attr_next(attr);
	}
}

/* Sends @nlh and returns what the kernel says: 0 or -errno. */
static int talk(struct conn *c, struct nlmsghdr *nlh)
{
	bool ctrl = nlh->nlmsg_type == GENL_ID_CTRL;
	unsigned int seq = nlh->nlmsg_seq;
	char buf[65536];

	c->sentence[0] = '\0';
	c->transaction = 0;
	if (mnl_socket_sendto(c->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t len = mnl_socket_recvfrom(c->nl, buf, sizeof(buf));
		const struct nlmsghdr *r = (const void *)buf;
		int left = len;

		if (len < 0)
			return -errno;
		for (; mnl_nlmsg_ok(r, left); r = mnl_nlmsg_next(r, &left)) {
			if (r->nlmsg_seq != seq)
				continue;
			if (r->nlmsg_type == NLMSG_ERROR) {
				const struct nlmsgerr *e =
					mnl_nlmsg_get_payload(r);

				ack_parse(c, r);
				return e->error;
			}
			if (r->nlmsg_type == NLMSG_DONE)
				return *(int *)mnl_nlmsg_get_payload(r);
			mnl_attr_parse(r, sizeof(struct genlmsghdr),
				       ctrl ? family_cb : attr_cb, c);
		}
	}
}

static int conn_open(struct conn *c)
{
	struct nlmsghdr *nlh;
	int one = 1;

	memset(c, 0, sizeof(*c));
	c->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!c->nl || mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	mnl_socket_setsockopt(c->nl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(c->nl, NETLINK_CAP_ACK, &one, sizeof(one));
	nlh = request(c, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "keepwall");
	return talk(c, nlh);
}

static void conn_close(struct conn *c)
{
	if (c->nl)
		mnl_socket_close(c->nl);
	c->nl = NULL;
}

static int begin(struct conn *c, unsigned int len, unsigned int *transaction)
{
	struct nlmsghdr *nlh = command(c, KEEPWALL_CMD_POLICY_BEGIN);
	int err;

	mnl_attr_put_u32(nlh, KEEPWALL_A_TOTAL_LEN, len);
	err = talk(c, nlh);
	*transaction = c->transaction;
	return err;
}

static int chunk(struct conn *c, unsigned int transaction, unsigned int offset,
		 const void *data, size_t len)
{
	struct nlmsghdr *nlh = command(c, KEEPWALL_CMD_POLICY_CHUNK);

	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, transaction);
	mnl_attr_put_u32(nlh, KEEPWALL_A_OFFSET, offset);
	mnl_attr_put(nlh, KEEPWALL_A_DATA, len, data);
	return talk(c, nlh);
}

static int end(struct conn *c, int cmd, unsigned int transaction)
{
	struct nlmsghdr *nlh = command(c, cmd);

	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, transaction);
	return talk(c, nlh);
}

static int commit(struct conn *c, unsigned int transaction)
{
	return end(c, KEEPWALL_CMD_POLICY_COMMIT, transaction);
}

static int give_up(struct conn *c, unsigned int transaction)
{
	return end(c, KEEPWALL_CMD_POLICY_ABORT, transaction);
}

static unsigned int generation(struct conn *c)
{
	c->generation = ~0u;
	talk(c, command(c, KEEPWALL_CMD_STATS_GET));
	return c->generation;
}

/* ---- the fixture ------------------------------------------------------- */

static const int writers[] = {
	KEEPWALL_CMD_POLICY_BEGIN, KEEPWALL_CMD_POLICY_CHUNK,
	KEEPWALL_CMD_POLICY_COMMIT, KEEPWALL_CMD_POLICY_ABORT,
	KEEPWALL_CMD_POLICY_UNLOAD,
};
static const int dumps[] = {
	KEEPWALL_CMD_POLICY_GET, KEEPWALL_CMD_RULE_GET, KEEPWALL_CMD_ZONE_GET,
	KEEPWALL_CMD_SET_GET,
};

FIXTURE(netlink) {
	struct conn c;
	char zeros[KEEPWALL_CHUNK_MAX];
};

FIXTURE_SETUP(netlink)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, conn_open(&self->c)) {
		TH_LOG("the module is not loaded, or this is not root");
	}
}

FIXTURE_TEARDOWN(netlink)
{
	conn_close(&self->c);
}

/* A refusal tells why, in more than a word. */
#define EXPECT_REFUSED(err, call) do {					\
	EXPECT_EQ(err, call);						\
	EXPECT_NE(NULL, strchr(self->c.sentence, ' ')) {		\
		TH_LOG("no sentence: '%s'", self->c.sentence);		\
	}								\
} while (0)

/* ---- attributes -------------------------------------------------------- */

TEST_F(netlink, missing_attributes)
{
	struct nlmsghdr *nlh;
	unsigned int t;

	EXPECT_REFUSED(-EINVAL,
		       talk(&self->c, command(&self->c, KEEPWALL_CMD_POLICY_BEGIN)));
	EXPECT_REFUSED(-EINVAL,
		       talk(&self->c, command(&self->c, KEEPWALL_CMD_POLICY_COMMIT)));
	EXPECT_REFUSED(-EINVAL,
		       talk(&self->c, command(&self->c, KEEPWALL_CMD_POLICY_ABORT)));
	EXPECT_REFUSED(-EINVAL,
		       talk(&self->c, command(&self->c, KEEPWALL_CMD_POLICY_CHUNK)));

	ASSERT_EQ(0, begin(&self->c, 4096, &t));
	nlh = command(&self->c, KEEPWALL_CMD_POLICY_CHUNK);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, t);
	EXPECT_REFUSED(-EINVAL, talk(&self->c, nlh));
	nlh = command(&self->c, KEEPWALL_CMD_POLICY_CHUNK);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TRANSACTION, t);
	mnl_attr_put_u32(nlh, KEEPWALL_A_OFFSET, 0);
	EXPECT_REFUSED(-EINVAL, talk(&self->c, nlh));
	nlh = command(&self->c, KEEPWALL_CMD_POLICY_CHUNK);
	mnl_attr_put_u32(nlh, KEEPWALL_A_OFFSET, 0);
	mnl_attr_put(nlh, KEEPWALL_A_DATA, 16, self->zeros);
	EXPECT_REFUSED(-EINVAL, talk(&self->c, nlh));
	EXPECT_EQ(0, give_up(&self->c, t));
}

/* Shorter, longer and empty where a number is due. */
TEST_F(netlink, wrong_types)
{
	static const size_t lens[] = { 0, 1, 2, 3, 5, 8, 64 };

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		struct nlmsghdr *nlh;

		nlh = command(&self->c, KEEPWALL_CMD_POLICY_BEGIN);
		mnl_attr_put(nlh, KEEPWALL_A_TOTAL_LEN, lens[i], self->zeros);
		EXPECT_REFUSED(-EINVAL, talk(&self->c, nlh));
		nlh = command(&self->c, KEEPWALL_CMD_POLICY_COMMIT);
		mnl_attr_put(nlh, KEEPWALL_A_TRANSACTION, lens[i], self->zeros);
		EXPECT_NE(0, talk(&self->c, nlh));
		nlh = command(&self->c, KEEPWALL_CMD_POLICY_CHUNK);
		mnl_attr_put(nlh, KEEPWALL_A_OFFSET, lens[i], self->zeros);
		EXPECT_NE(0, talk(&self->c, nlh));
	}
}

TEST_F(netlink, unknown_attributes)
{
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		struct nlmsghdr *nlh = command(&self->c, writers[i]);

		mnl_attr_put_u32(nlh, NOT_AN_ATTRIBUTE, 1);
		EXPECT_REFUSED(-EINVAL, talk(&self->c, nlh));
		/* one that exists, but not for this command */
		nlh = command(&self->c, writers[i]);
		mnl_attr_put_u32(nlh, KEEPWALL_A_RULE_INDEX, 1);
		EXPECT_REFUSED(-EINVAL, talk(&self->c, nlh));
	}
	for (size_t i = 0; i < ARRAY_SIZE(dumps); i++) {
		struct nlmsghdr *nlh;

		nlh = request(&self->c, self->c.family, dumps[i], NLM_F_DUMP);
		mnl_attr_put_u32(nlh, NOT_AN_ATTRIBUTE, 1);
		EXPECT_NE(0, talk(&self->c, nlh));
	}
}

TEST_F(netlink, nested_garbage)
{
	struct nlmsghdr *nlh = command(&self->c, KEEPWALL_CMD_POLICY_BEGIN);
	struct nlattr *attr;

	/* An attribute longer than its message. */
	mnl_attr_put_u32(nlh, KEEPWALL_A_TOTAL_LEN, 4096);
	attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	attr->nla_len = 4000;
	EXPECT_NE(0, talk(&self->c, nlh));
	/* The length of no attribute at all. */
	nlh = command(&self->c, KEEPWALL_CMD_POLICY_BEGIN);
	mnl_attr_put_u32(nlh, KEEPWALL_A_TOTAL_LEN, 4096);
	attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	attr->nla_len = 1;
	EXPECT_NE(0, talk(&self->c, nlh));
	/* A nest where a number is due. */
	nlh = command(&self->c, KEEPWALL_CMD_POLICY_BEGIN);
	attr = mnl_attr_nest_start(nlh, KEEPWALL_A_TOTAL_LEN);
	mnl_attr_put_u32(nlh, 1, 1);
	mnl_attr_nest_end(nlh, attr);
	EXPECT_NE(0, talk(&self->c, nlh));
}

TEST_F(netlink, unknown_commands)
{
	for (int cmd = KEEPWALL_CMD_MAX + 1; cmd < 256; cmd++)
		EXPECT_EQ(-EOPNOTSUPP, talk(&self->c, command(&self->c, cmd)));
	/* dumps do not do, and the others do not dump */
	for (size_t i = 0; i < ARRAY_SIZE(dumps); i++)
		EXPECT_NE(0, talk(&self->c, command(&self->c, dumps[i])));
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		EXPECT_NE(0, talk(&self->c, request(&self->c, self->c.family,
						    writers[i], NLM_F_DUMP)));
}

TEST_F(netlink, lengths)
{
	unsigned int t;

	EXPECT_REFUSED(-EINVAL, (begin(&self->c, 0, &t) ? -EINVAL : 0));
	EXPECT_REFUSED(-EINVAL, (begin(&self->c, 1, &t) ? -EINVAL : 0));
	EXPECT_NE(0, begin(&self->c, KW_BLOB_MAX_LEN + 1, &t));
	EXPECT_NE('\0', self->c.sentence[0]);
	EXPECT_NE(0, begin(&self->c, ~0u, &t));
	EXPECT_NE('\0', self->c.sentence[0]);

	/* A chunk longer than the protocol's longest. */
	ASSERT_EQ(0, begin(&self->c, 8 * KEEPWALL_CHUNK_MAX, &t));
	EXPECT_NE(0, chunk(&self->c, t, 0, self->c.buf,
			   KEEPWALL_CHUNK_MAX + 1));
	EXPECT_NE('\0', self->c.sentence[0]);
	give_up(&self->c, t);
}

/* ---- transactions ------------------------------------------------------ */

TEST_F(netlink, chunks_in_order)
{
	unsigned int t;

	ASSERT_EQ(0, begin(&self->c, 4096, &t));
	EXPECT_REFUSED(-EINVAL, chunk(&self->c, t, 16, self->zeros, 16));
	EXPECT_EQ(0, chunk(&self->c, t, 0, self->zeros, 1024));
	EXPECT_REFUSED(-EINVAL, chunk(&self->c, t, 0, self->zeros, 1024));
	EXPECT_REFUSED(-EINVAL, chunk(&self->c, t, 2048, self->zeros, 1024));
	EXPECT_REFUSED(-EINVAL, chunk(&self->c, t, ~0u, self->zeros, 1024));
	/* over the end */
	EXPECT_NE(0, chunk(&self->c, t, 1024, self->zeros, 3073));
	EXPECT_NE('\0', self->c.sentence[0]);
	EXPECT_EQ(0, chunk(&self->c, t, 1024, self->zeros, 3072));
	EXPECT_EQ(0, give_up(&self->c, t));
}

TEST_F(netlink, commit_incomplete)
{
	unsigned int before = generation(&self->c);
	unsigned int t;

	ASSERT_EQ(0, begin(&self->c, 4096, &t));
	EXPECT_REFUSED(-EINVAL, commit(&self->c, t));
	/* a commit ends the upload, whatever comes of it */
	EXPECT_NE(0, chunk(&self->c, t, 0, self->zeros, 16));
	ASSERT_EQ(0, begin(&self->c, 4096, &t));
	EXPECT_EQ(0, chunk(&self->c, t, 0, self->zeros, 4095));
	EXPECT_REFUSED(-EINVAL, commit(&self->c, t));
	EXPECT_EQ(before, generation(&self->c));
}

TEST_F(netlink, foreign_transaction)
{
	struct conn other;
	unsigned int t, u;

	ASSERT_EQ(0, conn_open(&other));
	ASSERT_EQ(0, begin(&self->c, 4096, &t));
	/* wrong number, right socket */
	EXPECT_NE(0, chunk(&self->c, t + 1, 0, self->zeros, 16));
	EXPECT_NE('\0', self->c.sentence[0]);
	EXPECT_NE(0, commit(&self->c, t + 1));
	EXPECT_NE(0, give_up(&self->c, t + 1));
	/* right number, another socket */
	EXPECT_NE(0, chunk(&other, t, 0, self->zeros, 16));
	EXPECT_NE('\0', other.sentence[0]);
	EXPECT_NE(0, commit(&other, t));
	EXPECT_NE(0, give_up(&other, t));
	/* no second upload beside it, from either */
	EXPECT_REFUSED(-EBUSY, begin(&self->c, 4096, &u));
	EXPECT_EQ(-EBUSY, begin(&other, 4096, &u));
	EXPECT_NE('\0', other.sentence[0]);
	/* and it has taken no harm */
	EXPECT_EQ(0, chunk(&self->c, t, 0, self->zeros, 16));
	EXPECT_EQ(0, give_up(&self->c, t));
	EXPECT_EQ(0, begin(&other, 4096, &u));
	EXPECT_NE(t, u);
	conn_close(&other);
}

TEST_F(netlink, abandoned_transaction)
{
	struct conn other;
	unsigned int t;

	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, conn_open(&other));
		ASSERT_EQ(0, begin(&other, 1 << 20, &t));
		EXPECT_EQ(0, chunk(&other, t, 0, self->zeros, 4096));
		conn_close(&other);
	}
	EXPECT_EQ(0, begin(&self->c, 4096, &t));
	EXPECT_EQ(0, give_up(&self->c, t));
	EXPECT_NE(0, give_up(&self->c, t));
}

/* ---- blobs ------------------------------------------------------------- */

static int upload(struct conn *c, const void *blob, size_t len)
{
	unsigned int t, at = 0;
	int err = begin(c, len, &t);

	while (!err && at < len) {
		size_t part = len - at;

		if (part > KEEPWALL_CHUNK_MAX)
			part = KEEPWALL_CHUNK_MAX;
		err = chunk(c, t, at, (const char *)blob + at, part);
		at += part;
	}
	return err ? err : commit(c, t);
}

TEST_F(netlink, garbage)
{
	unsigned int before = generation(&self->c);
	struct kw_blob_header *h;
	size_t len = 65536;
	char *blob;

	blob = malloc(len);
	ASSERT_NE(NULL, blob);
	h = (void *)blob;
	srandom(1);
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < len; i++)
			blob[i] = round ? random() : 0;
		if (round > 50) {
			h->magic = KW_BLOB_MAGIC;
			h->version = KW_BLOB_VERSION;
			h->total_len = len;
		}
		if (round > 100) {
			for (int s = 0; s < KW_NR_SECTIONS; s++) {
				h->sections[s].offset =
					sizeof(*h) + random() % 4096 * 8;
				h->sections[s].count = random() % 64;
			}
		}
		EXPECT_REFUSED(-EINVAL, upload(&self->c, blob, len));
	}
	/* nothing but a header */
	memset(blob, 0, len);
	h->magic = KW_BLOB_MAGIC;
	h->version = KW_BLOB_VERSION;
	h->total_len = sizeof(*h);
	EXPECT_REFUSED(-EINVAL, upload(&self->c, blob, sizeof(*h)));
	h->version++;
	EXPECT_NE(0, upload(&self->c, blob, sizeof(*h)));
	EXPECT_NE('\0', self->c.sentence[0]);
	free(blob);
	EXPECT_EQ(before, generation(&self->c));
}

/* ---- who may, and how many at once ------------------------------------- */

static int status_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
	       WEXITSTATUS(status) : -1;
}

/* Every command is refused to whoever is not root of the initial namespace. */
static int all_refused(void)
{
	struct conn c;

	if (conn_open(&c))
		return 2;
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		if (talk(&c, command(&c, writers[i])) != -EPERM)
			return 10 + writers[i];
	for (size_t i = 0; i < ARRAY_SIZE(dumps); i++)
		if (talk(&c, request(&c, c.family, dumps[i], NLM_F_DUMP)) !=
		    -EPERM)
			return 10 + dumps[i];
	if (talk(&c, command(&c, KEEPWALL_CMD_STATS_GET)) != -EPERM)
		return 10 + KEEPWALL_CMD_STATS_GET;
	return 0;
}

TEST_F(netlink, not_root)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(1);
		_exit(all_refused());
	}
	EXPECT_EQ(0, status_of(pid));
}

TEST_F(netlink, root_of_another_user_namespace)
{
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			_exit(errno == EINVAL || errno == EPERM ||
			      errno == ENOSPC ? 77 : 1);
		_exit(all_refused());
	}
	switch (status_of(pid)) {
	case 0:
		break;
	case 77:
		SKIP(return, "no user namespaces");
	default:
		EXPECT_TRUE(false);
	}
}

#define NR_THREADS	4

static void *hammer(void *arg)
{
	static const char zeros[4096];
	long *done = arg;
	struct conn c;
	unsigned int t;

	if (conn_open(&c))
		return NULL;
	for (int i = 0; i < 300; i++) {
		int err = begin(&c, sizeof(zeros), &t);

		if (err && err != -EBUSY)
			break;
		talk(&c, command(&c, KEEPWALL_CMD_STATS_GET));
		if (!err) {
			if (chunk(&c, t, 0, zeros, sizeof(zeros)))
				break;
			if (i & 1 ? commit(&c, t) != -EINVAL : give_up(&c, t))
				break;
		}
		talk(&c, request(&c, c.family, KEEPWALL_CMD_RULE_GET,
				 NLM_F_DUMP));
		++*done;
	}
	conn_close(&c);
	return NULL;
}

TEST_F(netlink, parallel)
{
	pthread_t threads[NR_THREADS];
	long done[NR_THREADS] = {};
	unsigned int t;

	for (int i = 0; i < NR_THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, hammer,
					    &done[i]));
	for (int i = 0; i < NR_THREADS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(300, done[i]);
	}
	EXPECT_EQ(0, begin(&self->c, 4096, &t));
}

/* Closing the socket in the middle of a dump must leave nothing behind. */
TEST_F(netlink, abandoned_dumps)
{
	for (int i = 0; i < 50; i++) {
		struct conn other;
		struct nlmsghdr *nlh;

		ASSERT_EQ(0, conn_open(&other));
		nlh = request(&other, other.family, dumps[i % 4], NLM_F_DUMP);
		EXPECT_LT(0, mnl_socket_sendto(other.nl, nlh, nlh->nlmsg_len));
		conn_close(&other);
	}
}

TEST_HARNESS_MAIN
