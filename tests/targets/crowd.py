# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with many objects and several threads.

usage: crowd.py still|busy OBJECTS [THREADS]

still: four threads block in C in different ways, the main thread in a read
of stdin.  busy: THREADS, or three, make and drop objects and one counts; a
line on stdin is answered with {"count": how far it is}.
"""
import ctypes
import json
import os
import select
import sys
import threading
import time


class Node:
    def __init__(self, n):
        self.n = n
        self.children = [n, str(n)]
        self.table = {"n": n, n: self}


class Leaf:
    """In no cycle: gone as soon as it is dropped."""
    def __init__(self, n):
        self.values = [n, str(n)]


def rseq():
    """Where the kernel writes into each thread's area by itself: the offset
    of glibc's struct rseq (since 2.35), from the thread pointer, or None."""
    try:
        libc = ctypes.CDLL(None)
        if ctypes.c_uint.in_dll(libc, "__rseq_size").value:
            return ctypes.c_ssize_t.in_dll(libc, "__rseq_offset").value
    except ValueError:
        pass
    return None


def still(threads):
    reader, writer = os.pipe()
    lock = threading.Lock()
    lock.acquire()
    condition = threading.Condition()

    def wait():
        with condition:
            condition.wait(1e5)
    for body in (lock.acquire, wait, lambda: time.sleep(1e6),
                 lambda: select.select([reader], [], [])):
        threads.append(threading.Thread(target=body, daemon=True))
    return [reader, writer, lock, condition]


COUNT = [0]


def busy(threads, nr=3):
    def count():
        while True:
            COUNT[0] += 1
            time.sleep(0.0005)

    def churn(seed):
        kept = []
        while True:
            kept.append(Leaf(seed))
            if len(kept) > 500:
                del kept[:400]
                time.sleep(0.001)
    for i in range(nr):
        threads.append(threading.Thread(target=churn, args=(i,),
                                        daemon=True))
    threads.append(threading.Thread(target=count, daemon=True))


def main():
    nodes = [Node(i) for i in range(int(sys.argv[2]))]
    threads = []
    kept = still(threads) if sys.argv[1] == "still" else \
        busy(threads, *map(int, sys.argv[3:]))
    for t in threads:
        t.start()
    facts = {"threads": [t.ident for t in threads]
             + [threading.get_ident()], "rseq": rseq()}
    os.write(1, json.dumps(facts).encode() + b"\n")
    while os.read(0, 1):
        os.write(1, b'{"count": %d}\n' % COUNT[0])
    return nodes, kept


if __name__ == "__main__":
    main()
