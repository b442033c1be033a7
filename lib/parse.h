/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the parser share: the state of one run (lib/parse.c), the
 * files that are open (lib/source.c), the tokens between scanner and grammar
 * (lib/token.c), what the grammar builds (lib/build.c) and the checks behind
 * it (lib/sema.c, lib/shadow.c). Nothing here is seen outside lib/.
 */
#ifndef KW_LIB_PARSE_H
#define KW_LIB_PARSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <sys/types.h>
#include "arena.h"
#include "range_list.h"
#include "strmap.h"

#define KW_PARSE_MAX_ERRORS	50u
#define KW_PARSE_MAX_WARNINGS	50u
#define KW_PARSE_MAX_FILE	((size_t)64 << 20)
#define KW_PARSE_MAX_TOTAL	((size_t)256 << 20)
#define KW_PARSE_MAX_LINE	((size_t)1 << 20)
#define KW_PARSE_MAX_INCLUDES	16u	/* files inside each other */
#define KW_PARSE_MAX_FILES	4096u
#define KW_PARSE_MAX_EXPANSION	10000000u	/* words that defines give */
#define KW_PARSE_MAX_NAME	63u
#define KW_PARSE_MAX_INTERFACE	15u
#define KW_PARSE_SET_MAX	1000000u	/* elements, unless "max" says */
#define KW_PARSE_SET_LIMIT	16777216u

/* Do not touch the file system: no includes, no files in sets. */
#define KW_PARSE_NO_FILES	1u

/**
 * struct kw_source - a file that was read
 * @name: as it is called in messages
 * @buf: its bytes
 * @len: how many
 * @lines: offset of each line, made when first needed
 * @nr_lines: how many
 * @dev: which file it is, to see that it includes itself
 * @ino: likewise
 * @next: another one
 */
struct kw_source {
	const char *name;
	char *buf;
	size_t len;
	size_t *lines;
	size_t nr_lines;
	dev_t dev;
	ino_t ino;
	struct kw_source *next;
};

/**
 * struct kw_token - a word of the configuration
 * @type: what the grammar calls it
 * @text: what was written, for words and strings
 * @loc: where it stands
 */
struct kw_token {
	int type;
	const char *text;
	struct kw_loc loc;
};

/**
 * struct kw_define - words that stand for themselves under another name
 * @name: without "$"
 * @loc: where it is defined
 * @v: the words
 * @nr: how many
 * @room: elements allocated
 * @active: being expanded: naming it again would never end
 * @reported: its recursion has been complained about
 * @checked: the words below it are known not to come back to it
 * @next: another one
 */
struct kw_define {
	const char *name;
	struct kw_loc loc;
	struct kw_token *v;
	size_t nr;
	size_t room;
	bool active;
	bool reported;
	bool checked;
	struct kw_define *next;
};

/* What tokens come from: a file, the files of an include, or a define. */
enum kw_input_kind { KW_INPUT_FILE, KW_INPUT_INCLUDE, KW_INPUT_DEFINE };

struct kw_input {
	enum kw_input_kind kind;
	struct kw_input *next;
	struct kw_source *source;	/* FILE */
	void *scanner;
	bool at_end;
	struct kw_loc loc;		/* INCLUDE, DEFINE: where it was named */
	char **paths;			/* INCLUDE */
	size_t nr_paths;
	struct kw_define *define;	/* DEFINE */
	size_t pos;
};

/**
 * struct kw_ref - a name whose meaning is looked up when all is read
 * @name: the name
 * @loc: where it stands
 */
struct kw_ref {
	const char *name;
	struct kw_loc loc;
};

struct kw_refs {
	struct kw_ref *v;
	size_t nr;
	size_t room;
};

/**
 * struct kw_parsed_rule - a rule with what the policy does not need to keep
 * @rule: the rule
 * @family: KW_MASK_*: "inet", "inet6", or both
 * @from: the sets it names
 * @to: likewise
 */
struct kw_parsed_rule {
	struct kw_ir_rule rule;
	unsigned int family;
	struct kw_refs from;
	struct kw_refs to;
};

struct kw_parsed_block {
	struct kw_ir_block block;
	struct kw_refs from;
	struct kw_refs to;
};

/* Growing arrays of what the policy consists of. */
struct kw_pointers {
	void **v;
	size_t nr;
	size_t room;
};

/* What a rule has said already. */
enum kw_option {
	KW_OPTION_SPORT,
	KW_OPTION_FROM,
	KW_OPTION_TO,
	KW_OPTION_LOG,
	KW_OPTION_NAME,
	KW_OPTION_LOG_GROUP,
	KW_OPTION_LOG_LIMIT,
};

enum kw_icmp_kind { KW_ICMP_BOTH, KW_ICMP_4, KW_ICMP_6 };

/**
 * struct kw_building - what the grammar has under its hands
 * @set: the set
 * @zone: the zone
 * @interfaces: of @zone
 * @block: the block
 * @rule: the rule
 * @block_rules: of @block
 * @options: bits of enum kw_option
 * @option_locs: where each was said
 * @ranges4: addresses of the set or list
 * @ranges6: likewise
 * @nr_elements: of the set
 * @max_elements: of the set
 * @overflow: the set has too many, and that has been said
 * @has_max: "max" was said
 * @families: named by the list of addresses
 * @refs: sets or zones of the list
 * @ports: of the list
 * @dports: destination ports of the rule
 * @sports: source ports of the rule
 * @protos: of the service
 * @nr_protos: how many
 * @icmp: which ICMP
 * @is_icmp: the service is ICMP
 * @icmp4: types of ICMP
 * @icmp6: types of ICMPv6
 * @sport_loc: where "source port" stands
 * @service_loc: where the service stands
 * @bad: something in the rule was refused
 * @any: "any" stands in the place of zones
 */
struct kw_building {
	struct kw_ir_set *set;
	struct kw_ir_zone *zone;
	struct kw_ir_interface *interfaces;
	size_t nr_interfaces;
	size_t interfaces_room;
	struct kw_parsed_block *block;
	struct kw_parsed_rule *rule;
	struct kw_pointers block_rules;
	unsigned int options;
	struct kw_loc option_locs[8];
	struct kw_range_list4 ranges4;
	struct kw_range_list6 ranges6;
	size_t nr_elements;
	size_t max_elements;
	bool overflow;
	bool has_max;
	unsigned int families;
	struct kw_refs refs;
	struct kw_range_list4 ports;
	struct kw_range_list4 dports;
	struct kw_range_list4 sports;
	u8 protos[256];
	unsigned int nr_protos;
	enum kw_icmp_kind icmp;
	bool is_icmp;
	struct kw_range_list4 icmp4;
	struct kw_range_list4 icmp6;
	struct kw_loc service_loc;
	bool bad;
};

/**
 * struct kw_parser - one run of the parser
 * @ir: what it makes
 * @d: what it says
 * @flags: KW_PARSE_*
 * @sources: the files that were read
 * @nr_files: how many were opened
 * @total: bytes read
 * @input: where the next token comes from
 * @last: the last token that the grammar got
 * @pending: a brace that waits behind the end of line put before it
 * @pending_close: there is one
 * @depth: of braces
 * @opened: where the outermost brace was opened
 * @in_set: the braces are those of a set
 * @skip: drop the rest of the statement
 * @stop: say nothing more, come to an end
 * @oom: memory has run out
 * @nr_warnings: said so far
 * @expanded: words that defines gave
 * @defines: all of them
 * @define_names: by name
 * @zone_names: by name
 * @set_names: by name
 * @rule_names: by name
 * @interface_names: by text
 * @port_names: ports by name, see build.c
 * @zones: all of them
 * @sets: all of them
 * @blocks: all of them
 * @rules: all of them, without the default
 * @default_rule: "policy default"
 * @now: what the grammar builds
 * @fatal: where the scanner jumps to when it cannot go on
 */
struct kw_parser {
	struct kw_ir *ir;
	struct kw_diagnostics *d;
	unsigned int flags;
	struct kw_source *sources;
	unsigned int nr_files;
	size_t total;
	struct kw_input *input;
	struct kw_token last;
	struct kw_token pending;
	bool pending_close;
	unsigned int depth;
	struct kw_loc opened;
	bool in_set;
	bool skip;
	bool stop;
	bool oom;
	unsigned int nr_warnings;
	size_t expanded;
	struct kw_define *defines;
	struct kw_strmap define_names;
	struct kw_strmap zone_names;
	struct kw_strmap set_names;
	struct kw_strmap rule_names;
	struct kw_strmap interface_names;
	struct kw_strmap port_names;
	struct kw_pointers zones;
	struct kw_pointers sets;
	struct kw_pointers blocks;
	struct kw_pointers rules;
	struct kw_parsed_rule *default_rule;
	struct kw_building now;
	jmp_buf fatal;
};

/* parse.c */
struct kw_ir *kw_parse_buffer(const char *name, const char *buf, size_t len,
			      unsigned int flags, struct kw_diagnostics *d);
void kw_parse_error(struct kw_parser *p, const struct kw_loc *loc,
		    const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void kw_parse_warning(struct kw_parser *p, const struct kw_loc *loc,
		      const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void kw_parse_oom(struct kw_parser *p);
int kw_pointers_add(struct kw_pointers *a, void *pointer);
const char *kw_parse_guess(struct kw_parser *p, const char *sigil,
			   const char *wanted, const struct kw_strmap *m);
const char *kw_parse_format(struct kw_parser *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *kw_parse_where(struct kw_parser *p, const struct kw_loc *loc,
			   const char *what);

/* source.c */
struct kw_source *kw_source_read(struct kw_parser *p, const char *path,
				 const struct kw_loc *loc, bool check_lines);
struct kw_source *kw_source_buffer(struct kw_parser *p, const char *name,
				   const char *buf, size_t len);
const char *kw_source_line(struct kw_parser *p, const struct kw_loc *loc,
			   size_t *len);
void kw_source_drop(struct kw_source *s);
void kw_sources_free(struct kw_parser *p);
const char *kw_source_path(struct kw_parser *p, const struct kw_loc *loc,
			   const char *path);
void kw_source_set(struct kw_parser *p, const char *path,
		   const struct kw_loc *loc);

/* token.c */
int kw_input_push_source(struct kw_parser *p, struct kw_source *s);
void kw_input_free_all(struct kw_parser *p);
void kw_defines_finish(struct kw_parser *p);
int kw_token_next(struct kw_parser *p, struct kw_token *token);

/* lexer.l */
int kw_scanner_open(struct kw_parser *p, struct kw_source *s, void **scanner);
void kw_scanner_close(void *scanner);
int kw_scanner_next(void *scanner, struct kw_token *token);

/* build.c and rule.c: called by the grammar */
bool kw_name_check(struct kw_parser *p, const char *name,
		   const struct kw_loc *loc, const char *what);
void kw_zone_begin(struct kw_parser *p, const char *name,
		   const struct kw_loc *loc);
void kw_zone_interface(struct kw_parser *p, const char *name,
		       const struct kw_loc *loc);
void kw_zone_end(struct kw_parser *p);
void kw_set_begin(struct kw_parser *p, const char *name,
		  const struct kw_loc *loc);
void kw_set_max(struct kw_parser *p, const char *text,
		const struct kw_loc *loc);
void kw_set_from(struct kw_parser *p, const char *path);
void kw_set_range4(struct kw_parser *p, const struct kw_range4 *r);
void kw_set_range6(struct kw_parser *p, const struct kw_range6 *r);
void kw_set_end(struct kw_parser *p, const struct kw_loc *loc);
void kw_address_add(struct kw_parser *p, const char *text,
		    const struct kw_loc *loc);
void kw_ref_add(struct kw_parser *p, const char *name,
		const struct kw_loc *loc);
void kw_block_begin(struct kw_parser *p, const struct kw_loc *loc);
void kw_block_zones(struct kw_parser *p, bool to, bool any);
void kw_block_end(struct kw_parser *p);
void kw_default_begin(struct kw_parser *p, const struct kw_loc *loc);
void kw_default_end(struct kw_parser *p, const struct kw_loc *loc);

void kw_rule_begin(struct kw_parser *p, enum kw_action action,
		   const struct kw_loc *loc);
void kw_rule_reject(struct kw_parser *p, const char *name,
		    const struct kw_loc *loc);
void kw_rule_family(struct kw_parser *p, unsigned int family);
bool kw_rule_proto(struct kw_parser *p, const char *text, bool number,
		   const struct kw_loc *loc);
void kw_rule_port(struct kw_parser *p, const char *text,
		  const struct kw_loc *loc);
void kw_rule_ports(struct kw_parser *p, bool source, bool negated,
		   const struct kw_loc *loc);
void kw_rule_icmp(struct kw_parser *p, enum kw_icmp_kind kind,
		  const struct kw_loc *loc);
void kw_rule_icmp_type(struct kw_parser *p, const char *type, const char *code,
		       const struct kw_loc *loc);
bool kw_rule_option(struct kw_parser *p, enum kw_option option,
		    const struct kw_loc *loc);
void kw_rule_addresses(struct kw_parser *p, bool to, bool negated,
		       const struct kw_loc *loc);
void kw_rule_name(struct kw_parser *p, const char *name,
		  const struct kw_loc *loc);
void kw_rule_log_group(struct kw_parser *p, const char *text,
		       const struct kw_loc *loc);
void kw_rule_log_limit(struct kw_parser *p, const char *text,
		       const struct kw_loc *loc);
void kw_rule_end(struct kw_parser *p, const struct kw_loc *loc);

/* sema.c, identity.c, shadow.c, text.c: when all is read */
void kw_sema_check(struct kw_parser *p);
int kw_identity_assign(struct kw_ir *ir);
void kw_shadow_check(struct kw_parser *p);
void kw_rule_print(FILE *out, const struct kw_ir_rule *rule,
		   unsigned int family);

#endif /* KW_LIB_PARSE_H */
