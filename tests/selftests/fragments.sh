#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Datagrams in fragments are judged whole: by the ports that only their first
# fragment carries.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 53,54

policy <<-'END'
	policy wan -> lan {
		allow udp port 53
		allow icmp echo-request
	}
	policy default { drop }
END
both_probe "$client" <<-'END'
	open   udp @2.2 53 size=8000  | 8000 bytes to an allowed port
	silent udp @2.2 54 size=8000  | 8000 bytes to a denied port
	open   icmp @2.2 size=4000    | echo request of 4000 bytes
END

policy <<-'END'
	policy wan -> lan {
		reject udp port 54
		allow udp
	}
	policy default { drop }
END
both_probe "$client" <<-'END'
	port   udp @2.2 54 size=8000  | 8000 bytes to a rejected port
	open   udp @2.2 53 size=8000  | 8000 bytes behind the rejection
END

# Not the first fragment alone: nothing of a denied datagram gets through.
policy <<-'END'
	policy wan -> lan { allow udp port 53 }
	policy default { drop }
END
in_server timeout 20 tcpdump -nnc 1 -i s0 \
	'udp or ip[6:2] & 0x3fff != 0 or ip6[6] = 44' >"$tmp/dump" 2>&1 &
dump=$!
background+=("$dump")
until_true 10 grep -q listening "$tmp/dump"
both_probe "$client" <<-'END'
	silent udp @2.2 54 size=8000  | no answer to a denied datagram
END
refuse "no fragment of a denied datagram is forwarded" \
	grep -Eq '^[0-9:.]+ IP6? ' "$tmp/dump"
kill "$dump" 2>/dev/null

# Fragments that never become a datagram go nowhere.
in_client "$PYTHON" - <<-'END'
	import socket, struct
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
	body = struct.pack("!HHHH", 4000, 53, 2008, 0) + bytes(1472)
	header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 77,
	    0x2000, 64, 17, 0, socket.inet_aton("10.0.1.2"),
	    socket.inet_aton("10.0.2.2"))
	s.sendto(header + body, ("10.0.2.2", 0))
END
both_probe "$client" <<-'END'
	open   udp @2.2 53            | traffic goes on past an incomplete datagram
END
finish
