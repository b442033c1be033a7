// SPDX-License-Identifier: GPL-2.0-only
/*
 * keepwall show zones: zones, the patterns of their interfaces, and the
 * interfaces that are in them now.
 */
#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "output.h"
#include "policy.h"

/* "eth1.*" of an interface pattern, terminated. */
static void pattern_text(const struct kw_blob_interface *interface,
			 char buf[KW_IFNAME_LEN + 2])
{
	memcpy(buf, interface->name, KW_IFNAME_LEN);
	buf[KW_IFNAME_LEN] = '\0';
	if (interface->flags & KW_INTERFACE_PREFIX)
		strcat(buf, "*");
}

static json_t *patterns_json(const struct policy *policy, u32 zone)
{
	char text[KW_IFNAME_LEN + 2];
	json_t *array = json_array();
	int err = 0;
	u32 i;

	for (i = 0; i < policy->view.nr_interfaces; i++) {
		if (policy->view.interfaces[i].zone != zone)
			continue;
		pattern_text(&policy->view.interfaces[i], text);
		err |= json_array_append_new(array, cli_json_text(text));
	}
	if (!err)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *interfaces_json(const struct kw_nl_interface *interfaces,
			       size_t nr, u32 zone)
{
	json_t *array = json_array(), *object;
	int err = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (interfaces[i].zone != zone)
			continue;
		object = json_object();
		err |= cli_json_set(object, "name",
				    cli_json_text(interfaces[i].ifname));
		err |= cli_json_set(object, "index",
				    json_integer(interfaces[i].ifindex));
		err |= json_array_append_new(array, object);
	}
	if (!err)
		return array;
	json_decref(array);
	return NULL;
}

static int print_json(const struct policy *policy,
		      const struct kw_nl_interface *interfaces, size_t nr)
{
	json_t *root = json_object(), *zones = json_array(), *zone;
	int err = 0;
	u32 i;

	for (i = 0; i < policy->view.nr_zones; i++) {
		zone = json_object();
		err |= cli_json_set(zone, "name",
				    cli_json_text(policy_zone_name(policy, i)));
		err |= cli_json_set(zone, "id",
				    json_integer(policy->view.zones[i].id));
		err |= cli_json_set(zone, "patterns",
				    patterns_json(policy, i));
		err |= cli_json_set(zone, "interfaces",
				    interfaces_json(interfaces, nr, i));
		err |= json_array_append_new(zones, zone);
	}
	err |= cli_json_set(root, "generation",
			    json_integer(policy->generation));
	err |= cli_json_set(root, "zones", zones);
	if (err) {
		json_decref(root);
		root = NULL;
	}
	return cli_json_print(root);
}

static void print_zone(const struct cli *cli, const struct policy *policy,
		       const struct kw_nl_interface *interfaces, size_t nr,
		       u32 zone)
{
	char text[KW_IFNAME_LEN + 2];
	const char *separator = "";
	size_t i;

	cli_bold(cli, policy_zone_name(policy, zone));
	fputs("\n  patterns    ", stdout);
	for (i = 0; i < policy->view.nr_interfaces; i++) {
		if (policy->view.interfaces[i].zone != zone)
			continue;
		pattern_text(&policy->view.interfaces[i], text);
		fputs(separator, stdout);
		kw_print_safe(stdout, text);
		separator = ", ";
	}
	if (zone == KW_ZONE_SELF)
		fputs("(this host)", stdout);
	else if (zone == KW_ZONE_NONE)
		fputs("(every other interface)", stdout);
	fputs("\n  interfaces  ", stdout);
	separator = "";
	for (i = 0; i < nr; i++) {
		if (interfaces[i].zone != zone)
			continue;
		fputs(separator, stdout);
		kw_print_safe(stdout, interfaces[i].ifname);
		separator = ", ";
	}
	puts(*separator ? "" : "-");
}

static int print_text(const struct cli *cli, const struct policy *policy,
		      const struct kw_nl_interface *interfaces, size_t nr)
{
	u32 i;

	for (i = 0; i < policy->view.nr_zones; i++)
		print_zone(cli, policy, interfaces, nr, i);
	return CLI_OK;
}

int show_zones_run(struct cli *cli)
{
	struct kw_nl_interface *interfaces = NULL;
	struct policy policy = { 0 };
	struct kw_nl *nl;
	size_t nr;
	int rc, err;

	rc = nl_connect(&nl);
	if (!rc)
		rc = policy_from_kernel(nl, &policy);
	if (!rc) {
		err = kw_nl_zones_get(nl, &interfaces, &nr);
		if (err)
			rc = nl_failed(nl, err);
	}
	if (!rc)
		rc = cli->json ? print_json(&policy, interfaces, nr) :
				 print_text(cli, &policy, interfaces, nr);
	free(interfaces);
	policy_free(&policy);
	kw_nl_close(nl);
	return rc;
}
