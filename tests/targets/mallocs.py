# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that uses malloc in many ways, and has malloc's own word for it.

argv: number of threads besides the main one, each with an arena of its own;
then, if it is there, "pieces": something is mapped behind the heap, so that
brk() fails while the main thread allocates; and "grows": later it succeeds
again; or "sbrk": the program takes memory of the heap by sbrk() itself.

The facts are addresses.  What is there is written last, when nothing calls
malloc any more:

mallinfo  words: arena, uordblks, fordblks, fsmblks, hblks, hblkhd
xml       what malloc_info(3) prints, with a NUL behind it
blocks    pairs of words: what malloc() gave and malloc_usable_size() of it;
          `nr_blocks` of them, all in use
freed     words: what the threads but the main one have freed last of their
          own arenas; no other thread uses these, and they themselves do
          nothing more that allocates, so nobody has got them again
"""
import ctypes
import gc
import json
import os
import random
import sys
import threading
import time

NR_THREADS = int(sys.argv[1])
OPTIONS = sys.argv[2:]
LARGE = 300000          # above M_MMAP_THRESHOLD's default
ROOM = 200000           # words
# Each heap of an arena begins at a multiple of this and has as much room: of
# 64 MiB, and of 8 MiB where a tunable asks for huge pages.
HEAP = 8 << 20

# All functions are looked up here: dlsym(3) allocates in threads.
libc = ctypes.CDLL("libc.so.6")
pointer, size = ctypes.c_void_p, ctypes.c_size_t
for name, result, arguments in (
        ("malloc", pointer, [size]), ("free", None, [pointer]),
        ("realloc", pointer, [pointer, size]),
        ("wordfree", None, [pointer]),
        ("posix_memalign", ctypes.c_int, [pointer, size, size]),
        ("malloc_usable_size", size, [pointer]),
        ("fmemopen", pointer, [pointer, size, ctypes.c_char_p]),
        ("malloc_info", ctypes.c_int, [ctypes.c_int, pointer]),
        ("rewind", None, [pointer]), ("fflush", ctypes.c_int, [pointer]),
        ("sbrk", pointer, [ctypes.c_ssize_t]),
        ("mmap", pointer, [pointer, size, ctypes.c_int, ctypes.c_int,
                           ctypes.c_int, ctypes.c_long]),
        ("munmap", ctypes.c_int, [pointer, size]),
        ("madvise", ctypes.c_int, [pointer, size, ctypes.c_int]),
        ("pause", ctypes.c_int, [])):
    getattr(libc, name).restype = result
    getattr(libc, name).argtypes = arguments

FIELDS = ("arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks "
          "fordblks keepcost").split()


class Words(ctypes.Structure):
    """wordexp_t: wordfree(3) frees all that the vector points to up to a NULL,
    then the vector, and sets the pointer to it to NULL."""
    _fields_ = [("number", size), ("vector", pointer), ("offset", size)]


def mallinfo_function():
    """mallinfo2() is as of 2.33; mallinfo() has ints."""
    try:
        function, word = libc.mallinfo2, size
    except AttributeError:
        function, word = libc.mallinfo, ctypes.c_int
    function.restype = type("mallinfo", (ctypes.Structure,),
                            {"_fields_": [(f, word) for f in FIELDS]})
    return function


blocks = (ctypes.c_uint64 * ROOM)()
freed = (ctypes.c_uint64 * ROOM)()
stated = (ctypes.c_uint64 * 6)()
xml = ctypes.create_string_buffer(1 << 20)
counts = {"blocks": 0, "freed": 0}
lock = threading.Lock()


def state(pointers, gone):
    """Note what is in use and what a thread is about to free."""
    with lock:
        for p in pointers:
            blocks[counts["blocks"]] = p
            blocks[counts["blocks"] + 1] = libc.malloc_usable_size(p)
            counts["blocks"] += 2
        for p in gone:
            freed[counts["freed"]] = p
            counts["freed"] += 1


def aligned(alignment, amount):
    p = pointer()
    assert libc.posix_memalign(ctypes.byref(p), alignment, amount) == 0
    return p.value


def split(block):
    """Make a mapping of the block's second page, as numpy's madvise() does."""
    if libc.malloc_usable_size(block) > 3 * 4096:
        # MADV_DONTFORK
        assert libc.madvise((block + 8191) & -4096, 4096, 10) == 0


def allocate(seed):
    """Make blocks.  (what stays in use, what to free)"""
    r = random.Random(seed)
    small = [libc.malloc(r.choice((1, 24, 40, 56, 100, 120, 300, 648, 752,
                                   1000, 1040)))
             for _ in range(2000)]
    small += [libc.malloc(r.randrange(1, 70000)) for _ in range(300)]
    small += [aligned(a, 1000) for a in (32, 64, 4096, 16384) * 3]
    small = [libc.realloc(p, 2000) if i % 50 == 0 else p
             for i, p in enumerate(small)]
    large = [libc.malloc(LARGE + 10000 * i) for i in range(6)]
    large += [aligned(a, LARGE)
              for a in (32, 64, 4096, 8192, 65536, 1 << 20, 1 << 21)]
    # mremap(2)
    large = [libc.realloc(p, 4 * LARGE) if i % 4 == 0 else p
             for i, p in enumerate(large)]
    large[1] = libc.realloc(large[1], LARGE // 2 * 2 - 50000)
    for p in small[-60:] + large:
        split(p)
    r.shuffle(small)
    nr = len(small) // 3
    return small[nr:] + large[:-1], small[:nr] + large[-1:]


def use(seed):
    """Allocate, free some of it, and state the rest."""
    used, gone = allocate(seed)
    for p in gone:
        libc.free(p)
    state(used, [])


def work(number, start, words):
    start.wait()
    heap = libc.malloc(5000) // HEAP
    used, gone = allocate(number)
    vector = libc.malloc(8 * len(gone) + 8)
    ctypes.memmove(vector, (pointer * (len(gone) + 1))(*gone),
                   8 * len(gone) + 8)
    # A lock that another thread has made and this one has freed is in this
    # one's cache, and malloc() gives it out once more.
    state(used, [p for p in gone + [vector] if p // HEAP == heap])
    words.vector = vector
    words.number = len(gone)
    # Frames, lists and, up to 3.12, locks may be blocks of malloc, and would
    # be made of what was just freed.  So free() is called by C alone, and all
    # that comes behind it is a call without arguments.
    libc.wordfree(ctypes.addressof(words))
    libc.pause()


def run_threads():
    start = threading.Barrier(NR_THREADS)
    words = [Words() for _ in range(NR_THREADS)]
    for i in range(NR_THREADS):
        threading.Thread(target=work, args=(i + 1, start, words[i]),
                         daemon=True).start()
    while not all(w.number and not w.vector for w in words):
        time.sleep(0.01)


def stop_brk():
    """Map a page where the heap would grow."""
    end = libc.sbrk(0) + 4095 & -4096
    # PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE
    assert libc.mmap(end, 4096, 0, 0x100022, -1, 0) == end
    return end


def run_main():
    if "sbrk" in OPTIONS:
        for i, size in enumerate((100000, 3 * 4096, 16)):
            use(100 * i)
            ctypes.memset(libc.sbrk(size), 0x55, size)
            # More than what is left of the heap.
            for _ in range(20):
                state([libc.malloc(100000)], [])
    if "pieces" not in OPTIONS:
        use(0)
        return
    end = stop_brk()
    use(0)
    libc.free(libc.malloc(100000))
    if "grows" in OPTIONS:
        libc.munmap(end, 4096)
    use(100)


def main():
    gc.disable()            # the collector may run in any thread, at any time
    mallinfo = mallinfo_function()
    stream = libc.fmemopen(xml, len(xml), b"w")
    run_main()
    if NR_THREADS:
        run_threads()
    libc.malloc_info(0, stream)         # stdio gets its buffer
    libc.fflush(stream)
    line = json.dumps({
        "mallinfo": ctypes.addressof(stated), "xml": ctypes.addressof(xml),
        "blocks": ctypes.addressof(blocks),
        "nr_blocks": counts["blocks"] // 2,
        "freed": ctypes.addressof(freed), "nr_freed": counts["freed"],
    }).encode() + b"\n"
    for _ in range(2):                  # the first time, Python allocates
        libc.rewind(stream)
        libc.malloc_info(0, stream)
        libc.fflush(stream)
        m = mallinfo()
        stated[0] = m.arena
        stated[1] = m.uordblks
        stated[2] = m.fordblks
        stated[3] = m.fsmblks
        stated[4] = m.hblks
        stated[5] = m.hblkhd
    os.write(1, line)
    libc.pause()


main()
