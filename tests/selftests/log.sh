#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What rules log: to the kernel log and to an NFLOG group, with their names,
# no more often than they say.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317,SC2016 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 80,81

# Outside the first namespace the kernel only logs when it is told to.
all=/proc/sys/net/netfilter/nf_log_all_netns
[[ -e $all ]] && echo 1 >$all
modprobe -q nf_log_syslog 2>/dev/null
modprobe -q nfnetlink_log 2>/dev/null

mark="kwtest-$$"
echo "$mark" >/dev/kmsg
logged() { # PATTERN : how many lines since the mark
	dmesg | sed "1,/$mark/d" | grep -c -- "$1"
}

policy <<-'END'
	policy wan -> lan {
		allow tcp port 80 log name web
		drop tcp port 81 log name telnet-like
		drop tcp port 82 name quiet
		drop udp log limit 2/minute name burst
		drop icmp log group 7 name to-group
	}
	policy default { drop log name the-default }
END
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | allowed and logged
	silent tcp @2.2 82 | dropped and not logged
	silent 253 @2.2    | dropped by the default and logged
END
is "an allowed connection is logged once, each family" 2 "$(logged web)"
is "a rule without log stays quiet" 0 "$(logged quiet)"
check "the default logs with its name" test "$(logged the-default)" -ge 2
both_probe "$client" <<-'END'
	silent tcp @2.2 81 | dropped and logged
END
check "a dropped packet is logged with its rule's name" \
	test "$(logged telnet-like)" -ge 2
line() { dmesg | sed "1,/$mark/d" | grep -m 1 -- "$1"; }
check "the line says where from and where to" eval \
	'[[ $(line telnet-like) == *IN=w0*OUT=l0*SRC=10.0.1.2*DST=10.0.2.2*DPT=81* ]]'
diag <<<"$(line telnet-like)"

for _ in 1 2 3 4 5 6; do
	echo 'silent udp 10.0.2.2 53 | one of many datagrams'
done >"$tmp/many"
probe "$client" <"$tmp/many"
n=$(logged burst)
check "a limit holds messages back" test "$n" -ge 1 -a "$n" -le 3
diag "$n of 6 logged"
is "what was held back is counted" $((6 - n)) "$(json show rules \
	"[r['log_suppressed'] for r in d['rules'] if r['name'] == 'burst'][0]")"

if modprobe -q nfnetlink_log &&
	in_router tcpdump -D 2>/dev/null | grep nflog >/dev/null; then
	in_router timeout 60 tcpdump -U -c 1 -i nflog:7 -w "$tmp/pcap" \
		>"$tmp/tcpdump" 2>&1 &
	dump=$!
	background+=("$dump")
	until_true 15 grep -q listening "$tmp/tcpdump"
	probe "$client" <<-'END'
		silent icmp 10.0.2.2 | dropped and logged to a group
	END
	wait "$dump"
	is "the group receives the packet" 0 $?
	check "with the rule's name as prefix" grep -aq to-group "$tmp/pcap"
	is "and the kernel log does not" 0 "$(logged to-group)"
else
	skip "NFLOG group" "no nfnetlink_log, or tcpdump cannot read it"
fi
finish
