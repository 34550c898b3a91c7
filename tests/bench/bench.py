#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure pyheld beside the other ways to look at a live CPython.

For targets of 0.1, 1 and 5 million tracked objects, side by side in one run:
the longest pause that the target itself notices, pyheld's whole time, its
objects a second on one core and its peak memory, and how many of them by the
emulator where half of them have to be emulated; the CPU time of leaks beside
that of summary; gdb's gcore; a plain
process_vm_readv copy of the same mappings into warm memory; and the loop of
gc.get_objects and gc.get_referents inside the target.

usage: make bench, or tests/bench/bench.py --pyheld=FILE [--quick]
"""
import argparse
import ctypes
import glob
import json
import mmap
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "e2e"))

import harness      # noqa: E402
import pythons      # noqa: E402

# MUST HOLD of the first milestone.
MOST_PAUSE = 2.0        # times the plain copy
LEAST_SPEED = 1e6       # tracked objects a second
MOST_MEMORY = 150       # bytes an object over the target's resident size
# And of captures.
MOST_CAPTURE = 1.5      # times summary
MOST_SIZE = 25          # bytes an object in the file
MOST_CORE = 1.3         # times a live process's summary
# And of leaks, in CPU time.
MOST_LEAKS = 1.6        # times summary
MOST_LEAKS_OLDER = 2.5  # with an older capture
LEAST_EMULATED = 0.5e6  # objects a second, all other work included

MIB = 1 << 20


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def mappings(pid):
    """(start, length) of what is the process's own: private and writable."""
    with open("/proc/%d/maps" % pid) as f:
        for line in f:
            span, permissions = line.split()[:2]
            if permissions.startswith("rw") and permissions[3] == "p":
                start, end = (int(x, 16) for x in span.split("-"))
                yield start, end - start


def resident_spans(pid):
    """The parts of these mappings that have pages, as a plain copier that
    knows its trade would take: what was never touched is no memory."""
    with open("/proc/%d/pagemap" % pid, "rb", buffering=0) as pagemap:
        for start, length in mappings(pid):
            pages = length // 4096
            data = os.pread(pagemap.fileno(), pages * 8, start // 4096 * 8)
            at = None
            for i in range(pages):
                # Bit 63: present, bit 62: swapped.
                if data[i * 8 + 7] & 0xc0:
                    if at is None:
                        at = i
                elif at is not None:
                    yield start + at * 4096, (i - at) * 4096
                    at = None
            if at is not None:
                yield start + at * 4096, (pages - at) * 4096


def plain_copy(pid, times):
    """Seconds that a copy takes (median), and the bytes of it."""
    spans = list(resident_spans(pid))
    total = sum(n for _, n in spans)
    memory = mmap.mmap(-1, total)
    for at in range(0, total, 4096):
        memory[at] = 1
    libc = ctypes.CDLL(None, use_errno=True)
    libc.process_vm_readv.restype = ctypes.c_ssize_t
    here = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    groups, at = [], here
    for i in range(0, len(spans), 512):
        some = spans[i:i + 512]
        size = sum(n for _, n in some)
        groups.append((Iovec(at, size), (Iovec * len(some))(*some),
                       len(some), size))
        at += size
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        for local, remote, n, size in groups:
            done = libc.process_vm_readv(pid, ctypes.byref(local), 1, remote,
                                         n, 0)
            if done < 0:
                raise SystemExit("process_vm_readv: " +
                                 os.strerror(ctypes.get_errno()))
            if done != size:
                raise SystemExit("process_vm_readv: %d of %d" % (done, size))
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), total


def run(argv, cpus=None):
    """Run it; seconds, peak resident bytes, stdout."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, stdout=out, stderr=subprocess.DEVNULL,
            preexec_fn=(lambda: os.sched_setaffinity(0, cpus)) if cpus
            else None)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = status
        if status:
            raise SystemExit("%s failed: status 0x%x" % (argv[0], status))
        out.seek(0)
        return seconds, usage.ru_maxrss * 1024, out.read()


def gap_of(target, argv):
    """The longest gap that the target notices while `argv` runs."""
    time.sleep(0.05)
    target.ask("reset")
    result = run(argv)
    time.sleep(0.01)
    return target.ask("gap")["gap"], result


def resident(pid):
    with open("/proc/%d/statm" % pid) as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def with_gcore(pyheld, target, row, times):
    """gdb writes a core: how long does the target stand still for it?  And
    how long does pyheld read it, once it is in the page cache?"""
    gcore = shutil.which("gcore")
    folder = tempfile.mkdtemp(prefix="pyheld-bench-")
    free = shutil.disk_usage(folder).free
    if gcore and free > 2 * row["resident"] + (1 << 30):
        row["gcore_gap"], (row["gcore"], _, _) = gap_of(
            target, [gcore, "-o", os.path.join(folder, "core"),
                     str(target.pid)])
    root = target.python.root
    for path in glob.glob(folder + "/*"):
        command = [pyheld, "summary", "--json", path]
        command += ["--sysroot=" + root] if root else []
        row["core"] = min(run(command, cpus={0})[0] for _ in range(times))
        os.unlink(path)
    os.rmdir(folder)


def with_capture(pyheld, target, row, times):
    """The whole heap to a file: how long, and how large is it?"""
    with tempfile.TemporaryDirectory(prefix="pyheld-bench-") as folder:
        path = os.path.join(folder, "capture")
        row["capture"] = min(
            run([pyheld, "capture", "-o", path, str(target.pid)],
                cpus={0})[0] for _ in range(times))
        row["capture_size"] = os.path.getsize(path)
        with_leaks(pyheld, target, row, path, times)


def cpu_seconds():
    """Of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def with_leaks(pyheld, target, row, older, times):
    """CPU seconds of summary, of leaks, and of leaks with an older capture:
    in turn, so that all three meet the same load of the machine."""
    commands = {"summary_cpu": ["summary"], "leaks_cpu": ["leaks"],
                "leaks_older_cpu": ["leaks", older]}
    seconds = {name: [] for name in commands}
    for _ in range(times):
        for name, (command, *files) in commands.items():
            before = cpu_seconds()
            run([pyheld, command, str(target.pid), *files], cpus={0})
            seconds[name].append(cpu_seconds() - before)
    row.update((name, statistics.median(x)) for name, x in seconds.items())


def measure(pyheld, python, objects, times):
    with harness.Target(python, "bench.py", objects) as target:
        row = {"objects": target.facts["tracked"],
               "resident": resident(target.pid)}
        command = [pyheld, "summary", "--json", str(target.pid)]
        # What the target notices when nobody looks.
        row["idle"] = statistics.median(
            gap_of(target, ["sleep", "0.5"])[0] for _ in range(3))
        gaps, pauses = [], []
        for _ in range(times):
            gap, (_, _, out) = gap_of(target, command)
            told = json.loads(out)["target"]
            gaps.append(gap)
            pauses.append(told["pause_ns"] / 1e9)
            row["copied"] = told["bytes_copied"]
            row["all"] = json.loads(out)["objects"]
        row["gap"], row["longest"] = statistics.median(gaps), max(gaps)
        row["pause"] = statistics.median(pauses)
        runs = [run(command, cpus={0}) for _ in range(times)]
        row["whole"] = min(r[0] for r in runs)
        row["peak"] = max(r[1] for r in runs)
        with_capture(pyheld, target, row, times)
        row["plain"], row["plain_bytes"] = plain_copy(target.pid, times)
        with_gcore(pyheld, target, row, times)
        row["loop"] = target.ask("loop", seconds=600)["seconds"]
    row["speed"] = row["objects"] / row["whole"]
    row["over"] = (row["peak"] - row["resident"]) / row["objects"]
    return row


def measure_emulated(pyheld, python, times):
    """Objects that went through the emulator in a second of CPU time, of all
    that a summary takes."""
    with harness.Target(python, "bench.py", 1000000, "emulated") as target:
        command = [pyheld, "summary", "--json", str(target.pid)]
        seconds = []
        for _ in range(times):
            before = cpu_seconds()
            out = run(command, cpus={0})[2]
            seconds.append(cpu_seconds() - before)
    coverage = json.loads(out)["coverage"]
    seconds = min(seconds)
    return {"emulated": coverage["emulated"], "seconds": seconds,
            "speed": coverage["emulated"] / seconds}


def ms(seconds):
    return "%.1f ms" % (seconds * 1e3) if seconds < 1 else "%.2f s" % seconds


def mib(n):
    return "%.1f MiB" % (n / MIB)


def times_(a, b):
    return "%.2f x" % (a / b)


LINES = (
    ("tracked objects", lambda r: "{:,}".format(r["objects"])),
    ("target's resident size", lambda r: mib(r["resident"])),
    (None, None),
    ("plain copy into warm memory", lambda r: ms(r["plain"])),
    ("  of", lambda r: mib(r["plain_bytes"])),
    ("pyheld copies", lambda r: mib(r["copied"])),
    ("longest gap, nobody looking", lambda r: ms(r["idle"])),
    ("longest gap, pyheld (median)", lambda r: ms(r["gap"])),
    ("longest gap, pyheld (worst)", lambda r: ms(r["longest"])),
    ("pause by pyheld's own clock", lambda r: ms(r["pause"])),
    ("  gap / plain copy", lambda r: times_(r["gap"], r["plain"])),
    ("longest gap, gcore",
     lambda r: ms(r["gcore_gap"]) if "gcore" in r else "-"),
    ("  gcore's gap / pyheld's",
     lambda r: times_(r["gcore_gap"], r["gap"]) if "gcore" in r else "-"),
    (None, None),
    ("pyheld summary, one core", lambda r: ms(r["whole"])),
    ("  tracked objects a second", lambda r: "%.2f M" % (r["speed"] / 1e6)),
    ("pyheld capture, one core", lambda r: ms(r["capture"])),
    ("  capture's time / summary's",
     lambda r: times_(r["capture"], r["whole"])),
    ("  bytes an object in the file",
     lambda r: "%.1f" % (r["capture_size"] / r["all"])),
    ("CPU time of summary", lambda r: ms(r["summary_cpu"])),
    ("  of leaks / of summary",
     lambda r: times_(r["leaks_cpu"], r["summary_cpu"])),
    ("  with an older capture",
     lambda r: times_(r["leaks_older_cpu"], r["summary_cpu"])),
    ("pyheld summary of gcore's core",
     lambda r: ms(r["core"]) if "core" in r else "-"),
    ("  core's time / live's",
     lambda r: times_(r["core"], r["whole"]) if "core" in r else "-"),
    ("gcore, whole time", lambda r: ms(r["gcore"]) if "gcore" in r else "-"),
    ("loop inside the target", lambda r: ms(r["loop"])),
    ("  loop's time / pyheld's", lambda r: times_(r["loop"], r["whole"])),
    (None, None),
    ("pyheld's peak memory", lambda r: mib(r["peak"])),
    ("  bytes an object over target's", lambda r: "%.0f" % r["over"]),
)


def print_table(rows):
    print("%-33s" % "" + "".join("%14s" % ("%g M" % r["asked"])
                                 for r in rows))
    for name, value in LINES:
        print("%-33s" % name + "".join("%14s" % value(r) for r in rows)
              if name else "")


def print_emulated(e):
    print("\n%d objects emulated, in a summary of %s: %.2f M a second "
          "(at least %g M: %s)"
          % (e["emulated"], ms(e["seconds"]), e["speed"] / 1e6,
             LEAST_EMULATED / 1e6, "holds" if e["speed"] >= LEAST_EMULATED
             else "DOES NOT HOLD"))


def print_limits(rows):
    """What has to hold at a million objects (here: at the size nearest)."""
    r = min(rows, key=lambda r: abs(r["asked"] - 1))
    print("\nAt %g M: " % r["asked"] + "; ".join(
        "%s %s" % (text, "holds" if ok else "DOES NOT HOLD")
        for text, ok in (
            ("gap at most %g times the plain copy" % MOST_PAUSE,
             r["gap"] <= MOST_PAUSE * r["plain"]),
            ("%g M objects/s" % (LEAST_SPEED / 1e6),
             r["speed"] >= LEAST_SPEED),
            ("at most %d bytes an object over the target" % MOST_MEMORY,
             r["over"] <= MOST_MEMORY),
            ("capture at most %g times summary" % MOST_CAPTURE,
             r["capture"] <= MOST_CAPTURE * r["whole"]),
            ("at most %d bytes an object in a capture" % MOST_SIZE,
             r["capture_size"] <= MOST_SIZE * r["all"]),
            ("leaks at most %g times summary" % MOST_LEAKS,
             r["leaks_cpu"] <= MOST_LEAKS * r["summary_cpu"]),
            ("with an older capture at most %g times" % MOST_LEAKS_OLDER,
             r["leaks_older_cpu"] <= MOST_LEAKS_OLDER * r["summary_cpu"]),
            ("a core at most %g times the process" % MOST_CORE,
             r.get("core", 0) <= MOST_CORE * r["whole"]))))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--pyheld", default="src/pyheld")
    p.add_argument("--quick", action="store_true",
                   help="only 0.1 million objects")
    p.add_argument("--sizes", help="millions, as '0.1,1,5'")
    p.add_argument("--times", type=int, default=5,
                   help="how often each is run (default: 5)")
    p.add_argument("--python", help="part of a label of tests/e2e/pythons.py")
    p.add_argument("--json", action="store_true")
    o = p.parse_args()
    sizes = [float(x) for x in o.sizes.split(",")] if o.sizes else \
        [0.1] if o.quick else [0.1, 1, 5]
    python = pythons.system()
    if o.python:
        python = [x for x in pythons.supported() if o.python in x.label][0]
    rows = []
    for size in sizes:
        row = measure(os.path.abspath(o.pyheld), python, int(size * 1e6),
                      o.times if size < 5 else min(o.times, 3))
        row["asked"] = size
        rows.append(row)
    emulated = measure_emulated(os.path.abspath(o.pyheld), python, o.times)
    if o.json:
        print(json.dumps({"python": python.label, "rows": rows,
                          "emulated": emulated}, indent=1))
        return
    print("CPython %s; medians of %d runs\n" % (python.label, o.times))
    print_table(rows)
    print_limits(rows)
    print_emulated(emulated)


if __name__ == "__main__":
    main()
