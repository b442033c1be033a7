// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run from text to policy: read, parse, check, hand over. Also what every
 * part of the run uses to speak.
 */
#include <stdlib.h>
#include "diagnostic.h"
#include "parse.h"
#include "parser.h"

static void say(struct kw_parser *p, enum kw_severity severity,
		const struct kw_loc *loc, const char *hint, const char *format,
		va_list args)
{
	const char *line;
	size_t len = 0;

	line = loc->file ? kw_source_line(p, loc, &len) : NULL;
	if (kw_diagnostics_vadd(p->d, severity, loc, hint, line, len, format,
				args))
		p->oom = true;
}

/**
 * kw_parse_error() - refuse the policy
 * @p: the parser
 * @loc: because of what stands here
 * @hint: what to write instead, or NULL
 * @format: what is wrong
 *
 * After KW_PARSE_MAX_ERRORS of them the run ends.
 */
void kw_parse_error(struct kw_parser *p, const struct kw_loc *loc,
		    const char *hint, const char *format, ...)
{
	struct kw_loc nowhere = {};
	va_list args;

	if (p->stop)
		return;
	if (p->d->nr_errors >= KW_PARSE_MAX_ERRORS) {
		p->stop = true;
		nowhere.file = loc->file;
		kw_diagnostics_add(p->d, KW_ERROR, &nowhere, NULL,
				   "too many errors");
		return;
	}
	va_start(args, format);
	say(p, KW_ERROR, loc, hint, format, args);
	va_end(args);
}

/**
 * kw_parse_warning() - tell something that does not refuse the policy
 * @p: the parser
 * @loc: the place
 * @hint: what to write instead, or NULL
 * @format: what is odd
 */
void kw_parse_warning(struct kw_parser *p, const struct kw_loc *loc,
		      const char *hint, const char *format, ...)
{
	struct kw_loc nowhere = { .file = loc->file };
	va_list args;

	if (p->nr_warnings > KW_PARSE_MAX_WARNINGS)
		return;
	if (p->nr_warnings++ == KW_PARSE_MAX_WARNINGS) {
		kw_diagnostics_add(p->d, KW_WARNING, &nowhere, NULL,
				   "too many warnings");
		return;
	}
	va_start(args, format);
	say(p, KW_WARNING, loc, hint, format, args);
	va_end(args);
}

/**
 * kw_parse_oom() - give up because memory is short
 * @p: the parser
 */
void kw_parse_oom(struct kw_parser *p)
{
	p->oom = true;
}

/**
 * kw_parse_format() - a text that lives as long as the policy
 * @p: the parser
 * @format: as of printf
 *
 * Return: the text, or NULL when memory is short, which has been noted.
 */
const char *kw_parse_format(struct kw_parser *p, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = len < 0 ? NULL : kw_ir_alloc(p->ir, len + 1);
	if (!text) {
		kw_parse_oom(p);
		return NULL;
	}
	va_start(args, format);
	vsnprintf(text, len + 1, format, args);
	va_end(args);
	return text;
}

/**
 * kw_parse_where() - "WHAT at FILE:LINE"
 * @p: the parser
 * @loc: the place
 * @what: what happened there
 *
 * Return: the text, or NULL when memory is short.
 */
const char *kw_parse_where(struct kw_parser *p, const struct kw_loc *loc,
			   const char *what)
{
	return kw_parse_format(p, "%s at %s:%u", what, loc->file, loc->line);
}

/**
 * kw_parse_guess() - "did you mean ...?"
 * @p: the parser
 * @sigil: what stands before such a name, or ""
 * @wanted: what was written
 * @m: what exists
 *
 * Return: the text, or NULL when nothing is near.
 */
const char *kw_parse_guess(struct kw_parser *p, const char *sigil,
			   const char *wanted, const struct kw_strmap *m)
{
	struct kw_guess guess = { .wanted = wanted };

	kw_guess_map(&guess, m);
	if (!guess.best)
		return NULL;
	return kw_parse_format(p, "did you mean '%s%s'?", sigil,
			       guess.best);
}

/**
 * kw_pointers_add() - append to an array
 * @a: the array
 * @pointer: the element
 *
 * Return: 0 or -ENOMEM.
 */
int kw_pointers_add(struct kw_pointers *a, void *pointer)
{
	size_t room = a->room ? a->room * 2 : 16;
	void **v;

	if (a->nr == a->room) {
		v = reallocarray(a->v, room, sizeof(*v));
		if (!v)
			return -ENOMEM;
		a->v = v;
		a->room = room;
	}
	a->v[a->nr++] = pointer;
	return 0;
}

static void building_free(struct kw_building *now)
{
	free(now->interfaces);
	free(now->block_rules.v);
	free(now->refs.v);
	kw_range_list4_free(&now->ranges4);
	kw_range_list6_free(&now->ranges6);
	kw_range_list4_free(&now->ports);
	kw_range_list4_free(&now->dports);
	kw_range_list4_free(&now->sports);
	kw_range_list4_free(&now->icmp4);
	kw_range_list4_free(&now->icmp6);
}

static void parser_free(struct kw_parser *p)
{
	kw_input_free_all(p);
	kw_sources_free(p);
	building_free(&p->now);
	kw_strmap_free(&p->define_names);
	kw_strmap_free(&p->zone_names);
	kw_strmap_free(&p->set_names);
	kw_strmap_free(&p->rule_names);
	kw_strmap_free(&p->interface_names);
	kw_strmap_free(&p->port_names);
	free(p->zones.v);
	free(p->sets.v);
	free(p->blocks.v);
	free(p->rules.v);
	free(p);
}

static void add_builtin_zone(struct kw_parser *p, const char *name, u16 id)
{
	struct kw_ir_zone *zone = kw_ir_alloc(p->ir, sizeof(*zone));

	if (!zone) {
		kw_parse_oom(p);
		return;
	}
	zone->name = name;
	zone->id = id;
	zone->index = p->zones.nr;
	if (kw_pointers_add(&p->zones, zone) ||
	    kw_strmap_put(&p->zone_names, name, zone))
		kw_parse_oom(p);
}

static struct kw_parser *parser_new(struct kw_diagnostics *d,
				    unsigned int flags)
{
	struct kw_parser *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->d = d;
	p->flags = flags;
	p->ir = kw_ir_new();
	if (!p->ir) {
		free(p);
		return NULL;
	}
	add_builtin_zone(p, "self", 1);
	add_builtin_zone(p, "none", 2);
	return p;
}

static struct kw_ir *run(struct kw_parser *p, struct kw_source *s,
			 const char *name)
{
	const struct kw_loc top = { .file = name };
	struct kw_ir *ir = p->ir;
	bool failed;

	if (s && !kw_input_push_source(p, s) &&
	    kw_yyparse(p) == 2 && !p->d->nr_errors)
		p->oom = true;
	if (s && !p->oom && !p->stop) {
		kw_defines_finish(p);
		kw_sema_check(p);
	}
	if (p->oom)
		kw_diagnostics_add(p->d, KW_ERROR, &top, NULL,
				   "out of memory");
	failed = p->d->nr_errors;
	parser_free(p);
	if (!failed)
		return ir;
	kw_ir_free(ir);
	return NULL;
}

static void no_parser(const char *name, struct kw_diagnostics *d)
{
	const struct kw_loc top = { .file = name };

	kw_diagnostics_add(d, KW_ERROR, &top, NULL, "out of memory");
}

/**
 * kw_parse_buffer() - read a policy from memory
 * @name: what to call it in messages; what it includes is relative to this
 * @buf: the text
 * @len: its length
 * @flags: KW_PARSE_*
 * @d: what there is to say
 *
 * Return: the policy, or NULL when @d has errors.
 */
struct kw_ir *kw_parse_buffer(const char *name, const char *buf, size_t len,
			      unsigned int flags, struct kw_diagnostics *d)
{
	struct kw_parser *p = parser_new(d, flags);

	if (p)
		return run(p, kw_source_buffer(p, name, buf, len), name);
	no_parser(name, d);
	return NULL;
}

/**
 * kw_config_load_buffer() - read a policy from memory
 * @name: what to call it in messages; what it includes is relative to this
 * @buf: the text
 * @len: its length
 * @d: what there is to say
 *
 * Return: the policy, or NULL when @d has errors.
 */
struct kw_ir *kw_config_load_buffer(const char *name, const char *buf,
				    size_t len, struct kw_diagnostics *d)
{
	return kw_parse_buffer(name, buf, len, 0, d);
}

/**
 * kw_config_load() - read a policy from a file
 * @path: the file
 * @d: what there is to say
 *
 * Return: the policy, or NULL when @d has errors.
 */
struct kw_ir *kw_config_load(const char *path, struct kw_diagnostics *d)
{
	struct kw_parser *p = parser_new(d, 0);

	if (p)
		return run(p, kw_source_read(p, path, NULL, true), path);
	no_parser(path, d);
	return NULL;
}
