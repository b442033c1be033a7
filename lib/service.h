/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocols, ports and ICMP types as text (lib/service.c).
 */
#ifndef KW_LIB_SERVICE_H
#define KW_LIB_SERVICE_H

#include "ir.h"
#include "strmap.h"

#define KW_PROTO_ICMP	1
#define KW_PROTO_ICMPV6	58

/**
 * struct kw_icmp_name - a name of an ICMP type
 * @name: the name
 * @type4: ICMP type, or -1
 * @type6: ICMPv6 type, or -1
 */
struct kw_icmp_name {
	const char *name;
	short type4;
	short type6;
};

int kw_proto_lookup(const char *name);
const char *kw_proto_name(u8 proto);
bool kw_proto_has_ports(u8 proto);
void kw_proto_guess(struct kw_guess *g);

const struct kw_icmp_name *kw_icmp_lookup(const char *name);
void kw_icmp_guess(struct kw_guess *g);

int kw_number_parse(const char *s, size_t len, u32 max, u32 *out);

void kw_service_print(FILE *out, const struct kw_ir_service *services,
		      size_t nr);

#endif /* KW_LIB_SERVICE_H */
