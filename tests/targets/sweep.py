# SPDX-License-Identifier: GPL-2.0-or-later
"""A service of about 50 MB into which leaks of many kinds and sizes are put.

A line {"kind": KIND, "bytes": N} plants a leak of about N bytes instead of the
one before, and is answered with the address of its holder.
"""
import collections
import json
import os
import sys


class Session:
    def __init__(self, number):
        self.user = "user-%d" % number
        self.data = [self.user]


class Reading:
    """One that keeps 1 KB."""

    def __init__(self, number):
        self.number = number
        self.raw = os.urandom(900)


class Part:
    """A part of the service, with data of its own."""

    def __init__(self, number):
        for i in range(12):
            setattr(self, "table_%d" % i,
                    ("%d %d " % (number, i)) * 30000 + "end")


class Hub:
    """An instance or a class that has the leak as its attribute."""

    seen = None


PARTS = tuple(Part(number) for number in range(25))
LEAK = {}


def size_of(session):
    """At least, with its key and without its slot in the dict."""
    parts = [session, session.user, session.data, 1000]
    if sys.version_info < (3, 11):
        parts.append(session.__dict__)
    return sum(map(sys.getsizeof, parts))


def sessions(size):
    """So many that they have `size` bytes."""
    held, number = {}, 0
    while size > 0:
        held[number] = Session(number)
        size -= size_of(held[number])
        number += 1
    return held


def readings(size):
    """Of 1 KB each."""
    return [Reading(number) for number in range(size // 1100)]


def in_closure(held):
    def remember(what):
        held.append(what)

    return remember


def plant(kind, size):
    """The holder, which LEAK or Hub has."""
    hub = Hub()
    LEAK.clear()
    Hub.seen = None
    if kind == "small in a dict":
        held = sessions(size)
    elif kind == "small bytes in a list":
        held = [os.urandom(367) for _ in range(size // 400)]
    elif kind == "bytes of 2.5 KB in a list":
        held = [os.urandom(2500) for _ in range(size // 2540)]
    elif kind == "objects of 1 KB in a list":
        held = readings(size)
    elif kind == "dicts in a deque":
        held = collections.deque(
            {"number": number, "text": "%06d" % number * 40}
            for number in range(size // 580))
    elif kind == "str in a set":
        held = {"%08d" % number * 20 for number in range(size // 260)}
    elif kind == "five large in a list":
        held = [os.urandom(size // 5) for _ in range(5)]
    elif kind == "five large in a dict":
        held = {"day %d" % i: os.urandom(size // 5) for i in range(5)}
    elif kind == "one bytearray":
        held = bytearray(os.urandom(size))
    else:
        held = readings(size)
    if kind == "in an instance":
        hub.seen = held
        LEAK["hub"] = hub
    elif kind == "in a class":
        Hub.seen = held
    elif kind == "in a closure":
        LEAK["remember"] = in_closure(held)
    else:
        LEAK["held"] = held
    return held


KINDS = ["small in a dict", "small bytes in a list",
         "bytes of 2.5 KB in a list", "objects of 1 KB in a list",
         "dicts in a deque", "str in a set", "five large in a list",
         "five large in a dict", "one bytearray", "in an instance",
         "in a class", "in a closure"]


def main():
    print(json.dumps({"kinds": KINDS}), flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        held = plant(ask["kind"], ask["bytes"])
        print(json.dumps({"address": id(held)}), flush=True)
        del held


main()
