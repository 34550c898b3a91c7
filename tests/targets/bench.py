# SPDX-License-Identifier: GPL-2.0-or-later
"""A target for the benchmark: OBJECTS collector-tracked objects, and a
thread that watches the clock.

usage: bench.py OBJECTS [emulated]

Answers lines on stdin: "reset" forgets, "gap" tells the longest time in which
the watching thread did not run, "loop" runs gc.get_objects and
gc.get_referents over everything and tells the seconds, "change" replaces a
tenth of the records and adds a twentieth.  `emulated`: half of the objects are
of C types that pyheld has no readers for.
"""
import functools
import gc
import itertools
import json
import operator
import os
import sys
import threading
import time


def scramble(n):
    """Another number for each: what comes in order would compress too well."""
    return n * 2654435761 % 2 ** 32


class Record:
    def __init__(self, n, previous):
        n = scramble(n)
        self.number = n
        self.name = "record %d" % n
        self.tags = [n, previous]
        self.table = {"n": n, "previous": previous}


class Watch(threading.Thread):
    """Looks at the clock as often as it can without using up the CPU."""
    def __init__(self):
        super().__init__(daemon=True)
        self.longest = 0.0

    def run(self):
        last = time.perf_counter()
        while True:
            time.sleep(0.0002)
            now = time.perf_counter()
            if now - last > self.longest:
                self.longest = now - last
            last = now


def build(n):
    """n tracked objects or a few more: instances, lists and dicts."""
    gc.disable()
    records, previous = [], None
    while len(gc.get_objects()) < n:
        for i in range(len(records), len(records) + max(n // 40, 1000)):
            previous = Record(i, previous if i % 3 else [i])
            records.append(previous)
    return records


def build_emulated(n):
    gc.disable()
    kept = []
    while len(kept) < n // 2:
        # An iterator over each list is one object more.
        kept += [functools.partial(len, kept), itertools.cycle([kept]),
                 itertools.chain([kept]), operator.itemgetter(len(kept)),
                 itertools.repeat(kept)]
    return kept


def change(records):
    """Some in the middle go, more come, at the addresses that are free."""
    n = len(records)
    del records[n // 2:n // 2 + n // 10]
    for i in range(n // 10 + n // 20):
        records.append(Record(n + i, [i]))
    return {"records": len(records)}


def loop():
    start = time.perf_counter()
    found = gc.get_objects()
    references = 0
    for o in found:
        references += len(gc.get_referents(o))
    return {"seconds": time.perf_counter() - start, "objects": len(found),
            "references": references}


def main():
    make = build_emulated if "emulated" in sys.argv else build
    kept = make(int(sys.argv[1]))
    watch = Watch()
    watch.start()
    tell = {"tracked": len(gc.get_objects())}
    while True:
        os.write(1, json.dumps(tell).encode() + b"\n")
        # Byte by byte: no buffer, and blocked in read() between questions.
        line = b""
        while not line.endswith(b"\n"):
            c = os.read(0, 1)
            if not c:
                return kept
            line += c
        question = json.loads(line)
        if question == "reset":
            watch.longest = 0.0
            tell = {}
        elif question == "gap":
            tell = {"gap": watch.longest}
        elif question == "change":
            tell = change(kept)
        else:
            tell = loop()


if __name__ == "__main__":
    main()
