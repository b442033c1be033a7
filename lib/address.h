/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses, networks and ranges as text (lib/address.c).
 */
#ifndef KW_LIB_ADDRESS_H
#define KW_LIB_ADDRESS_H

#include "ir.h"

/**
 * struct kw_address - an address, a network or a range
 * @family: which of the two below holds it
 * @r4: when IPv4
 * @r6: when IPv6
 */
struct kw_address {
	enum kw_family family;
	struct kw_range4 r4;
	struct kw_range6 r6;
};

/**
 * struct kw_address_error - why a text is none
 * @message: a sentence, static storage
 * @hint: what to write instead, or ""
 */
struct kw_address_error {
	const char *message;
	char hint[160];
};

#define KW_ADDRESS_LEN	128	/* enough for the text of any range */

int kw_address_parse(const char *s, size_t len, struct kw_address *a,
		     struct kw_address_error *err);
void kw_range4_format(const struct kw_range4 *r, char *buf);
void kw_range6_format(const struct kw_range6 *r, char *buf);

#endif /* KW_LIB_ADDRESS_H */
