# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with objects of all types that have a __sizeof__ of their own.

Its facts are {"objects": [[address, type, what sys.getsizeof() says, whether
the __sizeof__ is one of Python]...], "without": [types that it has no object
of]}.
"""
import collections
import gc
import io
import itertools
import json
import os
import sys
import time
import xml.etree.ElementTree

import memory_kinds
import memory_kinds_library

try:
    import parser
except ImportError:
    parser = None
try:
    import numpy
except ImportError:
    numpy = None
try:
    import pandas
except ImportError:
    pandas = None

MANY = 20                       # objects of a type


class Own:
    def __init__(self):
        self.data = bytearray(1000)

    def __sizeof__(self):
        return 12345


class OwnDict(dict):
    def __sizeof__(self):
        return dict.__sizeof__(self) + 777


class Inherits(OwnDict):
    pass


class Mixed(list, Own):
    """Has list's."""


class MixedFirst(Own, list):
    """Has Own's."""


class Plain(dict):
    pass


def scalars():
    for name in ("bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 "
                 "float16 float32 float64 longdouble complex64 complex128 "
                 "clongdouble intc uintc longlong ulonglong").split():
        yield getattr(numpy, name)(1)
    yield numpy.datetime64("2020-01-01")
    yield numpy.timedelta64(1, "D")
    yield numpy.str_("text")
    yield numpy.bytes_(b"bytes")
    yield numpy.zeros(3, [("a", "u1"), ("b", "u8")])[0]


def of_numpy():
    a = numpy.arange(24)
    yield from (a, a.reshape(2, 3, 4), a[::2], numpy.array(7),
                numpy.zeros((3, 4), [("a", "u1"), ("b", "O")]),
                numpy.array([1, "a", None], dtype=object))
    yield numpy.ma.masked_array([1, 2], [True, False])
    yield numpy.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])


def counting():
    yield sys._getframe()


async def waiting():
    pass


async def generating():
    yield 1


def of_python():
    yield from (Own(), OwnDict(a=1), Inherits(a=1), Mixed([1]),
                MixedFirst(), Plain(a=1), "text", "\u20ac" * 9,
                7 ** 100, {1}, frozenset([1]), bytearray(10), Own, dict,
                counting.__code__, collections.OrderedDict(a=1))
    generator = counting()
    yield from (generator, next(generator), waiting(), generating())
    yield from (itertools.product("ab", "cd"), itertools.permutations("abc"),
                itertools.combinations("abc", 2),
                itertools.combinations_with_replacement("abc", 2))
    yield io.BufferedRandom(io.FileIO("/dev/null", "r+"))
    yield io.BufferedWriter(io.FileIO("/dev/null", "w"))
    yield io.BufferedReader(io.FileIO("/dev/null"))
    yield memory_kinds.decimals()[0]
    yield xml.etree.ElementTree.Element("a", b="c")
    if parser:
        yield parser.suite("a = 1")


def has_own(o):
    return type(o).__sizeof__ is not object.__sizeof__


def more(kept):
    """Objects of the interpreter, of types that `kept` has none of."""
    have = collections.Counter(map(type, kept))
    for o in gc.get_objects():
        if has_own(o) and have[type(o)] < MANY and type(o) not in (
                dict, list, set, type(sys._getframe())):
            have[type(o)] += 1
            yield o


def with_own_sizeof():
    found, todo = set(), [object]
    while todo:
        for t in type.__subclasses__(todo.pop()):
            if t not in found:
                found.add(t)
                todo.append(t)
    return [t for t in found if "__sizeof__" in t.__dict__]


def made():
    kept = list(of_python())
    for make in list(memory_kinds.KINDS.values()) + \
            list(memory_kinds_library.KINDS.values()):
        kept.append(make())
    if numpy:
        kept += list(scalars()) + list(of_numpy())
    if pandas:
        kept += [pandas.DataFrame({"a": [1]}), pandas.Series(["a"])]
    return kept + list(more(kept))


def is_of_python(o):
    return hasattr(type(o).__sizeof__, "__code__")


kept = made()
types = with_own_sizeof()


def main():
    objects = [[id(o), type(o).__module__ + "." + type(o).__qualname__,
                sys.getsizeof(o), is_of_python(o)] for o in kept]
    without = [t.__module__ + "." + t.__qualname__ for t in types
               if not any(isinstance(o, t) for o in kept)]
    # What is written now must not change what was said.
    text = json.dumps({"objects": objects, "without": without})
    os.write(1, text.encode() + b"\n")
    while True:
        time.sleep(1000)


main()
