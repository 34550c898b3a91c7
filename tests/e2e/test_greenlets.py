# SPDX-License-Identifier: GPL-2.0-or-later
"""Greenlets that wait: their frames, locals and C stacks hold objects.

The target is greenlets.py; its functions and gr_frame state the truth.
"""
import os
import tempfile

import pythons
from harness import Skip, Target, each, pyheld, text, unharmed

# What the locals named rows of each frame are, and of which stack.
ROWS = """
SELECT s.kind, g.address AS greenlet, f.function, o.address AS rows
FROM roots r JOIN frames f ON f.id = r.frame JOIN stacks s ON s.id = f.stack
JOIN objects o ON o.id = r.object LEFT JOIN objects g ON g.id = s.object
WHERE r.name LIKE '%, local rows'"""

OURS = ("greenlet.greenlet", "__main__.Worker", "__main__.Row")


def with_greenlet():
    return pythons.having("greenlet") or [pythons.system()]


def target_of(python, *args):
    if not python.has("greenlet"):
        raise Skip("no CPython has greenlet: run tests/fetch-pythons")
    return Target(python, "greenlets.py", *args)


def rows_of(source):
    return {(r["kind"], r["greenlet"], r["function"], r["rows"])
            for r in pyheld("sql", "--json", source, ROWS).json}


def expected(facts):
    """The running greenlet's frames are the thread's."""
    return {("greenlet", hex(w["greenlet"]), w["name"], hex(w["rows"]))
            for w in facts["waiting"]} | {
                ("thread", None, "nested", hex(facts["nested"]["rows"]))}


def check_names(source, facts):
    """Chains name the greenlet, the function and the local."""
    for waiting in facts["waiting"][:2]:
        chain = text(pyheld("chain", source, "0x%x" % waiting["first"]).out)
        for word in ("greenlet 0x%x, %s (" % (waiting["greenlet"],
                                              waiting["name"]),
                     "local rows"):
            assert word in chain, (word, chain)


@each(with_greenlet)
def test_locals_of_greenlets(python):
    """Each suspended greenlet's frames and locals are found, whatever it waits
    in; none is found of those that ended or have not begun."""
    with target_of(python) as target:
        facts = target.facts
        assert rows_of(target.pid) == expected(facts)
        refs = pyheld("refs", "--json", target.pid).json
        assert refs["over_explained"] == 0, refs["over_explained_examples"]
        ours = {hex(w["rows"]) for w in facts["waiting"]}
        for row in refs["types"]:
            assert row["type"] not in OURS, row
            assert not ours & {e["address"] for e in row["examples"]}, row
        check_names(target.pid, facts)
        assert pyheld("garbage", "--json", target.pid).json["objects"] == 0
        unharmed(target)
        assert target.ask("collect") == {"found": 0}


@each(lambda: with_greenlet()[-1:])
def test_capture_has_greenlets(python):
    """A capture says the same, redacted or not."""
    with target_of(python, 60000) as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "all.pyheld")
        redacted = os.path.join(folder, "redacted.pyheld")
        pyheld("capture", target.pid, "-o", capture)
        pyheld("capture", "--redact=all", target.pid, "-o", redacted)
        assert rows_of(capture) == expected(target.facts)
        leaks = text(pyheld("leaks", capture).out)
        assert "rows in handler() holds 60,000 entries" in leaks, leaks
        assert "native code" not in leaks.split("\n\n")[0], leaks
        found = pyheld("sql", "--json", redacted,
                       "SELECT count(*) AS nr FROM stacks").json
        assert found == [{"nr": 1 + len(target.facts["waiting"])}], found
