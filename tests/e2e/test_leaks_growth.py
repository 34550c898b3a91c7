# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld leaks` with an older capture: what grew, and what only seems to."""
import os
import tempfile

import pythons
from harness import Target, each, limit, pyheld, text


class Compared:
    """The reports of a case, now and since a capture."""

    def __init__(self, python, case, work, rounds=1):
        with Target(python, "holders.py", case) as target, \
                tempfile.TemporaryDirectory() as folder:
            old = os.path.join(folder, "old.pyheld")
            self.before = target.facts
            pyheld("capture", target.pid, "-o", old)
            for _ in range(rounds):
                self.facts = target.ask({"work": work})
            self.now = pyheld("leaks", "--json", target.pid).json
            self.report = pyheld("leaks", "--json", target.pid, old).json
            self.words = " ".join(text(pyheld("leaks", target.pid,
                                              old).out).split())
            self.diff = pyheld("diff", "--json", old, target.pid).json

    def only(self):
        """The one suspect, which is the holder of the case."""
        (suspect,) = self.report["suspects"]
        assert int(suspect["object"]["address"], 16) == \
            self.facts["address"], (suspect["title"], self.facts)
        return suspect


@each(pythons.few)
def test_turnover_is_no_growth(python):
    for case in "turnover", "rebuilt":
        got = Compared(python, case, 7000)
        assert got.before["entries"] == got.facts["entries"] == 5000
        assert got.report["suspects"] == [], (case, got.report["suspects"])
        assert "nothing that keeps much" in got.words, got.words


@each(pythons.few)
def test_a_catalogue_is_large_and_does_not_grow(python):
    got = Compared(python, "catalogue", 1)
    assert got.report["suspects"] == [], got.report["suspects"]
    (large,) = got.report["large"]
    assert int(large["object"]["address"], 16) == got.facts["address"], large
    assert large["entries"] == 20000 and large["objects"] > 100000, large
    assert "large, and not growing: the dict __main__.SERVICE.jobs holds " \
        "20,000 entries" in got.words, got.words
    # Without an older capture nobody knows.
    assert got.now["large"] == [] and len(got.now["suspects"]) == 1


@each(pythons.few)
def test_growth_towards_a_bound(python):
    got = Compared(python, "bounded", 7000)
    suspect = got.only()
    assert suspect["growth"]["old_entries"] == [1000], suspect["growth"]
    assert suspect["growth"]["entries"] == 8000, suspect["growth"]
    assert "grew: 1,000 -> 8,000 entries, " in got.words, got.words
    assert "; its bound is 20,000 " in got.words, got.words
    assert got.now["suspects"] == [], got.now["suspects"]


@each(pythons.few)
def test_a_handful_of_large_entries(python):
    got = Compared(python, "handful", 6)
    growth = got.only()["growth"]
    assert growth["old_entries"] == [0] and growth["entries"] == 6, growth
    grown = growth["bytes"] - growth["old_bytes"][0]
    # mimalloc's blocks of 2 MiB and a header have 2.5 MiB.
    most = 16 << 20 if python.free_threaded else 13 << 20
    assert 12 << 20 <= grown <= most, growth
    assert growth["bytes_came"] >= grown, growth


@each(pythons.few)
def test_one_object_that_grows(python):
    got = Compared(python, "buffer", 9000)
    suspect = got.only()
    growth = suspect["growth"]
    assert suspect["kind"] == "large object", suspect
    assert growth["old_entries"] == [None] and growth["entries"] is None
    # It is allocated with room for an eighth more.
    assert 8 << 20 <= growth["bytes"] - growth["old_bytes"][0] <= 11 << 20, \
        growth


PER_MILLE = 1, 2, 5, 10, 20, 50, 150


# Without an older capture these are only named as large: a program's data may
# look like that.
FEW = "five large in a list", "five large in a dict", "one bytearray"


def addresses(objects):
    return {int(x["object"]["address"], 16) if x["object"] else 0
            for x in objects}


def name_of(report, holder):
    """Is `holder` a suspect, and nothing else?  Or is it named as large?"""
    found = addresses(report["suspects"])
    assert found <= {holder["address"]}, report["suspects"]
    return "found" if found else \
        "large" if holder["address"] in addresses(report["large"]) else "-"


def show(kinds, table):
    for older in False, True:
        for kind in kinds:
            print("# %-26s %-7s %s" % (
                kind, "older" if older else "alone",
                "  ".join("%4.1f %%: %-5s" % (
                    size / 10, table[kind, size, older])
                    for size in PER_MILLE)))


@limit(600)
@each(pythons.one)
def test_sweep_of_planted_leaks(python):
    """From 1 % of the heap, and from 0.2 % of it with an older capture."""
    table = {}
    with Target(python, "sweep.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        old = os.path.join(folder, "old.pyheld")
        kinds = target.facts["kinds"]
        pyheld("capture", target.pid, "-o", old)
        heap = pyheld("leaks", "--json", old).json["heap"]["bytes"]
        assert 45e6 < heap < 60e6, heap
        for kind in kinds:
            for size in PER_MILLE:
                planted = target.ask({"kind": kind,
                                      "bytes": heap * size // 1000})
                for args in (), (old,):
                    table[kind, size, bool(args)] = name_of(
                        pyheld("leaks", "--json", target.pid, *args).json,
                        planted)
    show(kinds, table)
    for (kind, size, older), name in table.items():
        if size >= (2 if older else 10):
            assert name == "found" or (not older and kind in FEW and
                                       name == "large"), (kind, size, older)
