# SPDX-License-Identifier: GPL-2.0-or-later
"""The campaign of machine code: the tp_traverse of many types is random bytes,
or valid instructions of all groups (machine_code.py), and what pyheld does with
the process, or with its core, is judged.

A run is well if
- the exit status is 0, 3 or 4; it takes at most the CPU time that the budgets
  of the emulator allow (emulator-budget.h), for each of its workers;
- a worker that died, or a report that is partial, is said in a line;
- the honest objects among the others have the references that the process
  itself names, or the report says that their types were scanned;
- no byte of the process's memory has changed, it is not traced, and it goes on;
  of a core, no byte of the file has changed.

Each worker that died is tried again with one sequence alone, and is listed.
"""
import collections
import hashlib
import json
import mmap
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

import machine_code  # noqa: E402
import pythons  # noqa: E402
from harness import (PYHELD, Target, text, unharmed,  # noqa: E402
                     wait_until_still)
from test_core import Directory, gcore, sysroot  # noqa: E402

TYPES, EACH = 256, 3
# summary twice as often as the others.
COMMANDS = (("leaks", "--json"), ("summary", "--json"), ("export",),
            ("summary", "--json"))
# CPU seconds of one worker: all functions may overdraw 20 s, 4,096 regions
# of memory allow 4 ms each, the last call takes 1 s before it is stopped, and
# 10 s are for all that is no emulation.
MOST_CPU = 20 + 4096 * 0.004 + 1 + 10
# On the wall, where other programs run, too.
TIMEOUT = 600

DIED = re.compile(r"^pyheld: the process that reads .*?"
                  r"(?: while the tp_traverse of (\S+) was emulated)?: it is"
                  r" done once more", re.M)
FAILED = re.compile(r"tp_traverse of (\S+) could not be emulated \((.*)\): ")


class Live:
    """The process itself."""
    name = "live"

    def __init__(self, python):
        self.target = Target(python, "codes.py", TYPES, EACH)
        self.facts = self.target.facts
        self.argv = [str(self.target.pid)]
        self.count = 0

    def put(self, codes):
        answer = self.target.ask([c.wire() for c in codes])
        self.count += 1
        assert answer == {"count": self.count}, answer
        wait_until_still(self.target)
        self.before = self.digest()

    def digest(self):
        """Of all memory that it can write or run.  It stands still."""
        whole = hashlib.blake2b()
        with open("/proc/%d/maps" % self.target.pid) as maps, \
                open("/proc/%d/mem" % self.target.pid, "rb", 0) as memory:
            for line in maps:
                span, prot = line.split()[:2]
                if prot[0] != "r" or "w" not in prot and "x" not in prot or \
                        "[v" in line:
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                memory.seek(start)
                whole.update(line.encode())
                whole.update(memory.read(end - start))
        return whole.digest()

    def why_harmed(self):
        unharmed(self.target)
        if self.digest() != self.before:
            return "its memory has changed"
        return None

    def close(self):
        self.target.close()


class Core:
    """A core of it, whose code is overwritten."""
    name = "core"

    def __init__(self, python):
        self.directory = Directory().__enter__()
        with Target(python, "codes.py", TYPES, EACH) as target:
            wait_until_still(target)
            self.facts = target.facts
            self.path, _ = gcore(target, self.directory)
        self.argv = [self.path, *sysroot(python)]
        self.file = open(self.path, "r+b")
        self.bytes = mmap.mmap(self.file.fileno(), 0)
        at, = struct.unpack_from("<Q", self.bytes, 32)
        nr, = struct.unpack_from("<H", self.bytes, 56)
        self.loads = [struct.unpack_from("<IIQQQQ", self.bytes, at + 56 * i)
                      for i in range(nr)]

    def offset(self, address):
        for kind, _, offset, start, _, size in self.loads:
            if kind == 1 and start <= address < start + size:
                return offset + address - start
        raise AssertionError("0x%x is not in the core" % address)

    def write(self, address, data):
        at = self.offset(address)
        self.bytes[at:at + len(data)] = data

    def put(self, codes):
        for word, page, code in zip(self.facts["words"], self.facts["pages"],
                                    codes):
            self.write(page, code.page())
            self.write(word, struct.pack("<Q", page + code.entry))
        self.bytes.flush()
        self.before = self.digest()

    def digest(self):
        return hashlib.blake2b(self.bytes).digest()

    def why_harmed(self):
        return None if self.digest() == self.before else "it has changed"

    def close(self):
        self.bytes.close()
        self.file.close()
        self.directory.__exit__()


class Run:
    """One run of pyheld; it has ended."""

    def __init__(self, argv):
        self.argv = argv
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.monotonic()
            p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err)
            self.late = not self.ended(p.pid, start + TIMEOUT)
            if self.late:
                p.kill()
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = self.status = os.waitstatus_to_exitcode(status)
            self.wall = time.monotonic() - start
            self.cpu = usage.ru_utime + usage.ru_stime
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read(), text(err.read())
        self.died = DIED.findall(self.err)

    @staticmethod
    def ended(pid, until):
        while time.monotonic() < until:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return True
            time.sleep(0.005)
        return False

    def __str__(self):
        return "%s: exit status %d, %.1f s, CPU %.1f s: %s" % (
            " ".join(self.argv), self.status, self.wall, self.cpu,
            self.err.strip()[:500])


def export_references(out):
    """{address: [address, ...]}, without the type of an object of a heap
    type."""
    found = {}
    for line in text(out).splitlines()[1:]:
        o = json.loads(line)
        to = [int(r["to"], 16) for r in o["references"]]
        found[int(o["address"], 16)] = to[:len(to) - o["unvisited"]]
    return found


class Campaign:
    def __init__(self, place, pyheld=PYHELD):
        self.place = place
        self.pyheld = os.path.abspath(pyheld)
        self.statuses = collections.Counter()
        self.ends = collections.Counter()
        self.sequences = collections.Counter()
        self.bad, self.deaths = [], []
        self.longest = self.most_cpu = 0.0
        self.given_up = self.runs = 0

    def run(self, command):
        r = Run([self.pyheld, *command, *self.place.argv])
        self.longest = max(self.longest, r.wall)
        self.most_cpu = max(self.most_cpu, r.cpu)
        return r

    # --- what is wrong with a run, or None

    def why_bad(self, r, codes):
        lines = r.err.splitlines()
        said = [x for x in lines if not x.startswith("pyheld: warning: ")]
        if r.late:
            return "it did not end within %d s" % TIMEOUT
        if r.status not in (0, 3, 4):
            return "exit status"
        if r.cpu > MOST_CPU * (1 + len(r.died)):
            return "CPU time"
        if r.status == 3 and not said:
            return "no line"
        if r.died and r.status == 0:
            return "a worker died, and the report is complete"
        if not all(x.startswith("pyheld: ") for x in lines):
            return "a line that is not pyheld's"
        if r.status == 3:
            return None
        return self.why_unsaid(r) or self.why_not_honest(r)

    @staticmethod
    def warnings(r):
        if r.argv[1] == "export" or r.status not in (0, 4):
            return [x for x in r.err.splitlines() if "warning: " in x]
        return json.loads(r.out)["warnings"]

    def failed(self, r):
        """{name of a type: why its code did not return}"""
        return dict(FAILED.search(w).groups() for w in self.warnings(r)
                    if FAILED.search(w))

    def why_unsaid(self, r):
        if r.status == 4 and not r.err.strip() and not self.warnings(r):
            return "nothing says why the report is partial"
        return None

    def why_not_honest(self, r):
        if any(not name.startswith("codes.") for name in self.failed(r)):
            self.given_up += 1
            return None
        if r.argv[1] == "summary" and not r.died:
            emulated = json.loads(r.out)["coverage"]["emulated"]
            if emulated < len(self.place.facts["honest"]):
                return "%d objects were emulated" % emulated
        if r.argv[1] == "export" and "without the emulator" not in r.err:
            found = export_references(r.out)
            for address, to in self.place.facts["honest"]:
                if found.get(address) != to:
                    return "0x%x refers to %s, not to %s" % (
                        address, found.get(address), to)
        return None

    # --- a round

    def count_ends(self, r, codes):
        failed = self.failed(r)
        otherwise = "it returned"
        if r.status == 3 or "without the emulator" in r.err:
            otherwise = "there was no emulator in the last try"
        for i, c in enumerate(codes):
            if c.what != "harmless":
                self.ends["%s: %s" % (c.what.split(":")[0], failed.get(
                    "codes.T%d" % i, otherwise))] += 1

    def try_alone(self, code, command):
        """Does this sequence alone end a worker?"""
        self.place.put([code] + [machine_code.HARMLESS] * (TYPES - 1))
        return self.run(command)

    def note_death(self, r, codes, command):
        for name in r.died:
            number = re.fullmatch(r"codes\.T(\d+)", name or "")
            if not number:
                self.deaths.append("%s: %s" % (name or "no type", r))
                continue
            code = codes[int(number.group(1))]
            alone = self.try_alone(code, command)
            self.deaths.append("%s (%s): %s alone: %s" % (
                code, code.what, "also" if alone.died else "not",
                alone.err.strip().split("\n")[0] or r.err.strip()))
            print("  a worker died: " + self.deaths[-1], flush=True)

    def round(self, codes):
        command = COMMANDS[self.runs % len(COMMANDS)]
        self.runs += 1
        for c in codes:
            self.sequences[c.what.split(":")[0]] += 1
        codes = codes + [machine_code.HARMLESS] * (TYPES - len(codes))
        self.place.put(codes)
        r = self.run(command)
        self.statuses[r.status] += 1
        why = self.why_bad(r, codes) or self.place.why_harmed()
        if why:
            self.bad.append("%s: %s\n%s" % (why, r, "\n".join(
                str(c) for c in codes if c.what != "harmless")))
            print("  " + self.bad[-1], flush=True)
        self.count_ends(r, codes)
        self.note_death(r, codes, command)
        return r

    def report(self):
        return ["%s: %s in %d runs, %d wrong; %d workers died" % (
            self.place.name, ", ".join("%d %s" % (n, kind) for kind, n in
                                       sorted(self.sequences.items())),
            self.runs, len(self.bad), len(self.deaths)),
            "  exit status: " + ", ".join("%d x %d" % (n, s) for s, n in
                                          sorted(self.statuses.items())),
            "  longest %.1f s, most CPU %.1f s; honest types were scanned in"
            " %d" % (self.longest, self.most_cpu, self.given_up)] + [
            "  %6d %s" % (n, why) for why, n in self.ends.most_common()]


def sequences(seed, nr_random, nr_valid):
    """The known ones first, then the others, mixed."""
    rng = random.Random(seed)
    valid = machine_code.Valid(rng)
    kinds = ["random"] * nr_random + ["valid"] * nr_valid
    rng.shuffle(kinds)
    yield from machine_code.known_codes()
    for kind in kinds:
        yield valid.next() if kind == "valid" else \
            machine_code.random_code(rng)


def rounds(codes):
    """TYPES at a time.  The known ones, of which each takes its time, have a
    round of their own."""
    batch = []
    for c in codes:
        if batch and (len(batch) == TYPES or
                      (batch[-1].what == "known") != (c.what == "known")):
            yield batch
            batch = []
        batch.append(c)
    if batch:
        yield batch


def run_all(kind, python, codes):
    place = kind(python)
    try:
        c = Campaign(place)
        for batch in rounds(codes):
            c.round(batch)
    finally:
        place.close()
    return c


def codes_of(words):
    """The codes that a command line asks for."""
    if words and not words[0].isdigit():
        return [machine_code.Code.parse(w) for w in words]
    numbers = [int(x) for x in words] + [50000, 5000, 1][len(words):]
    return sequences(numbers[2], numbers[0], numbers[1])


def main():
    """usage: codes.py [--live|--core] [--python=LABEL] [RANDOM [VALID [SEED]]]
       codes.py [--live|--core] [--python=LABEL] HEX[@ENTRY:FILL]...

    By hand: PYHELD=build/src/pyheld tests/faults/codes.py
    So many sequences of random bytes and of valid instructions, on a process
    and then on its core; or those that are given, as they are printed.  LABEL
    is one of tests/e2e/pythons.py."""
    options = [x for x in sys.argv[1:] if x.startswith("--")]
    words = [x for x in sys.argv[1:] if not x.startswith("--")]
    label = next((x.split("=")[1] for x in options if "=" in x),
                 pythons.newest().label)
    python = next(p for p in pythons.supported() if p.label == label)
    bad = []
    for kind in (Live, Core):
        if not {"--live", "--core"} & set(options) or \
                "--" + kind.name in options:
            c = run_all(kind, python, codes_of(words))
            print("\n".join(c.report()), flush=True)
            bad += c.bad
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
