#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure `pyheld diff` on two captures of one process, on one core: its time
and peak memory, beside those of loading each capture for a question that needs
its references (`pyheld chain`).

usage: tests/bench/diff.py --pyheld=FILE [--objects=N]
"""
import argparse
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from bench import MIB, harness, mib, ms, pythons, run       # noqa: E402

# MUST HOLD.
MOST_SECONDS = 2.0
MOST_MEMORY = 400 * MIB


def best(argv, times):
    """Of some runs on one core: the least seconds, the most memory."""
    runs = [run(argv, cpus={0}) for _ in range(times)]
    return min(r[0] for r in runs), max(r[1] for r in runs), runs[0][2]


def captures(pyheld, python, objects, folder, options):
    """Two captures of one process, which changes in between."""
    files = [os.path.join(folder, name) for name in ("old", "new")]
    with harness.Target(python, "bench.py", objects) as target:
        for path in files:
            run([pyheld, "capture", *options, "-o", path, str(target.pid)])
            target.ask("change")
    return files


def measure(pyheld, python, objects, options, times):
    with tempfile.TemporaryDirectory(prefix="pyheld-bench-") as folder:
        old, new = captures(pyheld, python, objects, folder, options)
        chain = ["chain", "--type=__main__.Watch"]
        loads = [best([pyheld, *chain, f], times) for f in (old, new)]
        seconds, peak, out = best([pyheld, "diff", "--json", old, new], times)
        size = os.path.getsize(new)
    found = json.loads(out)
    assert found["same_process"], found["targets"]
    return {"objects": [t["objects"] for t in found["targets"]],
            "came": found["came"]["count"], "went": found["went"]["count"],
            "replaced": found["replaced"], "size": size,
            "load": loads[0][0] + loads[1][0],
            "load_peak": max(x[1] for x in loads),
            "seconds": seconds, "peak": peak}


def print_row(title, r):
    print(title)
    for name, value in (
            ("objects", "{:,} and {:,}".format(*r["objects"])),
            ("came, went, at a used address", "{:,}, {:,}, {:,}".format(
                r["came"], r["went"], r["replaced"])),
            ("size of the second capture", mib(r["size"])),
            ("chain on the one, then the other", "%s, peak %s" % (
                ms(r["load"]), mib(r["load_peak"]))),
            ("diff of both", "%s, peak %s" % (ms(r["seconds"]),
                                              mib(r["peak"])))):
        print("  %-34s%s" % (name, value))
    print("  at most %g s and %s: %s" % (
        MOST_SECONDS, mib(MOST_MEMORY),
        "holds" if r["seconds"] <= MOST_SECONDS and r["peak"] <= MOST_MEMORY
        else "DOES NOT HOLD"))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--pyheld", default="src/pyheld")
    p.add_argument("--objects", type=int, default=700000,
                   help="tracked by the collector; with what these lead to,"
                   " the default makes a million (default: 700000)")
    p.add_argument("--times", type=int, default=3)
    p.add_argument("--python", help="part of a label of tests/e2e/pythons.py")
    o = p.parse_args()
    python = pythons.system()
    if o.python:
        python = [x for x in pythons.supported() if o.python in x.label][0]
    print("CPython %s; best of %d runs, one core\n" % (python.label, o.times))
    for title, options in (("compressed", []),
                           ("not compressed", ["--no-compress"])):
        print_row(title, measure(os.path.abspath(o.pyheld), python, o.objects,
                                 options, o.times))


if __name__ == "__main__":
    main()
