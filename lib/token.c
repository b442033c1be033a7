// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tokens between scanner and grammar. Here includes are followed, defines
 * are taken in and put in the place of their names, and it is decided which
 * line ends mean something: none within the braces of a list or after a comma.
 * After an error outside of all braces the rest of the statement is dropped
 * here, with the block that it opens.
 */
#include <glob.h>
#include <stdlib.h>
#include "parse.h"
#include "parser.h"

/* Used by this file alone: the end of one file, not of the whole text. */
#define END_OF_FILE 0

static struct kw_input *input_new(struct kw_parser *p, enum kw_input_kind kind)
{
	struct kw_input *input = calloc(1, sizeof(*input));

	if (!input) {
		kw_parse_oom(p);
		return NULL;
	}
	input->kind = kind;
	return input;
}

static void input_push(struct kw_parser *p, struct kw_input *input)
{
	input->next = p->input;
	p->input = input;
}

static void input_pop(struct kw_parser *p)
{
	struct kw_input *input = p->input;
	size_t i;

	p->input = input->next;
	if (input->kind == KW_INPUT_FILE)
		kw_scanner_close(input->scanner);
	if (input->kind == KW_INPUT_DEFINE)
		input->define->active = false;
	for (i = 0; i < input->nr_paths; i++)
		free(input->paths[i]);
	free(input->paths);
	free(input);
}

/**
 * kw_input_push_source() - read the next tokens from a file
 * @p: the parser
 * @s: the file
 *
 * Return: 0 or -ENOMEM, which has been told.
 */
int kw_input_push_source(struct kw_parser *p, struct kw_source *s)
{
	struct kw_input *input = input_new(p, KW_INPUT_FILE);

	if (!input)
		return -ENOMEM;
	input->source = s;
	if (kw_scanner_open(p, s, &input->scanner)) {
		free(input);
		kw_parse_oom(p);
		return -ENOMEM;
	}
	input_push(p, input);
	return 0;
}

/**
 * kw_input_free_all() - end all reading
 * @p: the parser
 */
void kw_input_free_all(struct kw_parser *p)
{
	struct kw_define *d;

	while (p->input)
		input_pop(p);
	for (d = p->defines; d; d = d->next)
		free(d->v);
}

/* ---- include ------------------------------------------------------------ */

/* "a.conf -> b.conf -> a.conf", or NULL when @s is not open yet. */
static const char *loop_chain(struct kw_parser *p, const struct kw_source *s)
{
	const struct kw_input *input;
	const char *chain = s->name;

	for (input = p->input; input && chain; input = input->next) {
		if (input->kind != KW_INPUT_FILE)
			continue;
		chain = kw_parse_format(p, "%s -> %s", input->source->name,
					chain);
		if (input->source->ino == s->ino &&
		    input->source->dev == s->dev && s->ino)
			return chain;
	}
	return NULL;
}

static unsigned int files_open(const struct kw_parser *p)
{
	const struct kw_input *input;
	unsigned int nr = 0;

	for (input = p->input; input; input = input->next)
		nr += input->kind == KW_INPUT_FILE;
	return nr;
}

static void include_file(struct kw_parser *p, const char *path,
			 const struct kw_loc *loc)
{
	struct kw_source *s;
	const char *chain;

	if (files_open(p) >= KW_PARSE_MAX_INCLUDES) {
		kw_parse_error(p, loc, NULL,
			       "more than %u files include each other",
			       KW_PARSE_MAX_INCLUDES);
		return;
	}
	s = kw_source_read(p, path, loc, true);
	if (!s)
		return;
	chain = loop_chain(p, s);
	if (chain) {
		kw_parse_error(p, loc, NULL, "include loop: %s", chain);
		return;
	}
	kw_input_push_source(p, s);
}

/* The next file of the include on top; false when there is none. */
static bool include_next(struct kw_parser *p)
{
	struct kw_input *input = p->input;

	if (input->pos == input->nr_paths)
		return false;
	include_file(p, input->paths[input->pos++], &input->loc);
	return true;
}

static int take_paths(struct kw_input *input, const glob_t *found)
{
	size_t i;

	input->paths = calloc(found->gl_pathc, sizeof(*input->paths));
	if (!input->paths)
		return -ENOMEM;
	for (i = 0; i < found->gl_pathc; i++) {
		input->paths[i] = strdup(found->gl_pathv[i]);
		if (!input->paths[i])
			return -ENOMEM;
		input->nr_paths++;
	}
	return 0;
}

static void include_pattern(struct kw_parser *p, const char *path,
			    const struct kw_loc *loc)
{
	struct kw_input *input;
	glob_t found = {};
	int err;

	if (p->flags & KW_PARSE_NO_FILES) {
		kw_parse_error(p, loc, NULL, "%s: no files are read here", path);
		return;
	}
	err = glob(path, 0, NULL, &found);
	if (err && err != GLOB_NOMATCH)
		kw_parse_error(p, loc, NULL, "%s: cannot be searched", path);
	if (!err) {
		input = input_new(p, KW_INPUT_INCLUDE);
		if (input) {
			input->loc = *loc;
			if (take_paths(input, &found))
				kw_parse_oom(p);
			input_push(p, input);
		}
	}
	globfree(&found);
}

static void include(struct kw_parser *p, const char *path,
		    const struct kw_loc *loc)
{
	path = kw_source_path(p, loc, path);
	if (!path)
		return;
	if (strpbrk(path, "*?["))
		include_pattern(p, path, loc);
	else
		include_file(p, path, loc);
}

/* ---- define ------------------------------------------------------------- */

static void report_recursion(struct kw_parser *p, struct kw_define *d,
			     const struct kw_loc *loc)
{
	if (!d->reported)
		kw_parse_error(p, loc, kw_parse_where(p, &d->loc, "defined"),
			       "define '%s' stands for itself", d->name);
	d->reported = true;
}

static void expand(struct kw_parser *p, const struct kw_token *token)
{
	struct kw_define *d = kw_strmap_get(&p->define_names, token->text);
	struct kw_input *input;
	const char *guess;

	if (!d) {
		guess = kw_parse_guess(p, "$", token->text,
				       &p->define_names);
		kw_parse_error(p, &token->loc, guess, "unknown define '$%.64s'",
			       token->text);
		return;
	}
	if (d->active) {
		report_recursion(p, d, &token->loc);
		return;
	}
	p->expanded += d->nr + 1;
	if (p->expanded > KW_PARSE_MAX_EXPANSION) {
		kw_parse_error(p, &token->loc, NULL,
			       "defines stand for more than %u words in all",
			       KW_PARSE_MAX_EXPANSION);
		p->stop = true;
		return;
	}
	input = input_new(p, KW_INPUT_DEFINE);
	if (!input)
		return;
	input->define = d;
	input->loc = token->loc;
	d->active = true;
	input_push(p, input);
}

/* The next token of the input on top; a define goes away when it ends. */
static int next_raw(struct kw_parser *p, struct kw_token *token)
{
	struct kw_input *input;

	for (;;) {
		input = p->input;
		if (input->kind == KW_INPUT_DEFINE) {
			if (input->pos == input->define->nr) {
				input_pop(p);
				continue;
			}
			*token = input->define->v[input->pos++];
			token->loc = input->loc;
			return token->type;
		}
		if (input->kind == KW_INPUT_INCLUDE) {
			if (!include_next(p))
				input_pop(p);
			continue;
		}
		/* The scanner keeps saying where the file ended. */
		if (kw_scanner_next(input->scanner, token)) {
			/* To all but the start of a set it is a comment. */
			if (token->type == T_ORIGIN &&
			    !(p->in_set && p->last.type == T_OPEN))
				continue;
			return token->type;
		}
		input->at_end = true;
		return END_OF_FILE;
	}
}

/* The same with defines expanded. An unknown one gives T_BAD. */
static int next_expanded(struct kw_parser *p, struct kw_token *token)
{
	size_t errors;

	while (next_raw(p, token) == T_DEFINE_NAME) {
		errors = p->d->nr_errors;
		expand(p, token);
		if (p->d->nr_errors != errors || p->stop)
			return token->type = T_BAD;
		/* Recursion is told once, but stays wrong. */
		if (p->input->kind != KW_INPUT_DEFINE)
			return token->type = T_BAD;
	}
	return token->type;
}

static int define_append(struct kw_define *d, const struct kw_token *token)
{
	size_t room = d->room ? d->room * 2 : 8;
	struct kw_token *v;

	if (d->nr == d->room) {
		v = reallocarray(d->v, room, sizeof(*v));
		if (!v)
			return -ENOMEM;
		d->v = v;
		d->room = room;
	}
	d->v[d->nr++] = *token;
	return 0;
}

/* Everything up to the end of the statement; line ends in braces are blanks. */
static void define_body(struct kw_parser *p, struct kw_define *d)
{
	struct kw_token token, open = {};
	unsigned int depth = 0;
	int comma = 0;

	for (;;) {
		next_raw(p, &token);
		if (token.type == END_OF_FILE)
			break;
		if (token.type == T_END && (depth || comma))
			continue;
		if (!depth && (token.type == T_END ||
			       token.type == T_SEMICOLON))
			break;
		comma = token.type == T_COMMA;
		if (token.type == T_OPEN && !depth++)
			open = token;
		if (token.type == T_CLOSE && !depth--) {
			kw_parse_error(p, &token.loc, NULL, "unexpected '}'");
			return;
		}
		if (define_append(d, &token)) {
			kw_parse_oom(p);
			return;
		}
	}
	if (depth)
		kw_parse_error(p, &open.loc, NULL, "'{' is never closed");
	else if (!d->nr)
		kw_parse_error(p, &d->loc, NULL, "define '%s' stands for nothing",
			       d->name);
}

/* Drop what is left of a line that is not understood. */
static void drop_line(struct kw_parser *p, struct kw_token *token)
{
	while (token->type != T_END && token->type != T_SEMICOLON &&
	       token->type != END_OF_FILE)
		next_raw(p, token);
}

static void define(struct kw_parser *p)
{
	struct kw_token name, token;
	struct kw_define *d, *first;

	next_raw(p, &name);
	token = name;
	if (name.type == T_WORD)
		next_raw(p, &token);
	if (name.type != T_WORD || token.type != T_EQUALS) {
		if (token.type != T_BAD)
			kw_parse_error(p, &token.loc, NULL,
				       "expected 'define NAME = WORDS'");
		drop_line(p, &token);
		return;
	}
	d = kw_ir_alloc(p->ir, sizeof(*d));
	if (!d) {
		kw_parse_oom(p);
		return;
	}
	d->name = name.text;
	d->loc = name.loc;
	d->next = p->defines;
	p->defines = d;
	define_body(p, d);
	if (!kw_name_check(p, name.text, &name.loc, "define"))
		return;
	first = kw_strmap_get(&p->define_names, name.text);
	if (first)
		kw_parse_error(p, &name.loc,
			       kw_parse_where(p, &first->loc, "first defined"),
			       "define '%s' is defined twice", name.text);
	else if (kw_strmap_put(&p->define_names, d->name, d))
		kw_parse_oom(p);
}

/* Depth first through the defines that @d names. */
static void find_recursion(struct kw_parser *p, struct kw_define *d,
			   unsigned int depth)
{
	struct kw_define *inner;
	size_t i;

	if (d->checked || depth > 1000)
		return;
	d->active = true;
	for (i = 0; i < d->nr; i++) {
		if (d->v[i].type != T_DEFINE_NAME)
			continue;
		inner = kw_strmap_get(&p->define_names, d->v[i].text);
		if (!inner)
			continue;
		if (inner->active)
			report_recursion(p, inner, &d->v[i].loc);
		else
			find_recursion(p, inner, depth + 1);
	}
	d->active = false;
	d->checked = true;
}

/**
 * kw_defines_finish() - complain about defines that stand for themselves,
 *	also where none of them is used
 * @p: the parser
 */
void kw_defines_finish(struct kw_parser *p)
{
	struct kw_define *d;

	for (d = p->defines; d; d = d->next)
		find_recursion(p, d, 0);
}

/* ---- statements --------------------------------------------------------- */

static void include_statement(struct kw_parser *p)
{
	struct kw_token path, token;

	if (next_expanded(p, &path) != T_STRING) {
		if (path.type != T_BAD)
			kw_parse_error(p, &path.loc, NULL,
				       "expected 'include \"FILE\"'");
		token = path;
		drop_line(p, &token);
		return;
	}
	next_raw(p, &token);
	if (token.type != T_END && token.type != T_SEMICOLON &&
	    token.type != END_OF_FILE) {
		kw_parse_error(p, &token.loc, NULL,
			       "unexpected text after the file name");
		drop_line(p, &token);
	}
	include(p, path.text, &path.loc);
}

/* After an error outside of all braces: to the end of the statement. */
static void skip_statement(struct kw_parser *p, struct kw_token *token)
{
	unsigned int depth = p->depth;

	p->skip = false;
	for (;;) {
		next_raw(p, token);
		if (token->type == END_OF_FILE)
			break;
		if (token->type == T_OPEN)
			depth++;
		if (token->type == T_CLOSE && (!depth || !--depth))
			break;
		if (!depth && (token->type == T_END ||
			       token->type == T_SEMICOLON))
			break;
	}
	p->depth = 0;
	token->type = T_END;
}

/* A file has ended: close what it left open, one brace at a time. */
static int end_of_file(struct kw_parser *p, struct kw_token *token)
{
	if (p->depth) {
		if (p->opened.line && !p->stop)
			kw_parse_error(p, &p->opened, NULL,
				       "'{' is never closed");
		p->opened.line = 0;
		if (p->depth > 1) {
			p->depth--;
			return T_LIST_CLOSE;
		}
		if (p->last.type != T_END)
			return T_END;
		p->depth = 0;
		return T_CLOSE;
	}
	if (p->last.type != T_END)
		return T_END;
	input_pop(p);
	return p->input ? -1 : END_OF_FILE;
}

static int open_brace(struct kw_parser *p, const struct kw_token *token)
{
	if (p->depth++)
		return T_LIST_OPEN;
	p->opened = token->loc;
	return T_OPEN;
}

static bool at_statement(const struct kw_parser *p)
{
	return !p->depth && p->input->kind == KW_INPUT_FILE &&
	       (p->last.type == T_END || p->last.type == T_CLOSE ||
		!p->last.type);
}

/* What the grammar should see of @token: a type, or -1 for nothing. */
static int judge(struct kw_parser *p, struct kw_token *token, bool *again)
{
	switch (token->type) {
	case T_END:
		if (p->depth > 1 || p->last.type == T_END ||
		    p->last.type == T_COMMA)
			return -1;
		return T_END;
	case T_SEMICOLON:
		return p->depth > 1 ? T_SEMICOLON : T_END;
	case T_OPEN:
		return open_brace(p, token);
	case T_CLOSE:
		if (p->depth > 1) {
			p->depth--;
			return T_LIST_CLOSE;
		}
		/* The last statement of a block needs no end of its own. */
		if (p->depth && p->last.type != T_END &&
		    p->last.type != T_OPEN && !*again) {
			*again = true;
			return T_END;
		}
		p->depth = 0;
		return T_CLOSE;
	case T_DEFINE:
		if (!at_statement(p))
			return T_DEFINE;
		define(p);
		return -1;
	case T_INCLUDE:
		if (!at_statement(p))
			return T_INCLUDE;
		include_statement(p);
		return -1;
	default:
		return token->type;
	}
}

/**
 * kw_token_next() - the next token for the grammar
 * @p: the parser
 * @token: the token
 *
 * Return: its type, 0 at the end of everything.
 */
int kw_token_next(struct kw_parser *p, struct kw_token *token)
{
	int type;

	do {
		if (!p->input || p->stop || p->oom) {
			type = END_OF_FILE;
		} else if (p->skip) {
			skip_statement(p, token);
			type = T_END;
		} else if (p->pending_close) {
			*token = p->pending;
			p->pending_close = false;
			p->depth = 0;
			type = T_CLOSE;
		} else if (next_expanded(p, token) == END_OF_FILE) {
			type = end_of_file(p, token);
		} else {
			p->pending = *token;
			type = judge(p, token, &p->pending_close);
		}
	} while (type < 0);
	token->type = type;
	if (type == T_SET)
		p->in_set = true;
	else if (type == T_ZONE || type == T_POLICY)
		p->in_set = false;
	p->last = *token;
	return type;
}
