# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports say how much of them is a guess, and mark each guessed reference."""
import os
import tempfile

import pythons
from harness import Target, each, pyheld, text

LEGEND = "* found by a scan of memory: a guess"
COMMANDS = ("summary", "chain --type=Plant", "cycles", "garbage", "refs",
            "retained", "object %(plant)s")


def run(command, at, facts, *more):
    words = (command % facts).split()
    return pyheld(words[0], at, *words[1:], *more)


def check_marks(at, facts):
    """Only the reference from the holder to the plant is a guess."""
    chain = run("chain --type=Plant", at, facts, "--json").json["chains"][0]
    guessed = [s["address"] for s in chain["steps"] if s["guessed"]]
    assert guessed == [facts["plant"]], chain
    words = text(run("chain --type=Plant", at, facts).out)
    assert words.count(LEGEND) == 1, words
    marked = [line for line in words.splitlines() if " *  " in line]
    assert len(marked) == 1 and "Plant" in marked[0], words
    holder = run("object %(holder)s", at, facts, "--json").json
    assert holder["read"] == "scanned", holder
    assert facts["plant"] in {r["to"] for r in holder["references"]
                              if r["guessed"]}, holder
    plant = run("object %(plant)s", at, facts, "--json").json
    assert [r["from"] for r in plant["referrers"] if r["guessed"]] == \
        [facts["holder"]], plant
    # Other references are not marked.
    assert not any(r["guessed"] for r in plant["references"]), plant
    words = text(run("object %(plant)s", at, facts).out)
    assert words.count(LEGEND) == 1, words


def check_reports(at, facts):
    first = None
    for command in COMMANDS:
        coverage = run(command, at, facts, "--json").json["coverage"]
        assert coverage["scanned"] >= 1, coverage
        assert coverage == (first or coverage), (command, coverage)
        first = coverage
        words = text(run(command, at, facts).out)
        line = "scanned for pointers (a guess)" if command == "summary" else \
            "are a guess, by a scan of memory\n"
        assert words.count(line) == 1, words


@each(pythons.oldest_and_newest)
def test_guesses_are_marked(python):
    with Target(python, "guessed.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        facts = {k: "0x%x" % v for k, v in target.facts.items()}
        path = os.path.join(folder, "x.pyheld")
        pyheld("capture", "-o", path, target.pid)
        check_marks(target.pid, facts)
        check_marks(path, facts)
        check_reports(path, facts)
        diff = pyheld("diff", "--json", path, target.pid).json
        assert "coverage" not in diff, diff.keys()
        assert all(t["coverage"]["scanned"] for t in diff["targets"]), diff
        words = text(pyheld("diff", path, target.pid).out)
        assert words.count("coverage of %s: " % path) == 1, words
        assert words.count("coverage of %d: " % target.pid) == 1, words


def test_no_mark_without_guesses():
    with Target(pythons.newest(), "planted.py") as target:
        for command in ("chain --type=SubSlots", "cycles", "garbage", "refs"):
            words = command.split()
            out = pyheld(words[0], target.pid, *words[1:])
            coverage = pyheld(words[0], target.pid, *words[1:],
                              "--json").json["coverage"]
            assert coverage["native"] > 10000, coverage
            assert not coverage["scanned"] and not coverage["unread"]
            assert b"coverage" not in out.out, text(out.out)
            assert b"by a scan" not in out.out, text(out.out)


def test_large_list_is_read():
    """All of its references are read, though it is compared with its
    traverse."""
    with Target(pythons.system(), "odd.py", "large", "12000000") as target:
        coverage = pyheld("summary", "--json", target.pid).json["coverage"]
        assert coverage["unread"] == 0, coverage
        o = pyheld("object", "--json", "--limit=1", target.pid,
                   hex(target.facts["address"])).json
        assert o["nr_references"] == target.facts["length"], o
