# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that has written where it must not.

none: it has not.  malloc: over the end of a block of malloc().  freed: into a
block of pymalloc that it has freed.  pool: over the head of a pool of pymalloc.
"""
import ctypes
import json
import sys

LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = ctypes.c_void_p
LIBC.malloc.argtypes = [ctypes.c_size_t]
# Pools of 4 KiB up to 3.9, else of 16 KiB.
POOL = 4096 if sys.version_info < (3, 10) else 16384

blocks = [LIBC.malloc(1000) for _ in range(100)]
objects = [bytes(467) for _ in range(200)]
address = id(objects[100])
if sys.argv[1] == "malloc":
    ctypes.memset(blocks[50], 0x41, 1016)
elif sys.argv[1] == "freed":
    del objects[100]
    ctypes.memset(address, 0x41, 8)
elif sys.argv[1] == "pool":
    ctypes.memset(address & -POOL, 0x41, 4)
print(json.dumps({}), flush=True)
sys.stdin.readline()
