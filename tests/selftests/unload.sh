#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The ways out: without a policy everything passes, the module leaves under
# traffic, and what it did not forbid does not notice.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 53,80,81
serve "$router" 22

both_probe "$client" <<-'END'
	open   tcp @2.2 81 | no policy yet: forwarded
	open   tcp @1.1 22 | no policy yet: to self
END
policy <<-'END'
	policy wan -> lan { allow tcp port 80 }
	policy default { drop }
END
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | a policy: allowed
	silent tcp @2.2 81 | a policy: forwarded no more
	silent tcp @1.1 22 | a policy: to self no more
END
check "loopback is not filtered" in_router ping -q -c 1 -W 5 127.0.0.1
check "loopback is not filtered, IPv6" in_router ping -q -c 1 -W 5 ::1
check "unload the policy" kw unload
both_probe "$client" <<-'END'
	open   tcp @2.2 81 | unloaded: forwarded again
	open   tcp @1.1 22 | unloaded: to self again
END
check "say that there is none" \
	test "$(json show stats "d['loaded']")" = False

policy <<-'END'
	policy wan -> lan { allow tcp port 5001, 80; allow icmp }
	policy default { drop }
END
in_server "$PYTHON" "$selftests/probe.py" transfer receive 5001 4 \
	>"$tmp/receive" 2>&1 &
background+=($!)
until_true 30 grep -q ready "$tmp/receive"
in_client "$PYTHON" "$selftests/probe.py" transfer send 10.0.2.2 5001 4 "$tmp/stop" 64 \
	>"$tmp/send" 2>&1 &
sender=$!
background+=("$sender")
until_true 30 grep -q running "$tmp/send"
check "the module leaves under traffic" rmmod keepwall
refuse "and is gone" module_loaded
both_probe "$client" <<-'END'
	open   tcp @2.2 81 | without the module everything passes
END
touch "$tmp/stop"
wait "$sender"
is "transfers go on without it" 0 $?
diag "$(tail -n 1 "$tmp/send")"
refuse "the command says that the module is missing" kw show stats

for _ in 1 2 3; do
	module_load
	kw load "$tmp/policy.conf" && rmmod keepwall
done >"$tmp/again" 2>&1
refuse "it comes and goes with a policy loaded" module_loaded
diag <"$tmp/again"
module_load
check "it comes back without a policy" \
	test "$(json show stats "d['loaded']")" = False
check "and takes one" kw load "$tmp/policy.conf"

# A namespace that goes away takes its policy along.
both_probe "$client" <<-'END'
	silent tcp @2.2 81 | back in force
END
ip netns del "$router"
check "the module leaves after its namespace" until_true 20 rmmod keepwall
module_load
finish
