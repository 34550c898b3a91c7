# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that grows by about 100 MB, in the way that its argument names.

list: objects in a list of the module; bytearray: a single large one; native:
blocks of malloc() that nothing points to; freed: objects that are free again,
with some left in each arena.  A line makes it grow and is answered.
"""
import ctypes
import json
import sys

KEPT = []


def grow_list():
    for i in range(250000):
        KEPT.append([i, str(i), {"a": i}])


def grow_bytearray():
    KEPT.append(bytearray(b"x" * 100000000))


def grow_native():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    for _ in range(200000):
        ctypes.memset(libc.malloc(500), 1, 500)


def grow_freed():
    many = [bytes([i % 251]) * 400 for i in range(250000)]
    KEPT.extend(many[::400])


def say(value):
    print(json.dumps(value), flush=True)


say({})
for line in sys.stdin:
    globals()["grow_" + sys.argv[1]]()
    say({})
