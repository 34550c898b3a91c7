# SPDX-License-Identifier: GPL-2.0-or-later
"""The heaps of glibc's malloc against what malloc says of itself: mallinfo2(3)
and malloc_info(3), called by the target just before it stands still.  Nothing
may be off by a byte.

There is a target for each glibc that this machine has: see
pythons.each_libc()."""
import os
import re
import struct

import pythons
from blocks import Blocks
from harness import Target, each, pyheld

# glibc 2.43 counts a mapping that mremap() has changed as 16 bytes larger than
# it is, each time.  Its number of such chunks is right.
DRIFTS = (2, 43)


class Stated:
    """What the target has in its memory; see tests/targets/mallocs.py."""
    def __init__(self, target):
        facts = target.facts
        with open("/proc/%d/mem" % target.pid, "rb") as memory:
            def words(name, nr):
                memory.seek(facts[name])
                return struct.unpack("<%dQ" % nr, memory.read(8 * nr))

            (self.arena, self.uordblks, self.fordblks, self.fsmblks,
             self.hblks, self.hblkhd) = words("mallinfo", 6)
            pairs = words("blocks", 2 * facts["nr_blocks"])
            self.blocks = dict(zip(pairs[::2], pairs[1::2]))
            self.freed = words("freed", facts["nr_freed"])
            memory.seek(facts["xml"])
            self.xml = memory.read(1 << 20).split(b"\0")[0].decode()

    def arenas(self):
        """(system, fast chunks, their bytes, other free chunks, their bytes)
        of each; the top chunk is one of the others."""
        found = []
        for heap in re.findall(r"<heap.*?</heap>", self.xml, re.S):
            def total(what):
                m = re.search(r'<total type="%s" count="(\d+)" size="(\d+)"'
                              % what, heap)
                return tuple(map(int, m.groups())) if m else (0, 0)
            system = re.search(r'<system type="current" size="(\d+)"', heap)
            found.append((int(system.group(1)), *total("fast"),
                          *total("rest")))
        return sorted(found)


def check_sums(python, stated, ledger):
    found = ledger["malloc"]

    def total(*fields):
        return sum(a[f] for a in found for f in fields)

    assert all(a["whole"] for a in found), found
    assert ledger["damaged"] == 0
    assert total("system") == stated.arena
    assert total("used", "overhead") == stated.uordblks
    assert total("free", "top") == stated.fordblks
    assert total("fast") == stated.fsmblks
    assert ledger["mmapped"]["count"] == stated.hblks
    if python.libc() < DRIFTS:
        assert ledger["mmapped"]["bytes"] == stated.hblkhd
    check_arenas(stated.arenas(), found)


def check_arenas(stated, found):
    """malloc_info() adds up the sizes of the chunks in bins as they are stored:
    each with PREV_INUSE (1), and some outside of the main arena with
    NON_MAIN_ARENA (4)."""
    def as_stated(a):
        return (a["system"], a["nr_fast"], a["fast"],
                a["nr_free"] - a["nr_fast"] + 1,
                a["free"] - a["fast"] + a["top"])

    rows = sorted(map(as_stated, found))
    assert [r[:4] for r in rows] == [s[:4] for s in stated], (rows, stated)
    for row, s in zip(rows, stated):
        count = row[3] - 1
        assert s[4] - row[4] - count in range(0, 4 * count + 1, 4), (row, s)


def check_blocks(stated, blocks):
    """Each block in use is known, with its size, and none that is free."""
    of_malloc = {start: b.size for start, b in blocks.by_start.items()
                 if b.allocator in ("malloc", "mmap")}
    assert len(stated.blocks) > 1500
    wrong = {hex(p): (usable, of_malloc.get(p))
             for p, usable in stated.blocks.items()
             if of_malloc.get(p) != usable}
    assert not wrong, wrong
    held = [hex(p) for p in stated.freed if blocks.around(p)]
    assert not held, (len(held), held[:10])


def check(python, nr_threads, *options, env=None):
    with Target(python, "mallocs.py", nr_threads, *options,
                env=env) as target:
        stated = Stated(target)
        ledger = pyheld("memory", "--json", target.pid).json
        blocks = Blocks(target.pid)
    assert len(ledger["malloc"]) == 1 + nr_threads
    check_sums(python, stated, ledger)
    check_blocks(stated, blocks)
    return stated


@each(pythons.each_libc)
def test_main_arena_agrees(python):
    check(python, 0)


@each(pythons.each_libc)
def test_one_thread_agrees(python):
    check(python, 1)


@each(pythons.each_libc)
def test_nine_threads_agree(python):
    stated = check(python, 9)
    assert len(stated.freed) > 9 * 500


@each(pythons.each_libc)
def test_main_arena_where_brk_fails(python):
    """The arena goes on in mappings, which nothing leads to."""
    check(python, 1, "pieces")


@each(pythons.each_libc)
def test_main_arena_where_brk_failed_for_a_while(python):
    check(python, 1, "pieces", "grows")


@each(pythons.each_libc)
def test_main_arena_around_memory_of_others(python):
    """The program calls sbrk() itself: chunks go on behind that."""
    check(python, 1, "sbrk")


@each(pythons.each_libc)
def test_tunables(python):
    """ld.so of 2.31 puts a copy of them in front of the heap, heaps of other
    arenas are at multiples of 8 MiB, and caches have larger chunks."""
    check(python, 3, env={"GLIBC_TUNABLES": ":".join((
        "glibc.malloc.hugetlb=2", "glibc.malloc.tcache_count=100",
        "glibc.malloc.tcache_max=100000", "glibc.malloc.mmap_max=1000"))})


def test_every_libc_is_there():
    """What the tests above are worth: four versions of malloc."""
    found = {p.libc() for p in pythons.each_libc()}
    print("# glibc: %s" % ", ".join("%d.%d" % v for v in sorted(found)))
    if os.environ.get("CI") == "true":
        assert {(2, 31), (2, 41)} <= found and max(found) >= (2, 43), found
