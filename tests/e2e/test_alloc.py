# SPDX-License-Identifier: GPL-2.0-or-later
"""The blocks that tracemalloc traces, by where they were allocated, equal
tracemalloc's own statistics row by row, and in its order."""
import glob
import os
import subprocess
import tempfile

import pythons
from harness import Target, each, next_second, pyheld, text

TRACED = {"PYTHONTRACEMALLOC": "5"}
BY = {"lineno": "line", "filename": "file", "traceback": "traceback"}


def rows(facts, *args):
    """[frames, bytes, blocks] without those of hold_traced.py."""
    report = pyheld("alloc", "--json", *args).json
    assert report["tracing"] and not report["warnings"], report["warnings"]
    found = [[[[x["file"], x["line"] or 0] for x in s["traceback"]],
              s["bytes"], s["count"]] for s in report["statistics"]]
    assert report["count"] == sum(x[2] for x in found)
    assert report["bytes"] == sum(x[1] for x in found)
    return without(facts, found)


def without(facts, found):
    return [x for x in found if x[0][-1][0] != facts["left_out"]]


def compare(facts, key, target):
    want = without(facts, facts["statistics"][key])
    have = rows(facts, "--by=" + BY[key], target)
    if want != have:
        for w, h in zip(want, have):
            assert w == h, "%s: tracemalloc: %s, pyheld: %s" % (key, w, h)
    assert len(want) == len(have) > 20, (key, len(want), len(have))
    return len(have)


def compare_objects(facts, target):
    """The sites of objects, as get_object_traceback() has them."""
    found = {x["address"]: [x["allocated_file"], x["allocated_line"]]
             for x in pyheld("sql", "--json", target, "SELECT address,"
                             " allocated_file, allocated_line FROM objects"
                             " WHERE allocated_file IS NOT NULL").json}
    assert len(facts["objects"]) > 6, facts["objects"]
    for address, *site in facts["objects"]:
        assert found["0x%x" % address] == site, (found, address, site)


@each(pythons.supported)
def test_statistics_equal_tracemallocs(python):
    """Of a process and of its capture."""
    with Target(python, "allocating.py", env=TRACED) as target, \
            tempfile.TemporaryDirectory() as folder:
        facts = target.facts
        capture = os.path.join(folder, "a.pyheld")
        assert facts["domains"] == 101, facts["domains"]
        pyheld("capture", target.pid, "-o", capture)
        compare(facts, "lineno", target.pid)
        compare(facts, "filename", capture)
        nr = compare(facts, "traceback", capture)
        compare_objects(facts, capture)
    print("# %d tracebacks" % nr)


@each(pythons.one)
def test_text_and_redaction(python):
    with Target(python, "allocating.py", env=TRACED) as target, \
            tempfile.TemporaryDirectory() as folder:
        out = text(pyheld("alloc", "--by=traceback", target.pid).out)
        assert '  File "/srv/a.py", line 102\n' in text(pyheld(
            "alloc", "--by=traceback", "--limit=0", target.pid).out)
        assert " more, see --limit" in out, out
        for how, stays in ("contents", True), ("all", False):
            capture = os.path.join(folder, how)
            pyheld("capture", target.pid, "--redact=" + how, "-o", capture)
            out = text(pyheld("alloc", "--by=file", "--limit=0", capture).out)
            assert ("/srv/a.py" in out) == stays, out
            assert " ?\n" in out, out


@each(pythons.one)
def test_core(python):
    """Statistics and reports of a core, as of its process."""
    with Target(python, "allocating.py", env=TRACED) as target, \
            tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcore", "-o", os.path.join(folder, "core"),
                        str(target.pid)], check=True, capture_output=True,
                       timeout=100)
        core, = glob.glob(os.path.join(folder, "core.*"))
        compare(target.facts, "traceback", core)
        address, file, line = target.facts["objects"][-1]
        found = pyheld("object", "--json", core, "0x%x" % address).json
        assert found["allocated"] == {"file": file, "line": line}, found
        assert found["traceback"][-1] == found["allocated"], found
        found = pyheld("chain", "--json", core, "0x%x" % address).json
        assert found["chains"][0]["allocated"] == {"file": file,
                                                   "line": line}, found
        found = pyheld("leaks", "--json", "--min-percent=5", core).json
        assert any(x["allocated"] for x in found["suspects"]), found


@each(pythons.one)
def test_growth(python):
    """Rows as tracemalloc.Snapshot.compare_to() has them."""
    with Target(python, "growing.py", env={"PYTHONTRACEMALLOC": "1"}) \
            as target, tempfile.TemporaryDirectory() as folder:
        older = os.path.join(folder, "older.pyheld")
        newer = os.path.join(folder, "newer.pyheld")
        pyheld("capture", target.pid, "-o", older)
        target.ask({"add": 10000, "replace": 0})
        next_second()
        # The target runs on between two looks at it: both are at a capture.
        pyheld("capture", target.pid, "-o", newer)
        new = pyheld("alloc", "--json", "--diff", newer, older).json
        now = pyheld("alloc", "--json", newer).json
        old = pyheld("alloc", "--json", older).json
    assert new["older"]["bytes"] == old["bytes"], new["older"]
    assert new["bytes"] == now["bytes"] > old["bytes"] + 500000

    def figures(report):
        return {(s["file"], s["line"]): (s["bytes"], s["count"])
                for s in report["statistics"]}
    was, is_now = figures(old), figures(now)
    want = {}
    for key in set(was) | set(is_now):
        size, nr = is_now.get(key, (0, 0))
        old_size, old_nr = was.get(key, (0, 0))
        want[key] = (abs(size - old_size), size, abs(nr - old_nr), nr,
                     key, old_size, old_nr)
    order = sorted(want.values(), reverse=True)
    have = [(abs(s["bytes"] - s["old_bytes"]), s["bytes"],
             abs(s["count"] - s["old_count"]), s["count"],
             (s["file"], s["line"]), s["old_bytes"], s["old_count"])
            for s in new["statistics"]]
    assert have == order, list(zip(have, order))[:3]


@each(pythons.one)
def test_without_tracemalloc(python):
    with Target(python, "growing.py") as target:
        report = pyheld("alloc", "--json", target.pid).json
        out = text(pyheld("alloc", target.pid).out)
    assert report["tracing"] is False and report["statistics"] == []
    assert "PYTHONTRACEMALLOC=1" in " ".join(out.split()), out
