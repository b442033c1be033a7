#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Zones follow interfaces that come, go and change their names; each network
# namespace has a policy of its own.
#
#	client ── w0 [wan] router [lan] l0 ── server
#	                   router [dmz] d0 ── dmz
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 80,81
serve "$dmz" 80

interfaces() { # ZONE
	json show zones "' '.join(sorted(i['name'] for z in d['zones'] \
		if z['name'] == '$1' for i in z['interfaces']))"
}

ZONES='zone wan { interface w0, vpn* }
zone lan { interface l0 }
zone dmz { interface d0 }'
policy <<-'END'
	policy wan -> lan { allow tcp port 80 }
	policy dmz -> lan { allow tcp port 81 }
	policy default { drop }
END
is "an interface is in its zone" w0 "$(interfaces wan)"
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | in its zone: allowed
	silent tcp @2.2 81 | in its zone: denied
END

# Renamed out of every zone, into another, and back.
rename() { # FROM TO NETWORK-OF-IT
	in_router ip -batch - <<-BATCH
		link set $1 down
		link set $1 name $2
		link set $2 up
		addr replace fd00:$3::1/64 dev $2 nodad
	BATCH
}
rename w0 spare 1
is "renamed away: not in its zone" "" "$(interfaces wan)"
both_probe "$client" <<-'END'
	silent tcp @2.2 80 | in no zone: denied
END
rename spare vpn7 1
is "renamed into a pattern: in the zone" vpn7 "$(interfaces wan)"
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | renamed into a pattern: allowed
END
rename vpn7 other 1
rename d0 dold 3
rename other d0 1
is "renamed into another zone" d0 "$(interfaces dmz)"
both_probe "$client" <<-'END'
	open   tcp @2.2 81 | renamed into another zone: what that one may
	silent tcp @2.2 80 | renamed into another zone: no more than that
END
rename d0 w0 1
rename dold d0 3
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | renamed back: allowed
END

# A connection is held to the zone its interface is in now.
in_client "$PYTHON" -u - <<-'END' >"$tmp/held" 2>&1 &
	import socket, time
	s = socket.create_connection(("10.0.2.2", 80), 15)
	s.settimeout(2)
	for n in range(600):
	    try:
	        s.sendall(b"x")
	        s.recv(1)
	    except OSError as e:
	        print("ended", e)
	        break
	    print("exchange")
	    time.sleep(0.05)
END
held=$!
background+=("$held")
until_true 30 grep -q exchange "$tmp/held"
rename w0 spare 1
check "a connection ends when its interface leaves the zone" \
	until_true 20 grep -q ended "$tmp/held"
rename spare w0 1

# Deleted, and made again.
in_router ip link del d0
is "deleted: not in its zone" "" "$(interfaces dmz)"
link "$dmz" m0 d0 3
is "made again: in its zone" d0 "$(interfaces dmz)"
until_true 10 in_dmz ping -q -c 1 -W 1 10.0.2.2
both_probe "$dmz" <<-'END'
	open   tcp @2.2 81 | made again: what its zone may
	silent tcp @2.2 80 | made again: no more than that
END

# A policy may name interfaces that do not exist yet.
ZONES='zone wan { interface w0, later0 }
zone lan { interface l0 }'
check "a zone of an interface that does not exist" policy <<-'END'
	policy wan -> lan { allow tcp port 80 }
	policy default { drop }
END
in_router ip link add later0 type dummy
is "that interface joins when it comes" "later0 w0" "$(interfaces wan)"
in_router ip link del later0

# Two namespaces, two policies: the server filters as well.
cat >"$tmp/server.conf" <<-'END'
	zone net { interface s0 }
	policy any -> self { allow tcp port 81 }
	policy default { drop }
END
check "another namespace takes a policy of its own" \
	in_server "$KEEPWALL" load "$tmp/server.conf"
both_probe "$client" <<-'END'
	silent tcp @2.2 80 | the router allows it, the server does not
	silent tcp @2.2 81 | the server allows it, the router does not
END
check "unload there" in_server "$KEEPWALL" unload
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | the router's policy is still in force
	silent tcp @2.2 81 | and still denies
END
finish
