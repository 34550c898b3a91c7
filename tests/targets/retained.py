# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects of which it is known what would be freed with them.

The facts: of each, its address, how many objects and bytes go with it, and how
it is called.  On {"drop": NAME} it goes; the answer counts, by type, what the
interpreter itself then misses among the objects that its collector tracks.
"""
import collections
import ctypes
import functools
import gc
import json
import os
import sys
import threading

gc.disable()


class Item:
    __slots__ = ("a", "b")

    def __init__(self, a=None, b=None):
        self.a, self.b = a, b


class Server:
    pass


class Registry:
    entries = []


def cell():
    """An object in a cycle with itself, that holds a list of a float."""
    made = Item([float(os.getpid()) + 0.5])
    made.b = made
    return made


def parts(item):
    return [item, item.a, item.a[0]]


facts = {}


def fact(name, objects, readable):
    facts[name] = {"address": id(objects[0]), "objects": len(objects),
                   "size": sum(map(sys.getsizeof, objects)),
                   "addresses": [id(x) for x in objects],
                   "readable": readable}


def build_sessions():
    global SESSIONS, SHARED, ALSO_SHARED
    SESSIONS = {}
    objects = [SESSIONS]
    for i in range(100000, 103000):     # 3.15 has small ones up to 1024
        SESSIONS[i] = cell()
    del i
    for key, value in SESSIONS.items():
        objects += [key] + parts(value)
    fact("SESSIONS", objects, "__main__.SESSIONS")
    # One of both lists: neither retains what is in them.
    SHARED = [cell() for _ in range(500)]
    ALSO_SHARED = list(SHARED)
    fact("SHARED", [SHARED], "__main__.SHARED")


def build_attributes():
    global SERVER, HEAD, TREE
    SERVER = Server()
    SERVER.names = []           # so that its __dict__ stays tracked
    SERVER.cache = [cell() for _ in range(1500)]
    objects = [SERVER.cache]
    for value in SERVER.cache:
        objects += parts(value)
    fact("SERVER.cache", objects, "__main__.SERVER.cache")
    Registry.entries += [cell() for _ in range(1000)]
    objects = [Registry.entries]
    for value in Registry.entries:
        objects += parts(value)
    fact("Registry.entries", objects, "__main__.Registry.entries")
    # Linked: as large as its first.
    HEAD = None
    for _ in range(2000):
        HEAD = Item(HEAD)
    objects, at = [], HEAD
    while at:
        objects.append(at)
        at = at.a
    fact("HEAD", objects, "__main__.HEAD")


@functools.lru_cache(maxsize=100000)
def cached(number):
    return [number]


def build_held():
    """By an lru_cache; by native code alone, or as well; by nobody."""
    global NATIVE_TOO
    for i in range(5000, 6000):
        cached(i)
    facts["cached"] = {"address": id(cached), "readable": "__main__.cached"}
    alone, also = cell(), cell()
    for item in (alone, also):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(item))
    NATIVE_TOO = [also]
    fact("native", parts(alone), "<native code>")
    fact("NATIVE_TOO", [NATIVE_TOO], "__main__.NATIVE_TOO")
    a, b = Item(bytes(40000)), Item(bytes(50000))
    a.b, b.b = b, a
    # One stands for both: which one is not said.
    objects = (a, b, a.a, b.a)
    facts["garbage"] = {"objects": 4, "size": sum(map(sys.getsizeof, objects)),
                        "addresses": [id(x) for x in objects],
                        "readable": "<garbage>", "either": [id(a), id(b)]}


def work(started, end):
    local = [cell() for _ in range(800)]
    objects = [local]
    for value in local:
        objects += parts(value)
    fact("local", objects, "local  in work()")
    del objects, value
    started.set()
    end.wait()


def drop(name):
    if name == "cached":
        cached.cache_clear()
    elif "." in name:
        owner, attribute = name.split(".")
        delattr(globals()[owner], attribute)
    else:
        del globals()[name]


def tracked():
    return {id(o): type(o) for o in gc.get_objects()}


def dropped(name):
    for _ in range(3):          # what it finds need not be tracked, it lets go
        gc.collect()
    before = tracked()
    drop(name)
    gc.collect()
    after = tracked()
    gone = collections.Counter()
    for address, kind in before.items():
        if address not in after:
            gone[kind.__module__ + "." + kind.__qualname__
                 if kind.__module__ != "builtins" else kind.__name__] += 1
    return gone


def main():
    build_sessions()
    build_attributes()
    build_held()
    started, end = threading.Event(), threading.Event()
    threading.Thread(target=work, args=(started, end), daemon=True).start()
    started.wait()
    os.write(1, json.dumps(facts).encode() + b"\n")
    for line in sys.stdin:
        gone = dropped(json.loads(line)["drop"])
        os.write(1, json.dumps(gone).encode() + b"\n")


main()
