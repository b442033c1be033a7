#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loads the module for netlink.c, which tries all that it must refuse.
here=$(cd "$(dirname "$0")" && pwd)
program=$here/../../build/tests/selftests/netlink

if [[ ! -x $program ]]; then
	echo "Bail out! $program is missing: make selftests"
	exit 1
fi
if [[ ! -d /sys/module/keepwall ]]; then
	modprobe -q -a nf_conntrack nf_defrag_ipv4 nf_defrag_ipv6 \
		nf_reject_ipv4 nf_reject_ipv6 2>/dev/null
	if ! insmod "${KEEPWALL_KO:?}"; then
		echo "Bail out! insmod $KEEPWALL_KO failed"
		exit 1
	fi
fi
exec "$program"
