/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one file that knows where core/ is compiled: inside the kernel, as BPF,
 * or as a hosted C program. Everything else in core/ uses what is defined here
 * and nothing more, so that the same text gives the same verdict everywhere.
 */
#ifndef KW_CORE_ENV_H
#define KW_CORE_ENV_H

#if defined(__KERNEL__)

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/bitops.h>
#include <linux/errno.h>

#define kw_ctz64(x)	((u32)__ffs64(x))

#else /* hosted C or BPF */

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#ifndef __bpf__
#include <errno.h>
#include <string.h>
#endif
#ifndef likely
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif
#ifndef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#endif

#ifdef __bpf__
/* clang 14 crashes on __builtin_ctzll() for BPF: count by halves. */
static __always_inline u32 kw_ctz64(u64 x)
{
	u32 n = 0, bits;

	for (bits = 32; bits; bits /= 2)
		if (!(x & ((1ull << bits) - 1))) {
			n += bits;
			x >>= bits;
		}
	return n;
}
#else
#define kw_ctz64(x)	((u32)__builtin_ctzll(x))
#endif

#endif

#endif /* KW_CORE_ENV_H */
