# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with types whose tp_traverse must not be run (wild.c).

usage: wild.py FD COUNT

The library is read from file descriptor FD.  There are COUNT objects of each
wild type, and ten times as many of the honest ones among them.  The collector
is off: it would run what these types have.  For each line on stdin it says
what has been written.
"""
import ctypes
import gc
import json
import os
import sys
import tempfile

# Whose own words are known; each holds one object.
GOOD = ("honest", "marks")


def load(fd):
    with tempfile.NamedTemporaryFile(suffix=".so") as f, open(fd, "rb") as lib:
        f.write(lib.read())
        f.flush()
        wild = ctypes.PyDLL(f.name)
    wild.wild_type.restype = ctypes.py_object
    wild.wild_hold.argtypes = [ctypes.py_object, ctypes.py_object]
    wild.wild_written.argtypes = [ctypes.py_object]
    wild.wild_written.restype = ctypes.c_uint64
    return wild


def main(fd, count):
    gc.disable()
    wild = load(fd)
    kinds = [wild.wild_type(i) for i in range(wild.wild_types())]
    objects = []
    for _ in range(count):
        for kind in kinds:
            for _ in range(10 if kind.__name__ in GOOD else 1):
                o = kind()
                wild.wild_hold(o, [kind.__name__])
                objects.append(o)
    good = [o for o in objects if type(o).__name__ in GOOD]
    print(json.dumps({
        "pid": os.getpid(), "count": count,
        "types": [kind.__name__ for kind in kinds],
        "honest": [[id(o), list(map(id, gc.get_referents(o)))] for o in good
                   if type(o).__name__ == "honest"],
        "marks": [id(o) for o in good if type(o).__name__ == "marks"],
    }), flush=True)
    written = sum(map(wild.wild_written, objects))
    for _ in sys.stdin:
        now = sum(map(wild.wild_written, objects))
        print(json.dumps({"written": now - written}), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
