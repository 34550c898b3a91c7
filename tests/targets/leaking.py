# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that leaks references by C code, which nothing in it explains.

Facts: {"Leaked": [objects, references], ...} by class, then it waits.
"""
import ctypes
import functools
import json
import os
import sys

# What it is not to be held for: a frame that borrows, and generators that do.
HELD = []


class Leaked:
    pass


class Slotted:
    __slots__ = ("me",)


class Held:
    """Held in all the ways that are explained."""


@functools.lru_cache(maxsize=20)
def cached(number):
    return [number]


for number in range(50):
    cached(number)


def leak(make, objects, each=1):
    for _ in range(objects):
        x = ctypes.py_object(make())
        for _ in range(each):
            ctypes.pythonapi.Py_IncRef(x)
        del x
    return [objects, objects * each]


def suspended(held):
    return [held, (yield held)]


def hold():
    for _ in range(100):
        h = Held()
        h.me = [h, {"h": h}, (h,)]
        g = suspended(h)
        next(g)
        HELD.append([h, {h: h}, {h}, g, lambda h=h: h, h.__init__])


def main(argument):
    hold()
    local = Held()
    facts = {"Leaked": leak(Leaked, 300, 2), "Slotted": leak(Slotted, 70)}
    text = json.dumps(facts)
    print(text, flush=True)
    return [argument, local, os.read(0, 1)]


main(Held())
