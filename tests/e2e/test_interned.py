# SPDX-License-Identifier: GPL-2.0-or-later
"""How many strings are interned, against what the target has interned."""
import json
import os
import tempfile

import pythons
from harness import Target, each, pyheld, text, unharmed, wait_until_still

STATES = "mortal", "immortal"
# CPython has fewer static strings that no object refers to.
MOST_STATIC = 1000


def of_summary(source):
    return pyheld("summary", "--json", "--limit=0", source).json["interned"]


def check_growth(before, now, facts):
    """What was planted is all that was added; an allocator gives 16 bytes at
    a time, that of a build without a GIL up to an eighth more."""
    for state in STATES:
        grown = {key: now[state][key] - before[state][key]
                 for key in now[state]}
        for key in "count", "size":
            assert grown[key] == facts[state][key], (state, grown, facts)
        most = facts[state]["size"] * 9 // 8 + facts[state]["count"] * 16
        assert facts[state]["size"] <= grown["bytes"] <= most, (
            state, grown, facts)


def check_all(found, facts):
    """The interpreter also counts static strings to which nothing refers: they
    are no objects of the heap."""
    if facts["all"] is None:
        return
    count = sum(found[state]["count"] for state in STATES)
    assert facts["all"] - MOST_STATIC < count <= facts["all"], (found, facts)
    if facts["all_immortal"] is not None:
        mortal = facts["all"] - facts["all_immortal"]
        assert found["mortal"]["count"] == mortal, (found, facts)


def check_text(source, found):
    words = text(pyheld("summary", "--limit=0", source).out)
    line, = [line for line in words.splitlines()
             if line.startswith("interned ")]
    count = sum(found[state]["count"] for state in STATES)
    assert "    {:,} strings, ".format(count) in line, (line, found)
    of_them = "; {:,} of them immortal, ".format(found["immortal"]["count"])
    assert of_them in line, (line, found)


def check_files(target, found):
    """A capture, a redacted one too, and an export have what the process
    has."""
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "capture")
        pyheld("capture", "--redact=all", "-o", capture, target.pid)
        assert of_summary(capture) == found
        check_text(capture, found)
        out = pyheld("export", "--format=jsonl", capture).out
        head = json.loads(out.splitlines()[0])
        assert head["interned"] == found, (head["interned"], found)


@each(pythons.supported)
def test_what_is_interned_is_counted(python):
    with Target(python, "interned.py") as target:
        facts = target.facts
        wait_until_still(target)
        first = found = of_summary(target.pid)
        for step in range(4):
            if step:
                os.write(target.process.stdin.fileno(), b"\n")
                facts = target.read()
                wait_until_still(target)
                found = of_summary(target.pid)
            check_growth(first, found, facts)
            check_all(found, facts)
            if step == 2:
                assert facts["immortal"]["count"] >= 90, facts
                check_files(target, found)
        unharmed(target)
