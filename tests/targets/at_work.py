# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that works, and says whether anything in it has changed.

usage: at_work.py FD NODES

A thread counts into the first 8 bytes of the file FD, which others map, too.
Two threads make and drop objects.  Two stand in a system call, as the main
thread does, in read(): FACTS has their numbers.  A line on stdin is answered
with a digest of what the program holds and must not change, and the number of
signals that it got.
"""
import hashlib
import json
import mmap
import os
import signal
import struct
import sys
import threading
import time

SIGNALS = [0]
TIDS = []


class Node:
    def __init__(self, n):
        self.n = n
        self.children = [n, str(n)]
        self.table = {"n": n, "text": "node %d" % n}


class Leaf:
    """In no cycle: gone as soon as it is dropped."""
    def __init__(self, n):
        self.values = [n, str(n)]


def count_signal(*_):
    SIGNALS[0] += 1


def catch_signals():
    for number in range(1, signal.NSIG):
        try:
            # What ends the program when something is wrong stays as it is.
            if signal.getsignal(number) in (signal.SIG_DFL, signal.SIG_IGN):
                if number not in (signal.SIGSEGV, signal.SIGBUS,
                                  signal.SIGABRT, signal.SIGILL,
                                  signal.SIGFPE):
                    signal.signal(number, count_signal)
        except (OSError, ValueError, RuntimeError):
            continue


def count(shared):
    n = 0
    while True:
        n += 1
        struct.pack_into("=Q", shared, 0, n)
        time.sleep(0.0005)


def churn(seed):
    kept = []
    while True:
        kept.append(Leaf(seed))
        if len(kept) > 500:
            del kept[:400]
            time.sleep(0.002)


def stand(body):
    TIDS.append(threading.get_native_id())
    body()


def digest(nodes, block):
    h = hashlib.blake2b(block, digest_size=16)
    for node in nodes:
        h.update(repr((id(node), sys.getrefcount(node), node.n, node.children,
                       node.table)).encode())
    return h.hexdigest()


def main():
    shared = mmap.mmap(int(sys.argv[1]), mmap.PAGESIZE)
    nodes = [Node(i) for i in range(int(sys.argv[2]))]
    block = bytes(i * i % 251 for i in range(1 << 18)) * 4
    reader, writer = os.pipe()
    lock = threading.Lock()
    lock.acquire()
    catch_signals()
    for body, *args in ((stand, lambda: os.read(reader, 1)),
                        (stand, lock.acquire), (count, shared), (churn, 1),
                        (churn, 2)):
        threading.Thread(target=body, args=args, daemon=True).start()
    while len(TIDS) < 2:
        time.sleep(0.001)
    facts = {"still": TIDS + [threading.get_native_id()],
             "digest": digest(nodes, block)}
    os.write(1, json.dumps(facts).encode() + b"\n")
    while os.read(0, 1):
        facts = {"digest": digest(nodes, block), "signals": SIGNALS[0]}
        os.write(1, json.dumps(facts).encode() + b"\n")
    return writer


if __name__ == "__main__":
    main()
