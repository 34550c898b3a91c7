# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects that the collector does not track, and that nothing points to: each
has one reference more than somebody gives up.

usage: lost_objects.py KIND COUNT [LIBRARY]

A line {"more": N} loses N more.  KIND "mixed" loses one each of five types; so
does "extension", by forgetful.c, which is the file with the descriptor LIBRARY.
"""
import ctypes
import gc
import json
import os
import sys
import tempfile


def mixed(i):
    return [b"lost %08d" % i * 16, bytearray(b"lost %08d" % i * 16),
            "lost %08d" % i * 5, i * 1.5 + 0.25, i + 10 ** 12]


KINDS = {
    "bytearray": lambda i: bytearray(b"lost %08d" % i * 16),
    "complex": lambda i: complex(i, 0.5),
    "bytes": lambda i: b"lost %08d" % i * 8,
    "str": lambda i: "lost %08d" % i * 5,
    "dict": lambda i: {"number": i + 1000, "text": "text %d" % i},
    "tuple": lambda i: (i + 100000, i + 0.5),
    "int": lambda i: i + 10 ** 12,
    "float": lambda i: i * 1.5 + 0.25,
}
LOST = 0


def extension(fd):
    with tempfile.NamedTemporaryFile(suffix=".so") as f, open(fd, "rb") as lib:
        f.write(lib.read())
        f.flush()
        loaded = ctypes.PyDLL(f.name)
    loaded.fill.argtypes = [ctypes.py_object, ctypes.c_long]
    return loaded


def lose_one(i):
    kind = sys.argv[1]
    if kind == "extension":
        assert EXTENSION.fill({}, i) == 0
        return
    for lost in mixed(i) if kind == "mixed" else [KINDS[kind](i)]:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(lost))


def lose(nr):
    global LOST
    for i in range(LOST, LOST + nr if sys.argv[1] != "none" else 0):
        lose_one(i)
    LOST += nr
    gc.collect()
    print(json.dumps({"pid": os.getpid(), "lost": LOST}))
    sys.stdout.flush()


EXTENSION = extension(int(sys.argv[3])) if sys.argv[3:] else None
lose(int(sys.argv[2]))
for line in sys.stdin:
    lose(json.loads(line)["more"])
