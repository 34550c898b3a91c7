# SPDX-License-Identifier: GPL-2.0-or-later
"""A cache with entries, other holders of it, a long list, hostile names."""
import json
import sys


class Node:
    __slots__ = ("next", "data")


class Session:
    def __init__(self, i):
        self.user = {"id": i, "name": "user %d" % i}
        self.log = ["line %d of %d" % (j, i) for j in range(20)]


class Cache:
    def __init__(self):
        self.entries = {("k", i): Session(i) for i in range(5000)}
        self.blob = bytearray(3000000)


class Holder:
    def __init__(self):
        self.cache = CACHE


CACHE = Cache()
HOLDERS = [Holder() for i in range(7)]
HOSTILE = type('Ev"il\\N\\l&lt;<b>', (), {})()
HOSTILE.only = {'a"\\G&amp;\n': [None] * 100}
HEAD = LAST = Node()
HEAD.next, HEAD.data = None, Session(-1)
for i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 100):
    node = Node()
    node.next, node.data = HEAD, None
    HEAD = node
data = LAST.data
del LAST, node

print(json.dumps({"cache": id(CACHE), "session": id(data),
                  "hostile": id(HOSTILE), "head": id(HEAD)}), flush=True)
del data
sys.stdin.read()
