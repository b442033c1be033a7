// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar. It only recognizes; lib/build.c and lib/rule.c make the policy.
 * Braces of blocks and braces of lists reach it as different tokens, so that
 * after an error it cannot take the end of a list for the end of a block.
 */
%code requires {
#include "parse.h"
}

%code {
static int next_token(KW_YYSTYPE *value, struct kw_loc *loc,
		      struct kw_parser *p);
#define kw_yylex next_token

#define YYLLOC_DEFAULT(current, rhs, n)					\
	do {								\
		if (n) {						\
			(current) = YYRHSLOC(rhs, 1);			\
			if (YYRHSLOC(rhs, n).line == (current).line &&	\
			    YYRHSLOC(rhs, n).end_column >		\
			    (current).end_column)			\
				(current).end_column =			\
					YYRHSLOC(rhs, n).end_column;	\
		} else {						\
			(current) = YYRHSLOC(rhs, 0);			\
			(current).column = (current).end_column;	\
		}							\
	} while (0)

#define YYMALLOC malloc
#define YYFREE free
static void kw_yyerror(const struct kw_loc *loc, struct kw_parser *p,
		       const char *message);
}

%define api.pure full
%define api.prefix {kw_yy}
%define api.location.type {struct kw_loc}
%define api.token.prefix {T_}
%define parse.error custom
%define parse.lac full
%locations
%param { struct kw_parser *p }

%union {
	const char *text;
	enum kw_action action;
	enum kw_icmp_kind icmp;
	bool yes;
}

%token YYEOF 0		"end of file"
%token END		"end of line"
%token BAD		"unreadable text"
%token SEMICOLON	"';'"
%token OPEN		"'{'"
%token CLOSE		"'}'"
%token LIST_OPEN	"'{' of a list"
%token LIST_CLOSE	"'}' of a list"
%token COMMA		"','"
%token EQUALS		"'='"
%token ARROW		"'->'"
%token NOT		"'!'"
%token PLUS		"'+'"
%token <text> WORD	"a word"
%token <text> STRING	"a string"
%token <text> SET_NAME	"@SET"
%token <text> DEFINE_NAME "$DEFINE"
%token <text> ORIGIN	"a comment"
%token DEFINE		"define"
%token INCLUDE		"include"
%token ZONE		"zone"
%token INTERFACE	"interface"
%token SET		"set"
%token FILE		"file"
%token MAX		"max"
%token POLICY		"policy"
%token DEFAULT		"default"
%token ANY		"any"
%token ALLOW		"allow"
%token DROP		"drop"
%token REJECT		"reject"
%token WITH		"with"
%token INET		"inet"
%token INET6		"inet6"
%token PROTO		"proto"
%token PORT		"port"
%token SOURCE		"source"
%token ICMP		"icmp"
%token ICMP4		"icmp4"
%token ICMP6		"icmp6"
%token TYPE		"type"
%token CODE		"code"
%token FROM		"from"
%token TO		"to"
%token LOG		"log"
%token GROUP		"group"
%token LIMIT		"limit"
%token NONE		"none"
%token NAME		"name"

%type <action> action
%type <icmp> icmp
%type <yes> not

%%

/*
 * Wherever an error is to be caught, the list around it starts with a statement
 * or is no list at all: an empty start would have to be recognized before the
 * error could be.
 */
file
	: %empty
	| statements
	;
statements
	: statement
	| statements statement
	;
statement
	: END
	| zone
	| set
	| policy
	| error END			{ yyerrok; }
	;

zone
	: ZONE WORD			{ kw_zone_begin(p, $2, &@2); }
	  OPEN zone_body CLOSE		{ kw_zone_end(p); }
	;
zone_body
	: %empty
	| zone_lines
	;
zone_lines
	: zone_line
	| zone_lines zone_line
	;
zone_line
	: END
	| INTERFACE interfaces END
	| error END			{ yyerrok; }
	;
interfaces
	: interface
	| interfaces COMMA interface
	;
interface
	: WORD				{ kw_zone_interface(p, $1, &@1); }
	| STRING			{ kw_zone_interface(p, $1, &@1); }
	| LIST_OPEN interfaces comma LIST_CLOSE
	;
comma
	: %empty
	| COMMA
	;

set
	: SET WORD			{ kw_set_begin(p, $2, &@2); }
	  OPEN set_body CLOSE		{ kw_set_end(p, &@2); }
	;
set_body
	: %empty
	| set_lines
	;
set_lines
	: set_line
	| set_lines set_line
	;
set_line
	: END
	| ORIGIN END			{ kw_set_from(p, $1); }
	| set_items END
	| set_items COMMA END
	| error END			{ yyerrok; }
	;
set_items
	: set_item
	| set_items COMMA set_item
	;
set_item
	: WORD				{ kw_address_add(p, $1, &@1); }
	| FILE STRING			{ kw_source_set(p, $2, &@2); }
	| FILE STRING MAX WORD		{ kw_set_max(p, $4, &@4);
					  kw_source_set(p, $2, &@2); }
	| MAX WORD			{ kw_set_max(p, $2, &@2); }
	| LIST_OPEN set_items comma LIST_CLOSE
	;

policy
	: POLICY			{ kw_block_begin(p, &@1); }
	  zones				{ kw_block_zones(p, false, $<yes>3); }
	  ARROW zones			{ kw_block_zones(p, true, $<yes>6); }
	  OPEN rules CLOSE		{ kw_block_end(p); }
	| POLICY DEFAULT		{ kw_default_begin(p, &@2); }
	  OPEN rules CLOSE		{ kw_default_end(p, &@2); }
	;
zones
	: ANY				{ $<yes>$ = true; }
	| zone_names			{ $<yes>$ = false; }
	;
zone_names
	: WORD				{ kw_ref_add(p, $1, &@1); }
	| zone_names COMMA WORD		{ kw_ref_add(p, $3, &@3); }
	;

rules
	: %empty
	| rule_lines
	;
rule_lines
	: rule_line
	| rule_lines rule_line
	;
rule_line
	: END
	| rule END
	| error END			{ yyerrok; }
	;
rule
	: start family service options	{ kw_rule_end(p, &@$); }
	;
start
	: action			{ kw_rule_begin(p, $1, &@1); }
	| REJECT WITH WORD		{ kw_rule_begin(p, KW_ACTION_REJECT, &@1);
					  kw_rule_reject(p, $3, &@3); }
	;
action
	: ALLOW				{ $$ = KW_ACTION_ALLOW; }
	| DROP				{ $$ = KW_ACTION_DROP; }
	| REJECT			{ $$ = KW_ACTION_REJECT; }
	;
family
	: %empty
	| INET				{ kw_rule_family(p, KW_MASK_IPV4); }
	| INET6				{ kw_rule_family(p, KW_MASK_IPV6); }
	;

service
	: %empty
	| named_protos port
	| PROTO protos port
	| icmp				{ kw_rule_icmp(p, $1, &@1); }
	| icmp				{ kw_rule_icmp(p, $1, &@1); }
	  icmp_types
	;
named_protos
	: WORD				{ if (!kw_rule_proto(p, $1, false, &@1))
						YYERROR; }
	| named_protos PLUS WORD	{ if (!kw_rule_proto(p, $3, false, &@3))
						YYERROR; }
	;
protos
	: proto
	| protos PLUS proto
	;
proto
	: WORD				{ if (!kw_rule_proto(p, $1, true, &@1))
						YYERROR; }
	| ICMP				{ kw_rule_proto(p, "icmp", true, &@1); }
	| ICMP6				{ kw_rule_proto(p, "icmpv6", true, &@1); }
	;
port
	: %empty
	| PORT not port_list		{ kw_rule_ports(p, false, $2, &@3); }
	;
not
	: %empty			{ $$ = false; }
	| NOT				{ $$ = true; }
	;
port_list
	: port_item
	| port_list COMMA port_item
	;
port_item
	: WORD				{ kw_rule_port(p, $1, &@1); }
	| LIST_OPEN port_list comma LIST_CLOSE
	;
icmp
	: ICMP				{ $$ = KW_ICMP_BOTH; }
	| ICMP4				{ $$ = KW_ICMP_4; }
	| ICMP6				{ $$ = KW_ICMP_6; }
	;
icmp_types
	: icmp_type
	| icmp_types COMMA icmp_type
	;
icmp_type
	: WORD				{ kw_rule_icmp_type(p, $1, NULL, &@1); }
	| TYPE WORD			{ kw_rule_icmp_type(p, $2, NULL, &@2); }
	| TYPE WORD CODE WORD		{ kw_rule_icmp_type(p, $2, $4, &@$); }
	| LIST_OPEN icmp_types comma LIST_CLOSE
	;

options
	: %empty
	| options option
	;
option
	: SOURCE PORT			{ kw_rule_option(p, KW_OPTION_SPORT, &@1); }
	  not port_list			{ kw_rule_ports(p, true, $4, &@5); }
	| FROM				{ kw_rule_option(p, KW_OPTION_FROM, &@1); }
	  not addresses			{ kw_rule_addresses(p, false, $3, &@4); }
	| TO				{ kw_rule_option(p, KW_OPTION_TO, &@1); }
	  not addresses			{ kw_rule_addresses(p, true, $3, &@4); }
	| LOG				{ kw_rule_option(p, KW_OPTION_LOG, &@1); }
	  log_options
	| NAME WORD			{ kw_rule_option(p, KW_OPTION_NAME, &@1);
					  kw_rule_name(p, $2, &@2); }
	;
addresses
	: address
	| addresses COMMA address
	;
address
	: WORD				{ kw_address_add(p, $1, &@1); }
	| SET_NAME			{ kw_ref_add(p, $1, &@1); }
	| LIST_OPEN addresses comma LIST_CLOSE
	;
log_options
	: %empty
	| log_options log_option
	;
log_option
	: GROUP WORD			{ kw_rule_option(p, KW_OPTION_LOG_GROUP, &@1);
					  kw_rule_log_group(p, $2, &@2); }
	| LIMIT WORD			{ kw_rule_option(p, KW_OPTION_LOG_LIMIT, &@1);
					  kw_rule_log_limit(p, $2, &@2); }
	| LIMIT NONE			{ kw_rule_option(p, KW_OPTION_LOG_LIMIT, &@1);
					  kw_rule_log_limit(p, NULL, &@2); }
	;

%%

static int next_token(KW_YYSTYPE *value, struct kw_loc *loc,
		      struct kw_parser *p)
{
	struct kw_token token = {};
	int type = kw_token_next(p, &token);

	value->text = token.text;
	*loc = token.loc;
	return type;
}

/* Only for what is no syntax error: the stack is full or memory is short. */
static void kw_yyerror(const struct kw_loc *loc, struct kw_parser *p,
		       const char *message)
{
	kw_parse_error(p, loc, NULL, "lists are nested too deeply");
}

/* The most words that are worth listing. */
#define MAX_EXPECTED 4
#define ALL_EXPECTED 48

static bool is_keyword(yysymbol_kind_t kind)
{
	return kind >= YYSYMBOL_DEFINE && kind <= YYSYMBOL_NAME;
}

static void describe(char *buf, size_t len, yysymbol_kind_t kind,
		     const char *text)
{
	switch (kind) {
	case YYSYMBOL_WORD:
		snprintf(buf, len, "'%.64s'", text);
		break;
	case YYSYMBOL_STRING:
		snprintf(buf, len, "a string");
		break;
	case YYSYMBOL_SET_NAME:
		snprintf(buf, len, "'@%.64s'", text);
		break;
	case YYSYMBOL_LIST_OPEN:
		snprintf(buf, len, "'{'");
		break;
	case YYSYMBOL_LIST_CLOSE:
		snprintf(buf, len, "'}'");
		break;
	default:
		snprintf(buf, len, is_keyword(kind) ? "'%s'" : "%s",
			 yysymbol_name(kind));
	}
}

/* What could stand here, when that is short enough to help. */
static void describe_expected(char *buf, size_t len,
			      const yysymbol_kind_t *expected, int nr)
{
	char one[80];
	size_t used = 0;
	int i, left = nr;

	buf[0] = '\0';
	for (i = 0; i < nr && used < len; i++) {
		describe(one, sizeof(one), expected[i], "");
		if (expected[i] == YYSYMBOL_WORD)
			strcpy(one, "a word");
		if (expected[i] == YYSYMBOL_SET_NAME)
			strcpy(one, "'@SET'");
		left--;
		used += snprintf(buf + used, len - used, "%s%s",
				 !i ? ", expected " : left ? ", " : " or ",
				 one);
	}
}

static const char *hint_for(struct kw_parser *p, yysymbol_kind_t got,
			    const yysymbol_kind_t *expected, int nr)
{
	struct kw_guess guess = { .wanted = p->last.text };
	bool word = false;
	int i;

	for (i = 0; i < nr; i++) {
		word |= expected[i] == YYSYMBOL_WORD;
		if (got == YYSYMBOL_WORD && is_keyword(expected[i]))
			kw_guess_try(&guess, yysymbol_name(expected[i]));
		if (got == YYSYMBOL_END && expected[i] == YYSYMBOL_OPEN)
			return "the '{' stands on the same line";
	}
	if (guess.best)
		return kw_parse_format(p, "did you mean '%s'?", guess.best);
	if (got == YYSYMBOL_SEMICOLON)
		return "inside a list, ',' separates";
	if (got == YYSYMBOL_DEFINE || got == YYSYMBOL_INCLUDE)
		return "'define' and 'include' start a line outside of all braces";
	if (got == YYSYMBOL_ANY && word)
		return "without 'from' and 'to' every address matches";
	if (got == YYSYMBOL_PORT && p->depth)
		return "ports need a protocol before them, as in 'tcp port 80'";
	if (is_keyword(got) && word && nr <= MAX_EXPECTED)
		return kw_parse_format(p, "'%s' is a keyword and cannot be a name",
				       yysymbol_name(got));
	return NULL;
}

static int yyreport_syntax_error(const yypcontext_t *ctx, struct kw_parser *p)
{
	yysymbol_kind_t got = yypcontext_token(ctx);
	yysymbol_kind_t expected[ALL_EXPECTED];
	char what[100], wanted[400] = "";
	int nr;

	/* An error outside of braces spoils the block that follows. */
	if (!p->depth || (p->depth == 1 && got == YYSYMBOL_OPEN))
		p->skip = got != YYSYMBOL_END && got != YYSYMBOL_YYEOF;
	p->now.rule = NULL;
	if (got == YYSYMBOL_BAD || got == YYSYMBOL_YYUNDEF)
		return 0;
	nr = yypcontext_expected_tokens(ctx, expected, ALL_EXPECTED);
	if (nr < 0)
		return nr;
	describe(what, sizeof(what), got, p->last.text);
	/* "unexpected '{', expected '{'" would puzzle. */
	if (nr && nr <= MAX_EXPECTED && got != YYSYMBOL_OPEN &&
	    got != YYSYMBOL_LIST_OPEN)
		describe_expected(wanted, sizeof(wanted), expected, nr);
	kw_parse_error(p, yypcontext_location(ctx),
		       hint_for(p, got, expected, nr), "unexpected %s%s", what,
		       wanted);
	return 0;
}
