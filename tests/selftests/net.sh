# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the system tests: the network they run in, and KTAP.
#
#	client              router                       server
#	┌──────────┐   ┌───────────────────┐         ┌───────────────────┐
#	│       c0 ├───┤ w0             l0 ├─────────┤ s0  10.0.2.2, .3  │
#	│ 10.0.1.2 │   │ wan           lan │         │ fd00:2::2, ::3    │
#	│ 10.0.1.3 │   │ 10.0.1.1 10.0.2.1 │         └───────────────────┘
#	│ fd00:1::2│   │                   │            dmz
#	│ fd00:1::3│   │                d0 ├─────────┐ ┌─────────────────┐
#	└──────────┘   │      10.0.3.1 dmz │         └─┤ m0  10.0.3.2    │
#	               └───────────────────┘           │ fd00:3::2       │
#	                                               └─────────────────┘
#
# Router addresses end in 1, both families. Everything is in namespaces of this
# test; network_up makes them, the exit trap removes them. The module is loaded
# once (by run.sh, or here when a test runs alone) from KEEPWALL_KO.
set -uo pipefail
# shellcheck source=../lib.sh source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
ktap_plan 0

selftests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(cd "$selftests/../.." && pwd)
KEEPWALL=${KEEPWALL:-$tree/build/keepwall}
PYTHON=${PYTHON:-/usr/bin/python3}
tag=kw$$
client=$tag-client router=$tag-router server=$tag-server dmz=$tag-dmz
tmp=$(mktemp -d "${TMPDIR:-/tmp}/keepwall-test.XXXXXX")
background=()

# ---- results beyond what lib.sh has ----------------------------------------

not() { ! "$@"; }
refuse() { # NAME COMMAND… : the command must fail
	check "$1" not "${@:2}"
}
is() { # NAME WANTED GOT
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1" "wanted '$2', got '$3'"
	fi
}
finish() { ktap_end; }
skip_all() { # REASON
	echo "1..0 # SKIP $1"
	exit 0
}
bail() {
	echo "Bail out! $*"
	exit 1
}

# until_true SECONDS COMMAND… : a condition that is about to hold
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# ---- module and namespaces -------------------------------------------------

module_loaded() { [[ -d /sys/module/keepwall ]]; }

module_load() {
	local m

	module_loaded && return
	[[ -e ${KEEPWALL_KO-} ]] || bail "no module: set KEEPWALL_KO"
	for m in nf_conntrack nf_defrag_ipv4 nf_defrag_ipv6 nf_reject_ipv4 \
		nf_reject_ipv6 nf_log_syslog; do
		modprobe -q "$m" 2>/dev/null
	done
	insmod "$KEEPWALL_KO" || bail "insmod $KEEPWALL_KO failed"
}

cleanup() {
	local ns

	((${#background[@]})) && kill "${background[@]}" 2>/dev/null
	for ns in "$client" "$router" "$server" "$dmz"; do
		ip netns del "$ns" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap cleanup EXIT

in_client() { ip netns exec "$client" "$@"; }
in_router() { ip netns exec "$router" "$@"; }
in_server() { ip netns exec "$server" "$@"; }
in_dmz() { ip netns exec "$dmz" "$@"; }
kw() { in_router "$KEEPWALL" "$@"; }

# Cut once, in each of the namespaces: no waiting for duplicate addresses, no
# rate limit on what a reject sends.
namespace() {
	ip netns add "$1" || bail "no network namespaces"
	ip netns exec "$1" sh -c '
		ip link set lo up
		cd /proc/sys/net
		echo 0 >ipv6/conf/all/accept_dad
		echo 0 >ipv6/conf/default/accept_dad
		echo 0 >ipv4/icmp_ratelimit
		echo 0 >ipv6/icmp/ratelimit
		echo 0 >ipv4/conf/all/rp_filter
		echo 0 >ipv4/conf/default/rp_filter
		echo 0 >ipv4/conf/all/send_redirects'
}

link() { # NS IF  ROUTER_IF  NET
	ip link add "$2" netns "$1" type veth peer name "$3" netns "$router"
	in_router ip -batch - <<-BATCH
		addr add 10.0.$4.1/24 dev $3
		addr add fd00:$4::1/64 dev $3 nodad
		link set $3 up
	BATCH
	ip netns exec "$1" ip -batch - <<-BATCH
		addr add 10.0.$4.2/24 dev $2
		addr add 10.0.$4.3/24 dev $2
		addr add fd00:$4::3/64 dev $2 nodad
		addr add fd00:$4::2/64 dev $2 nodad
		link set $2 up
		route add default via 10.0.$4.1
		route add default via fd00:$4::1
	BATCH
}

network_up() {
	local ns

	for ns in "$client" "$router" "$server" "$dmz"; do
		namespace "$ns"
	done
	in_router sh -c 'cd /proc/sys/net
		echo 1 >ipv4/ip_forward
		echo 1 >ipv6/conf/all/forwarding'
	# The first two are of the whole machine.
	echo 100000 >/proc/sys/net/ipv4/icmp_msgs_per_sec
	echo 10000 >/proc/sys/net/ipv4/icmp_msgs_burst
	link "$client" c0 w0 1
	link "$server" s0 l0 2
	link "$dmz" m0 d0 3
	for ns in "$client" "$server" "$dmz"; do
		until_true 10 ip netns exec "$ns" ping -q -c 1 -W 1 \
			"$(ip netns exec "$ns" ip -4 route show default |
				cut -d ' ' -f 3)" ||
			bail "the network of $ns does not come up"
	done
}

# serve NS PORTS… : see probe.py
serve() {
	local ns=$1 log

	shift
	log=$tmp/serve.${#background[@]}
	ip netns exec "$ns" "$PYTHON" "$selftests/probe.py" serve "$@" \
		>"$log" 2>&1 &
	background+=($!)
	until_true 30 eval "grep -q ready $log || ! kill -0 $!"
	grep -q ready "$log" || bail "no server: $(<"$log")"
}

# ---- policies and probes ---------------------------------------------------

ZONES='zone wan { interface w0 }
zone lan { interface l0 }
zone dmz { interface d0 }'

# policy <TEXT : loads it behind the three zones
policy() {
	{
		echo "$ZONES"
		cat
	} >"$tmp/policy.conf"
	kw load "$tmp/policy.conf" >"$tmp/load.log" 2>&1 && return
	not_ok "load a policy"
	diag <"$tmp/load.log"
	diag <"$tmp/policy.conf"
	return 1
}

# probe NS <LINES : one result for each line
probe() {
	local line

	ip netns exec "$1" "$PYTHON" "$selftests/probe.py" run \
		>"$tmp/probe.log" 2>&1
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "${line#ok }" ;;
		"not ok "*) not_ok "${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <"$tmp/probe.log"
}

# both_probe NS <LINES : each line for IPv4 and IPv6; addresses are written @2.3
# (network 2, host 3).
both_probe() {
	cat >"$tmp/lines"
	{
		sed -E 's/@([0-9]+)\.([0-9]+)/10.0.\1.\2/g; s/$/, IPv4/' \
			"$tmp/lines"
		sed -E 's/@([0-9]+)\.([0-9]+)/fd00:\1::\2/g; s/$/, IPv6/' \
			"$tmp/lines"
	} >"$tmp/both"
	# Not in a pipe: the results are counted in this shell.
	probe "$1" <"$tmp/both"
}

# json ARG… FILTER : a figure out of the tool's JSON; FILTER is a
# Python expression over d.
json() {
	kw "${@:1:$#-1}" --json | "$PYTHON" -c \
		'import json, sys; d = json.load(sys.stdin); print('"${*: -1}"')'
}
