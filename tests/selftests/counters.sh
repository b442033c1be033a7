#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the command shows, against what was sent.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 53,80

rule() { # NAME FIELD
	json show rules "[r['$2'] for r in d['rules'] if r['name'] == '$1'][0]"
}
reason() { # NAME
	json show stats "[r['packets'] for r in d['reasons'] if r['reason'] == '$1'][0]"
}

policy <<-'END'
	set servers { 10.0.2.0/28, fd00:2::/64 }
	policy wan -> lan {
		allow udp port 53 to @servers name dns
		drop udp port 54 name denied
		reject udp port 55 name refused
		allow tcp port 80 name web
	}
	policy default { drop name rest }
END
is "counters start at zero" "0 0 0" \
	"$(rule dns packets) $(rule denied packets) $(rule rest packets)"
allowed=$(reason allowed) dropped=$(reason policy-drop)
rejected=$(reason policy-reject)
for _ in 1 2 3; do
	echo 'open   udp 10.0.2.2 53 size=100 | to be counted: allowed, IPv4'
	echo 'open   udp fd00:2::2 53 size=100 | to be counted: allowed, IPv6'
	echo 'silent udp 10.0.2.2 54 size=100 | to be counted: dropped'
	echo 'port   udp 10.0.2.2 55 | to be counted: rejected'
	echo 'silent udp 10.0.2.2 56 | to be counted: by the default'
done >"$tmp/some"
probe "$client" <"$tmp/some"
is "packets of an allowing rule: those that made a connection" 6 \
	"$(rule dns packets)"
is "packets of a dropping rule" 3 "$(rule denied packets)"
is "bytes of a dropping rule" $((3 * 128)) "$(rule denied bytes)"
is "packets of a rejecting rule" 3 "$(rule refused packets)"
is "packets of the default" 3 "$(rule rest packets)"
is "packets of a rule nothing came to" 0 "$(rule web packets)"
is "stats: allowed" 6 $(($(reason allowed) - allowed))
is "stats: dropped by policy" 6 $(($(reason policy-drop) - dropped))
is "stats: rejected by policy" 3 $(($(reason policy-reject) - rejected))

# Connections, while they last.
in_client "$PYTHON" -u - <<-'END' >"$tmp/held" 2>&1 &
	import socket, time
	s = socket.create_connection(("10.0.2.2", 80), 15)
	s.sendall(b"hello")
	print(s.recv(16), flush=True)
	time.sleep(120)
END
background+=($!)
until_true 30 grep -q hello "$tmp/held"
kw show connections --json >"$tmp/connections"
check "show connections: the open connection" "$PYTHON" - "$tmp/connections" \
	<<-'END'
		import json, sys
		d = json.load(open(sys.argv[1]))
		text = json.dumps([c for c in d["connections"]
		                   if c.get("protocol") == "tcp"])
		print(text)
		sys.exit(not ("10.0.1.2" in text and "10.0.2.2" in text))
	END
is "show sets: the set" servers \
	"$(json show sets "[s['name'] for s in d['sets']][0]")"
is "show zones: all of them" "dmz lan wan" "$(json show zones \
	"' '.join(sorted(z['name'] for z in d['zones'] if z['interfaces']))")"
for what in rules zones sets connections stats; do
	check "show $what prints something for people" \
		eval "[[ \$(kw show $what) ]]"
done

# What the module does and what the command predicts agree.
check "test: an allowed packet" eval \
	'kw test wan to lan tcp 10.0.1.2:1024 10.0.2.2:80 | grep -q web'
finish
