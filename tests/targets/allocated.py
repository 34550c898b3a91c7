# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that has asked its allocator for blocks of all sizes, and has given
back many of them, some of whole arenas.

Its last words are sys._debugmallocstats(), on stderr, and how many blocks are
in use, in memory.  It then stands still and allocates nothing more.
"""
import array
import gc
import json
import os
import random
import signal
import sys

rng = random.Random(7)


class Instance:
    def __init__(self, n):
        self.name = "instance-%d" % n
        self.number = n


def fill():
    """Blocks of all size classes, with and without a PyGC_Head."""
    some = []
    for n in range(40000):
        some.append(bytes(rng.randrange(480)))
        some.append(tuple(range(n % 40)))
        some.append([None] * (n % 60))
        some.append(Instance(n))
        some.append({"a": n, "b%d" % (n % 100): n})
        some.append(float(n))
    return some


kept = fill()
gone = fill()
# Whole pools become free, and pools with a few blocks remain.
del gone
for n in range(0, len(kept), 2):
    if rng.random() < 0.7:
        kept[n] = None
gc.collect()
# mimalloc has pages of their own for these, and a segment for the last two.
large = [bytes(n << 10) for n in (10, 100, 300, 1000, 5000, 20000, 70000)]

# Objects that end up on free lists.
floats = [n / 7 for n in range(60)]
tuples = [(n, str(n), n) for n in range(300)]
del floats, tuples

# [blocks in use]
words = array.array("q", [0] * 4)
blocks = sys.getallocatedblocks
stats = sys._debugmallocstats
pause = signal.pause

print(json.dumps({"words": words.buffer_info()[0], "pid": os.getpid()}))
sys.stdout.flush()
gc.disable()
# The second time it finds a free int.
words[0] = blocks()
words[0] = blocks()
stats()
pause()
