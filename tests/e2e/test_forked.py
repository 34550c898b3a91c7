# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that share memory since a fork(): looking at them copies nothing,
and `memory` says what they have copied.  The kernel says it, too."""
import os
import re
import tempfile

import pythons
from harness import Target, each, limit, pyheld, text, while_unchanged

MIB = 1 << 20


def shared(pid):
    """Bytes of anonymous memory that others map, too, and all of it."""
    with open("/proc/%d/smaps" % pid) as f:
        mappings = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", f.read(), flags=re.M)
    both, everything = 0, 0
    for mapping in mappings[1:]:
        if re.match(r"\S+ ..-p \S+ \S+ 0 ", re.sub(" +", " ", mapping)):
            size = dict(re.findall(r"^(\w+): +(\d+) kB", mapping, re.M))
            both += int(size["Shared_Dirty"]) + int(size["Shared_Clean"])
            everything += int(size["Anonymous"])
    return both * 1024, everything * 1024


def look(pid):
    report = pyheld("memory", "--json", pid).json
    found = [c for c in report["causes"] if c["kind"] == "forked"]
    return report["forked"], found, " ".join(report["findings"])


@limit(120)
@each(pythons.oldest_and_newest)
def test_looking_copies_nothing(python):
    """process_vm_readv() would copy all that is shared."""
    with Target(python, "forks.py", "nothing") as target:
        pid = target.facts["worker"]
        before, everything = shared(pid)
        assert before > 0.95 * everything, (before, everything)
        for command in "memory", "summary", "leaks":
            pyheld(command, pid)
        after, _ = shared(pid)
        assert abs(after - before) < MIB, (before, after)
        # The server shares the same pages.
        pyheld("summary", target.pid)
        after, _ = shared(target.pid)
        assert abs(after - before) < MIB, (before, after)
        out = text(pyheld("summary", "-v", pid).err)
        assert "/proc/PID/mem (process_vm_readv would copy" in out, out
        forked, found, _ = look(pid)
        assert abs(forked["shared"] - before) < MIB, (forked, before)
        assert forked["copied"] < 4 * MIB and not found, (forked, found)


@limit(120)
@each(pythons.oldest_and_newest)
def test_what_workers_copy(python):
    for what in "use", "collect":
        with Target(python, "forks.py", what) as target, \
                tempfile.TemporaryDirectory() as folder:
            pid = target.facts["worker"]
            capture = os.path.join(folder, "worker.pyheld")

            def look_and_capture(pid=pid, capture=capture):
                pyheld("capture", pid, "-o", capture)
                return look(pid), pyheld("memory", "--json", capture).json

            ((forked, found, words), kept), (both, everything) = \
                while_unchanged(lambda pid=pid: shared(pid), look_and_capture)
            # All anonymous memory is from before the fork.
            assert abs(forked["shared"] - both) < MIB, (forked, both)
            assert abs(forked["copied"] - (everything - both)) < 2 * MIB, \
                (forked, both, everything)
            cause, = found
            assert cause["bytes"] == forked["copied"], found
            assert "copy on write: " in words, words
            assert kept["forked"] == forked, (kept["forked"], forked)
            assert "gc.freeze()" in text(pyheld("memory", capture).out)


@limit(120)
@each(pythons.oldest_and_newest)
def test_frozen_objects_are_not_copied(python):
    with Target(python, "forks.py", "freeze") as target:
        forked, found, _ = look(target.facts["worker"])
        assert forked["copied"] < 4 * MIB and not found, (forked, found)


def test_what_was_never_shared():
    with Target(pythons.newest(), "planted.py") as target:
        forked, found, _ = look(target.pid)
        assert forked == {"shared": 0, "copied": 0} and not found, forked
