# SPDX-License-Identifier: GPL-2.0-or-later
"""A target whose collector has run in each generation, and then no more.

Its facts are what gc says: {"stats": gc.get_stats(), "callbacks": id of
gc.callbacks, "nr_callbacks", "thresholds", "frozen"}.
"""
import gc
import json
import os
import sys


class Cycle:
    def __init__(self):
        self.myself = self


def seen(phase, info):
    """What a library registers."""


def main():
    gc.disable()
    gc.set_threshold(701, 11, 12)
    gc.callbacks.extend([seen, seen])
    for generation, times in (0, 5), (1, 3), (2, 2):
        for _ in range(times):
            for _ in range(100 * (generation + 1)):
                Cycle()
            gc.collect(generation)
    gc.freeze()
    facts = {"stats": gc.get_stats(), "callbacks": id(gc.callbacks),
             "nr_callbacks": len(gc.callbacks),
             "thresholds": gc.get_threshold(),
             "frozen": gc.get_freeze_count()}
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    os.read(0, 1)


main()
