#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every match and every action of the language, on real packets: for each one a
# packet that it is about and one that just misses it, IPv4 and IPv6.
#
#	client ── w0 [wan] router [lan] l0 ── server
#	                   router [dmz] d0 ── dmz
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
ports=21-23,53,79-82,442-444,999-1006
sctp=0
if in_server "$PYTHON" -c \
	'import socket; socket.socket(2, 1, 132).close()' 2>/dev/null; then
	sctp=1
fi
extra=("raw=47,253")
((sctp)) && extra+=("sctp=80,81")
serve "$server" "$ports" "${extra[@]}"
serve "$router" 22,23,53
serve "$dmz" 79-82 raw=47,253

ports_and_protocols() {
	policy <<-'END'
		policy wan -> lan {
			allow tcp port 80
			allow udp port 53
			allow tcp port { 442, 444, 1000-1003 }
			allow udp+tcp port 22
			drop
		}
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		open   tcp @2.2 80   | tcp port: the port
		silent tcp @2.2 79   | tcp port: one below
		silent tcp @2.2 81   | tcp port: one above
		silent udp @2.2 80   | tcp port: the other protocol
		open   udp @2.2 53   | udp port: the port
		silent tcp @2.2 53   | udp port: the other protocol
		open   tcp @2.2 442  | list of ports: first
		silent tcp @2.2 443  | list of ports: between
		open   tcp @2.2 444  | list of ports: second
		silent tcp @2.2 999  | range of ports: one below
		open   tcp @2.2 1000 | range of ports: first
		open   tcp @2.2 1003 | range of ports: last
		silent tcp @2.2 1004 | range of ports: one above
		open   tcp @2.2 22   | udp+tcp: tcp
		open   udp @2.2 22   | udp+tcp: udp
		silent icmp @2.2     | ports: a protocol without any
		silent tcp @3.2 80   | zones: the same port of another zone
	END
}

source_ports() {
	policy <<-'END'
		policy wan -> lan {
			allow tcp source port 2000-2003
			allow udp port 53 source port 2000
		}
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		silent tcp @2.2 80 sport=1999 | source port: one below
		open   tcp @2.2 80 sport=2000 | source port: first
		open   tcp @2.2 80 sport=2003 | source port: last
		silent tcp @2.2 80 sport=2004 | source port: one above
		open   udp @2.2 53 sport=2000 | source and destination port: both
		silent udp @2.2 22 sport=2000 | source and destination port: only the source
		silent udp @2.2 53 sport=2001 | source and destination port: only the destination
	END
}

addresses() {
	in_client ip -batch - <<-'END'
		addr add 10.0.1.15/24 dev c0
		addr add 10.0.1.16/24 dev c0
		addr add 10.0.1.31/24 dev c0
		addr add 10.0.1.32/24 dev c0
		addr add fd00:1::15/64 dev c0 nodad
		addr add fd00:1::f/64 dev c0 nodad
		addr add fd00:1::10/64 dev c0 nodad
		addr add fd00:1::1f/64 dev c0 nodad
		addr add fd00:1::20/64 dev c0 nodad
	END
	policy <<-'END'
		policy wan -> lan {
			allow tcp port 80 from 10.0.1.16/28, fd00:1::10/124
			allow tcp port 81 from 10.0.1.3, fd00:1::3
			allow tcp port 82 to 10.0.2.3, fd00:2::3
			allow tcp port 79 from !10.0.1.3
			allow tcp port 443 from !fd00:1::3
			allow tcp port 444 from 10.0.1.3 to 10.0.2.3
		}
		policy default { drop }
	END
	probe "$client" <<-'END'
		silent tcp 10.0.2.2 80 from=10.0.1.15 | from network: one below, IPv4
		open   tcp 10.0.2.2 80 from=10.0.1.16 | from network: first, IPv4
		open   tcp 10.0.2.2 80 from=10.0.1.31 | from network: last, IPv4
		silent tcp 10.0.2.2 80 from=10.0.1.32 | from network: one above, IPv4
		silent tcp fd00:2::2 80 from=fd00:1::f  | from network: one below, IPv6
		open   tcp fd00:2::2 80 from=fd00:1::10 | from network: first, IPv6
		open   tcp fd00:2::2 80 from=fd00:1::1f | from network: last, IPv6
		silent tcp fd00:2::2 80 from=fd00:1::20 | from network: one above, IPv6
		open   tcp 10.0.2.2 81 from=10.0.1.3   | from address: it, IPv4
		silent tcp 10.0.2.2 81 from=10.0.1.2   | from address: its neighbour, IPv4
		open   tcp fd00:2::2 81 from=fd00:1::3 | from address: it, IPv6
		silent tcp fd00:2::2 81 from=fd00:1::2 | from address: its neighbour, IPv6
		open   tcp 10.0.2.3 82  | to address: it, IPv4
		silent tcp 10.0.2.2 82  | to address: its neighbour, IPv4
		open   tcp fd00:2::3 82 | to address: it, IPv6
		silent tcp fd00:2::2 82 | to address: its neighbour, IPv6
		open   tcp 10.0.2.2 79 from=10.0.1.2   | from !address: another, IPv4
		silent tcp 10.0.2.2 79 from=10.0.1.3   | from !address: it, IPv4
		silent tcp fd00:2::2 79                | from !address: not the other family, IPv6
		open   tcp fd00:2::2 443 from=fd00:1::2 | from !address: another, IPv6
		silent tcp fd00:2::2 443 from=fd00:1::3 | from !address: it, IPv6
		silent tcp 10.0.2.2 443                | from !address: not the other family, IPv4
		open   tcp 10.0.2.3 444 from=10.0.1.3 | from and to: both
		silent tcp 10.0.2.2 444 from=10.0.1.3 | from and to: only from
		silent tcp 10.0.2.3 444 from=10.0.1.2 | from and to: only to
	END
}

sets() {
	printf '%s\n' '# a comment' 10.0.1.16/28 '' fd00:1::10/124 \
		>"$tmp/file.txt"
	policy <<-END
		define web = tcp port { 80, 443 }
		set hosts { 10.0.1.3, fd00:1::3 }
		set nets { 10.0.1.16/28, fd00:1::10/124 }
		set listed { file "$tmp/file.txt" }
		policy wan -> lan {
			allow \$web from @hosts
			allow tcp port 81 from @listed
			allow tcp port 82 from @hosts, @nets
			allow tcp port 79 from !@hosts
		}
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		open   tcp @2.2 80 from=@1.3  | set: a member
		open   tcp @2.2 443 from=@1.3 | set: a member, second port of a define
		silent tcp @2.2 80 from=@1.2  | set: not a member
		silent tcp @2.2 79 from=@1.3  | !set: a member
		open   tcp @2.2 79 from=@1.2  | !set: not a member
		open   tcp @2.2 82 from=@1.3  | two sets: a member of the first
		silent tcp @2.2 82 from=@1.2  | two sets: a member of neither
	END
	probe "$client" <<-'END'
		silent tcp 10.0.2.2 81 from=10.0.1.15   | set from a file: one below, IPv4
		open   tcp 10.0.2.2 81 from=10.0.1.16   | set from a file: first, IPv4
		open   tcp 10.0.2.2 81 from=10.0.1.31   | set from a file: last, IPv4
		silent tcp 10.0.2.2 81 from=10.0.1.32   | set from a file: one above, IPv4
		silent tcp fd00:2::2 81 from=fd00:1::f  | set from a file: one below, IPv6
		open   tcp fd00:2::2 81 from=fd00:1::10 | set from a file: first, IPv6
		silent tcp fd00:2::2 81 from=fd00:1::20 | set from a file: one above, IPv6
		open   tcp 10.0.2.2 82 from=10.0.1.31   | two sets: a member of the second, IPv4
		open   tcp fd00:2::2 82 from=fd00:1::1f | two sets: a member of the second, IPv6
	END
}

families() {
	policy <<-'END'
		policy wan -> lan {
			allow inet tcp port 80
			allow inet6 tcp port 81
			allow tcp port 82
		}
		policy default { drop }
	END
	probe "$client" <<-'END'
		open   tcp 10.0.2.2 80  | inet: IPv4
		silent tcp fd00:2::2 80 | inet: not IPv6
		open   tcp fd00:2::2 81 | inet6: IPv6
		silent tcp 10.0.2.2 81  | inet6: not IPv4
		open   tcp 10.0.2.2 82  | neither said: IPv4
		open   tcp fd00:2::2 82 | neither said: IPv6
	END
}

icmp() {
	policy <<-'END'
		policy wan -> lan {
			allow icmp echo-request to 10.0.2.2, fd00:2::2
			allow icmp4 echo-request to 10.0.2.3
			allow icmp6 echo-request to fd00:2::3
		}
		policy wan -> dmz { allow icmp4 timestamp-request }
		policy default { drop }
	END
	probe "$client" <<-'END'
		open   icmp 10.0.2.2         | icmp echo-request: IPv4
		open   icmp fd00:2::2        | icmp echo-request: IPv6
		silent icmp 10.0.2.2 type=13 | icmp echo-request: another type
		open   icmp 10.0.2.3         | icmp4 echo-request: IPv4
		open   icmp fd00:2::3        | icmp6 echo-request: IPv6
		open   icmp 10.0.3.2 type=13 | icmp4 timestamp-request: it
		silent icmp 10.0.3.2         | icmp4 timestamp-request: an echo request
		silent icmp fd00:3::2        | icmp4: nothing for IPv6
		silent udp 10.0.2.2 53       | icmp: another protocol
	END
}

protocols() {
	policy <<-'END'
		policy wan -> lan {
			allow proto gre to 10.0.2.2, fd00:2::2
		}
		policy wan -> dmz { allow proto 253 }
		policy default { drop }
	END
	probe "$client" <<-'END'
		open   47 10.0.2.2  | proto gre: it, IPv4
		open   47 fd00:2::2 | proto gre: it, IPv6
		silent 253 10.0.2.2 | proto gre: another protocol
		open   253 10.0.3.2 | proto 253: it
		silent 47 10.0.3.2  | proto 253: another protocol
		silent tcp 10.0.2.2 80 | proto gre: tcp
	END
	if ! ((sctp)); then
		skip "proto sctp" "this kernel has no SCTP"
		return
	fi
	policy <<-'END'
		policy wan -> lan { allow sctp port 80 }
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		open   sctp @2.2 80 | sctp port: the port
		silent sctp @2.2 81 | sctp port: another
		silent tcp @2.2 80  | sctp port: the other protocol
	END
}

zones() {
	policy <<-'END'
		policy wan -> self { allow tcp port 22 }
		policy self -> lan { allow tcp port 80 }
		policy any -> dmz { allow tcp port 81 }
		policy wan -> any { allow tcp port 82 }
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		open   tcp @1.1 22 | to self: the port
		silent tcp @1.1 23 | to self: another
		open   tcp @2.1 22 | to self: its address on another side
		silent tcp @2.2 22 | to self: not what is behind it
		open   tcp @3.2 81 | any -> dmz: from wan
		silent tcp @2.2 81 | any -> dmz: not to lan
		open   tcp @2.2 82 | wan -> any: to lan
		open   tcp @3.2 82 | wan -> any: to dmz
	END
	both_probe "$router" <<-'END'
		open   tcp @2.2 80 | from self: the port
		silent tcp @2.2 81 | from self: another
		open   tcp @3.2 81 | any -> dmz: from self
	END
	both_probe "$server" <<-'END'
		open   tcp @3.2 81 | any -> dmz: from lan
		silent tcp @3.2 82 | wan -> any: not from lan
	END
}

first_match() {
	policy <<-'END'
		policy wan -> lan {
			drop tcp port 80 from 10.0.1.3, fd00:1::3
			allow tcp port 80-81
			drop tcp port 81
			reject
		}
		policy any -> lan { allow tcp port 443 }
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		silent tcp @2.2 80 from=@1.3 | first match: the exception before the rule
		open   tcp @2.2 80 from=@1.2 | first match: the rule behind the exception
		open   tcp @2.2 81           | first match: an exception behind it is too late
		rst    tcp @2.2 443          | first match: across blocks, in file order
		silent tcp @3.2 80           | no match: the default
	END
	both_probe "$server" <<-'END'
		silent tcp @1.2 80 | no block: the default
	END
}

rejects() {
	policy <<-'END'
		policy wan -> lan {
			reject with tcp-reset tcp port 79
			reject with port-unreachable udp+tcp port 80
			reject with host-unreachable udp+tcp port 81
			reject with net-unreachable udp+tcp port 82
			reject with admin-prohibited udp+tcp port 442
			reject with admin-prohibited icmp echo-request
			reject udp+tcp port 443
			reject proto gre
			drop
		}
		policy self -> lan { reject }
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		rst    tcp @2.2 79  | reject with tcp-reset
		port   udp @2.2 80  | reject with port-unreachable: udp
		port   tcp @2.2 80  | reject with port-unreachable: tcp
		host   udp @2.2 81  | reject with host-unreachable: udp
		host   tcp @2.2 81  | reject with host-unreachable: tcp
		net    udp @2.2 82  | reject with net-unreachable: udp
		net    tcp @2.2 82  | reject with net-unreachable: tcp
		admin  udp @2.2 442 | reject with admin-prohibited: udp
		admin  tcp @2.2 442 | reject with admin-prohibited: tcp
		admin  icmp @2.2    | reject with admin-prohibited: icmp
		rst    tcp @2.2 443 | reject: tcp
		port   udp @2.2 443 | reject: udp
		admin  47 @2.2      | reject: any other protocol
		silent tcp @2.2 444 | drop, behind them: tcp
		silent udp @2.2 444 | drop, behind them: udp
	END
}

rejects_self() {
	policy <<-'END'
		policy wan -> self {
			reject tcp port 22
			reject udp port 53
			drop
		}
		policy self -> lan { reject }
		policy default { drop }
	END
	both_probe "$client" <<-'END'
		rst    tcp @1.1 22  | reject to self: tcp
		port   udp @1.1 53  | reject to self: udp
		silent tcp @1.1 23  | drop to self: tcp
	END
	both_probe "$router" <<-'END'
		rst    tcp @2.2 80  | reject from self: tcp
		EPERM  udp @2.2 53  | reject from self: udp, told at once
	END
}

ports_and_protocols
source_ports
addresses
sets
families
icmp
protocols
zones
first_match
rejects
rejects_self
finish
