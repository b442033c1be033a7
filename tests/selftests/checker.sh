#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What runs under the checker kernel, whose reports the runner turns into
# failures: the system tests that reach most code, then the stress. The rest
# has little to add for its time: a process is slow to start there.
here=$(cd "$(dirname "$0")" && pwd)
export LIMIT=${LIMIT:-900}
exec "$here/run.sh" netlink match zones fragments related reload unload stress
