#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What would take too many processes in shell, in one process.

  stress.py modules KO COUNT        load and remove the module COUNT times
  stress.py commits COUNT           put the policy in force COUNT times, under
                                    its own name: read back, uploaded again
  stress.py failing COUNT           the same while allocations fail, then once
                                    more when they do not
  stress.py mutants COUNT           upload COUNT damaged copies of the policy:
                                    each is refused or judges packets until the
                                    next; the last one is whole again
"""

import ctypes
import errno
import os
import random
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
SYS_FINIT_MODULE, SYS_DELETE_MODULE = 313, 176

CMD_BEGIN, CMD_CHUNK, CMD_COMMIT, CMD_ABORT, CMD_UNLOAD, CMD_GET = range(1, 7)
CMD_STATS_GET = 10
A_TRANSACTION, A_TOTAL_LEN, A_OFFSET, A_DATA, A_GENERATION = range(1, 6)
CHUNK = 16384


class Refused(Exception):
    pass


class Keepwall:
    def __init__(self):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.s.bind((0, 0))
        self.seq = 0
        self.family = 16
        reply = self.talk(3, [(2, b"keepwall\0")])
        self.family = struct.unpack("=H", reply[0][1])[0]

    def talk(self, cmd, attrs=(), flags=4):
        """Attributes of all replies, in a list of dictionaries."""
        body = struct.pack("=BBH", cmd, 1, 0)
        for kind, value in attrs:
            body += struct.pack("=HH", 4 + len(value), kind) + value
            body += bytes(-len(value) % 4)
        self.seq += 1
        self.s.send(struct.pack("=IHHII", 16 + len(body), self.family,
                                flags | 1, self.seq, 0) + body)
        replies = []
        while True:
            data = self.s.recv(1 << 17)
            while data:
                length, kind, _, seq, _ = struct.unpack_from("=IHHII", data)
                message, data = data[16:length], data[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                if kind in (2, 3):
                    code = struct.unpack_from("=i", message)[0]
                    if code:
                        raise Refused(errno.errorcode.get(-code, code))
                    return replies
                message, found = message[4:], {}
                while message:
                    n, a = struct.unpack_from("=HH", message)
                    found[a & 0x3fff] = message[4:n]
                    message = message[(n + 3) & ~3:]
                replies.append(found)

    def read(self):
        blob = b""
        for reply in self.talk(CMD_GET, flags=0x300):
            blob += reply.get(A_DATA, b"")
        return blob

    def write(self, blob):
        u32 = lambda n: struct.pack("=I", n)
        reply = self.talk(CMD_BEGIN, [(A_TOTAL_LEN, u32(len(blob)))])
        t = reply[0][A_TRANSACTION]
        try:
            for at in range(0, len(blob), CHUNK):
                self.talk(CMD_CHUNK, [(A_TRANSACTION, t), (A_OFFSET, u32(at)),
                                      (A_DATA, blob[at:at + CHUNK])])
        except Refused:
            self.talk(CMD_ABORT, [(A_TRANSACTION, t)])
            raise
        self.talk(CMD_COMMIT, [(A_TRANSACTION, t)])

    def generation(self):
        return struct.unpack("=I", self.talk(CMD_STATS_GET)[0]
                             [A_GENERATION])[0]


def modules(path, count):
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    for _ in range(int(count)):
        if libc.syscall(SYS_FINIT_MODULE, fd, b"", 0):
            sys.exit("insmod: %s" % os.strerror(ctypes.get_errno()))
        if libc.syscall(SYS_DELETE_MODULE, b"keepwall", os.O_NONBLOCK):
            sys.exit("rmmod: %s" % os.strerror(ctypes.get_errno()))
    print("%s times" % count)


class Failing:
    """Allocations may fail between on() and off()."""

    def __init__(self):
        # Opened while that cannot fail.
        self.fd = os.open("/proc/self/make-it-fail", os.O_WRONLY | os.O_CLOEXEC)

    def on(self):
        os.pwrite(self.fd, b"1", 0)

    def off(self):
        os.pwrite(self.fd, b"0", 0)


def commits(count):
    kw = Keepwall()
    blob = kw.read()
    before = kw.generation()
    for done in range(int(count)):
        try:
            kw.write(blob)
        except (Refused, OSError) as e:
            sys.exit("commit %d: %s" % (done, e))
    after = kw.generation()
    print("%s commits, generation %d to %d" % (count, before, after))
    if after - before != int(count):
        sys.exit("the generation does not count the commits")


def failing(count):
    kw = Keepwall()
    blob = kw.read()
    before = kw.generation()
    fail = Failing()
    done = refused = unanswered = 0
    for _ in range(int(count)):
        fail.on()
        try:
            kw.write(blob)
            done += 1
        except Refused:
            refused += 1
        except OSError:
            # The request or its answer was lost.
            unanswered += 1
        finally:
            fail.off()
        # An upload that could not even be aborted ends with its socket.
        kw.s.close()
        kw = Keepwall()
    kw.write(blob)
    done += 1
    if kw.read() != blob:
        sys.exit("the policy in force is another one")
    after = kw.generation()
    print("%d commits, %d refused, %d unanswered, generation %d to %d" %
          (done, refused, unanswered, before, after))
    # One that was refused after it had been put in force would be a lie.
    if not done <= after - before <= done + unanswered:
        sys.exit("the generation does not count the commits")
    if not refused:
        sys.exit("no allocation failed")


def damaged(blob):
    copy = bytearray(blob)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(copy))
        copy[at] = random.choice((0, 1, 0x7f, 0x80, 0xff, copy[at] ^ 1,
                                  random.randrange(256)))
    return bytes(copy)


def mutants(count):
    random.seed(1)
    kw = Keepwall()
    blob = kw.read()
    accepted = refused = 0
    for _ in range(int(count)):
        try:
            kw.write(damaged(blob))
            accepted += 1
        except Refused as e:
            if e.args[0] != "EINVAL":
                sys.exit("a damaged policy: %s" % e)
            refused += 1
    kw.write(blob)
    print("%d accepted, %d refused" % (accepted, refused))
    if not accepted or not refused:
        sys.exit("the damage was not of both kinds")


if __name__ == "__main__":
    {"modules": modules, "commits": commits, "failing": failing,
     "mutants": mutants}[sys.argv[1]](*sys.argv[2:])
