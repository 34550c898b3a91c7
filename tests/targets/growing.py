# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that grows where it says, and replaces what it says.

Facts: {"sessions": {address: serial number}} and "lengths" of the containers
that the test knows by name.  A line {"add": N, "replace": N} adds as many
sessions to those that stay and replaces as many others, changes the rest, and
is answered with the facts of now.
"""
import collections
import gc
import json
import os
import random
import sys


class Session:
    def __init__(self, serial):
        self.serial = serial
        self.user = "user %d" % serial
        self.data = {"serial": serial, "page": "/%d" % serial}
        self.log = [self.user]


class Slots:
    __slots__ = ("first", "second")

    def __init__(self, serial):
        self.first = "first %d" % serial
        self.second = [serial]


class Service:
    def __init__(self):
        self.handlers = []
        self.table = {}
        self.latest = [0]
        self.slots = [Slots(i) for i in range(100)]


class Peak:
    pass


class Registry:
    names = {}


SESSIONS = {}
CACHE = [str(i) * 3 for i in range(1000)]
QUEUE = collections.deque()
SERVICE = Service()
PEAK = []
RANDOM = random.Random(1)
serial = 0


def add_session():
    global serial
    serial += 1
    SESSIONS[serial] = Session(serial)


def make_closure():
    seen = []

    def closure(x=None):
        seen.append(x)
        return seen
    return closure


CLOSURE = make_closure()


def change(add, replace):
    global CACHE
    # More at first, then less, but never what it was at the start.
    PEAK[:] = [Peak() for i in range(add)]
    for key in RANDOM.sample(sorted(SESSIONS), replace):
        del SESSIONS[key]
    for i in range(add + replace):
        add_session()
    # Others of the same size and number: no growth.
    CACHE = [str(i + serial) * 3 for i in range(1000)]
    for i in range(add):
        SERVICE.handlers.append(bytes(100))
        SERVICE.table["%d %d" % (serial, i)] = i * 1000000
        QUEUE.append(object())
        CLOSURE(float(i))
        Registry.names["%d/%d" % (serial, i)] = None
    # Another list in its place.
    SERVICE.latest = [i + 0.5 for i in range(len(SERVICE.latest) + add)]


def facts():
    return {
        "sessions": {id(s): s.serial for s in SESSIONS.values()},
        "lengths": {
            "SESSIONS": len(SESSIONS),
            "CACHE": len(CACHE),
            "QUEUE": len(QUEUE),
            "PEAK": len(PEAK),
            "SERVICE.handlers": len(SERVICE.handlers),
            "SERVICE.table": len(SERVICE.table),
            "SERVICE.latest": len(SERVICE.latest),
            "Registry.names": len(Registry.names),
        }}


def say(value):
    # A stop in the midst of a write to a pipe that is full makes it short.
    data = json.dumps(value).encode() + b"\n"
    while data:
        data = data[os.write(1, data):]


def main(request):
    local = []
    # Objects of generation 2, as those of a process that runs for long.
    for i in range(3000):
        add_session()
    gc.collect()
    say(facts())
    for line in sys.stdin:
        request = json.loads(line)
        change(request["add"], request["replace"])
        local.extend([None] * request["add"])
        if request.get("collect"):
            gc.collect()
        say(facts())


if __name__ == "__main__":
    main({})
