# SPDX-License-Identifier: GPL-2.0-or-later
"""A service of about 50 MB into which leaks of many sizes are planted.

A line {"shape": SHAPE, "bytes": N} plants a leak of about N bytes instead of
the one before, and is answered with its address and how many entries it has.
"""
import json
import os
import sys


class Session:
    def __init__(self, number):
        self.user = "user-%d" % number
        self.data = [self.user]


class Part:
    """A part of the service, with data of its own."""

    def __init__(self, number):
        for i in range(12):
            setattr(self, "table_%d" % i,
                    ("%d %d " % (number, i)) * 30000 + "end")


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


def plant(shape, size):
    """Few large: five, in a dict."""
    LEAK.clear()
    if shape == "dict":
        LEAK["holder"] = sessions(size)
    elif shape == "bytes":
        LEAK["holder"] = [os.urandom(367) for _ in range(size // 400)]
    else:
        LEAK["holder"] = {"day %d" % i: os.urandom(size // 5)
                          for i in range(5)}
    return {"address": id(LEAK["holder"]), "entries": len(LEAK["holder"])}


print(json.dumps({"shapes": ["dict", "bytes", "large"]}), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    print(json.dumps(plant(ask["shape"], ask["bytes"])), flush=True)
