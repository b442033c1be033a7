#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The same things very often: policy commits under traffic, the module in and
# out, allocations that fail. COUNT (1000) says how often. Memory must be back
# afterwards; under the checker kernel the runner looks for leaks as well.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

COUNT=${COUNT:-1000}
# A checker's quarantine and the per-CPU caches move by this much on their own.
TOLERANCE_KB=${TOLERANCE_KB:-8192}
stress() { "$PYTHON" "$selftests/stress.py" "$@"; }
in_router_stress() { in_router "$PYTHON" "$selftests/stress.py" "$@"; }

available_kb() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
}

module_load
network_up
serve "$server" 53,80
policy <<-'END'
	set some { 10.0.1.0/24, fd00:1::/64 }
	policy wan -> lan {
		allow udp+tcp port { 53, 80 } from @some
		allow icmp echo-request
		reject
	}
	policy default { drop }
END

in_client ping -f -q 10.0.2.2 >/dev/null 2>&1 &
background+=($!)
in_client "$PYTHON" - <<-'END' &
	import socket
	a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	n = 0
	while True:
	    n += 1
	    try:
	        a.sendto(b"x" * 64, ("10.0.2.2", 53 + n % 2))
	        b.sendto(b"x" * 64, ("fd00:2::2", 53 + n % 3))
	    except OSError:
	        pass
END
background+=($!)

# The first half fills what fills up once.
check "$((COUNT / 2)) commits under traffic" \
	in_router_stress commits $((COUNT / 2))
before=$(available_kb)
check "$((COUNT / 2)) commits more" in_router_stress commits $((COUNT / 2))
after=$(available_kb)
check "memory is back after them" test $((before - after)) -le "$TOLERANCE_KB"
diag "$before kB available before, $after kB after"

check "$COUNT damaged policies under traffic, refused or in bounds" \
	in_router_stress mutants "$COUNT"

fail=/sys/kernel/debug/failslab
if [[ -e $fail && -e /proc/self/make-it-fail ]]; then
	echo Y >$fail/task-filter
	echo -1 >$fail/times
	echo 0 >$fail/verbose
	echo 0 >$fail/space
	# Those that may sleep, too: nearly all that a commit asks for.
	echo N >$fail/ignore-gfp-wait
	echo 1 >$fail/interval
	for p in 1 5 20; do
		echo "$p" >$fail/probability
		check "commits while $p % of allocations fail" \
			in_router_stress failing 200
	done
	echo 0 >$fail/probability
else
	skip "commits while allocations fail" "this kernel has no failslab"
fi
probe "$client" <<-'END'
	open   tcp 10.0.2.2 80  | the policy is still in force: allowed
	rst    tcp 10.0.2.2 443 | the policy is still in force: rejected
END

if [[ ${KEEPWALL_KO-} ]]; then
	rmmod keepwall
	check "$((COUNT / 2)) times the module in and out, under traffic" \
		stress modules "$KEEPWALL_KO" $((COUNT / 2))
	before=$(available_kb)
	check "$((COUNT / 2)) times more" \
		stress modules "$KEEPWALL_KO" $((COUNT / 2))
	after=$(available_kb)
	check "memory is back after them" \
		test $((before - after)) -le "$TOLERANCE_KB"
	diag "$before kB available before, $after kB after"
	module_load
else
	skip "the module in and out" "KEEPWALL_KO is not set"
fi
finish
