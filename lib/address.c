// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses, networks and ranges: text to numbers and back. Reading IPv4 is
 * written out by hand because a block list has a million lines of it.
 */
#include <arpa/inet.h>
#include "address.h"
#include "range_list.h"

static int parse4(const char *s, size_t len, u32 *out)
{
	const char *end = s + len;
	unsigned int part, digits;
	u32 value = 0;
	int i;

	for (i = 0; i < 4; i++) {
		if (i && (s == end || *s++ != '.'))
			return -EINVAL;
		part = 0;
		for (digits = 0; s < end && *s >= '0' && *s <= '9'; digits++) {
			/* 010 is eight to some programs and ten to others. */
			if (digits && !part)
				return -EINVAL;
			part = part * 10 + (*s++ - '0');
			if (part > 255)
				return -EINVAL;
		}
		if (!digits)
			return -EINVAL;
		value = value << 8 | part;
	}
	if (s != end)
		return -EINVAL;
	*out = value;
	return 0;
}

static int parse6(const char *s, size_t len, u32 *out)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;
	unsigned int i;

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET6, text, &a) != 1)
		return -EINVAL;
	for (i = 0; i < 4; i++)
		out[i] = ntohl(a.s6_addr32[i]);
	return 0;
}

static int parse_one(const char *s, size_t len, struct kw_address *a)
{
	if (memchr(s, ':', len)) {
		a->family = KW_IPV6;
		if (parse6(s, len, a->r6.lo))
			return -EINVAL;
		a->r6 = (struct kw_range6){ .lo = { a->r6.lo[0], a->r6.lo[1],
						    a->r6.lo[2], a->r6.lo[3] },
					    .hi = { a->r6.lo[0], a->r6.lo[1],
						    a->r6.lo[2], a->r6.lo[3] } };
		return 0;
	}
	a->family = KW_IPV4;
	if (parse4(s, len, &a->r4.lo))
		return -EINVAL;
	a->r4.hi = a->r4.lo;
	return 0;
}

static int parse_length(const char *s, size_t len, unsigned int max,
			unsigned int *out)
{
	unsigned int value = 0;
	size_t i;

	if (!len || len > 3 || (len > 1 && *s == '0'))
		return -EINVAL;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -EINVAL;
		value = value * 10 + (s[i] - '0');
	}
	if (value > max)
		return -EINVAL;
	*out = value;
	return 0;
}

static u32 mask_word(unsigned int prefix, unsigned int word)
{
	unsigned int bits = prefix > word * 32 ? prefix - word * 32 : 0;

	return !bits ? 0 : bits >= 32 ? ~0u : ~0u << (32 - bits);
}

/* Widen @a, an address, to the network of @prefix bits; false: host bits. */
static bool widen(struct kw_address *a, unsigned int prefix)
{
	bool clean = true;
	unsigned int i;
	u32 mask;

	if (a->family == KW_IPV4) {
		mask = mask_word(prefix, 0);
		clean = !(a->r4.lo & ~mask);
		a->r4.lo &= mask;
		a->r4.hi = a->r4.lo | ~mask;
		return clean;
	}
	for (i = 0; i < 4; i++) {
		mask = mask_word(prefix, i);
		if (a->r6.lo[i] & ~mask)
			clean = false;
		a->r6.lo[i] &= mask;
		a->r6.hi[i] = a->r6.lo[i] | ~mask;
	}
	return clean;
}

static void format(const struct kw_address *a, char *buf)
{
	if (a->family == KW_IPV4)
		kw_range4_format(&a->r4, buf);
	else
		kw_range6_format(&a->r6, buf);
}

static int fail(struct kw_address_error *err, const char *message)
{
	err->message = message;
	return -EINVAL;
}

static int parse_network(const char *s, size_t len, size_t slash,
			 struct kw_address *a, struct kw_address_error *err)
{
	char text[KW_ADDRESS_LEN];
	unsigned int prefix;

	if (parse_one(s, slash, a))
		return fail(err, "is not an address");
	if (parse_length(s + slash + 1, len - slash - 1,
			 a->family == KW_IPV4 ? 32 : 128, &prefix)) {
		snprintf(err->hint, sizeof(err->hint),
			 "an %s prefix has 0 to %d bits",
			 a->family == KW_IPV4 ? "IPv4" : "IPv6",
			 a->family == KW_IPV4 ? 32 : 128);
		return fail(err, "has no valid prefix length");
	}
	if (!widen(a, prefix)) {
		format(a, text);
		snprintf(err->hint, sizeof(err->hint),
			 "the network is %.60s, the address alone is %.*s", text,
			 (int)slash, s);
		return fail(err, "has host bits set");
	}
	return 0;
}

static int parse_range(const char *s, size_t len, size_t dash,
		       struct kw_address *a, struct kw_address_error *err)
{
	struct kw_address end;
	bool reversed;

	if (parse_one(s, dash, a) ||
	    parse_one(s + dash + 1, len - dash - 1, &end))
		return fail(err, "is not a range of addresses");
	if (a->family != end.family)
		return fail(err, "is a range from one family to the other");
	if (a->family == KW_IPV4)
		reversed = a->r4.lo > end.r4.lo;
	else
		reversed = kw_words6_cmp(a->r6.lo, end.r6.lo) > 0;
	if (reversed) {
		if (len < 100)
			snprintf(err->hint, sizeof(err->hint), "write %.*s-%.*s",
				 (int)(len - dash - 1), s + dash + 1,
				 (int)dash, s);
		return fail(err, "is a range that ends before it starts");
	}
	a->r4.hi = end.r4.lo;
	memcpy(a->r6.hi, end.r6.lo, sizeof(a->r6.hi));
	return 0;
}

/**
 * kw_address_parse() - read an address, a network or a range
 * @s: the text, which needs no terminator
 * @len: its length
 * @a: what it means
 * @err: why it means nothing
 *
 * Return: 0 or -EINVAL.
 */
int kw_address_parse(const char *s, size_t len, struct kw_address *a,
		     struct kw_address_error *err)
{
	const char *mark;

	memset(a, 0, sizeof(*a));
	err->hint[0] = '\0';
	mark = memchr(s, '/', len);
	if (mark)
		return parse_network(s, len, mark - s, a, err);
	mark = memchr(s, '-', len);
	if (mark)
		return parse_range(s, len, mark - s, a, err);
	if (parse_one(s, len, a))
		return fail(err, "is not an address");
	return 0;
}

static void format4(u32 value, char *buf)
{
	sprintf(buf, "%u.%u.%u.%u", value >> 24, value >> 16 & 255,
		value >> 8 & 255, value & 255);
}

static void format6(const u32 *words, char *buf)
{
	struct in6_addr a;
	unsigned int i;

	for (i = 0; i < 4; i++)
		a.s6_addr32[i] = htonl(words[i]);
	inet_ntop(AF_INET6, &a, buf, INET6_ADDRSTRLEN);
}

/**
 * kw_range4_format() - the shortest text of a range
 * @r: the range
 * @buf: KW_ADDRESS_LEN bytes
 */
void kw_range4_format(const struct kw_range4 *r, char *buf)
{
	u32 span = r->lo ^ r->hi;

	format4(r->lo, buf);
	buf += strlen(buf);
	if (!span)
		return;
	if (!(span & (span + 1)) && !(r->lo & span)) {
		sprintf(buf, "/%d", span == ~0u ? 0 : __builtin_clz(span));
		return;
	}
	*buf++ = '-';
	format4(r->hi, buf);
}

/* The prefix length of a range that is a network, or -1. */
static int prefix6(const struct kw_range6 *r)
{
	bool open = false;
	int prefix = 128;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		u32 span = r->lo[i] ^ r->hi[i];

		if ((span & (span + 1)) || (r->lo[i] & span))
			return -1;
		if (open && span != ~0u)
			return -1;
		if (!open && span) {
			prefix = i * 32 + (span == ~0u ? 0 : __builtin_clz(span));
			open = true;
		}
	}
	return prefix;
}

/**
 * kw_range6_format() - the shortest text of a range
 * @r: the range
 * @buf: KW_ADDRESS_LEN bytes
 */
void kw_range6_format(const struct kw_range6 *r, char *buf)
{
	int prefix = prefix6(r);

	format6(r->lo, buf);
	buf += strlen(buf);
	if (prefix == 128)
		return;
	if (prefix >= 0) {
		sprintf(buf, "/%d", prefix);
		return;
	}
	*buf++ = '-';
	format6(r->hi, buf);
}
