// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzes the header parser: stays inside, and its result makes sense. */
#include <stdlib.h>
#include "packet.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct kw_packet p;
	struct kw_key key;
	const u32 *ports;
	u8 *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	/* A copy of exactly this length: one byte further is an error. */
	memcpy(copy, data, size);
	if (kw_packet_parse(copy, size, &p)) {
		ports = &p.w[p.family == KW_IPV4 ? KW4_SPORT : KW6_SPORT];
		must(p.family < KW_NR_FAMILIES);
		must(ports[0] < 65536 && ports[1] < 65536 && ports[2] < 256);
		must(p.proto == ports[2]);
		must(p.transport >= 20);
		if (p.flags & KW_PACKET_LATER_FRAGMENT)
			must(!ports[0] && !ports[1] &&
			     p.flags & KW_PACKET_FRAGMENT);
		if (p.flags & KW_PACKET_TRUNCATED)
			must(!ports[0] && !ports[1]);
		else if (!(p.flags & (KW_PACKET_NO_PORTS | KW_PACKET_LATER_FRAGMENT)))
			must(p.transport + 4 <= size);
		kw_packet_key(&p, 0, 1, &key);
		must(key.family == p.family);
	}
	free(copy);
	return 0;
}
