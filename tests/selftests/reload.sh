#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A new policy under traffic: what stays allowed does not notice, what is
# forbidden ends, and a policy that is refused changes nothing.
#
#	client ── w0 [wan] router [lan] l0 ── server
# shellcheck source=net.sh source-path=SCRIPTDIR disable=SC2317 # called by check
. "$(dirname "$0")/net.sh"

module_load
network_up
serve "$server" 53,80,81
generation() { json show stats "d['generation']"; }

good() { # TAG : a policy that allows the transfer, another one each time
	{
		echo "$ZONES"
		cat <<-END
			policy wan -> lan {
				allow tcp port 5001 name transfer
				allow icmp echo-request
				drop tcp port $1
			}
			policy default { drop }
		END
	} >"$tmp/good.conf"
}

good 1
kw load "$tmp/good.conf" || bail "cannot load the first policy"
in_server "$PYTHON" "$selftests/probe.py" transfer receive 5001 8 \
	>"$tmp/receive" 2>&1 &
background+=($!)
until_true 30 grep -q ready "$tmp/receive" || bail "no receiver"
in_client "$PYTHON" "$selftests/probe.py" transfer send 10.0.2.2 5001 8 "$tmp/stop" 64 \
	>"$tmp/send" 2>&1 &
sender=$!
background+=("$sender")
until_true 30 grep -q running "$tmp/send"
before=$(generation)
reloads=0
while kill -0 "$sender" && ((reloads < 20)); do
	good $((reloads + 2))
	kw load "$tmp/good.conf" || break
	reloads=$((reloads + 1))
done >"$tmp/reloads" 2>&1
touch "$tmp/stop"
wait "$sender"
is "eight transfers survive reloads, every byte of them" 0 $?
diag "$reloads reloads; $(tail -n 1 "$tmp/send")"
is "they all fell into the time of the transfers" 20 "$reloads"
is "each reload is one generation" $((before + reloads)) "$(generation)"

# A connection that the new policy forbids ends on its next packet.
long() { # NAME : a connection that says how each exchange went
	in_client "$PYTHON" -u - <<-'END' >"$tmp/$1" 2>&1
		import socket, sys, time
		s = socket.create_connection(("10.0.2.2", 80), 15)
		s.settimeout(2)
		n = 0
		while n < 600:
		    try:
		        s.sendall(b"%d" % n)
		        if not s.recv(16):
		            raise OSError("closed")
		    except OSError as e:
		        print("ended", e)
		        break
		    print("exchange")
		    n += 1
		    time.sleep(0.05)
	END
}
policy <<-'END'
	policy wan -> lan { allow tcp port 80-81 name web }
	policy default { drop }
END
long held &
background+=($!)
until_true 30 grep -q exchange "$tmp/held"
policy <<-'END'
	policy wan -> lan { allow tcp port 81 name web }
	policy default { drop }
END
check "a connection that the new policy forbids ends" \
	until_true 20 grep -q ended "$tmp/held"
check "and is counted as ended" test "$(json show stats \
	"[r['packets'] for r in d['reasons'] if r['reason'] == 'connections-ended'][0]")" -ge 1
policy <<-'END'
	policy wan -> lan {
		allow tcp port 80
		reject
	}
	policy default { drop }
END
long refused &
background+=($!)
until_true 30 grep -q exchange "$tmp/refused"
policy <<-'END'
	policy wan -> lan { reject }
	policy default { drop }
END
check "one that the new policy rejects is told so" \
	until_true 20 grep -Eq 'ended.*(reset|refused)' "$tmp/refused"

# Only the original direction counts: nothing allows lan -> wan here.
policy <<-'END'
	policy wan -> lan { allow tcp port 80 }
	policy default { drop }
END
long answers &
answers=$!
background+=("$answers")
until_true 30 grep -q exchange "$tmp/answers"
policy <<-'END'
	policy wan -> lan { allow tcp port 80-81 }
	policy default { drop }
END
sleep 1
refuse "answers are judged by the direction the connection was made in" \
	grep -q ended "$tmp/answers"
kill "$answers" 2>/dev/null

# A refused policy changes nothing.
policy <<-'END'
	policy wan -> lan {
		allow tcp port 80 name kept
		allow udp port 53 name changed
	}
	policy default { drop name rest }
END
both_probe "$client" <<-'END'
	open   tcp @2.2 80 | before: allowed
	open   udp @2.2 53 | before: allowed as well
	silent tcp @2.2 81 | before: denied
END
snapshot() {
	kw show rules --json | "$PYTHON" -c 'import json, sys
d = json.load(sys.stdin)
for r in d["rules"]:
    print(r["text"], r["packets"], r["bytes"])'
	generation
}
packets() { # RULE
	json show rules "[r['packets'] for r in d['rules'] if r['name'] == '$1'][0]"
}
snapshot >"$tmp/before"
printf '%s\npolicy wan -> lan {\n\tallow tcp port 81\n\tallow tpc port 82\n}\n' \
	"$ZONES" >"$tmp/bad.conf"
refuse "a file whose second half is wrong is refused" kw load "$tmp/bad.conf"
snapshot >"$tmp/after"
check "rules, counters and generation are what they were" \
	cmp "$tmp/before" "$tmp/after"

# Counters belong to rules, not to policies.
kept=$(packets kept)
check "the counters are not zero to begin with" test "$kept" -ge 2
policy <<-'END'
	policy wan -> lan {
		allow tcp port 443 name new
		allow tcp port 80 name kept
		allow udp port 53-54 name changed-by-another-name
	}
	policy default { drop name rest }
END
# More may have come: packets of connections that are judged again.
check "an unchanged rule keeps its counters, at another place too" \
	test "$(packets kept)" -ge "$kept"
is "a new rule starts at zero" 0 "$(packets new)"
finish
