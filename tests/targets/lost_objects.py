# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects that the collector does not track, and that nothing points to: each
has one reference more than somebody gives up.

usage: lost_objects.py KIND COUNT

A line {"more": N} loses N more.
"""
import ctypes
import gc
import json
import os
import sys

KINDS = {
    "bytes": lambda i: b"lost %08d" % i * 8,
    "str": lambda i: "lost %08d" % i * 5,
    "dict": lambda i: {"number": i + 1000, "text": "text %d" % i},
    "tuple": lambda i: (i + 100000, i + 0.5),
    "int": lambda i: i + 10 ** 12,
    "float": lambda i: i * 1.5 + 0.25,
    "none": None,
}
LOST = 0


def lose(nr):
    global LOST
    make = KINDS[sys.argv[1]]
    for i in range(LOST, LOST + nr if make else 0):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(make(i)))
    LOST += nr
    gc.collect()
    print(json.dumps({"pid": os.getpid(), "lost": LOST}))
    sys.stdout.flush()


lose(int(sys.argv[2]))
for line in sys.stdin:
    lose(json.loads(line)["more"])
