# SPDX-License-Identifier: GPL-2.0-or-later
"""What the collector has done, against what gc says in the target."""
import os
import tempfile

import pythons
from harness import Target, each, pyheld, text, unharmed


def check_stats(found, stated):
    for generation, (a, b) in enumerate(zip(found, stated)):
        for name in "collections", "collected", "uncollectable":
            assert a[name] == b[name], (generation, name, found, stated)
        assert a["candidates"] == b.get("candidates"), (found, stated)
        if "duration" in b:
            assert abs(a["duration_ns"] - b["duration"] * 1e9) <= 1, (a, b)
        else:
            assert a["duration_ns"] is None, found


def check(source, facts):
    report = pyheld("summary", "--json", source).json
    gc = report["interpreters"][0]["gc"]
    check_stats(gc["stats"], facts["stats"])
    assert gc["callbacks"] == {"address": "0x%x" % facts["callbacks"],
                               "count": facts["nr_callbacks"]}, gc
    assert gc["thresholds"] == facts["thresholds"], gc
    assert gc["frozen"] == facts["frozen"], gc


def check_text(source, stats):
    words = text(pyheld("summary", source).out)
    assert ", gc.callbacks 2\n" in words, words
    lines = words.splitlines()
    at, = [i for i, line in enumerate(lines)
           if line.split()[:2] == ["gen", "objects"]]
    assert [line.split()[4] for line in lines[at + 1:at + 4]] == \
        [str(s["collections"]) for s in stats], words


@each(pythons.supported)
def test_what_it_did_is_what_gc_says(python):
    with Target(python, "collector.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        stats = target.facts["stats"]
        assert [s["collections"] for s in stats] >= [5, 3, 2], stats
        assert sum(s["collected"] for s in stats) >= 1700, stats
        capture = os.path.join(folder, "capture")
        pyheld("capture", "-o", capture, target.pid)
        for source in target.pid, capture:
            check(source, target.facts)
        check_text(target.pid, stats)
        unharmed(target)
