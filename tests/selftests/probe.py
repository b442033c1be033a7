#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Both ends of a test connection, many at a time, one process for each side.

  probe.py serve PORTS [sctp=PORTS] [raw=PROTOCOLS]
      Echoes whatever reaches TCP and UDP PORTS ("21,80,1000-1010"), SCTP
      ports and IP protocols, both families. Prints "ready" once it listens.

  probe.py run <LINES
      Makes all connections of the batch at once and says how each one fared:

      EXPECT PROTOCOL DESTINATION [PORT] [key=value]... | description

      PROTOCOL tcp udp sctp icmp, or a number: that IP protocol
      key      from=ADDRESS sport=N size=N type=N
      EXPECT   open      answered by the far end
               rst       refused by the transport: TCP reset, SCTP abort
               silent    nothing came back
               port host net admin   that kind of ICMP unreachable
               T/C       that ICMP type and code
               EPERM     the sender's own kernel said so, or another errno

      Prints "ok DESCRIPTION" or "not ok DESCRIPTION # got X"; status 1 when
      one is not ok.

  probe.py transfer send|receive ...: see transfer() below

Silence is only believed after SILENCE seconds; everything else may take as
long as PATIENCE: a slow machine makes a test slow, never wrong.
"""

import errno
import hashlib
import os
import select
import selectors
import socket
import struct
import sys
import time

SILENCE = float(os.environ.get("PROBE_SILENCE", "1.5"))
PATIENCE = float(os.environ.get("PROBE_PATIENCE", "10"))
IP_RECVERR, IPV6_RECVERR = 11, 25
IP_PKTINFO = 8
IPPROTO_SCTP = 132
UNREACH = {
    4: {(3, 3): "port", (3, 1): "host", (3, 0): "net", (3, 13): "admin"},
    6: {(1, 4): "port", (1, 3): "host", (1, 0): "net", (1, 1): "admin"},
}


def numbers(text):
    for part in filter(None, text.split(",")):
        low, _, high = part.partition("-")
        yield from range(int(low), int(high or low) + 1)


# ---- the serving side ------------------------------------------------------

class Server:
    def __init__(self):
        self.sel = selectors.DefaultSelector()

    def socket(self, family, kind, proto=0):
        s = socket.socket(family, kind, proto)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and kind != socket.SOCK_RAW:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.setblocking(False)
        return s

    def stream(self, family, port, proto=0):
        s = self.socket(family, socket.SOCK_STREAM, proto)
        s.bind(("", port))
        s.listen(128)
        self.sel.register(s, selectors.EVENT_READ, self.accept)

    def accept(self, s):
        try:
            conn, _ = s.accept()
        except OSError:
            return
        conn.setblocking(False)
        self.sel.register(conn, selectors.EVENT_READ, self.echo)

    def echo(self, s):
        try:
            data = s.recv(65536)
            if data:
                s.send(data)
                return
        except OSError:
            pass
        self.sel.unregister(s)
        s.close()

    def datagram(self, family, port):
        s = self.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET:
            s.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        else:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        s.bind(("", port))
        self.sel.register(s, selectors.EVENT_READ, self.answer)

    # The answer leaves with the address that was asked.
    def answer(self, s):
        try:
            data, cmsgs, _, peer = s.recvmsg(65536, 256)
            out = []
            for level, kind, value in cmsgs:
                if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                    dst = value[8:12]
                    value = struct.pack("i4s4s", 0, dst, dst)
                    out.append((level, kind, value))
                elif level == socket.IPPROTO_IPV6:
                    out.append((level, kind, value))
            s.sendmsg([data], out, 0, peer)
        except OSError:
            pass

    def raw(self, family, proto):
        s = self.socket(family, socket.SOCK_RAW, proto)
        self.sel.register(s, selectors.EVENT_READ, self.answer_raw)

    def answer_raw(self, s):
        try:
            data, peer = s.recvfrom(65536)
            if s.family == socket.AF_INET:
                data = data[(data[0] & 15) * 4:]
            s.sendto(data, (peer[0], 0))
        except OSError:
            pass

    def run(self):
        print("ready", flush=True)
        while True:
            for key, _ in self.sel.select():
                key.data(key.fileobj)


def serve(args):
    server = Server()
    families = (socket.AF_INET, socket.AF_INET6)
    for arg in args:
        kind, _, ports = arg.rpartition("=")
        for port in numbers(ports):
            for family in families:
                if kind == "sctp":
                    server.stream(family, port, IPPROTO_SCTP)
                elif kind == "raw":
                    server.raw(family, port)
                else:
                    server.stream(family, port)
                    server.datagram(family, port)
    server.run()


# ---- the asking side -------------------------------------------------------

class Probe:
    """One connection attempt; result is None until something was heard."""

    serial = 0

    def __init__(self, line):
        words, _, self.name = line.partition("|")
        words = words.split()
        self.name = self.name.strip() or " ".join(words)
        self.expect, self.proto, self.dst = words[:3]
        options = dict(w.split("=", 1) for w in words[3:] if "=" in w)
        ports = [w for w in words[3:] if "=" not in w]
        self.port = int(ports[0]) if ports else 0
        self.source = options.get("from", "")
        self.sport = int(options.get("sport", 0))
        self.size = int(options.get("size", 32))
        self.type = int(options.get("type", 0))
        self.v6 = ":" in self.dst
        self.result = None
        Probe.serial += 1
        self.id = (os.getpid() * 131 + Probe.serial * 7) & 0xffff
        self.payload = (b"\0\0\x08\0" + struct.pack("!HH", 0x6b77, self.id) +
                        bytes(max(0, self.size - 8)))
        try:
            self.start()
        except OSError as e:
            self.result = self.from_errno(e.errno)

    def start(self):
        family = socket.AF_INET6 if self.v6 else socket.AF_INET
        kind, proto = {
            "tcp": (socket.SOCK_STREAM, 0),
            "udp": (socket.SOCK_DGRAM, 0),
            "sctp": (socket.SOCK_STREAM, IPPROTO_SCTP),
            "icmp": (socket.SOCK_RAW, 58 if self.v6 else 1),
        }.get(self.proto, (socket.SOCK_RAW, None))
        self.raw = kind == socket.SOCK_RAW
        if proto is None:
            proto = int(self.proto)
        self.s = s = socket.socket(family, kind, proto)
        s.setblocking(False)
        if self.v6:
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        elif self.proto != "sctp":
            s.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        if self.source or self.sport:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((self.source or ("::" if self.v6 else "0.0.0.0"),
                    self.sport))
        self.stream = kind == socket.SOCK_STREAM
        try:
            s.connect((self.dst, self.port if not self.raw else 0))
        except BlockingIOError:
            return
        if self.proto == "icmp":
            s.send(self.echo_request())
        elif not self.stream:
            s.send(self.payload)

    # The kernel puts ICMPv6's checksum in, not ICMP's.
    def echo_request(self):
        kind = self.type or (128 if self.v6 else 8)
        body = struct.pack("!HH", self.id, 1) + self.payload[8:]
        packet = struct.pack("!BBH", kind, 0, 0) + body
        if self.v6:
            return packet
        total = sum(struct.unpack("!%dH" % (len(packet) // 2),
                                  packet[:len(packet) & ~1]))
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        return struct.pack("!BBH", kind, 0, ~total & 0xffff) + body

    def from_errno(self, code):
        if code == errno.ECONNREFUSED:
            return "rst"
        return errno.errorcode.get(code, str(code))

    # An error of a raw socket may be about a neighbour of this probe.
    def mine(self, data):
        if not self.raw:
            return True
        if self.proto == "icmp":
            return data[4:6] == struct.pack("!H", self.id)
        return data[:8] == self.payload[:8]

    def read_error_queue(self):
        while True:
            try:
                data, cmsgs, _, _ = self.s.recvmsg(9000, 512,
                                                   socket.MSG_ERRQUEUE)
            except OSError:
                return
            if not self.v6 and self.raw and data[:1] == b"\x45":
                data = data[20:]
            if not self.mine(data):
                continue
            for _, kind, value in cmsgs:
                if kind not in (IP_RECVERR, IPV6_RECVERR):
                    continue
                _, origin, t, c = struct.unpack_from("=IBBB", value)
                if origin in (2, 3):
                    known = UNREACH[6 if self.v6 else 4]
                    self.result = known.get((t, c), "%d/%d" % (t, c))
                    return

    def ready(self):
        self.read_error_queue()
        if self.result:
            return
        if self.stream:
            code = self.s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self.result = self.from_errno(code) if code else "open"
            return
        try:
            data = self.s.recv(65536)
        except BlockingIOError:
            return
        except OSError as e:
            # A raw socket is told of its neighbours' errors too.
            if not self.raw:
                self.result = self.from_errno(e.errno)
            return
        if self.proto == "icmp":
            data = data if self.v6 else data[(data[0] & 15) * 4:]
            answer = {0: 129 if self.v6 else 0, 8: 0}
            if (data[0] == answer.get(self.type, self.type + 1) and
                    self.mine(data)):
                self.result = "open"
        elif self.raw:
            data = data if self.v6 else data[(data[0] & 15) * 4:]
            if self.mine(data):
                self.result = "open"
        else:
            self.result = "open" if data == self.payload else "garbled"

    def finish(self):
        if hasattr(self, "s"):
            # No TIME_WAIT: the next batch may want the same ports.
            if self.stream and self.proto == "tcp":
                self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            self.s.close()
        got = self.result or "silent"
        ok = got == self.expect
        print("ok %s" % self.name if ok else
              "not ok %s # got %s, not %s" % (self.name, got, self.expect),
              flush=True)
        return ok


def run(_):
    probes = [Probe(line) for line in sys.stdin if line.strip() and
              not line.lstrip().startswith("#")]
    poll = select.poll()
    by_fd = {}
    for p in probes:
        if p.result is None:
            by_fd[p.s.fileno()] = p
            poll.register(p.s, select.POLLOUT if p.stream else select.POLLIN)
    started = time.monotonic()
    quiet_until = started + SILENCE
    while by_fd:
        now = time.monotonic()
        awaited = any(p.expect != "silent" for p in by_fd.values())
        end = started + PATIENCE if awaited else quiet_until
        if now >= end:
            break
        for fd, _ in poll.poll(max(1, int((end - now) * 1000))):
            p = by_fd[fd]
            p.ready()
            if p.result:
                poll.unregister(fd)
                del by_fd[fd]
        if any(p.expect != "silent" for p in by_fd.values()):
            # Silence counts from the last answer that was due.
            quiet_until = time.monotonic() + SILENCE
    return 0 if all([p.finish() for p in probes]) else 1


# ---- transfers -------------------------------------------------------------

def pattern(nr):
    return hashlib.sha256(b"%d" % nr).digest() * 512      # 16 KiB


def transfer(args):
    """transfer receive PORT CONNECTIONS
       transfer send ADDRESS PORT CONNECTIONS STOP MIN_BLOCKS

    Each connection carries blocks whose contents the other side knows, and the
    receiver sends the checksum of everything back at the end. The sender goes
    on until a file STOP exists, prints "complete N of M, B bytes" and fails unless N is M.
    """
    if args[0] == "receive":
        listener = socket.create_server(("::", int(args[1])),
                                        family=socket.AF_INET6,
                                        dualstack_ipv6=True)
        print("ready", flush=True)
        sel = selectors.DefaultSelector()
        left = int(args[2])
        for _ in range(left):
            conn, _ = listener.accept()
            sel.register(conn, selectors.EVENT_READ, hashlib.sha256())
        while left:
            for key, _ in sel.select():
                data = key.fileobj.recv(1 << 20)
                if data:
                    key.data.update(data)
                    continue
                key.fileobj.sendall(key.data.digest())
                key.fileobj.close()
                sel.unregister(key.fileobj)
                left -= 1
        return 0

    address, port, nr, stop, least = args[1:]
    conns = [socket.create_connection((address, int(port)), PATIENCE)
             for _ in range(int(nr))]
    print("running", flush=True)
    sums = [hashlib.sha256() for _ in conns]
    sent = blocks = 0
    try:
        while not os.path.exists(stop) or blocks < int(least):
            block = pattern(blocks)
            for conn, digest in zip(conns, sums):
                conn.sendall(block)
                digest.update(block)
                sent += len(block)
            blocks += 1
    except OSError as e:
        print("lost after %d bytes: %s" % (sent, e), flush=True)
        return 1
    good = 0
    for conn, digest in zip(conns, sums):
        conn.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := conn.recv(64):
                answer += chunk
        except OSError:
            pass
        good += answer == digest.digest()
    print("complete %d of %d, %d bytes" % (good, len(conns), sent), flush=True)
    return 0 if good == len(conns) else 1


if __name__ == "__main__":
    MODES = {"serve": serve, "run": run, "transfer": transfer}
    if len(sys.argv) < 2 or sys.argv[1] not in MODES:
        sys.exit(__doc__)
    sys.exit(MODES[sys.argv[1]](sys.argv[2:]))
