// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the verbs get a compiled policy from. Whatever the source, nobody looks
 * into a blob before kw_blob_check() has seen it: the kernel is trusted, a
 * module of another version is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nl.h"
#include "output.h"
#include "policy.h"

/* As much as anybody sensible pipes into "keepwall check -". */
#define STDIN_MAX_LEN	(256u << 20)

/*
 * A file that cannot be read is not an error in the configuration. A pipe is
 * not opened here: the reader could not open it a second time.
 */
static int check_readable(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st)) {
		cli_error("cannot read %s: %s", path, strerror(errno));
		return CLI_SYSTEM;
	}
	if (S_ISDIR(st.st_mode)) {
		cli_error("cannot read %s: it is a directory", path);
		return CLI_SYSTEM;
	}
	if (S_ISFIFO(st.st_mode))
		return CLI_OK;
	if (!S_ISREG(st.st_mode)) {
		cli_error("cannot read %s: it is not a file; to read standard input write -",
			  path);
		return CLI_SYSTEM;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		cli_error("cannot read %s: %s", path, strerror(errno));
		return CLI_SYSTEM;
	}
	close(fd);
	return CLI_OK;
}

static int read_stdin(char **buf, size_t *len)
{
	size_t size = 1 << 16, n;
	char *bigger;

	*len = 0;
	*buf = malloc(size);
	if (!*buf)
		return cli_out_of_memory();
	while ((n = fread(*buf + *len, 1, size - *len, stdin)) > 0) {
		*len += n;
		if (*len < size)
			continue;
		bigger = size < STDIN_MAX_LEN ? realloc(*buf, size * 2) : NULL;
		if (!bigger) {
			free(*buf);
			cli_error("standard input is too long");
			return CLI_SYSTEM;
		}
		*buf = bigger;
		size *= 2;
	}
	if (!ferror(stdin))
		return CLI_OK;
	free(*buf);
	cli_error("cannot read standard input");
	return CLI_SYSTEM;
}

static int load_ir(const char *path, struct policy *policy)
{
	size_t len;
	char *buf;
	int rc;

	if (strcmp(path, "-")) {
		rc = check_readable(path);
		if (!rc)
			policy->ir = kw_config_load(path, &policy->diagnostics);
		return rc;
	}
	rc = read_stdin(&buf, &len);
	if (rc)
		return rc;
	policy->ir = kw_config_load_buffer("<stdin>", buf, len,
					   &policy->diagnostics);
	free(buf);
	return CLI_OK;
}

static int check_blob(struct policy *policy, const char *whose)
{
	struct kw_blob_error error = { 0 };

	if (!kw_blob_check(policy->blob, policy->len, &policy->view, &error))
		return CLI_OK;
	cli_error("%s is damaged: %s (section %u, element %u)", whose,
		  error.what ? error.what : "it does not pass the check",
		  error.section, error.index);
	return CLI_SYSTEM;
}

/**
 * policy_from_file() - read, check and compile a configuration
 * @cli: invocation; unless "check --json", which prints them itself,
 *	diagnostics go to standard error
 * @path: file, "-" for standard input
 * @policy: to be given to policy_free() even when this fails
 *
 * Return: enum cli_exit.
 */
int policy_from_file(struct cli *cli, const char *path, struct policy *policy)
{
	int rc, err = 0;

	memset(policy, 0, sizeof(*policy));
	rc = load_ir(path, policy);
	if (rc)
		return rc;
	if (policy->ir)
		err = kw_compile(policy->ir, &policy->blob, &policy->len,
				 &policy->stats, &policy->diagnostics);
	if (!cli->json || cli->verb->run != check_run)
		kw_diagnostics_print(&policy->diagnostics, stderr,
				     cli_color(cli, stderr));
	if (policy->diagnostics.nr_errors)
		return CLI_CONFIG;
	if (!policy->ir || err == -ENOMEM)
		return cli_out_of_memory();
	if (err) {
		cli_error("cannot compile %s: %s", path, strerror(-err));
		return CLI_CONFIG;
	}
	return check_blob(policy, "the compiled policy");
}

/**
 * policy_from_kernel() - fetch the policy in force
 * @nl: connection to the module
 * @policy: to be given to policy_free() even when this fails
 *
 * Return: enum cli_exit.
 */
int policy_from_kernel(struct kw_nl *nl, struct policy *policy)
{
	int err;

	memset(policy, 0, sizeof(*policy));
	err = kw_nl_policy_get(nl, &policy->blob, &policy->len,
			       &policy->generation);
	if (err)
		return nl_failed(nl, err);
	return check_blob(policy, "the policy that the module gave");
}

/**
 * policy_free() - give back everything
 * @policy: policy
 */
void policy_free(struct policy *policy)
{
	kw_diagnostics_free(&policy->diagnostics);
	if (policy->ir)
		kw_ir_free(policy->ir);
	free(policy->blob);
}

/* kw_blob_check() has seen that every string offset is inside and ends. */
const char *policy_string(const struct policy *policy, u32 offset)
{
	return policy->view.strings + offset;
}

const char *policy_zone_name(const struct policy *policy, u32 zone)
{
	if (zone >= policy->view.nr_zones)
		return "?";
	return policy_string(policy, policy->view.zones[zone].name);
}

/* Lists that stand in a rule are sets without a name. */
u32 policy_nr_named_sets(const struct policy *policy)
{
	u32 i, nr = 0;

	for (i = 0; i < policy->view.nr_sets; i++)
		nr += *policy_string(policy, policy->view.sets[i].name) != 0;
	return nr;
}

/**
 * policy_print_place() - write where a rule stands, as "file:line"
 * @policy: policy
 * @rule: one of its rules
 */
void policy_print_place(const struct policy *policy,
			const struct kw_blob_rule *rule)
{
	const char *file = policy_string(policy, rule->file);

	if (!*file) {
		fputs("built in", stdout);
		return;
	}
	kw_print_safe(stdout, file);
	printf(":%u", rule->line);
}

/**
 * policy_action_name() - the word for what a rule does
 * @rule: the rule
 *
 * Return: as written in a configuration.
 */
const char *policy_action_name(const struct kw_blob_rule *rule)
{
	switch (rule->action) {
	case KW_ACTION_ALLOW:
		return "allow";
	case KW_ACTION_REJECT:
		return "reject";
	default:
		return "drop";
	}
}

static json_t *text_or_null(const char *s)
{
	return cli_json_text(*s ? s : NULL);
}

/**
 * policy_rule_json() - what the policy says about one rule
 * @policy: policy
 * @index: rule
 *
 * Return: a new reference, NULL when out of memory.
 */
json_t *policy_rule_json(const struct policy *policy, u32 index)
{
	const struct kw_blob_rule *rule = &policy->view.rules[index];
	json_t *object = json_object();
	bool built_in = !*policy_string(policy, rule->file);
	int err = 0;

	err |= cli_json_set(object, "index", json_integer(index));
	err |= cli_json_set(object, "id", json_integer(rule->id));
	err |= cli_json_set(object, "name",
			    text_or_null(policy_string(policy, rule->name)));
	err |= cli_json_set(object, "policy",
			    cli_json_text(policy_string(policy, rule->policy)));
	err |= cli_json_set(object, "action", json_string(policy_action_name(rule)));
	err |= cli_json_set(object, "text",
			    cli_json_text(policy_string(policy, rule->text)));
	err |= cli_json_set(object, "file",
			    text_or_null(policy_string(policy, rule->file)));
	err |= cli_json_set(object, "line",
			    built_in ? json_null() : json_integer(rule->line));
	err |= cli_json_set(object, "default",
			    json_boolean(rule->flags & KW_RULE_DEFAULT));
	if (!err)
		return object;
	json_decref(object);
	return NULL;
}
