# SPDX-License-Identifier: GPL-2.0-or-later
"""A target whose threads are deep inside of C code, each in other code that
has called Python back, where it waits; the main thread in C code that does
not end and keeps the GIL.

Prints how many of Mark there are where.
"""
import gc
import hashlib
import json
import os
import re
import sys
import threading
import weakref

EACH = 100
ENTERED = threading.Semaphore(0)


class Mark:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        return self.n < other.n

    def __hash__(self):
        return 1


def stay():
    """Does not return."""
    ENTERED.release()
    os.read(os.pipe()[0], 1)


def marks():
    return [Mark(i) for i in range(EACH)]


def sort():
    """The list is empty as long as it is being sorted."""
    marks().sort(key=lambda m: m if m.n < EACH - 1 else stay())


def compare():
    """Keys and values are moved meanwhile."""
    class Last:
        def __lt__(self, other):
            stay()
    (marks() + [Last()]).sort()


def encode():
    json.dumps({"marks": marks()}, default=lambda m: 0 if m.n < 50 else stay())


def finalize():
    class Last:
        def __del__(self):
            stay()
    last = Last()
    last.held = marks()
    del last


def find():
    """In a dict's look-up, while it is filled."""
    class Key:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            stay()
    table = dict(enumerate(marks()))
    table[Mark(0)] = 0
    table[Key()] = 0


def load():
    held = marks()

    class Finder:
        @staticmethod
        def find_spec(name, path, target=None):
            if name == "nowhere":
                stay()
    sys.meta_path.insert(0, Finder)
    import nowhere
    return held, nowhere


def callback():
    """A weak reference's, while what it referred to is taken apart."""
    class Last:
        pass
    last = Last()
    kept = weakref.ref(last, lambda ref: stay())
    last.held = marks()
    del last
    return kept


def generate():
    """tuple() takes from a generator: it is not finished."""
    def each():
        for m in marks():
            yield m
            if m.n == EACH - 1:
                stay()
    tuple(each())


def derive():
    held = marks()
    ENTERED.release()
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 1 << 31 - 1)
    return held


# How many of the objects that each holds there are for sure.
KINDS = {sort: EACH, compare: EACH, encode: EACH, finalize: EACH,
         find: EACH + 1, load: EACH, callback: EACH, generate: EACH,
         derive: EACH}


def main():
    gc.disable()
    for kind in KINDS:
        threading.Thread(target=kind, daemon=True).start()
        ENTERED.acquire()
    held = marks()
    os.write(1, json.dumps({"marks": sum(KINDS.values()) + EACH,
                            "threads": len(KINDS) + 1}).encode() + b"\n")
    # 2 ** 60 ways to match.
    re.match("(a+)+$", "a" * 60 + "b")
    return held


if __name__ == "__main__":
    main()
