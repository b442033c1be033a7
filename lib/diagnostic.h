/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making diagnostics (lib/diagnostic.c); reading them is in lib/ir.h.
 */
#ifndef KW_LIB_DIAGNOSTIC_H
#define KW_LIB_DIAGNOSTIC_H

#include <stdarg.h>
#include "ir.h"

int kw_diagnostics_add(struct kw_diagnostics *d, enum kw_severity severity,
		       const struct kw_loc *loc, const char *hint,
		       const char *format, ...)
	__attribute__((format(printf, 5, 6)));
int kw_diagnostics_vadd(struct kw_diagnostics *d, enum kw_severity severity,
			const struct kw_loc *loc, const char *hint,
			const char *line, size_t line_len,
			const char *format, va_list args)
	__attribute__((format(printf, 7, 0)));

#endif /* KW_LIB_DIAGNOSTIC_H */
