# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks of allocators against what tracemalloc says of each, and the
memory of each kind of owner against what it took when it was made.

The target is memory_zoo.py.
"""
import collections

import pythons
from blocks import PAGE, Blocks, most, taken, traced
from harness import Target, each, limit, pyheld, unharmed, wait_until_still
from test_core import Directory, gcore

# This share of the traced blocks must be right.
LEAST = 0.9999


# Kinds whose memory does not come from Python's allocators.
NATIVE = {"an_anonymous_mmap", "a_private_mmap", "an_mmap_of_a_file",
          "a_memmap", "a_sqlite_connection", "hashes", "ssl_contexts",
          "an_lxml_tree", "a_pil_image", "a_torch_tensor"}

# Without a GIL, blocks are freed some time after the last reference is gone:
# so many bytes that are none of the object's were seen.
LATE_FREED = 9000


class Zoo(Target):
    """A memory_zoo.py that has made all kinds."""
    def __init__(self, python, make=True, **env):
        super().__init__(python, "memory_zoo.py", env=env)
        missing = self.facts["missing"]
        if missing:
            print("# %s has no %s" % (python.label, ", ".join(
                sorted({why.split("'")[-2] for why in missing.values()}))))
        self.made = {}
        if make:
            for name in self.facts["kinds"]:
                self.make(name)

    def make(self, name, **how):
        self.made[name] = self.ask(dict(how, make=name))
        return self.made[name]


def check_traced(stated, blocks, where):
    """Each traced block is one of `blocks`, and of the size that its
    allocator gives for what was asked for."""
    missing, small, large = [], [], []
    for start, size in stated.items():
        b = blocks.by_start.get(start)
        if b is None:
            missing.append(start)
        elif b.size < size:
            small.append(start)
        elif b.size > most(size, b.allocator):
            large.append(start)
    right = len(stated) - len(missing) - len(small) - len(large)
    print("# %s: %d blocks traced, %d right; missing %d, too small %d, too "
          "large %d" % (where, len(stated), right, len(missing), len(small),
                        len(large)))
    for start in missing[:10]:
        print("missing: 0x%x of %d bytes; it lies in %s"
              % (start, stated[start], blocks.around(start)))
    for start in small[:10] + large[:10]:
        print("0x%x of %d bytes: %s"
              % (start, stated[start], blocks.by_start[start]))
    assert len(stated) > 100000, len(stated)
    assert right >= LEAST * len(stated)


@limit(200)
@each(pythons.few)
def test_traced_blocks_are_found(python):
    with Zoo(python, PYTHONTRACEMALLOC="1") as target, Directory() as d:
        stated = traced(target)
        check_traced(stated, Blocks(target.pid), python.label)
        unharmed(target)
        core, is_whole = gcore(target, d)
        if is_whole:
            check_traced(stated, Blocks(core, *filter(None, [python.root])),
                         python.label + ", core")


def allocated(stated, blocks):
    """Bytes of the blocks that the allocators have given for these, each as
    its allocator has it if that can be right for what was asked for."""
    total = 0
    for start, size in stated.items():
        b = blocks.by_start.get(start)
        total += taken(b) if b and size <= b.size <= \
            most(size, b.allocator) else size
    return total


def retained(where, made):
    """{name: retained bytes} of the objects.  Most have a line of their own
    in the report; of others a part has."""
    def lines(*options):
        return pyheld("retained", "--json", "--depth=0", *options,
                      where).json["lines"]
    of = {line["address"]: line["retained"]["bytes"]
          for line in lines("--limit=0")}
    found = {}
    for name, fact in made.items():
        address = "0x%x" % fact["address"]
        if address not in of:
            line, = lines("--address=" + address)
            of[address] = line["retained"]["bytes"]
        found[name] = of[address]
    return found


def whose(starts, blocks):
    """Who has the blocks, as pyheld says: for a test that fails."""
    count = collections.Counter()
    for start in starts:
        b = blocks.by_start.get(start)
        count["%s %s" % (b.part, b.name) if b else "missing"] += \
            b.size if b else 1
    return ", ".join("%s: %d" % c for c in count.most_common(6))


def not_traced(starts, later, blocks):
    """Raw blocks that pyheld gives to the objects of `starts` and that are not
    in `starts`: for a test that fails because it counts too much.  What was
    made `later` may have a start again that was freed meanwhile."""
    objects = {blocks.by_start[start].object for start in starts - later
               if start in blocks.by_start} - {None}
    count = collections.Counter()
    for b in blocks.by_start.values():
        if b.owner in objects and b.start not in starts:
            count["%s %s of %d" % (b.part, b.name, b.size)] += taken(b)
    return ", ".join("%s: %d" % c for c in count.most_common(6))


def of_all_tasks(starts, blocks):
    """asyncio.tasks._all_tasks is a WeakSet, which outlives the tasks: bytes of
    its table, if that grew with them, and of its weak references."""
    made = [blocks.by_start[start] for start in starts
            if start in blocks.by_start]
    return sum(taken(b) for b in made
               if b.object and b.name in ("weakref", "weakref.ReferenceType") or
               b.part == "RAW" and b.name == "set" and b.owner not in starts)


def shared_by_contexts(before, blocks):
    """OpenSSL shares a part between all contexts: bytes of blocks that are
    older than the contexts that are asked for, and belong to contexts."""
    return sum(taken(b) for b in blocks.by_start.values()
               if b.start in before.by_start and "SSLContext" in b.name and
               b.part in ("RAW", "RAW_SHARED"))


def check_libc_s(starts, blocks):
    """libc has taken nothing for itself, though malloc points to blocks."""
    wrong = [b for b in map(blocks.by_start.get, starts)
             if b and b.part == "RAW_LIBRARY" and "/libc" in b.name]
    assert not wrong, wrong[:5]


class Shares:
    """How much of what each kind took is in its retained size."""
    def __init__(self, python):
        self.label, self.compared = python.label, 0
        self.wrong = []
        self.late = LATE_FREED if python.free_threaded else 0

    def compare(self, name, retained, stated, why, others=0, shared=0):
        """`retained` must be 98 to 102 % of `stated`; why() says more.  Of
        `stated`, `others` bytes may be others'; of `retained`, `shared` may be
        the process's."""
        self.compared += 1
        share = retained / max(stated, 1)
        same = 0.98 * (stated - others - self.late) <= retained <= \
            1.02 * stated + shared
        if others or shared:
            print("# %s: %s of %d bytes: %.1f %%; others have %d, the process "
                  "shares %d" % (self.label, name, stated, 100 * share, others,
                                 shared))
        print("%-4s%-36s %9d of %9d, %5.1f %%" % (
            "" if same else "BAD", name, retained, stated, 100 * share))
        if not same:
            self.wrong.append(name)
            print("    " + why())

    def judge(self):
        print("# %s: %d kinds of owners, %d without all of their bytes%s"
              % (self.label, self.compared, len(self.wrong),
                 ": " + ", ".join(self.wrong) if self.wrong else ""))
        assert not self.wrong, self.wrong


@limit(240)
@each(pythons.few_with_packages)
def test_owners_have_what_python_allocated(python):
    """What Python's allocators have given for an object of each kind is the
    retained size of that object."""
    with Zoo(python, make=False, PYTHONTRACEMALLOC="1") as target, \
            Directory() as d:
        stated = {}
        for name in target.facts["kinds"]:
            target.make(name, clear=True)
            stated[name] = traced(target)
        capture = d.file("capture")
        pyheld("capture", "-o", capture, target.pid)
        blocks, shares = Blocks(target.pid), Shares(python)
        found = retained(capture, target.made)
        asking = allocated(stated.pop("nothing"), blocks)
        later = collections.Counter(
            start for traced_of_it in stated.values()
            for start in traced_of_it)
        for name, traced_of_it in stated.items():
            later.subtract(traced_of_it.keys())
            if name not in NATIVE:
                shares.compare(name, found[name],
                               allocated(traced_of_it, blocks) - asking,
                               lambda: "%s; not traced: %s" % (
                                   whose(traced_of_it, blocks),
                                   not_traced(set(traced_of_it), set(+later),
                                              blocks)),
                               others=of_all_tasks(traced_of_it, blocks)
                               if name == "asyncio_tasks" else 0)
        unharmed(target)
        shares.judge()


def grown(before, after):
    """What is in `after` alone, by start."""
    return {start: b for start, b in after.by_start.items()
            if start not in before.by_start or
            before.by_start[start].size != b.size}


def chunk(b):
    """Bytes that malloc counts for a block of its."""
    if b.allocator == "mmap":
        return b.size + 16 + PAGE - 1 & -PAGE
    return b.size + 8 if b.allocator == "malloc" else 0


@limit(240)
@each(pythons.few_with_packages)
def test_owners_have_what_malloc_gave(python):
    """What libraries got from malloc for an object is the retained size of
    that object.  The blocks that are new since it was made are summed up; they
    are right if malloc's own counter has grown by as much."""
    with Zoo(python, make=False,
             GLIBC_TUNABLES="glibc.malloc.tcache_count=0") as target, \
            Directory() as d:
        before, new, shared = Blocks(target.pid), {}, {}
        for name in target.facts["kinds"]:
            if name not in NATIVE:
                continue
            stated = target.make(name)["malloc"]
            wait_until_still(target)
            after = Blocks(target.pid)
            new[name] = grown(before, after)
            counted = sum(map(chunk, after.by_start.values())) - \
                sum(map(chunk, before.by_start.values()))
            print("%-36s %d blocks, malloc counts %d, blocks have %d" % (
                name, len(new[name]), stated, counted))
            assert abs(counted - stated) <= 4096, name
            if name == "ssl_contexts":
                shared[name] = shared_by_contexts(before, after)
                check_libc_s(new[name], after)
            before = after
        capture = d.file("capture")
        pyheld("capture", "-o", capture, target.pid)
        shares = Shares(python)
        found = retained(capture, target.made)
        for name, blocks in new.items():
            stated = sum(taken(b) for b in blocks.values()
                         if b.allocator != "mapping")
            shares.compare(name, found[name],
                           stated + target.made[name]["mapped"],
                           lambda: whose(blocks, after),
                           shared=shared.get(name, 0))
        unharmed(target)
        shares.judge()
