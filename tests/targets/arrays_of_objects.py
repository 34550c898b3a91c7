# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with objects that numpy arrays alone hold: items of arrays of
objects, bases of views, values of pandas.

The facts are what numpy and sys.getrefcount() say of them.  `items` are
[address, address of the array, index in its .flat, reference count] of objects.
A line {"eval": EXPRESSION} is answered with {"id": ...}.
"""
import ctypes
import gc
import json
import os
import sys

import numpy
import pandas


class Item:
    pass


class Own(numpy.ndarray):
    def __getitem__(self, index):
        return None


def items(nr):
    return [Item() if i % 2 else "text %d" % i for i in range(nr)]


def array(nr, shape=None, order="C"):
    # empty() first: numpy.array() of a list shares nothing else.
    a = numpy.empty(nr, dtype=object)
    a[:] = items(nr)
    if shape:
        a = a.reshape(shape).copy(order=order)
    return a


row = array(1000)
row[7] = row[3]
row[11] = 11111
matrix = array(24, (4, 6))
columns = array(24, (4, 6), "F")
cube = array(24, (2, 3, 4), "F")
single = numpy.array(Item(), dtype=object)
own = array(10).view(Own)
part = array(50)[10:20]
leaked = array(5)
series = pandas.Series(["value %d" % i for i in range(1000)])
frame = pandas.DataFrame({"a": ["cell %d" % i for i in range(500)],
                          "n": range(500),
                          "b": [Item() for _ in range(500)]})
ctypes.pythonapi.Py_IncRef(ctypes.py_object(leaked[2]))


def count(a, i):
    """References to the item, without those that asking takes."""
    return sys.getrefcount(a.flat[i]) - sys.getrefcount(Item())


def stated(a, indexes):
    return [[id(a.flat[i]), id(a), i, count(a, i)] for i in indexes]


def values(s):
    a = s.array.to_numpy()
    while a.base is not None:
        a = a.base
    return a


def main():
    gc.collect()
    facts = {
        "items": stated(row, [0, 3, 999]) + stated(matrix, [7]) +
        stated(columns, [7, 22]) + stated(cube, [13]) + stated(single, [0]) +
        stated(own.base, [4]) + stated(part.base, [10]) +
        stated(values(series), [999]) + stated(values(frame["a"]), [7]),
        "views": [[id(part), id(part.base)], [id(own), id(own.base)]],
        "leaked": stated(leaked, [1, 2, 3]),
    }
    os.write(1, json.dumps(facts).encode() + b"\n")
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        value = eval(json.loads(line)["eval"], {"sys": sys})
        os.write(1, json.dumps({"id": id(value)}).encode() + b"\n")


main()
