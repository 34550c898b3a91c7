# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that makes one object of each kind that owns memory, and says what
each has taken.

usage: memory_zoo.py

Its facts are {"kinds": [name...], "missing": {name: why}, "traces", "domains":
addresses of tracemalloc's tables, or null if PYTHONTRACEMALLOC is not set}.
Then it answers questions, one a line:

{"make": name}          makes it, and keeps it in a module NAME, as NAME.kept:
                        {"address": of the object, "malloc": bytes by which
                        malloc's chunks in use have grown, "mapped": bytes of
                        a mapping of its own}
{"make": name, "clear": true}
                        the same; tracemalloc's table has nothing but what
                        was allocated since, once it has answered
{"state": true}         {"mallinfo": malloc's counters, "traced": what
                        tracemalloc.get_traced_memory() says}

Each kind is made and dropped once before it is measured: what a library
makes once and keeps for the process is there by then.
"""
import gc
import json
import os
import sys
import tracemalloc
import types

import memory_kinds
import memory_kinds_library
import memory_kinds_packages
import memory_measure

KINDS = {**memory_kinds.KINDS, **memory_kinds_library.KINDS,
         **memory_kinds_packages.KINDS}


def say(fact):
    os.write(1, json.dumps(fact).encode() + b"\n")


def ask():
    line = bytearray()
    while not line.endswith(b"\n"):
        c = os.read(0, 1)
        if not c:
            os._exit(0)
        line += c
    return json.loads(line.decode())


def warm_up():
    """Make each kind once; returns what can't be made, and why."""
    missing = {}
    for name, make in KINDS.items():
        try:
            make()
        except ImportError as e:
            missing[name] = str(e)
        gc.collect()
    return missing


def mapped(o):
    """Bytes of the mapping that is the object's own."""
    if type(o).__name__ in ("mmap", "memmap"):
        return len(o) + 4095 & ~4095
    return 0


def make(name, clear):
    gc.collect()
    if clear:
        tracemalloc.clear_traces()
    before = memory_measure.malloc_bytes()
    made = KINDS[name]()
    sys.modules[name].kept = made
    gc.collect()
    return {"address": id(made),
            "malloc": memory_measure.malloc_bytes() - before,
            "mapped": mapped(made)}


def answer(question):
    if "make" in question:
        return make(question["make"], question.get("clear"))
    return {"mallinfo": memory_measure.mallinfo(),
            "traced": tracemalloc.get_traced_memory()[0]}


def main():
    missing = warm_up()
    tracing = tracemalloc.is_tracing()
    for name in KINDS:
        # A module of its own: it leads to that object alone.
        sys.modules[name] = types.ModuleType(name)
    say({"kinds": [name for name in KINDS if name not in missing],
         "missing": missing,
         "traces": memory_measure.find_traces() if tracing else None,
         "domains": memory_measure.find_domains() if tracing else None})
    while True:
        say(answer(ask()))


if __name__ == "__main__":
    sys.setswitchinterval(100)
    main()
