# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with a heap of many objects, and as many mappings as it is told.

    many_mappings.py KIND MAPPINGS OBJECTS FILE

KIND is "none"; "empty", of anonymous memory that was never touched; "anon",
of anonymous memory of which every other page was written; "one", the same
memory in one mapping; "file", of private pages of FILE, which is made, in no
order.  They touch one another, and the kernel joins no two.  The facts are
{"objects": how many Session, "mappings": how many of these}.
"""
import ctypes
import json
import mmap
import os
import sys
import tempfile

PAGE = mmap.PAGESIZE
READ, WRITE = 1, 2
PRIVATE, ANONYMOUS = 0x2, 0x20
FAILED = ctypes.c_void_p(-1).value


class Session:
    __slots__ = ("number",)

    def __init__(self, number):
        self.number = [number]


def mapper():
    call = ctypes.CDLL(None).mmap
    call.restype = ctypes.c_void_p
    call.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + \
        [ctypes.c_int] * 3 + [ctypes.c_long]
    return call


def make_file(path, pages):
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        # With another root directory: one that has no name.
        with tempfile.TemporaryFile() as f:
            fd = os.dup(f.fileno())
    os.ftruncate(fd, pages * PAGE)
    return fd


def map_one(call, kind, fd, i, nr):
    if kind == "file":
        return call(None, PAGE, READ | WRITE, PRIVATE, fd,
                    i * 7919 % nr * PAGE)
    at = call(None, PAGE, READ if i % 2 else READ | WRITE,
              PRIVATE | ANONYMOUS, -1, 0)
    if kind == "anon" and not i % 2 and at != FAILED:
        ctypes.memset(at, 1, 1)
    return at


def map_many(kind, nr, path):
    """Returns how many the kernel has made."""
    call = mapper()
    if kind == "one":
        at = call(None, PAGE * nr, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0)
        for i in range(0, nr, 2):
            ctypes.memset(at + i * PAGE, 1, 1)
        return 1
    fd = make_file(path, nr) if kind == "file" else -1
    return sum(map_one(call, kind, fd, i, nr) != FAILED for i in range(nr))


def main():
    kind, nr, objects, path = sys.argv[1:]
    kept = [Session(i) for i in range(int(objects))]
    made = map_many(kind, int(nr), path) if kind != "none" else 0
    print(json.dumps({"objects": len(kept), "mappings": made}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
