# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld doctor`: all checks pass on a healthy target, and one fails on a
corrupt one."""
import os
import tempfile

import pythons
import truthtable
from harness import (Target, each, expect_error, limit, pyheld, text,
                     unharmed)
from test_core import Directory, gcore, sysroot
from test_schemas import Validator


@each(pythons.supported)
def test_all_checks_pass(python):
    with Target(python, "planted.py") as target:
        report = pyheld("doctor", "--json", target.pid).json
        unharmed(target)
    truthtable.record(
        truthtable.name_of(python),
        readers=[sum(s[k] for s in report["samples"])
                 for k in ("compared", "differing")])
    assert report["well"], report["checks"]
    assert all(c["passed"] for c in report["checks"]), report["checks"]
    # Without a GIL the collector has no lists to check.
    least = 14 if python.free_threaded else 15
    assert len(report["checks"]) >= least, report["checks"]
    assert any("arenas of malloc" in c["check"] for c in report["checks"]), \
        report["checks"]
    version = "%d.%d.%d" % python.version
    assert report["python"]["version"].startswith(version), report["python"]
    assert version[:4] in report["python"]["layout"], report["python"]
    compared = {s["type"]: s["compared"] for s in report["samples"]}
    assert not any(s["differing"] for s in report["samples"]), report
    for name in ("dict", "list", "tuple", "function", "type", "generator",
                 "__main__.Box", "set"):
        assert compared[name], (name, compared)
    assert compared["dict"] == compared["list"] == 200, compared
    counts = report["counts"]
    assert not counts["over_explained"], counts
    assert counts["explained"] > 0.8 * counts["references"], counts


@each(pythons.oldest_and_newest)
def test_corrupt_target_fails_a_check(python):
    """The failed check is reported with exit status 4, and other commands
    refuse the target."""
    with Target(python, "sick.py") as target:
        report = pyheld("doctor", "--json", target.pid, status=(4,)).json
        Validator().named("doctor", report)
        assert not report["well"]
        ill = [c for c in report["checks"] if not c["passed"]]
        assert len(ill) == 1 and "'type'" in ill[0]["found"], ill
        words = text(pyheld("doctor", target.pid, status=(4,)).out)
        assert "FAILED  the target can be read" in words, words
        expect_error("summary", target.pid, words=["self-check failed"])
        unharmed(target)


BLOCKS, ARENAS = "what allocators say", "the arenas of malloc"
DAMAGE = {"none": [], "malloc": [BLOCKS, ARENAS], "freed": [BLOCKS],
          "pool": [BLOCKS]}


def failed(*target):
    report = pyheld("doctor", "--json", *target, status=(0, 4)).json
    return [c["check"] for c in report["checks"] if not c["passed"]]


@limit(120)
@each(pythons.oldest_and_newest)
def test_damage_in_the_heap_is_found(python):
    """The target itself has written where it must not.  Of a core, too."""
    for damage, checks in DAMAGE.items():
        with Target(python, "overflow.py", damage) as target, \
                Directory() as d:
            core, _ = gcore(target, d)
            for where in [target.pid], [*sysroot(python), core]:
                found = failed(*where)
                assert len(found) == len(checks) and all(
                    x.startswith(y) for x, y in zip(found, checks)), \
                    (damage, where, found)
                # The rest can be read.
                report = pyheld("memory", "--json", *where).json
                assert (report["damaged"] > 0) == (damage != "none"), report
                assert report["unexplained"] < 0.05 * report["resident"]
                assert any("damaged: " in x for x in report["findings"]) == \
                    (damage != "none"), report["findings"]


def test_text_and_captures():
    with Target(pythons.newest(), "held.py", facts=False) as target, \
            tempfile.TemporaryDirectory() as folder:
        target.read_line()
        words = text(pyheld("doctor", target.pid).out)
        for word in ("layout ", "the emulator works", "COMPARED",
                     "pyheld doctor --verbose --json %d 2>&1" % target.pid):
            assert word in words, words
        path = os.path.join(folder, "x.pyheld")
        pyheld("capture", "-o", path, target.pid)
        of_capture = text(pyheld("doctor", path).out)
        assert "A capture does not contain the checks" in of_capture, of_capture
        Validator().named("doctor", pyheld("doctor", path, "--json").json)
        with open(path, "r+b") as f:
            f.truncate(os.path.getsize(path) // 2)
        report = pyheld("doctor", path, "--json", status=(4,)).json
        assert [c["passed"] for c in report["checks"]] == [False], report
    expect_error("doctor", os.getpid() + 10 ** 9)
