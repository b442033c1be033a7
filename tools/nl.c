// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module, with failures told to the user.
 */
#include <errno.h>

#include "cli.h"
#include "nl.h"

/**
 * nl_failed() - tell the user why the module did not do it
 * @nl: connection
 * @err: what its function returned
 *
 * Return: enum cli_exit.
 */
int nl_failed(const struct kw_nl *nl, int err)
{
	cli_error("%s", kw_nl_error(nl));
	return err == -ENOMEM || !nl ? CLI_SYSTEM : CLI_KERNEL;
}

/**
 * nl_connect() - connect to the module
 * @nl: to be given to kw_nl_close() even when this fails
 *
 * Return: enum cli_exit.
 */
int nl_connect(struct kw_nl **nl)
{
	int err;

	err = kw_nl_open(nl);
	return err ? nl_failed(*nl, err) : CLI_OK;
}
