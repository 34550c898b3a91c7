# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks of CPython's allocators, pymalloc and mimalloc, as
sys._debugmallocstats() counts them."""
import collections
import os
import re
import time

import pythons
from blocks import Blocks
from harness import Skip, Target, each, limit, unharmed
from test_core import Directory, gcore

SYS_PAUSE, SYS_NANOSLEEP = "34", "230"      # x86-64: clock_nanosleep()
POOL_HEADER = 48
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"


def is_still(target):
    """Is the main thread in pause(2), are all others in sleep()?"""
    for task in os.listdir("/proc/%d/task" % target.pid):
        with open("/proc/%d/task/%s/syscall" % (target.pid, task)) as f:
            call = f.read().split()[0]
        if call != (SYS_PAUSE if int(task) == target.pid else SYS_NANOSLEEP):
            return False
    return True


def stands_still(target):
    end = time.monotonic() + 60
    while not is_still(target):
        assert time.monotonic() < end, "the target does not stand still"
        time.sleep(0.05)


def stats_of(text):
    """({size of blocks: (pools, blocks in use, free blocks)}, {name: number})
    of what sys._debugmallocstats() prints; of several outputs, their sums."""
    classes, sums = {}, collections.Counter()
    for output in text.split("Small block threshold")[1:]:
        seen = set()
        for line in output.splitlines():
            row = re.match(r"\s+\d+\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$",
                           line)
            total = re.match(r"(?:\d+ )?(.*\S)\s+=\s+([\d,]+)$", line)
            if row:
                size, *rest = [int(n) for n in row.groups()]
                before = classes.get(size, (0, 0, 0))
                classes[size] = tuple(map(sum, zip(before, rest)))
            elif total and total.group(1) not in seen:
                # There is a second Total, of the radix tree.
                seen.add(total.group(1))
                sums[total.group(1)] += int(total.group(2).replace(",", ""))
    return classes, sums


def classes_of(blocks, pool_size):
    """The same of blocks that pyheld has found."""
    pools, used = collections.defaultdict(set), collections.Counter()
    for b in blocks:
        pools[b.size].add(b.start // pool_size)
        used[b.size] += 1
    return {size: (len(pools[size]), used[size], len(pools[size])
                   * ((pool_size - POOL_HEADER) // size) - used[size])
            for size in used}


def compare(ledger, text, python):
    """Every figure of sys._debugmallocstats(), but those of the past."""
    pool_size = 16384 if python.minor >= (3, 10) else 4096
    classes, sums = stats_of(text)
    blocks = ledger.of("pymalloc")
    # With debug hooks no block is smaller than 32 bytes.
    assert len(classes) >= 30, text
    assert classes_of(blocks, pool_size) == classes
    assert len(ledger.arenas) == sums["# arenas allocated current"]
    assert ledger.sum("FREE_BLOCKS")[1] == sum(c[2] for c in classes.values())
    assert ledger.sum("PYMALLOC")[1] == sum(c[0] for c in classes.values())
    unused = ledger.sum("FREE_POOLS")[1] + ledger.sum("FREE_ARENAS")[1]
    assert unused * pool_size == sums["unused pools * %d bytes" % pool_size]
    used = sum(b.size for b in blocks)
    assert used == sums["# bytes in allocated blocks"]
    assert used == sum(arena.used for arena in ledger.arenas)
    assert len(blocks) == sum(arena.blocks for arena in ledger.arenas)
    assert sum(arena.size for arena in ledger.arenas) == sums["Total"]
    # The line has what is resident of it.
    overhead = ledger.sum("PYMALLOC")[0]
    lost = sum(sums["# bytes lost to " + name] for name in
               ("pool headers", "quantization", "arena alignment"))
    assert overhead <= lost, (overhead, lost)
    assert ledger.total.damaged == 0


def compare_free_lists(ledger, text):
    """The dead objects that CPython keeps.  It does not print all lists."""
    stated = collections.Counter()
    for number, name in re.findall(
            r"(\d+) free (?:\d+-sized )?Py(Dict|Float|List|Tuple)Objects",
            text):
        stated[name.lower()] += int(number)
    found = {line.name: line.count for line in ledger.lines
             if line.part == "FREE_LISTS"}
    assert len(stated) == 4 and stated["float"] and stated["tuple"] > 2, text
    assert {name: found.get(name, 0) for name in stated} == stated, found


def check_starts(ledger, allocator, debug):
    """Each object lies behind what it has before it in its block: a PyGC_Head,
    dict and weak references."""
    starts = collections.Counter(
        b.object - b.start - (16 if debug else 0)
        for b in ledger.of(allocator) if b.object)
    assert sum(starts.values()) > 100000, starts
    assert set(starts) <= {0, 16, 32}, starts


def look(python, env=None, script="allocated.py"):
    """(ledger, what sys._debugmallocstats() printed,
    sys.getallocatedblocks())"""
    with open(os.memfd_create("stderr"), "w+") as err:
        with Target(python, script, env=env, stderr=err) as target:
            stands_still(target)
            ledger = Blocks(target.pid)
            unharmed(target)
            with open("/proc/%d/mem" % target.pid, "rb") as memory:
                memory.seek(target.facts["words"])
                in_use = int.from_bytes(memory.read(8), "little")
        err.seek(0)
        return ledger, err.read(), in_use


def check_pymalloc(python, env=None, debug=False):
    ledger, text, in_use = look(python, env)
    compare(ledger, text, python)
    compare_free_lists(ledger, text)
    # The others are too large for pymalloc.
    pymalloc = len(ledger.of("pymalloc"))
    assert pymalloc <= in_use, (pymalloc, in_use)
    large = len(ledger.of("malloc")) + len(ledger.of("mmap"))
    assert in_use - pymalloc < 5000 + large, (pymalloc, in_use, large)
    check_starts(ledger, "pymalloc", debug)


def with_pymalloc():
    return [p for p in pythons.few() if not p.free_threaded]


@each(pythons.with_gil)
def test_counts_agree(python):
    check_pymalloc(python)


@each(pythons.debug_builds)
def test_counts_of_debug_builds_agree(python):
    check_pymalloc(python, debug=True)


@each(with_pymalloc)
def test_counts_with_debug_hooks_agree(python):
    check_pymalloc(python, {"PYTHONMALLOC": "debug"}, debug=True)


@limit(200)
@each(with_pymalloc)
def test_counts_of_cores_agree(python):
    with open(os.memfd_create("stderr"), "w+") as err, Directory() as d:
        with Target(python, "allocated.py", stderr=err) as target:
            stands_still(target)
            core, _ = gcore(target, d)
        err.seek(0)
        ledger = Blocks(core, *filter(None, [python.root]))
        compare(ledger, err.read(), python)


def without_a_root():
    return [p for p in pythons.one_each()
            if not p.root and not p.free_threaded]


@each(without_a_root)
def test_counts_with_jemalloc_agree(python):
    """The array of arenas is no block of glibc's then."""
    if not os.path.exists(JEMALLOC):
        raise Skip("libjemalloc2 is not installed")
    ledger, text, _ = look(python, {"LD_PRELOAD": JEMALLOC})
    compare(ledger, text, python)
    check_starts(ledger, "pymalloc", False)


@each(pythons.oldest_and_newest)
def test_without_pymalloc_there_are_no_arenas(python):
    ledger, _, in_use = look(python, {"PYTHONMALLOC": "malloc"})
    assert not in_use
    assert not ledger.arenas and not ledger.of("pymalloc")
    assert not ledger.sum("PYMALLOC")[1] and not ledger.sum("FREE_POOLS")[1]
    assert ledger.total.damaged == 0


def with_isolated_interpreters():
    return [p for p in pythons.with_gil() if p.minor >= (3, 12)]


@each(with_isolated_interpreters)
def test_isolated_interpreters_have_their_own(python):
    ledger, text, in_use = look(python, script="isolated.py")
    assert text.count("# arenas allocated current") == 3
    compare(ledger, text, python)
    assert len(ledger.of("pymalloc")) <= in_use
    # The array of arenas and two nodes of the radix tree, of each.
    assert ledger.sum("RAW_PYTHON")[1] >= 9, ledger.lines
    check_starts(ledger, "pymalloc", False)


# --- mimalloc ----------------------------------------------------------------

def with_mimalloc():
    return [p for p in pythons.with_gil() + pythons.debug_builds()
            if p.minor >= (3, 13)]


def check_mimalloc(python, env=None, debug=False):
    ledger, text, in_use = look(python, env)
    stats = {name: int(n) for name, n in
             re.findall(r"^\s+(\S.*): (\d+)$", text, re.M)}
    blocks = ledger.of("mimalloc")
    assert len(blocks) == in_use
    # Free-threaded builds count in a heap that they do not use.
    if not python.free_threaded:
        assert len(blocks) == stats["Allocated Blocks"]
        assert sum(b.size for b in blocks) == stats["Allocated Bytes"]
    for size in (5000, 20000, 70000):
        assert sum(b.size >= size << 10 for b in blocks) >= 1, size
    # Two of the segments have one block each.
    assert ledger.sum("MIMALLOC")[1] >= 3
    assert ledger.total.damaged == 0
    assert not ledger.arenas and not ledger.of("pymalloc")
    check_starts(ledger, "mimalloc", debug)
    compare_free_lists(ledger, text)


@each(with_mimalloc)
def test_mimalloc_agrees(python):
    check_mimalloc(python, {"PYTHONMALLOC": "mimalloc"})


@each(with_mimalloc)
def test_mimalloc_with_debug_hooks_agrees(python):
    check_mimalloc(python, {"PYTHONMALLOC": "mimalloc_debug"}, debug=True)


@each(pythons.without_gil)
def test_free_threaded_builds_agree(python):
    check_mimalloc(python)


@each(pythons.without_gil)
def test_free_threaded_builds_with_debug_hooks_agree(python):
    check_mimalloc(python, {"PYTHONMALLOC": "debug"}, debug=True)
