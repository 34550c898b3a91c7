# SPDX-License-Identifier: GPL-2.0-or-later
"""What a process says of its own memory: malloc's counters, and where
tracemalloc's table of the blocks that Python has allocated is.

tracemalloc has no function that tells addresses.  Tests read its table from
outside, while the target stands still (tests/e2e/traced.py): reading it from
inside would change it.
"""
import ctypes
import os
import re
import sys
import tempfile
import tracemalloc

libc = ctypes.CDLL(None)
WORD = 8


class Mallinfo(ctypes.Structure):
    NAMES = ("arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks "
             "fordblks keepcost").split()
    _fields_ = [(name, ctypes.c_size_t) for name in NAMES]


class OldMallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in Mallinfo.NAMES]


def mallinfo():
    """malloc's counters, by their names in mallinfo(3)."""
    try:
        f, f.restype = libc.mallinfo2, Mallinfo
    except AttributeError:      # before glibc 2.33
        f, f.restype = libc.mallinfo, OldMallinfo
    m = f()
    return {name: getattr(m, name) for name in Mallinfo.NAMES}


def malloc_bytes():
    """Bytes of all chunks in use, with their headers.  Chunks in a thread's
    cache count as in use: glibc.malloc.tcache_count=0 turns that cache off."""
    m = mallinfo()
    return m["uordblks"] + m["hblkhd"]


def pymalloc():
    """pymalloc's own counters, as sys._debugmallocstats() writes them: bytes
    free in pools, bytes in pools without a block, bytes of all arenas; None
    in a build without a GIL, whose allocator is another one."""
    with tempfile.TemporaryFile() as f:
        stderr = os.dup(2)
        os.dup2(f.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        f.seek(0)
        text = f.read().decode().replace(",", "")

    def number(pattern):
        found = re.search(pattern, text)
        return found and int(found.group(1))
    return {"blocks": number(r"bytes in available blocks *= *(\d+)"),
            "pools": number(r"unused pools \* \d+ bytes *= *(\d+)"),
            "arenas": number(r"arenas \* \d+ bytes/arena *= *(\d+)")} \
        if "bytes/arena" in text else None


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def words(address, n):
    """n words at the address, or None: a bad address is no crash."""
    if address % WORD or not 0x1000 < address < 1 << 47:
        return None
    buffer = ctypes.create_string_buffer(n * WORD)
    here = Iovec(ctypes.addressof(buffer), n * WORD)
    there = Iovec(address, n * WORD)
    if libc.process_vm_readv(os.getpid(), ctypes.byref(here), 1,
                             ctypes.byref(there), 1, 0) != n * WORD:
        return None
    return memoryview(buffer.raw).cast("Q").tolist()


class Allocator(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p)
                for name in ("ctx", "malloc", "calloc", "realloc", "free")]


OBJ_DOMAIN = 2
# How far from its allocators tracemalloc's pointer to its table may be.
NEAR = 0x4000


def table_has(table, key, hashed):
    """Is there a _Py_hashtable_t with this key at the address?

    See Modules/hashtable.h of 3.8, pycore_hashtable.h of later versions.
    """
    w = words(table, 5)
    if not w:
        return False
    nr, nr_buckets, buckets = (w[1], w[0], w[2]) \
        if sys.version_info < (3, 9) else w[:3]
    if not 16 <= nr_buckets < 1 << 28 or nr_buckets & nr_buckets - 1 or \
            not 0 < nr < nr_buckets * 16:
        return False
    entry = words(buckets + (hashed & nr_buckets - 1) * WORD, 1)
    for _ in range(1000):
        if not entry or not entry[0]:
            return False
        entry = words(entry[0], 3)
        if entry and entry[2] == key:
            return True
    return False


def find_table(key, hashed):
    """Address of that table of tracemalloc's which has the key, or None.  The
    pointer to it lies near tracemalloc's allocators, which are the context of
    the hook that it has installed.  No symbol names it in a stripped program.
    """
    assert tracemalloc.is_tracing()
    allocator = Allocator()
    ctypes.pythonapi.PyMem_GetAllocator(OBJ_DOMAIN, ctypes.byref(allocator))
    for at in range(allocator.ctx - NEAR, allocator.ctx + NEAR, WORD):
        pointer = words(at, 1)
        if pointer and table_has(pointer[0], key, hashed):
            return pointer[0]
    return None


def find_traces():
    """The table of blocks of Python's allocators."""
    probe = ctypes.create_string_buffer(100001)
    key = ctypes.addressof(probe)
    table = find_table(key, key >> 4 | key << 60)
    assert table, "tracemalloc's table is not found"
    return table


# The domain in which numpy has the data of arrays traced.
NUMPY_DOMAIN = 389047


def find_domains():
    """The table that has a table of blocks for each other domain, or None."""
    return find_table(NUMPY_DOMAIN, NUMPY_DOMAIN)
