# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of tracemalloc are a line of the ledger, as large as tracemalloc
itself says."""
import pythons
from harness import Target, each, limit, pyheld


def lines(pid, part):
    report = pyheld("memory", "--json", pid).json
    return [x for x in report["lines"] if x["part"] == part]


@limit(120)
@each(pythons.few)
def test_tables_of_tracemalloc(python):
    env = {"PYTHONTRACEMALLOC": "1"}
    with Target(python, "traced.py", env=env) as target:
        facts = target.facts
        line, = lines(target.pid, "tracemalloc")
        python_s = sum(x["bytes"] for x in lines(target.pid, "raw-python"))
        unowned = sum(x["bytes"] for x in lines(target.pid, "unowned"))
    # An entry for each block and, but for 3.8, its trace.
    nr = facts["traces"] * (1 if python.minor < (3, 9) else 2)
    assert nr > 100000, facts
    assert 0.99 * nr < line["count"] < 1.05 * nr, (line, facts)
    # What it says lacks the traces, of 16 bytes, and what malloc rounds up.
    assert line["bytes"] > 0.99 * facts["tables"], (line, facts)
    assert line["bytes"] < facts["tables"] + 40 * nr, (line, facts)
    assert python_s < 2 << 20 and unowned < 1 << 20, (python_s, unowned)


@each(pythons.oldest_and_newest)
def test_no_tables(python):
    with Target(python, "traced.py") as target:
        assert target.facts["traces"] == 0, target.facts
        assert not lines(target.pid, "tracemalloc")
