// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet described on the command line, as a key for the classifier:
 *
 *	wan -> dmz tcp 192.0.2.7:40000 10.0.2.10:443
 *	wan->dmz udp [2001:db8::1]:53 [2001:db8::2]:53
 *	wan to self icmp echo-request 192.0.2.7 10.0.2.1
 *	wan to self gre 192.0.2.7 10.0.2.1
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"
#include "service.h"

struct endpoint {
	enum kw_family family;
	u32 addr[4];
	bool has_port;
	u32 port;
};

static int wrong(struct packet *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int wrong(struct packet *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->error, sizeof(p->error), fmt, args);
	va_end(args);
	return -EINVAL;
}

/* Takes the zones; returns how many words they were. */
static int parse_zones(char **words, int nr, struct packet *p)
{
	const char *arrow = strstr(words[0], "->");

	p->zone_in = words[0];
	if (arrow && arrow > words[0] && arrow[2]) {
		/* In one word, with or without spaces around the arrow. */
		p->zone_in_len = arrow - words[0];
		while (p->zone_in_len && words[0][p->zone_in_len - 1] == ' ')
			p->zone_in_len--;
		p->zone_out = arrow + 2 + strspn(arrow + 2, " ");
		return 1;
	}
	p->zone_in_len = strlen(words[0]);
	if (nr < 3 || (strcmp(words[1], "->") && strcmp(words[1], "to")))
		return wrong(p, "expected \"->\" or \"to\" between two zones behind \"%s\"",
			     words[0]);
	p->zone_out = words[2];
	return 3;
}

static int parse_address(const char *s, size_t len, struct endpoint *e)
{
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr in6;
	struct in_addr in;
	int i;

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &in) == 1) {
		e->family = KW_IPV4;
		e->addr[0] = ntohl(in.s_addr);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &in6) != 1)
		return -EINVAL;
	e->family = KW_IPV6;
	for (i = 0; i < 4; i++)
		e->addr[i] = ntohl(in6.s6_addr32[i]);
	return 0;
}

/* Without brackets the last colon of an IPv6 address is part of it. */
static int parse_endpoint(struct packet *p, const char *s, struct endpoint *e)
{
	const char *colon, *end;
	size_t len = strlen(s);

	memset(e, 0, sizeof(*e));
	if (*s == '[') {
		end = strchr(s, ']');
		if (!end || (end[1] && end[1] != ':'))
			return wrong(p, "\"%s\" is no [address]:port", s);
		colon = end[1] ? end + 1 : NULL;
		s++;
		len = end - s;
	} else {
		colon = strchr(s, ':');
		if (colon && strchr(colon + 1, ':'))
			colon = NULL;
		else if (colon)
			len = colon - s;
	}
	if (parse_address(s, len, e))
		return wrong(p, "\"%.*s\" is no address", (int)len, s);
	if (!colon)
		return 0;
	if (kw_number_parse(colon + 1, strlen(colon + 1), 65535, &e->port))
		return wrong(p, "\"%s\" is no port", colon + 1);
	e->has_port = true;
	return 0;
}

static int parse_protocol(struct packet *p, const char *s, u32 *proto)
{
	int number = kw_proto_lookup(s);

	if (number >= 0) {
		*proto = number;
		return 0;
	}
	if (kw_number_parse(s, strlen(s), 255, proto))
		return wrong(p, "unknown protocol \"%s\"", s);
	return 0;
}

/* "echo-request", "8" or "8/0", into type << 8 | code. */
static int parse_icmp(struct packet *p, const char *s, enum kw_family family,
		      u32 *type_code)
{
	const struct kw_icmp_name *name = kw_icmp_lookup(s);
	const char *slash = strchr(s, '/');
	u32 code = 0, number;
	int type;

	if (name) {
		type = family == KW_IPV4 ? name->type4 : name->type6;
		if (type < 0)
			return wrong(p, "ICMP%s has no \"%s\"",
				     family == KW_IPV4 ? "" : "v6", s);
		*type_code = type << 8;
		return 0;
	}
	if (kw_number_parse(s, slash ? (size_t)(slash - s) : strlen(s), 255,
			    &number) ||
	    (slash && kw_number_parse(slash + 1, strlen(slash + 1), 255,
				      &code)))
		return wrong(p, "\"%s\" is no ICMP type", s);
	*type_code = number << 8 | code;
	return 0;
}

static int check_ports(struct packet *p, u32 proto, const char *name,
		       const struct endpoint *src, const struct endpoint *dst)
{
	if (!kw_proto_has_ports(proto)) {
		if (src->has_port || dst->has_port)
			return wrong(p, "protocol \"%s\" has no ports", name);
		return 0;
	}
	if (src->has_port && dst->has_port)
		return 0;
	return wrong(p, "protocol \"%s\" needs ports: ADDRESS:PORT or [ADDRESS]:PORT",
		     name);
}

static void fill_key(struct kw_key *key, u32 proto, const struct endpoint *src,
		     const struct endpoint *dst, u32 sport, u32 dport)
{
	key->family = src->family;
	if (key->family == KW_IPV4) {
		key->w[KW4_SRC] = src->addr[0];
		key->w[KW4_DST] = dst->addr[0];
		key->w[KW4_SPORT] = sport;
		key->w[KW4_DPORT] = dport;
		key->w[KW4_PROTO] = proto;
		return;
	}
	memcpy(&key->w[KW6_SRC], src->addr, sizeof(src->addr));
	memcpy(&key->w[KW6_DST], dst->addr, sizeof(dst->addr));
	key->w[KW6_SPORT] = sport;
	key->w[KW6_DPORT] = dport;
	key->w[KW6_PROTO] = proto;
}

/**
 * packet_parse() - understand the description of a packet
 * @words: zones, protocol, ICMP type, source, destination
 * @nr: how many
 * @p: result; on failure its @error is a sentence without a full stop
 *
 * Return: 0 or -EINVAL.
 */
int packet_parse(char **words, int nr, struct packet *p)
{
	struct endpoint src, dst;
	u32 proto, dport;
	bool icmp;
	int used;

	memset(p, 0, sizeof(*p));
	used = parse_zones(words, nr, p);
	if (used < 0)
		return used;
	words += used;
	nr -= used;
	if (!nr)
		return wrong(p, "expected a protocol behind the zones");
	if (parse_protocol(p, words[0], &proto))
		return -EINVAL;
	icmp = proto == KW_PROTO_ICMP || proto == KW_PROTO_ICMPV6;
	if (nr != (icmp ? 4 : 3))
		return wrong(p, "expected %sa source and a destination behind \"%s\"",
			     icmp ? "an ICMP type, " : "", words[0]);
	if (parse_endpoint(p, words[nr - 2], &src) ||
	    parse_endpoint(p, words[nr - 1], &dst) ||
	    check_ports(p, proto, words[0], &src, &dst))
		return -EINVAL;
	if (src.family != dst.family)
		return wrong(p, "source and destination are of different families");
	dport = dst.port;
	if (icmp) {
		proto = src.family == KW_IPV4 ? KW_PROTO_ICMP : KW_PROTO_ICMPV6;
		if (parse_icmp(p, words[1], src.family, &dport))
			return -EINVAL;
	}
	fill_key(&p->key, proto, &src, &dst, src.port, dport);
	return 0;
}
