# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks of a target's allocators: as pyheld lists them, as tracemalloc
has them, and as malloc has them.

Blocks runs tests/unit/native/print-blocks.  Traced reads tracemalloc's tables
from the memory of a target that stands still, whose facts say where they are
(tests/targets/memory_measure.py).
"""
import bisect
import collections
import os
import subprocess

from harness import PYHELD, text, wait_until_still

PRINT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(PYHELD))),
                     "tests", "unit", "native", "print-blocks")

Block = collections.namedtuple(
    "Block", "start size allocator part object owner name")
Line = collections.namedtuple("Line", "part bytes count name")
Arena = collections.namedtuple("Arena", "address size blocks bytes used")
Total = collections.namedtuple(
    "Total", "resident unexplained swapped guessed damaged mmapped nr_mmapped")

PAGE = 4096


def address(word):
    return None if word == "-" else int(word, 16)


class Blocks:
    """`by_start`, `lines`, `arenas`, `total`: of a process or a core."""
    def __init__(self, *target):
        done = subprocess.run([PRINT, *map(str, target)], capture_output=True,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0, text(done.stderr)
        self.by_start, self.lines, self.arenas = {}, [], []
        self.total = None
        for line in text(done.stdout).splitlines():
            kind, rest = line.split(" ", 1)
            if kind == "block":
                w = rest.split(" ", 6)
                start = int(w[0], 16)
                assert start not in self.by_start, line
                self.by_start[start] = Block(
                    start, int(w[1]), w[2], w[3], address(w[4]),
                    address(w[5]), w[6])
            elif kind == "line":
                part, size, count, name = rest.split(" ", 3)
                self.lines.append(Line(part, int(size), int(count), name))
            elif kind == "arena":
                self.arenas.append(
                    Arena(*[int(w, 0) for w in rest.split()[:5]]))
            elif kind == "total":
                self.total = Total(*map(int, rest.split()))
        self.starts = sorted(self.by_start)

    def of(self, allocator):
        return [b for b in self.by_start.values() if b.allocator == allocator]

    def sum(self, part):
        """(bytes, count) of all lines of the part."""
        lines = [line for line in self.lines if line.part == part]
        return sum(line.bytes for line in lines), \
            sum(line.count for line in lines)

    def around(self, where):
        """The block that the address lies in, or None."""
        i = bisect.bisect_right(self.starts, where) - 1
        if i < 0:
            return None
        b = self.by_start[self.starts[i]]
        return b if where < b.start + max(b.size, 1) else None


class Memory:
    """Words of a process that stands still."""
    def __init__(self, pid):
        self.fd = os.open("/proc/%d/mem" % pid, os.O_RDONLY)
        self.pages = {}

    def word(self, where):
        page = self.pages.get(where >> 12)
        if page is None:
            data = os.pread(self.fd, PAGE, where & -PAGE)
            page = self.pages[where >> 12] = memoryview(data).cast("Q")
        return page[(where & PAGE - 1) >> 3]

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Table:
    """A _Py_hashtable_t of tracemalloc's.

    See Modules/hashtable.h of 3.8, where an entry has its value;
    pycore_hashtable.h of later versions, where it has a pointer to it.
    """
    def __init__(self, memory, where, minor):
        self.memory, self.inline = memory, minor < (3, 9)
        w = [memory.word(where + 8 * i) for i in range(4)]
        if self.inline:
            self.nr_buckets, self.nr, self.buckets, key_size = w
            assert key_size == 8, key_size
        else:
            self.nr, self.nr_buckets, self.buckets = w[:3]

    def entries(self):
        """(key, value or pointer to it) of each."""
        word = self.memory.word
        for i in range(self.nr_buckets):
            entry = word(self.buckets + 8 * i)
            while entry:
                yield word(entry + 16), word(entry + 24)
                entry = word(entry)

    def blocks(self):
        word = self.memory.word
        found = {key: value if self.inline else word(value)
                 for key, value in self.entries()}
        assert len(found) == self.nr, (len(found), self.nr)
        return found


def traced(target, domains=True):
    """{start: size that was asked for} of the blocks that tracemalloc has
    traced in the target, whose facts say where the tables are."""
    wait_until_still(target)
    minor = target.python.minor
    with Memory(target.pid) as memory:
        found = Table(memory, target.facts["traces"], minor).blocks()
        if domains and target.facts["domains"]:
            for _, table in Table(memory, target.facts["domains"],
                                  minor).entries():
                found.update(Table(memory, table, minor).blocks())
        return found


def most(size, allocator):
    """The largest block that the allocator may give for this size."""
    if allocator == "pymalloc":
        return max(size + 15 & ~15, 16)
    if allocator == "malloc":
        # Chunks are multiples of 16 bytes, of which 8 are the header.  What
        # would leave less than 32 bytes free is not split.
        return max(size + 8 + 15 & ~15, 32) - 8 + 16
    if allocator == "mmap":
        return (size + 16 + PAGE - 1 & -PAGE) - 16
    if allocator == "mapping":
        return size + PAGE - 1 & -PAGE
    # mimalloc's classes: 4 in each power of 2.  A block above 128 KiB has all
    # of a page, which is a multiple of 64 KiB or above 512 KiB of that.
    if size > 0x80000:
        return size + 0x7ffff & ~0x7ffff
    if size > 0x20000:
        return size + 0xffff & ~0xffff
    # realloc() keeps a block as long as half of it is used
    # (_mi_heap_realloc_zero() in alloc.c); nobody can tell that it was asked.
    return max(size + 15 & ~15, 2 * size)


def taken(b):
    """Bytes that the block takes from its allocator, with its header."""
    return b.size + 8 if b.allocator in ("malloc", "mmap") else b.size
