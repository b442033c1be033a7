#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/bench/module.sh [--json]
#
# What a stateful filter adds to a forwarded packet: keepwall.ko against nft
# (linear rules, and one concatenated set), and iptables-legacy, with 10, 1000
# and 10000 rules, in the UML bench kernel.
#
#	kwinject ──▶ w0 [dummy] router [dummy] l0 ──▶ freed
#
# Each firewall with each number of rules is a network namespace of its own,
# loaded once; the rounds go through all of them in turn, so that a slow moment
# of the machine falls on everybody, and the minimum over the rounds counts.
#
#   drop      the first packet of a connection that no rule allows
#   approved  a packet of a connection that was allowed before
#
# "floor" is a hook at the same place that does nothing but drop or accept.
# Forwarding and connection tracking cost everybody the same; what a firewall
# adds is the figure over the floor. Both are printed.
# shellcheck disable=SC2016 # expanded by awk, or by another shell
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
ROUNDS=${ROUNDS:-9}
SIZES=${SIZES:-10 1000 10000}
FLOWS=4096 CONNECTIONS=1024

die() {
	echo "bench: $*" >&2
	exit 1
}

# ---- rule sets -------------------------------------------------------------

# The rules, as lines "SOURCE DESTINATION FIRST LAST". Their ports begin at
# multiples of 16 above 1000 and end 7 later; the packets' are 8 to 15 above
# one: each packet just misses each rule.
rules() { # COUNT
	awk -v n="$1" 'BEGIN {
		srand(1)
		for (i = 0; i < n; i++) {
			p = 1000 + 16 * int(rand() * 1000)
			printf "198.18.%d.0/24 198.19.%d.%d/28 %d %d\n",
			    rand() * 256, rand() * 256,
			    16 * int(rand() * 16), p, p + 7
		}
	}' | sort -u
}

keepwall_rules() { # COUNT
	echo 'zone wan { interface w0 }
zone lan { interface l0 }
policy wan -> lan {'
	awk '{ print "allow udp port", $3 "-" $4, "from", $1, "to", $2 }' \
		"$work/rules.$1"
	echo 'allow udp port 999
}
policy default { drop }'
}

nft_head='table ip t { chain f { type filter hook forward priority 0;
ct state established,related accept
ct state invalid drop'

nft_rules() {
	echo "$nft_head"
	awk '{ print "ip saddr", $1, "ip daddr", $2, "udp dport", $3 "-" $4,
	    "accept" }' "$work/rules.$1"
	printf 'udp dport 999 accept\ndrop\n}\n}\n'
}

nftset_rules() {
	echo 'table ip t { set s {
type ipv4_addr . ipv4_addr . inet_service; flags interval
elements = {'
	awk '{ print $1, ".", $2, ".", $3 "-" $4 "," }' "$work/rules.$1"
	printf '}\n}\n}\n'
	echo "$nft_head"
	echo 'ip saddr . ip daddr . udp dport @s accept'
	printf 'udp dport 999 accept\ndrop\n}\n}\n'
}

iptables_rules() {
	echo '*filter
:FORWARD ACCEPT
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP'
	awk '{ print "-A FORWARD -s", $1, "-d", $2, "-p udp --dport",
	    $3 ":" $4, "-j ACCEPT" }' "$work/rules.$1"
	printf -- '-A FORWARD -p udp --dport 999 -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n'
}

# ---- in the kernel that is measured ----------------------------------------

namespace() { # NAME
	ip netns add "$1" || die "no namespace $1"
	ip netns exec "$1" sh -e -c '
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
		ip link add w0 type dummy
		ip link add l0 type dummy
		ip addr add 198.21.0.1/24 dev w0
		ip addr add 198.20.0.1/24 dev l0
		ip link set w0 up
		ip link set l0 up
		ip neigh replace 198.21.0.2 lladdr 02:00:00:00:00:02 dev w0 nud permanent
		ip neigh replace 198.20.0.2 lladdr 02:00:00:00:00:02 dev l0 nud permanent
		ip route add 198.18.0.0/16 via 198.21.0.2
		ip route add 198.19.0.0/16 via 198.20.0.2
		cd /proc/sys/net
		echo 1 >ipv4/ip_forward
		for f in ipv4/conf/*/rp_filter; do echo 0 >$f; done' ||
		die "cannot set up $1"
}

inject() { # NAMESPACE DEV DPORT NDPORT FLOWS COUNT MS REVERSE
	nsenter "--net=/run/netns/$1" sh -c "echo run $2 c6120000 65536 \
c6130000 65536 1024 60000 $3 $4 $5 $6 $7 $8 >/proc/kwinject; cat /proc/kwinject"
}

sent() { # NAMESPACE DEV : packets that left through it
	nsenter "--net=/run/netns/$1" awk -v d="$2:" \
		'$1 == d { print $11 }' /proc/net/dev
}

load() { # FIREWALL COUNT NAMESPACE
	"$1_rules" "$2" >"$work/$3"
	local start=$EPOCHREALTIME

	case $1 in
	keepwall) ip netns exec "$3" "$tree/build/keepwall" load "$work/$3" ;;
	nft | nftset) ip netns exec "$3" nft -f "$work/$3" ;;
	iptables) ip netns exec "$3" iptables-legacy-restore <"$work/$3" ;;
	esac >&2 || die "cannot load $1 with $2 rules"
	awk -v f="$1" -v n="$2" -v s="$start" -v e="$EPOCHREALTIME" \
		'BEGIN { print "LOAD", f, n, e - s }'
}

# 1024 connections, both directions seen; all must have come through.
establish() { # NAMESPACE
	local before

	ip netns exec "$1" sh -c 'cd /proc/sys/net/netfilter
		echo 3600 >nf_conntrack_udp_timeout
		echo 3600 >nf_conntrack_udp_timeout_stream' ||
		die "no connection tracking in $1"
	before=$(sent "$1" l0)
	inject "$1" w0 999 1 $CONNECTIONS $CONNECTIONS 0 0 >/dev/null
	(($(sent "$1" l0) - before == CONNECTIONS)) ||
		die "$1: connections were not allowed"
	inject "$1" l0 999 1 $CONNECTIONS $CONNECTIONS 0 1 >/dev/null
}

measure() { # CASE FIREWALL COUNT NAMESPACE
	local before after packets

	before=$(sent "$4" l0)
	case $1 in
	drop) packets=$(inject "$4" w0 1008 1000 $FLOWS 200000 150 0) ;;
	approved) packets=$(inject "$4" w0 999 1 $CONNECTIONS 400000 150 0) ;;
	esac
	after=$(sent "$4" l0)
	echo "$1 $2 $3 $packets"
	case $1 in
	drop) ((after == before)) ;;
	approved) ((after - before == ${packets% *})) ;;
	esac || die "$4: $1: $((after - before)) of ${packets% *} forwarded"
}

inside() {
	local work round fw n firewalls=${FIREWALLS:-keepwall nft nftset iptables}

	work=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf $work" EXIT
	modprobe -q dummy
	modprobe -q nf_conntrack
	insmod "$KEEPWALL_OUT/kwinject.ko" || die "no kwinject"
	[[ $firewalls != *keepwall* ]] || insmod "${KEEPWALL_KO:?}" ||
		die "no keepwall.ko"
	namespace floor
	nsenter --net=/run/netns/floor sh -c 'echo floor accept >/proc/kwinject'
	establish floor
	for n in $SIZES; do
		rules "$n" >"$work/rules.$n"
		for fw in $firewalls; do
			namespace "$fw.$n"
			load "$fw" "$n" "$fw.$n"
			establish "$fw.$n"
		done
	done
	for ((round = 0; round <= ROUNDS; round++)); do
		echo "ROUND $round"
		nsenter --net=/run/netns/floor \
			sh -c 'echo floor accept >/proc/kwinject'
		measure approved floor 0 floor
		nsenter --net=/run/netns/floor \
			sh -c 'echo floor drop >/proc/kwinject'
		measure drop floor 0 floor
		for n in $SIZES; do
			for fw in $firewalls; do
				measure drop "$fw" "$n" "$fw.$n"
				measure approved "$fw" "$n" "$fw.$n"
			done
		done
	done
	nsenter --net=/run/netns/floor sh -c 'echo floor off >/proc/kwinject'
}

# ---- outside ---------------------------------------------------------------

# The injector is built in a directory of its own: its objects meet no other
# kernel's there.
build() { # DIRECTORY
	local kdir

	make -s -C "$tree" tools >&2 || die "the command does not build"
	# shellcheck source=/dev/null
	kdir=$("$tree/tests/uml/build" bench | sed -n 's/^KDIR=//p')
	[[ $kdir ]] || die "no bench kernel"
	make -s -C "$tree" module "KDIR=$kdir" ARCH=um >&2 ||
		die "the module does not build"
	mkdir -p "$1/kmod"
	cp "$here"/kmod/* "$1/kmod/"
	make -s -C "$kdir" "M=$1/kmod" ARCH=um modules >&2 ||
		die "the injector does not build"
	mv "$1/kmod/kwinject.ko" "$1/"
}

# A session of its own is a scheduling group of its own.
if [[ ! ${KW_BENCH_SESSION-} && ${1-} != --inside ]]; then
	KW_BENCH_SESSION=1 exec setsid -w "$0" "$@"
fi
if [[ ${1-} == --inside ]]; then
	inside
	exit
fi
out=$(mktemp -d "${TMPDIR:-/tmp}/keepwall-bench.XXXXXX")
trap 'rm -rf "$out"' EXIT
build "$out"
# Before everything else that runs here, in a scheduling group of its own.
renice -n -20 $$ >/dev/null 2>&1
echo -20 >/proc/self/autogroup 2>/dev/null
"$tree/tests/uml/run" --kernel bench --timeout 900 --out "$out" -- \
	env "ROUNDS=$ROUNDS" "SIZES=$SIZES" "FIREWALLS=${FIREWALLS-}" \
	"$here/module.sh" --inside >"$out/raw" 2>"$out/log" || {
	tail -n 20 "$out/raw" "$out/log" >&2
	die "the run failed"
}
[[ ${KEEP_RAW-} ]] && cp "$out/raw" "$KEEP_RAW"
exec /usr/bin/python3 "$here/module_report.py" "$@" <"$out/raw"
