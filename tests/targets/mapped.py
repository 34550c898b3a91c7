# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with a mapping of each kind that a ledger of memory has to know.

Its facts are "stacks", [start, size] of the stacks of its own threads but for
the main one; "ended", how many threads have ended and left their stacks to
libc; "unknown", bytes of anonymous memory that nothing points to; "mapped",
[address, size] of what mmap objects have.  Then it holds still, and so does a
child that it has forked.
"""
import ctypes
import json
import mmap
import os
import threading

PAGE = 4096
RUNNING, ENDED = 6, 5
READ, WRITE, EXEC = 1, 2, 4

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.pthread_self.restype = ctypes.c_void_p
libc.pthread_getattr_np.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
libc.pthread_attr_getstack.argtypes = [ctypes.c_void_p, ctypes.c_void_p,
                                       ctypes.c_void_p]


def map_pages(pages, flags, prot=READ | WRITE, fill=True):
    """A mapping that no object of Python's has."""
    size = pages * PAGE
    address = libc.mmap(None, size, prot, flags | mmap.MAP_ANONYMOUS, -1, 0)
    assert address not in (None, ctypes.c_void_p(-1).value)
    if fill:
        ctypes.memset(address, 7, size)
    return address


def stack():
    attributes = (ctypes.c_uint64 * 16)()
    address, size = ctypes.c_uint64(), ctypes.c_uint64()
    assert libc.pthread_getattr_np(libc.pthread_self(), attributes) == 0
    assert libc.pthread_attr_getstack(attributes, ctypes.byref(address),
                                      ctypes.byref(size)) == 0
    return [address.value, size.value]


def deep(n):
    """Frames that take more than one chunk of CPython's own stack."""
    if n:
        return deep(n - 1)
    stacks.append(stack())
    started.release()
    forever.acquire()


def end_together():
    barrier.wait()


# Small stacks: libc keeps those of ended threads up to 40 MB in all.
threading.stack_size(1 << 20)
stacks = []
started, forever = threading.Semaphore(0), threading.Semaphore(0)
barrier = threading.Barrier(RUNNING + ENDED)
ended = [threading.Thread(target=end_together)
         for _ in range(RUNNING + ENDED)]
for t in ended:
    t.start()
for t in ended:
    t.join()
# join() returns before the thread has left its stack: wait for the kernel.
TGKILL = 234
for t in ended:
    while not ctypes.CDLL(None).syscall(TGKILL, os.getpid(), t.native_id, 0):
        os.sched_yield()
# These take the stacks of some of the others.
for _ in range(RUNNING):
    threading.Thread(target=deep, args=(400,), daemon=True).start()
for _ in range(RUNNING):
    started.acquire()

kept = [b"x" * (20 << 20), bytearray(8 << 20), [object() for _ in range(99999)]]
# Half of a large range that is huge pages, if there are any.
huge = mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
libc.madvise(ctypes.addressof(ctypes.c_char.from_buffer(huge)), len(huge), 14)
huge[:4 << 20] = b"h" * (4 << 20)
shared = mmap.mmap(-1, 3 << 20)
shared[:2 << 20] = b"s" * (2 << 20)

for _ in range(300):
    map_pages(2, mmap.MAP_SHARED)
map_pages(8, mmap.MAP_PRIVATE, READ | WRITE | EXEC)
map_pages(1 << 18, mmap.MAP_PRIVATE, 0, fill=False)
# A child that the parent shares pages with.
reading, writing = os.pipe()
child = os.fork()
if not child:
    os.write(writing, b"x")
    forever.acquire()
os.read(reading, 1)
map_pages(64, mmap.MAP_PRIVATE)
closed = map_pages(16, mmap.MAP_PRIVATE)
libc.mprotect(closed, 16 * PAGE, 0)

os.write(1, json.dumps({
    "stacks": stacks,
    "ended": ENDED,
    "unknown": 80 * PAGE,
    "child": child,
    "mapped": [[ctypes.addressof(ctypes.c_char.from_buffer(m)), len(m)]
               for m in (huge, shared)],
}).encode() + b"\n")
os.read(0, 1)
os.kill(child, 9)
