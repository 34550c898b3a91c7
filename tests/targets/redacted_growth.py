# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with three classes, of which one grows and one shrinks.  Before
they do, classes are made whose objects pyheld meets first."""
import json
import os

EARLY = []


class Stays:
    pass


class Shrinks:
    pass


class Grows:
    pass


STAYS = [Stays() for _ in range(200)]
SHRINKS = [Shrinks() for _ in range(200)]
GROWS = [Grows() for _ in range(100)]


def change():
    for i in range(20):
        cls = type("Early%d" % i, (), {})
        EARLY.append([cls() for _ in range(50)])
    GROWS.extend(Grows() for _ in range(300))
    del SHRINKS[50:]


os.write(1, json.dumps({"stays": id(Stays), "shrinks": id(Shrinks),
                        "grows": id(Grows)}).encode() + b"\n")
while os.read(0, 1000):
    change()
    os.write(1, b"{}\n")
