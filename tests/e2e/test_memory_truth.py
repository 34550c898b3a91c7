# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks of allocators against what tracemalloc says of each.

The target is memory_zoo.py.
"""
import pythons
from blocks import Blocks, most, traced
from harness import Target, each, limit, unharmed
from test_core import Directory, gcore

# This share of the traced blocks must be right.
LEAST = 0.9999


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
            check_traced(stated, Blocks(core, *filter(None, [python.root])),
                         python.label + ", core")
