// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall show connections: the kernel's connection table, with what the
 * module wrote into it. The rule and the zones are in the connection's labels
 * (bits 64 to 95: identity of the rule; 96 to 127: of both zones), the
 * approval is in its mark.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>

#include "approval.h"
#include "nl.h"
#include "output.h"
#include "policy.h"
#include "service.h"

#define LABEL_RULE	64
#define LABEL_ZONES	96

/* The other KW_PROTO_* are in service.h. */
#define PROTO_TCP	6

struct rule_ref {
	u32 id;
	u32 index;
};

/* One listing. */
struct listing {
	const struct cli *cli;
	const struct policy *policy;
	struct rule_ref *refs;
	u32 approval_mask;
	json_t *array;
	bool out_of_memory;
};

/* One direction of a connection as text. */
struct direction {
	char src[INET6_ADDRSTRLEN];
	char dst[INET6_ADDRSTRLEN];
	u16 sport;
	u16 dport;
};

/* A connection, read. */
struct connection {
	u8 l3proto;
	u8 l4proto;
	bool ports;
	bool nat;
	u32 timeout_s;
	const char *state;
	struct direction original;
	struct direction reply;
	enum approval approval;
	u32 rule_id;
	const char *zone_in;
	const char *zone_out;
	const struct kw_blob_rule *rule;
};

static const char *const tcp_states[] = {
	"none", "syn-sent", "syn-recv", "established", "fin-wait",
	"close-wait", "last-ack", "time-wait", "close", "syn-sent2",
};

/* The first is for people, the second for programs. */
static const char *const approvals[][2] = {
	[APPROVAL_NONE] = { "not approved", "none" },
	[APPROVAL_OLD] = { "to be judged again", "old" },
	[APPROVAL_CURRENT] = { "approved", "current" },
};

static int compare_refs(const void *a, const void *b)
{
	const struct rule_ref *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int index_rules(struct listing *l)
{
	u32 i, nr = l->policy->view.nr_rules;

	l->refs = calloc(nr + 1, sizeof(*l->refs));
	if (!l->refs)
		return cli_out_of_memory();
	for (i = 0; i < nr; i++) {
		l->refs[i].id = l->policy->view.rules[i].id;
		l->refs[i].index = i;
	}
	qsort(l->refs, nr, sizeof(*l->refs), compare_refs);
	return CLI_OK;
}

static const struct kw_blob_rule *find_rule(const struct listing *l, u32 id)
{
	struct rule_ref key = { .id = id };
	const struct rule_ref *ref;

	ref = bsearch(&key, l->refs, l->policy->view.nr_rules, sizeof(key),
		      compare_refs);
	return ref ? &l->policy->view.rules[ref->index] : NULL;
}

static const char *find_zone(const struct listing *l, u16 id)
{
	u32 i;

	for (i = 0; i < l->policy->view.nr_zones; i++)
		if (l->policy->view.zones[i].id == id)
			return policy_zone_name(l->policy, i);
	return NULL;
}

static u32 label_word(const struct nfct_bitmask *labels, unsigned int first)
{
	unsigned int i;
	u32 word = 0;

	if (nfct_bitmask_maxbit(labels) < first + 31)
		return 0;
	for (i = 0; i < 32; i++)
		if (nfct_bitmask_test_bit((struct nfct_bitmask *)labels,
					  first + i))
			word |= 1u << i;
	return word;
}

static void read_labels(const struct listing *l, struct nf_conntrack *ct,
			struct connection *c)
{
	const struct nfct_bitmask *labels;
	u32 zones;

	if (!nfct_attr_is_set(ct, ATTR_CONNLABELS))
		return;
	labels = nfct_get_attr(ct, ATTR_CONNLABELS);
	c->rule_id = label_word(labels, LABEL_RULE);
	if (!c->rule_id)
		return;
	zones = label_word(labels, LABEL_ZONES);
	c->rule = find_rule(l, c->rule_id);
	c->zone_in = find_zone(l, zones & 0xffff);
	c->zone_out = find_zone(l, zones >> 16);
}

static void read_direction(struct nf_conntrack *ct, bool reply, bool ipv6,
			   struct direction *d)
{
	int family = ipv6 ? AF_INET6 : AF_INET;
	enum nf_conntrack_attr src, dst;

	if (ipv6) {
		src = reply ? ATTR_REPL_IPV6_SRC : ATTR_ORIG_IPV6_SRC;
		dst = reply ? ATTR_REPL_IPV6_DST : ATTR_ORIG_IPV6_DST;
	} else {
		src = reply ? ATTR_REPL_IPV4_SRC : ATTR_ORIG_IPV4_SRC;
		dst = reply ? ATTR_REPL_IPV4_DST : ATTR_ORIG_IPV4_DST;
	}
	if (nfct_attr_is_set(ct, src) > 0)
		inet_ntop(family, nfct_get_attr(ct, src), d->src,
			  sizeof(d->src));
	if (nfct_attr_is_set(ct, dst) > 0)
		inet_ntop(family, nfct_get_attr(ct, dst), d->dst,
			  sizeof(d->dst));
	d->sport = ntohs(nfct_get_attr_u16(ct, reply ? ATTR_REPL_PORT_SRC :
						       ATTR_ORIG_PORT_SRC));
	d->dport = ntohs(nfct_get_attr_u16(ct, reply ? ATTR_REPL_PORT_DST :
						       ATTR_ORIG_PORT_DST));
}

static const char *read_state(struct nf_conntrack *ct, u8 l4proto)
{
	u32 status = nfct_get_attr_u32(ct, ATTR_STATUS);
	u8 state;

	if (l4proto == PROTO_TCP && nfct_attr_is_set(ct, ATTR_TCP_STATE) > 0) {
		state = nfct_get_attr_u8(ct, ATTR_TCP_STATE);
		if (state < sizeof(tcp_states) / sizeof(tcp_states[0]))
			return tcp_states[state];
	}
	if (status & IPS_ASSURED)
		return "assured";
	return status & IPS_SEEN_REPLY ? "replied" : "unreplied";
}

static void read_connection(const struct listing *l, struct nf_conntrack *ct,
			    struct connection *c)
{
	bool ipv6;

	memset(c, 0, sizeof(*c));
	c->l3proto = nfct_get_attr_u8(ct, ATTR_ORIG_L3PROTO);
	c->l4proto = nfct_get_attr_u8(ct, ATTR_ORIG_L4PROTO);
	c->ports = kw_proto_has_ports(c->l4proto);
	c->timeout_s = nfct_get_attr_u32(ct, ATTR_TIMEOUT);
	c->nat = nfct_get_attr_u32(ct, ATTR_STATUS) & IPS_NAT_MASK;
	c->state = read_state(ct, c->l4proto);
	ipv6 = c->l3proto == AF_INET6;
	read_direction(ct, false, ipv6, &c->original);
	read_direction(ct, true, ipv6, &c->reply);
	c->approval = approval_get(nfct_get_attr_u32(ct, ATTR_MARK),
				   l->approval_mask, l->policy->generation);
	read_labels(l, ct, c);
}

static const char *proto_text(u8 proto, char buf[8])
{
	const char *name = kw_proto_name(proto);

	if (name)
		return name;
	snprintf(buf, 8, "%u", proto);
	return buf;
}

static void print_end(const char *address, bool ipv6, bool ports, u16 port)
{
	if (!ports)
		fputs(address, stdout);
	else if (ipv6)
		printf("[%s]:%u", address, port);
	else
		printf("%s:%u", address, port);
}

static void print_direction(const struct connection *c,
			    const struct direction *d)
{
	bool ipv6 = c->l3proto == AF_INET6;

	print_end(d->src, ipv6, c->ports, d->sport);
	fputs(" -> ", stdout);
	print_end(d->dst, ipv6, c->ports, d->dport);
}

static void print_rule(const struct policy *policy, const struct connection *c)
{
	const char *name;

	fputs(", ", stdout);
	if (!c->rule) {
		fputs("rule no longer in the policy", stdout);
		return;
	}
	name = policy_string(policy, c->rule->name);
	if (*name)
		kw_print_safe(stdout, name);
	else
		policy_print_place(policy, c->rule);
}

static void print_connection(const struct listing *l,
			     const struct connection *c)
{
	char age[KW_AGE_LEN], proto[8];

	printf("%-7s ", proto_text(c->l4proto, proto));
	print_direction(c, &c->original);
	if (c->nat) {
		fputs(" (reply ", stdout);
		print_direction(c, &c->reply);
		putchar(')');
	}
	printf("  %s, ends in %s, %s", c->state,
	       kw_format_age(age, c->timeout_s * 1000ull),
	       approvals[c->approval][0]);
	if (c->rule_id) {
		fputs(", ", stdout);
		kw_print_safe(stdout, c->zone_in ? c->zone_in : "?");
		fputs(" -> ", stdout);
		kw_print_safe(stdout, c->zone_out ? c->zone_out : "?");
		print_rule(l->policy, c);
	}
	putchar('\n');
}

static json_t *direction_json(const struct connection *c,
			      const struct direction *d)
{
	json_t *object = json_object();
	int err = 0;

	err |= cli_json_set(object, "source", json_string(d->src));
	err |= cli_json_set(object, "destination", json_string(d->dst));
	if (c->ports) {
		err |= cli_json_set(object, "source_port",
				    json_integer(d->sport));
		err |= cli_json_set(object, "destination_port",
				    json_integer(d->dport));
	}
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *connection_json(const struct listing *l,
			       const struct connection *c)
{
	const struct kw_blob_rule *rules = l->policy->view.rules;
	json_t *object = json_object();
	char proto[8];
	int err = 0;

	err |= cli_json_set(object, "family",
			    json_string(c->l3proto == AF_INET6 ? "ipv6" :
								 "ipv4"));
	err |= cli_json_set(object, "protocol",
			    json_string(proto_text(c->l4proto, proto)));
	err |= cli_json_set(object, "state", json_string(c->state));
	err |= cli_json_set(object, "timeout_s", json_integer(c->timeout_s));
	err |= cli_json_set(object, "nat", json_boolean(c->nat));
	err |= cli_json_set(object, "original",
			    direction_json(c, &c->original));
	err |= cli_json_set(object, "reply", direction_json(c, &c->reply));
	err |= cli_json_set(object, "approval",
			    json_string(approvals[c->approval][1]));
	err |= cli_json_set(object, "zone_in", cli_json_text(c->zone_in));
	err |= cli_json_set(object, "zone_out", cli_json_text(c->zone_out));
	err |= cli_json_set(object, "rule_id",
			    c->rule_id ? json_integer(c->rule_id) :
					 json_null());
	err |= cli_json_set(object, "rule",
			    c->rule ? policy_rule_json(l->policy,
						       c->rule - rules) :
				      json_null());
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}

static int take_connection(enum nf_conntrack_msg_type type,
			   struct nf_conntrack *ct, void *data)
{
	struct listing *l = data;
	struct connection c;

	read_connection(l, ct, &c);
	if (!l->cli->json) {
		print_connection(l, &c);
	} else if (json_array_append_new(l->array, connection_json(l, &c))) {
		l->out_of_memory = true;
		return NFCT_CB_STOP;
	}
	return NFCT_CB_CONTINUE;
}

static int dump(struct listing *l)
{
	static const u32 families[] = { AF_INET, AF_INET6 };
	struct nfct_handle *handle;
	int rc = CLI_OK;
	unsigned int i;

	handle = nfct_open(CONNTRACK, 0);
	if (!handle) {
		cli_error("cannot open the connection table: %s",
			  strerror(errno));
		return CLI_KERNEL;
	}
	nfct_callback_register(handle, NFCT_T_ALL, take_connection, l);
	for (i = 0; i < 2 && !rc && !l->out_of_memory; i++) {
		if (nfct_query(handle, NFCT_Q_DUMP, &families[i])) {
			cli_error("cannot read the connection table: %s",
				  strerror(errno));
			rc = CLI_KERNEL;
		}
	}
	nfct_close(handle);
	return l->out_of_memory ? cli_out_of_memory() : rc;
}

static int list(struct listing *l)
{
	json_t *root;
	int rc;

	if (!l->cli->json)
		return dump(l);
	l->array = json_array();
	rc = l->array ? dump(l) : cli_out_of_memory();
	if (rc) {
		json_decref(l->array);
		return rc;
	}
	root = json_object();
	if (cli_json_set(root, "generation",
			 json_integer(l->policy->generation)) ||
	    cli_json_set(root, "connections", l->array)) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

int show_connections_run(struct cli *cli)
{
	struct kw_nl_stats stats = { 0 };
	struct policy policy = { 0 };
	struct listing l = { .cli = cli, .policy = &policy };
	struct kw_nl *nl;
	int rc, err;

	rc = nl_connect(&nl);
	if (!rc) {
		err = kw_nl_stats_get(nl, &stats);
		if (err)
			rc = nl_failed(nl, err);
	}
	/* Without a policy there are connections all the same. */
	if (!rc && stats.loaded)
		rc = policy_from_kernel(nl, &policy);
	kw_nl_close(nl);
	l.approval_mask = stats.approval_mask;
	if (!rc)
		rc = index_rules(&l);
	if (!rc)
		rc = list(&l);
	free(l.refs);
	policy_free(&policy);
	return rc;
}
