# SPDX-License-Identifier: GPL-2.0-or-later
"""Truncated cores: what can be read is reported, and marked partial."""
import bisect
import os
import re
import shutil
import struct
import subprocess

import pythons
from harness import (CI, Skip, Target, each, expect_error, limit, pyheld,
                     pyheld_raw)
from test_core import (COMPRESSORS, Directory, gcore, kernel_core,
                       plain_pattern, sysroot)

LONGEST = 10                    # seconds of a run


class Core:
    """A complete core, read by address of the process."""
    def __init__(self, path):
        self.path, self.size = path, os.path.getsize(path)
        with open(path, "rb") as f:
            header = f.read(64)
            at, = struct.unpack_from("<Q", header, 32)
            nr, = struct.unpack_from("<H", header, 56)
            f.seek(at)
            data = f.read(56 * nr)
        loads = [struct.unpack_from("<IIQQQQQQ", data, 56 * i)
                 for i in range(nr)]
        # Not [vsyscall], which is the kernel's.
        self.loads = [(p[3], p[2], p[5]) for p in loads
                      if p[0] == 1 and p[3] < 1 << 47]
        self.starts = [p[0] for p in self.loads]
        self.end = max(offset + size for _, offset, size in self.loads)

    def missing(self, size):
        """Bytes of the process's memory that a core of `size` lacks."""
        return sum(length - min(length, max(0, size - offset))
                   for _, offset, length in self.loads)

    def offset(self, address):
        start, offset, size = self.loads[
            bisect.bisect(self.starts, address) - 1]
        assert start <= address < start + size, hex(address)
        return offset + address - start

    def words(self, f, address, nr):
        return struct.unpack("<%dQ" % nr, os.pread(
            f.fileno(), 8 * nr, self.offset(address)))


def cuts(core):
    """Sizes, largest first, so that one file can be truncated repeatedly."""
    sizes = {core.end * percent // 100 for percent in range(
        5, 100, 5 if CI else 15)}
    sizes |= {core.end - 1, core.end - 70000, 64, 700}
    return sorted(sizes, reverse=True)


def check_objects(target, core, f, path, options, exported):
    """Every object in the export is one that the target states.  Returns how
    many of its containers are there."""
    classes = target.facts["classes"]
    containers = set(target.facts["containers"])
    head = 3 if target.python.free_threaded else 1
    pyheld("export", "--format=jsonl", "-o", exported, *options, path,
           status=(4,))
    found = 0
    with open(exported) as lines:
        lines.readline()
        for line in lines:
            # Parsing whole lines would take long.
            o = dict(zip(("address", "type"), line.split('"')[3:8:4]))
            address = int(o["address"], 16)
            words = core.words(f, address, head + 1)
            name = classes.get(str(words[head]))
            assert name, "%s is of no class" % line[:200]
            # The class's module or name may be in the missing part.
            assert o["type"].split(".")[-1] == name.split(".")[-1] or \
                "type at 0x" in o["type"], (name, line[:200])
            found += address in containers
    return found


def check_cut(core, path, size, *options):
    """The summary of a core of `size` bytes, or None: it can't be read."""
    missing = core.missing(size)
    result = pyheld_raw("summary", "--json", *options, path, timeout=LONGEST)
    if result.status == 3:
        expect_error("summary", *options, path)
        return None
    assert result.status == 4, result
    coverage = result.json["coverage"]
    assert coverage["partial"], result
    assert coverage["lost_bytes"] == missing, (coverage, missing)
    return result.json


def check_commands(path, options, directory):
    """Every command marks its report partial, or fails with one line."""
    chain = pyheld_raw("chain", "--json", "--type=type", *options, path)
    address = chain.json["chains"][0]["steps"][-1]["address"] \
        if chain.status == 4 else "0x1000"
    for command in (["chain", "--type=dict"], ["cycles"], ["garbage"],
                    ["leaks"], ["retained"], ["refs"], ["summary"],
                    ["object"], ["doctor"],
                    ["diff", directory.file("whole.pyheld")],
                    ["export", "-o", directory.file("export")],
                    ["capture", "-o", directory.file("capture.pyheld")]):
        arguments = [*command, *options, path]
        if command[0] == "object":
            arguments.append(address)
        result = pyheld_raw(*arguments, timeout=LONGEST)
        if result.status == 3:
            expect_error(*arguments)
            continue
        assert result.status == 4, result
        if command[0] not in ("export", "capture"):
            assert b"partial" in result.out, result
            assert re.search(b"[0-9] bytes? of the target's memory are missing",
                             result.out), result
    if chain.status != 4:
        return
    kept = pyheld("summary", "--json", directory.file("capture.pyheld"),
                  status=(4,)).json
    again = pyheld("summary", "--json", *options, path, status=(4,)).json
    assert kept["coverage"] == again["coverage"], (kept, again)


def check_all(target, core, directory, options, most):
    """Truncate the core step by step.  Of the containers whose memory is left,
    more than 90 % must be found while `most` percent of the core are left."""
    containers = target.facts["containers"]
    whole = pyheld("summary", "--json", *options, core.path).json["objects"]
    cut, told = directory.file("cut"), []
    subprocess.run(["cp", "--sparse=always", core.path, cut], check=True)
    with open(core.path, "rb") as f:
        for size in cuts(core):
            os.truncate(cut, size)
            summary = check_cut(core, cut, size, *options)
            if not summary:
                told.append((size, "status 3"))
                continue
            assert summary["objects"] <= whole
            there = [a for a in containers if core.offset(a) + 16 <= size]
            found = check_objects(target, core, f, cut, options,
                                  directory.file("export"))
            share = 100 * found / max(1, len(there))
            told.append((size, share))
            missing = summary["coverage"]["missing_objects"]
            assert missing <= whole - summary["objects"], summary
    for size, share in told:
        print("# %s %3d%%: %s" % (
            target.python.label, 100 * size // core.end,
            share if isinstance(share, str) else
            "%.0f%% of the containers there" % share))
    for size, share in told:
        assert size < core.end * most // 100 or share != "status 3" and \
            share > 90, told


@limit(200)
@each(pythons.one)
def test_truncated_core_by_the_kernel(python):
    plain_pattern()
    with Directory() as d, Target(python, "stated.py",
                                  before=["env", "-C", d.path]) as target:
        target.python = python
        core = Core(kernel_core(target, d))
        options = sysroot(python)
        check_all(target, core, d, options, 96)
        pyheld("capture", *options, core.path, "-o", d.file("whole.pyheld"))
        os.truncate(core.path, core.end * 97 // 100)
        check_commands(core.path, options, d)


def test_truncated_core_by_gcore():
    python = pythons.system()
    with Directory() as d, Target(python, "stated.py") as target:
        target.python = python
        path, _ = gcore(target, d)
        check_all(target, Core(path), d, [], 96)


@each(lambda: [pythons.system()])
def test_truncated_compressed_core(python):
    """A truncated compressed file unpacks to a truncated core."""
    plain_pattern()
    with Directory() as d, Target(python, "stated.py",
                                  before=["env", "-C", d.path]) as target:
        core = kernel_core(target, d)
        whole = pyheld("summary", "--json", core).json["objects"]
        for command in COMPRESSORS:
            if not shutil.which(command[0]):
                continue
            path = d.file("core." + command[0])
            with open(core, "rb") as f, open(path, "wb") as out:
                subprocess.run([*command, "-c"], stdin=f, check=True,
                               stdout=out)
            size, found = os.path.getsize(path), whole
            for percent in 95, 60, 30:
                os.truncate(path, size * percent // 100)
                result = pyheld_raw("summary", "--json", path,
                                    timeout=LONGEST)
                if result.status == 3:
                    expect_error("summary", path)
                    found = -1
                    continue
                assert result.status == 4 and found >= 0, result
                assert result.json["objects"] <= found, result
                assert result.json["coverage"]["lost_bytes"], result
                assert b"truncated" in result.err, result
                found = result.json["objects"]
            os.unlink(path)


def test_only_vsyscall_is_missing():
    """The kernel writes its own page, [vsyscall], last: nothing of the process
    is missing without it."""
    plain_pattern()
    with Directory() as d, Target(pythons.system(), "stated.py",
                                  before=["env", "-C", d.path]) as target:
        core = Core(kernel_core(target, d))
        if core.end == core.size:
            raise Skip("the kernel has no [vsyscall]")
        whole = pyheld("summary", "--json", core.path).json
        os.truncate(core.path, core.size - 1)
        result = pyheld("summary", "--json", core.path)
        assert b"[vsyscall]" in result.err, result
        assert result.json["objects"] == whole["objects"]
        assert not result.json["coverage"]["partial"], result
