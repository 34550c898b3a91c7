# SPDX-License-Identifier: GPL-2.0-or-later
"""A target under tracemalloc: blocks of several files, depths and domains.

Facts: those of hold_traced.py; "domains": how many traces are of other domains
than CPython's.
"""
import ctypes

import hold_traced

DOMAIN = 4242
KEPT = []


class WithDict:
    def __init__(self, number):
        self.number = number


class WithSlots:
    __slots__ = ("number", "__weakref__")

    def __init__(self, number):
        self.number = number


def deeper(depth, make):
    return deeper(depth - 1, make) if depth else make()


def named_source(name, lines):
    """Allocations at lines of source files of any name, which need not be."""
    space = {}
    source = "\n" * lines + "def make():\n    return [bytes(1000)]\n"
    exec(compile(source, name, "exec"), space)
    return space["make"]


def other_domains():
    track = ctypes.pythonapi.PyTraceMalloc_Track
    track.argtypes = ctypes.c_uint, ctypes.c_size_t, ctypes.c_size_t
    for i in range(100):
        track(DOMAIN, 0x1000 + 16 * i, 100)
    track(DOMAIN + 1, 0x1000, 77)
    return 101


def fill_type_cache():
    """The cache of attributes holds names that nobody else holds: whoever looks
    up an attribute frees one of them."""
    names = ["name %d" % i for i in range(50000)]
    for name in names:
        getattr(ctypes, name, None)


def fill():
    KEPT.append([WithDict(i) for i in range(3000)])
    KEPT.append([WithSlots(i) for i in range(1000)])
    KEPT.append([str(i) for i in range(100000, 103000)])
    KEPT.append({i: float(i) for i in range(2000)})
    KEPT.append(bytearray(5 << 20))
    for name in "/srv/a.py", "/srv/\u00e9\u4e2d\U0001f40d.py", "<string>", "":
        make = named_source(name, 100)
        KEPT.append([deeper(depth, make) for depth in range(8)])


def main():
    fill()
    domains = other_domains()
    objects = [KEPT, KEPT[0][7], KEPT[1][7], KEPT[2][7], KEPT[3], KEPT[4],
               KEPT[0][7].__dict__, KEPT[3][77], KEPT[5][3], KEPT[5][3][0]]
    fill_type_cache()
    hold_traced.hold({"domains": domains}, objects)


if __name__ == "__main__":
    main()
