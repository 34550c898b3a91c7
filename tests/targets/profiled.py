# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects for profiles.  The facts are stacks, frame by frame, with how many
objects are at the last one, and how many bytes these have by sys.getsizeof(),
0 where the profile counts more: an instance's __dict__, raw blocks.

It runs as module profiled.
"""
import functools
import gc
import json
import os
import sys
import threading

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import profiled
    profiled.main()
    sys.exit()


class User(object):
    __slots__ = ("name", "friend")

    def __init__(self, i):
        self.name = "user number %d" % i
        self.friend = None


class Session(object):
    def __init__(self, i):
        self.user = User(i)
        self.cart = {"items": [10000 + i, 20000 + i], "total": i + 0.5}


class Node(object):
    __slots__ = ("next", "value")

    def __init__(self, after, value):
        self.next = after
        self.value = value


class Tree(object):
    __slots__ = ("left", "right")

    def __init__(self, depth):
        self.left = Tree(depth - 1) if depth else None
        self.right = Tree(depth - 1) if depth else None


class Lost(object):
    pass


HOSTILE = "a;b\n</script>\x1b[31m\u202e 12"
Hostile = type(HOSTILE, (), {"__slots__": ()})

SESSIONS = {"key of %d" % i: Session(i) for i in range(700)}
LIST = None
for i in range(5000):
    LIST = Node(LIST, None if i else b"the last one")
TREE = Tree(9)
del i
NAMES = [Hostile() for _ in range(11)]
STRINGS = ["string %d" % i for i in range(1000)]


@functools.lru_cache(maxsize=None)
def cached(text):
    return text.upper()


def work(ready, stop):
    requests = [User(i) for i in range(30)]
    ready.release()
    stop.wait()
    del requests


def at(objects, *frames, **facts):
    objects = list(objects)
    size = sum(map(sys.getsizeof, objects)) if facts.get("exact") else 0
    return {"frames": frames, "objects": len(objects), "bytes": size}


def facts():
    module, named = "module profiled", "profiled.%s: %s"
    sessions = [module, named % ("SESSIONS", "dict")]
    all_of = list(SESSIONS.values())
    one = "[...]: profiled.Session"
    yield at([SESSIONS], *sessions)
    # Sessions and their __dict__, if they have one.
    yield {"frames": sessions + [one], "objects": None, "bytes": 0}
    yield at((s.user for s in all_of), *sessions,
             *[one, ".user: profiled.User"])
    yield at((s.user.name for s in all_of), *sessions,
             *[one, ".user: profiled.User", ".name: str"], exact=True)
    yield at((s.cart for s in all_of), *sessions, *[one, ".cart: dict"])
    yield at((s.cart["items"] for s in all_of), *sessions,
             *[one, ".cart: dict", "['items']: list"])
    yield at((n for s in all_of for n in s.cart["items"]), *sessions,
             *[one, ".cart: dict", "['items']: list", "[...]: int"],
             exact=True)
    yield at((s.cart["total"] for s in all_of), *sessions,
             *[one, ".cart: dict", "['total']: float"], exact=True)
    yield at(range(4999), module, named % ("LIST", "profiled.Node"),
             ".next: profiled.Node (repeated)")
    yield at([TREE], module, named % ("TREE", "profiled.Tree"))
    yield at(range(4 * 255 - 2 + 4), module,
             named % ("TREE", "profiled.Tree"), None)
    yield at(STRINGS, module, named % ("STRINGS", "list"), "[...]: str",
             exact=True)
    yield at(NAMES, module, named % ("NAMES", "list"), "[...]: profiled.HOSTILE")
    yield at(range(30), "thread pool-*", "work (profiled.py)",
             "local requests: list", "[...]: profiled.User")


def main():
    ready, stop = threading.Semaphore(0), threading.Event()
    gc.collect()
    gc.disable()
    for i in range(13):
        lost = Lost()
        lost.itself = lost
    del lost
    for i in range(200):
        cached("text %d" % i)
    threading.Thread(target=work, args=(ready, stop), name="pool-17",
                     daemon=True).start()
    ready.acquire()
    print(json.dumps({"stacks": list(facts()), "lost": 13,
                      "hostile": HOSTILE}), flush=True)
    sys.stdin.read()
