# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks of allocators against what tracemalloc says of each, and the
memory of each kind of owner against what it took when it was made.

The target is memory_zoo.py.
"""
import collections

import pythons
from blocks import PAGE, PYMALLOC_MOST, Blocks, most, traced, wait_until_still
from harness import Target, each, limit, pyheld, unharmed
from test_core import Directory, gcore, sysroot

# This share of the traced blocks must be right.
LEAST = 0.9999


# malloc gives what is larger a mapping of its own, unless it has learned that
# such blocks are freed again.
MMAP_LEAST = 0x20000

# Kinds whose memory does not come from Python's allocators.
NATIVE = {"an_anonymous_mmap", "a_private_mmap", "an_mmap_of_a_file",
          "a_memmap", "a_sqlite_connection", "hashes", "ssl_contexts",
          "an_lxml_tree", "a_pil_image", "sqlalchemy_rows"}


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
@each(pythons.some)
def test_traced_blocks_are_found(python):
    with Zoo(python, PYTHONTRACEMALLOC="1") as target, Directory() as d:
        stated = traced(target)
        check_traced(stated, Blocks(target.pid), python.label)
        unharmed(target)
        core, is_whole = gcore(target, d)
        if is_whole:
            check_traced(stated, Blocks(core, *sysroot(python)),
                         python.label + ", core")


def bounds(stated):
    """(least, most) bytes of the blocks that the allocators have given for
    these: of malloc's large ones it is not known what was aligned."""
    least = upper = 0
    for size in stated.values():
        if size <= PYMALLOC_MOST:
            least += most(size, "pymalloc")
            upper += most(size, "pymalloc")
        else:
            least += size
            upper += max(most(size, "malloc"), most(size, "mmap")
                         if size > MMAP_LEAST else 0)
    return least, upper


def retained(where, fact, *options):
    found = pyheld("retained", "--json", "--depth=0", *options, where,
                   "--address=0x%x" % fact["address"]).json
    line, = found["lines"]
    return line["retained"]["bytes"]


def whose(stated, blocks):
    """Who has the blocks, as pyheld says: for a test that fails."""
    count = collections.Counter()
    for start in stated:
        b = blocks.by_start.get(start)
        count["%s %s" % (b.part, b.name) if b else "missing"] += \
            b.size if b else stated[start]
    return ", ".join("%s: %d" % c for c in count.most_common(5))


class Shares:
    """How much of what each kind took is in its retained size."""
    def __init__(self, label):
        self.label, self.wrong, self.compared = label, [], 0

    def compare(self, name, bytes, least, upper, why):
        """`bytes` must be 98 to 102 % of what is between least and upper;
        why() says more."""
        self.compared += 1
        same = 0.98 * least <= bytes <= 1.02 * upper
        print("%-4s %-36s %9d of %9d to %9d, %5.1f %%" % (
            "" if same else "BAD", name, bytes, least, upper,
            100 * bytes / max(upper, 1)))
        if not same:
            self.wrong.append(name)
            print("     " + why())

    def judge(self):
        print("# %s: %d kinds of owners, %d without all of their bytes%s"
              % (self.label, self.compared, len(self.wrong),
                 ": " + ", ".join(self.wrong) if self.wrong else ""))
        assert not self.wrong, self.wrong


@limit(240)
@each(pythons.some)
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
        blocks = Blocks(target.pid)
        shares = Shares(python.label)
        for name, blocks_of_it in stated.items():
            if name in NATIVE:
                continue
            shares.compare(name, retained(capture, target.made[name]),
                           *bounds(blocks_of_it),
                           lambda: whose(blocks_of_it, blocks))
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
@each(pythons.some)
def test_owners_have_what_malloc_gave(python):
    """What libraries got from malloc for an object is the retained size of
    that object.  The blocks that are new since it was made are summed up; they
    are right if malloc's own counter has grown by as much."""
    with Zoo(python, make=False,
             GLIBC_TUNABLES="glibc.malloc.tcache_count=0") as target, \
            Directory() as d:
        before, new = Blocks(target.pid), {}
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
            before = after
        capture = d.file("capture")
        pyheld("capture", "-o", capture, target.pid)
        shares = Shares(python.label)
        for name, blocks in new.items():
            fact = target.made[name]
            size = sum(b.size for b in blocks.values()) + fact["mapped"]
            shares.compare(name, retained(capture, fact), size, size,
                           lambda: whose(blocks, before))
        unharmed(target)
        shares.judge()
