#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What belongs to a connection follows it; what only claims to does not.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 53,80

reason() { # NAME : packets counted for it
	json show stats "[r['packets'] for r in d['reasons'] if r['reason'] == '$1'][0]"
}

policy <<-'END'
	policy wan -> lan { allow udp port 9, 53; allow tcp port 80; allow udp port 33434-33534 }
	policy default { drop }
END
both_probe "$client" <<-'END'
	port   udp @2.2 9  | port unreachable, from the far end of an approved connection
	silent udp @2.2 10 | port unreachable of a denied connection does not arise
END

# A smaller MTU behind the router: the sender must be told.
in_router ip link set l0 mtu 1280
in_server ip link set s0 mtu 1280
probe "$client" <<-'END'
	3/4    udp 10.0.2.2 53 size=1400  | fragmentation needed of an approved connection arrives
	2/0    udp fd00:2::2 53 size=1400 | packet too big of an approved connection arrives
END
probe "$client" <<-'END'
	open   udp 10.0.2.2 53 size=1400  | the sender has learnt the smaller MTU, IPv4
	open   udp fd00:2::2 53 size=1400 | the sender has learnt the smaller MTU, IPv6
END

# An ICMP error about a connection that never was.
in_client timeout 60 tcpdump -nn -l -i c0 icmp or icmp6 >"$tmp/dump" 2>&1 &
background+=($!)
until_true 10 grep -q listening "$tmp/dump"
before=$(reason invalid)
in_server "$PYTHON" - <<-'END'
	import socket, struct
	def checksum(b):
	    n = sum(struct.unpack("!%dH" % (len(b) // 2), b))
	    while n >> 16:
	        n = (n & 0xffff) + (n >> 16)
	    return ~n & 0xffff
	inner = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 60, 1, 0, 63, 17, 0,
	    socket.inet_aton("10.0.1.2"), socket.inet_aton("10.0.2.2"))
	inner = inner[:10] + struct.pack("!H", checksum(inner)) + inner[12:]
	inner += struct.pack("!HHHH", 4444, 5555, 40, 0)
	error = struct.pack("!BBHI", 3, 3, 0, 0) + inner
	error = error[:2] + struct.pack("!H", checksum(error)) + error[4:]
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
	s.sendto(error, ("10.0.1.2", 0))
	inner = struct.pack("!IHBB", 6 << 28, 40, 17, 63) + \
	    socket.inet_pton(10, "fd00:1::2") + socket.inet_pton(10, "fd00:2::2")
	inner += struct.pack("!HHHH", 4444, 5555, 40, 0) + bytes(32)
	s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	s.sendto(struct.pack("!BBHI", 1, 4, 0, 0) + inner, ("fd00:1::2", 0))
END
counted() { (($(reason invalid) >= before + 2)); }
check "ICMP errors with a forged inner packet are counted as invalid" \
	until_true 10 counted
probe "$client" <<-'END'
	open   udp 10.0.2.2 53  | traffic goes on
END
refuse "and are not forwarded" grep -q unreachable "$tmp/dump"

# A TCP segment of no connection, and one that cannot be.
before=$(reason invalid)
in_client "$PYTHON" - <<-'END'
	import socket, struct
	def checksum(b):
	    n = sum(struct.unpack("!%dH" % (len(b) // 2), b))
	    while n >> 16:
	        n = (n & 0xffff) + (n >> 16)
	    return ~n & 0xffff
	s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
	for flags in (0, 0x3f, 0x03):
	    tcp = struct.pack("!HHIIBBHHH", 4000, 80, 1, 1, 0x50, flags, 1024, 0, 0)
	    pseudo = socket.inet_aton("10.0.1.2") + socket.inet_aton("10.0.2.2") + \
	        struct.pack("!HH", 6, len(tcp))
	    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
	    s.sendto(tcp, ("10.0.2.2", 0))
END
counted() { (($(reason invalid) >= before + 3)); }
check "impossible TCP flags are counted as invalid" until_true 10 counted

# Time exceeded comes from the router itself and is related to the connection.
trace() { # FAMILY ADDRESS ROUTER
	in_client "$PYTHON" - "$@" <<-'END'
		import socket, sys, select, struct
		six = sys.argv[1] == "6"
		level, ttl, recverr = (41, 16, 25) if six else (0, 2, 11)
		hops = []
		for hop in (1, 2):
		    s = socket.socket(10 if six else 2, socket.SOCK_DGRAM)
		    s.setsockopt(level, ttl, hop)
		    s.setsockopt(level, recverr, 1)
		    s.connect((sys.argv[2], 33434 + hop))
		    s.send(bytes(16))
		    p = select.poll(); p.register(s, 0)
		    if not p.poll(10000):
		        sys.exit("hop %d: silence" % hop)
		    _, c, _, _ = s.recvmsg(99, 512, socket.MSG_ERRQUEUE)
		    err = c[0][2]
		    hops.append(socket.inet_ntop(10, err[24:40]) if six else
		                socket.inet_ntoa(err[20:24]))
		print(hops)
		sys.exit(hops != [sys.argv[3], sys.argv[2]])
	END
}
check "traceroute sees the router and the server, IPv4" trace 4 10.0.2.2 10.0.1.1
check "traceroute sees the router and the server, IPv6" trace 6 fd00:2::2 fd00:1::1

# FTP: the data connection is expected by the helper, and follows its master.
ftp() { # WITH_HELPER
	if [[ $1 == yes ]]; then
		in_router nft -f - <<-'END'
			table inet ftp {
				ct helper ftp { type "ftp" protocol tcp; }
				chain c {
					type filter hook prerouting priority -150;
					tcp dport 21 ct helper set "ftp"
				}
			}
		END
	fi
	in_client "$PYTHON" - <<-'END'
		import socket, re, sys
		c = socket.create_connection(("10.0.2.2", 21), 10)
		f = c.makefile("rw", newline="\r\n")
		f.readline()
		f.write("PASV\n"); f.flush()
		n = list(map(int, re.findall(r"\d+", f.readline())))[1:]
		try:
		    d = socket.create_connection(("10.0.2.2", n[4] * 256 + n[5]), 3)
		except OSError as e:
		    sys.exit("data connection: %s" % e)
		print(d.recv(16))
	END
}
in_server "$PYTHON" - <<-'END' &
	import socket, threading
	data = socket.create_server(("", 5001))
	def feed():
	    while True:
	        s, _ = data.accept()
	        s.sendall(b"file"); s.close()
	threading.Thread(target=feed, daemon=True).start()
	control = socket.create_server(("", 21))
	while True:
	    s, _ = control.accept()
	    s.sendall(b"220 ready\r\n")
	    s.recv(64)
	    s.sendall(b"227 Entering Passive Mode (10,0,2,2,19,137)\r\n")
END
background+=($!)
policy <<-'END'
	policy wan -> lan { allow tcp port 21 }
	policy default { drop }
END
until_true 10 in_server nc -z 10.0.2.2 5001
if modprobe -q nf_conntrack_ftp 2>/dev/null && modprobe -q nft_ct &&
	in_router nft list ruleset >/dev/null 2>&1; then
	refuse "FTP data without the helper is an unexpected connection" ftp no
	check "FTP data with the helper follows its control connection" ftp yes
else
	skip "FTP data follows its control connection" \
		"no nf_conntrack_ftp or nft_ct on this kernel"
fi
finish
