#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/selftests/run.sh [NAME…]
#
# All system tests, or those named, in a machine that has the module for its
# kernel in KEEPWALL_KO: one KTAP stream with one plan. Each test has its own
# namespaces and a time limit; one that hangs costs its results, not the run.
set -u
here=$(cd "$(dirname "$0")" && pwd)
LIMIT=${LIMIT:-300}
ALL=(netlink match zones fragments related counters log reload cli unload)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
programs=()
for name in "${@:-${ALL[@]}}"; do
	test=$here/${name%.sh}.sh
	[[ -e $test || $# -gt 0 ]] || continue
	printf '#!/bin/sh\nexec timeout -k 10 %s %s\n' "$LIMIT" "$test" \
		>"$work/${name%.sh}"
	chmod +x "$work/${name%.sh}"
	programs+=("$work/${name%.sh}")
done
if [[ ! -d /sys/module/keepwall ]]; then
	modprobe -q -a nf_conntrack nf_defrag_ipv4 nf_defrag_ipv6 \
		nf_reject_ipv4 nf_reject_ipv6 nf_log_syslog 2>/dev/null
	if ! insmod "${KEEPWALL_KO:?}"; then
		echo "Bail out! insmod $KEEPWALL_KO failed"
		exit 1
	fi
fi
"$here/../run-programs" "${programs[@]}"
status=$?
if ! rmmod keepwall; then
	echo "# keepwall cannot be removed after the tests"
	status=1
fi
exit "$status"
