/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet described on the command line.
 */
#ifndef KW_TOOLS_PACKET_H
#define KW_TOOLS_PACKET_H

#include "blob.h"

#define PACKET_ERROR_LEN	256

/**
 * struct packet - what "keepwall test" asks about
 * @zone_in: name
 * @zone_out: name
 * @zone_in_len: its length: the name may be the first half of "wan->lan"
 * @key: everything but the zones
 * @error: why the description is wrong
 */
struct packet {
	const char *zone_in;
	const char *zone_out;
	size_t zone_in_len;
	struct kw_key key;
	char error[PACKET_ERROR_LEN];
};

int packet_parse(char **words, int nr, struct packet *p);

#endif /* KW_TOOLS_PACKET_H */
