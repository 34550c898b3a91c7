# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger of memory against /proc/PID/smaps of a process that is held still:
the same sum to the byte, and for each kind of mapping its own bytes.

The target is mapped.py.
"""
import os
import re
import signal
import struct
import time

import pythons
from harness import (Target, each, limit, pyheld, status, unharmed,
                     while_unchanged)
from test_core import (Directory, gcore, kernel_core, plain_pattern, sysroot)

PAGE = 4096


class Mapping:
    def __init__(self, header):
        fields = header.split(None, 5)
        self.start, self.end = (int(x, 16) for x in fields[0].split("-"))
        self.perms, self.inode = fields[1], int(fields[4])
        self.offset = int(fields[2], 16)
        self.path = fields[5].rstrip("\n") if len(fields) > 5 else ""
        if self.path.endswith(" (deleted)"):
            self.path = self.path[:-len(" (deleted)")]
        self.sizes = {}

    @property
    def rss(self):
        return self.sizes["Rss"]

    @property
    def changed(self):
        return self.sizes["Anonymous"]

    @property
    def is_file(self):
        return self.inode and self.perms[3] == "p"


def smaps(pid):
    mappings = []
    with open("/proc/%d/smaps" % pid) as f:
        for line in f:
            if re.match("[0-9a-f]+-", line):
                mappings.append(Mapping(line))
            elif line.endswith(" kB\n"):
                name, size = line.split(":")
                mappings[-1].sizes[name] = int(size.split()[0]) * 1024
    return mappings


def present(pid, start, size):
    """Bytes of the range that are in memory."""
    with open("/proc/%d/pagemap" % pid, "rb") as f:
        f.seek(start // PAGE * 8)
        words = f.read(size // PAGE * 8)
    return PAGE * sum(word >> 63
                      for word, in struct.iter_unpack("<Q", words))


class Held(Target):
    """A mapped.py that the kernel has stopped, with its child."""
    def __init__(self, python):
        super().__init__(python, "mapped.py")
        for pid in self.pid, self.facts["child"]:
            os.kill(pid, signal.SIGSTOP)
            while status(pid)["State"][0] != "T":
                time.sleep(0.01)

    def close(self):
        os.kill(self.facts["child"], signal.SIGKILL)
        super().close()


def lines(report, part):
    return [x for x in report["lines"] if x["part"] == part]


def total(report, *parts):
    return sum(x["bytes"] for p in parts for x in lines(report, p))


def check_sum(report, unknown):
    assert sum(x["bytes"] for x in report["lines"]) \
        + report["unexplained"] == report["resident"], report
    # All that is not known was planted.
    rest = report["unexplained"] - unknown
    assert 0 <= rest <= report["resident"] / 100, \
        (report["unexplained"], unknown, report["resident"])


def by_path(report, part):
    return {x["name"].rsplit(": ", 1)[0]: x["bytes"]
            for x in lines(report, part) if x["bytes"]}


def check_files(report, mappings, root):
    """By path, code is what is not changed, to the byte; data is what is
    changed, and bss."""
    code, data = {}, {}
    for m in mappings:
        if m.is_file:
            path = m.path[len(root or ""):]
            code[path] = code.get(path, 0) + m.rss - m.changed
            data[path] = data.get(path, 0) + m.changed
    named = by_path(report, "code")
    assert named == {p: n for p, n in code.items() if n}, \
        sorted(set(named.items()) ^ set(code.items()))
    named = by_path(report, "data")
    for path, changed in data.items():
        assert named.get(path, 0) >= changed, (path, changed, named.get(path))
    # The bss, and what libraries have mapped: one sixth is generous.
    bss = sum(named.values()) - sum(data.values())
    assert bss <= sum(m.rss for m in mappings if not m.inode) / 6, bss


def check_kinds(report, target, mappings):
    facts, pid = target.facts, target.pid
    main, = [m.rss for m in mappings if m.path == "[stack]"]
    others = sum(present(pid, *stack) for stack in facts["stacks"])
    assert total(report, "stacks") == main + others, \
        (lines(report, "stacks"), main, others)
    count, = [x["count"] for x in lines(report, "stacks")]
    assert count == len(facts["stacks"]) + 1, count
    count, = [x["count"] for x in lines(report, "cached-stacks")]
    assert count == facts["ended"], count
    mapped = {start for start, size in facts["mapped"]}
    shared = sum(m.rss for m in mappings
                 if m.perms[3] == "s" and m.start not in mapped)
    assert total(report, "shared") == shared, (lines(report, "shared"), shared)
    vdso, = [m.rss for m in mappings if m.path == "[vdso]"]
    assert total(report, "kernel") == vdso, lines(report, "kernel")
    jit = sum(m.rss for m in mappings
              if not m.inode and not m.path and "x" in m.perms)
    assert total(report, "jit") == jit >= 8 * PAGE, lines(report, "jit")
    assert total(report, "raw") >= sum(present(pid, *m)
                                       for m in facts["mapped"])


@limit(120)
@each(pythons.supported)
def test_ledger_adds_up_to_smaps(python):
    with Held(python) as target:
        report, _ = while_unchanged(
            lambda: [m.rss for m in smaps(target.pid)],
            lambda: pyheld("memory", "--json", target.pid).json)
        mappings = smaps(target.pid)
        assert report["resident"] == sum(m.rss for m in mappings), \
            (report["resident"], sum(m.rss for m in mappings))
        assert report["swapped"] == sum(m.sizes["Swap"] for m in mappings)
        check_sum(report, target.facts["unknown"])
        check_files(report, mappings, python.root)
        check_kinds(report, target, mappings)
        # Its child shares pages with it, and has lost its threads.  It maps
        # pages of its files when pyheld looks for CPython in them.
        report, child = while_unchanged(
            lambda: [m.rss for m in smaps(target.facts["child"])],
            lambda: pyheld("memory", "--json", target.facts["child"]).json)
        assert report["resident"] == sum(child)
        check_sum(report, 0)
        # The look has changed nothing.
        assert [m.rss for m in smaps(target.pid)] == [m.rss for m in mappings]
        os.kill(target.pid, signal.SIGCONT)
        while target.status()["State"][0] == "T":
            time.sleep(0.01)
        unharmed(target)


@limit(120)
@each(pythons.few)
def test_ledger_of_a_core_adds_up(python):
    with Held(python) as target, Directory() as d:
        core, is_whole = gcore(target, d)
        if is_whole:
            report = pyheld("memory", "--json", *sysroot(python), core).json
            # gcore leaves out what can't be read.
            check_sum(report, target.facts["unknown"] - 16 * PAGE)
            count, = [x["count"] for x in lines(report, "stacks")]
            assert count == len(target.facts["stacks"]) + 1, count
            count, = [x["count"] for x in lines(report, "cached-stacks")]
            assert count == target.facts["ended"], count


@limit(120)
@each(pythons.few)
def test_ledger_of_a_kernel_s_core_adds_up(python):
    """The kernel writes what is anonymous, and the first page of ELF files."""
    plain_pattern()
    with Held(python) as target, Directory() as d:
        live = pyheld("memory", "--json", target.pid).json
        mappings = smaps(target.pid)
        read = sum(size - present(target.pid, start, size)
                   for start, size in target.facts["mapped"][1:])
        os.kill(target.pid, signal.SIGCONT)
        core = kernel_core(target, d)
        report = pyheld("memory", "--json", *sysroot(python), core).json
        check_sum(report, target.facts["unknown"])
        # Of shared memory, and of files that the process has changed pages
        # of, it writes all.
        least = sum(m.changed for m in mappings if not m.is_file)
        least += sum(m.end - m.start for m in mappings
                     if m.path == "/dev/zero" or (m.is_file and m.changed))
        first = sum(PAGE for m in mappings if m.is_file and not m.offset)
        vdso, = [m.end - m.start for m in mappings if m.path == "[vdso]"]
        assert 0 <= report["resident"] - least <= first + vdso + 4 * PAGE, \
            (report["resident"], least, first, vdso)
        # Zeros that the process wrote are there, too.
        for part in "objects", "raw", "free-chunks", "frames":
            a, b = total(live, part), total(report, part)
            a += read if part == "raw" else 0
            assert abs(a - b) <= a / 100, (part, a, b)
