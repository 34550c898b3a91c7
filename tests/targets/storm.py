# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that changes under load, with a part that never does.

usage: storm.py THREADS

KEPT, a ring of Node, stays as it is.  THREADS threads make and drop objects
without end, each of another kind: see CHURNS.  None has more than LIVE
objects of its kind at once.
"""
import collections
import json
import os
import sys
import threading
import time
import types

NODES = 1000
LIVE = 200
TAGS = ("a", "b", "c")


class Node:
    def __init__(self, n):
        self.n = n
        self.table = {tag: (n, tag) for tag in TAGS}
        self.items = [self.table, [n]]
        self.next = None


class Leaf:
    def __init__(self, n):
        self.values = [n, str(n)]


class Slotted:
    __slots__ = ("left", "right")


def lists(kept):
    kept.append([0])
    for i in range(50):
        kept[-1].append([i])
    if len(kept) > 4:
        del kept[0]


def dicts(kept):
    """They grow, get holes, and are made anew."""
    table = {}
    kept.append(table)
    for i in range(60):
        table[str(i)] = [i]
        if i % 3 == 0:
            del table[str(i)]
    if len(kept) > 3:
        kept.pop(0).clear()


def instances(kept):
    kept.append(Leaf(len(kept)))
    if len(kept) == LIVE:
        del kept[:LIVE // 2]


def cycles(kept):
    for i in range(20):
        one, other = Slotted(), Slotted()
        one.left = one.right = other
        other.left, other.right = one, [one]
    kept[:] = [one]


def generators(kept):
    def count(n):
        for i in range(n):
            yield [i]
    kept.append(count(5))
    for g in kept:
        next(g, None)
    if len(kept) > 20:
        del kept[:5]


def classes(kept):
    made = type("Made", (Leaf,), {"f": lambda self: self, "x": {}})
    o = made(1)
    o.extra = o
    kept[:] = [made]


def sets(kept):
    kept.append({(i, i) for i in range(30)})
    kept.append(collections.deque(([i] for i in range(100)), 70))
    kept.append(collections.OrderedDict.fromkeys(map(str, range(20))))
    if len(kept) > 10:
        del kept[:6]


def raising(kept):
    def fall(n):
        if n:
            fall(n - 1)
        raise ValueError([n])
    try:
        fall(10)
    except ValueError as e:
        kept.append(e)
    kept.append(types.SimpleNamespace(a=kept[-1], b=bytes(3000)))
    if len(kept) > 20:
        del kept[:10]


CHURNS = (lists, dicts, instances, cycles, generators, classes, sets, raising)


def churn(f):
    kept = []
    while True:
        for i in range(5):
            f(kept)
        # Without a GIL they would take all of the machine.
        time.sleep(1e-4)


def main():
    global KEPT
    KEPT = [Node(i) for i in range(NODES)]
    for i, node in enumerate(KEPT):
        node.next = KEPT[(i + 1) % NODES]
    # Threads change over often, amid whatever they do.
    sys.setswitchinterval(1e-5)
    for i in range(int(sys.argv[1])):
        threading.Thread(target=churn, args=(CHURNS[i % len(CHURNS)],),
                         daemon=True).start()
    os.write(1, json.dumps({"list": id(KEPT), "nodes": NODES, "tags": TAGS,
                            "live": LIVE}).encode() + b"\n")
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    main()
