#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Figures of tests/bench/module.sh, from raw lines on standard input:
"CASE FIREWALL RULES PACKETS NANOSECONDS", "LOAD FIREWALL RULES SECONDS" and
"ROUND N"; round 0 warms up and does not count. A table, or rows with --json.
"""

import json
import sys

# Differences below this many nanoseconds are noise: no ratio is made of them.
NOISE = 15

PEERS = {"nft": "nft, linear rules", "nftset": "nft, concatenated set",
         "iptables": "iptables-legacy"}

best, loads, counting, rounds = {}, {}, False, 0
for words in map(str.split, sys.stdin):
    if words[:1] == ["ROUND"]:
        counting = words[1] != "0"
        rounds = int(words[1])
    elif words[:1] == ["LOAD"]:
        loads[words[1], int(words[2])] = float(words[3])
    elif counting and len(words) == 5 and words[0] in ("drop", "approved"):
        case, firewall, rules, packets, ns = words
        key = case, firewall, int(rules)
        value = int(ns) / int(packets)
        best[key] = min(best.get(key, value), value)

sizes = sorted({rules for _, fw, rules in best if fw != "floor"})
if not sizes:
    sys.exit("bench: no figures")

rows = []
for case in ("drop", "approved"):
    floor = best[case, "floor", 0]
    for rules in sizes:
        for scale, base in (("raw", 0), ("over floor", floor)):
            ours = best.get((case, "keepwall", rules))
            for peer in PEERS:
                theirs = best.get((case, peer, rules))
                if theirs is None or ours is None:
                    continue
                value, other = ours - base, theirs - base
                row = {
                    "suite": "module",
                    "case": "%s, %d rules, %s" % (case, rules, scale),
                    "value": round(value, 1), "unit": "ns/packet",
                    "peer": PEERS[peer], "peer_value": round(other, 1)}
                if min(value, other) > NOISE:
                    row["ratio"] = round(other / value, 2)
                rows.append(row)

if "--json" in sys.argv:
    for row in rows:
        print(json.dumps(row))
    sys.exit()

print("ns per forwarded packet, minimum of %d interleaved rounds; in brackets"
      % rounds)
print("what is left over the floor, a hook that only drops or accepts.\n")
for case in ("drop", "approved"):
    floor = best[case, "floor", 0]
    print("%s (floor %.0f)" % (
        {"drop": "dropped packet of a new connection",
         "approved": "packet of an approved connection"}[case], floor))
    columns = ["keepwall"] + list(PEERS)
    print("%8s" % "rules" + "".join("%22s" % c for c in columns))
    for rules in sizes:
        line, ours = "%8d" % rules, best.get((case, "keepwall", rules))
        for fw in columns:
            value = best.get((case, fw, rules))
            if value is None:
                line += "%22s" % "-"
                continue
            cell = "%.0f (%.0f)" % (value, value - floor)
            if fw != "keepwall" and ours and min(value, ours) - floor > NOISE:
                cell += " %.1fx" % ((value - floor) / (ours - floor))
            line += "%22s" % cell
        print(line)
    print()
print("seconds to load: " + ", ".join(
    "%s %d: %.2f" % (fw, n, s) for (fw, n), s in sorted(loads.items())))
