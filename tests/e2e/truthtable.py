# SPDX-License-Identifier: GPL-2.0-or-later
"""The table in HACKING.md of what the tests have compared, by CPython.

Tests record() what they compared and how much of it differed, where the
environment has PYHELD_TABLE, a file; `tests/run-all --table` runs these and
writes the table.  What is not recorded anew stays as it is.
"""
import json
import os
import re

BEGIN = "<!-- what was compared: make update-truth-table -->\n"
END = "<!-- end -->\n"

COLUMNS = ("objects", "sizes", "counts", "references", "explained", "garbage",
           "readers")
HEAD = ("CPython", "objects", "sizes", "reference counts", "references",
        "counts explained", "garbage", "readers")

# The tests that record figures, as patterns for run-all.
TESTS = ["truth.zoo_agrees*", "truth.large_service*",
         "garbage.same_as_gc_collect_saves*", "doctor.all_checks_pass*"]


def name_of(python, what=""):
    return "%d.%d.%d" % python.version + \
        ("t" if python.free_threaded else "") + \
        (" (system)" if python.label.endswith("-system") else "") + \
        (", " + what if what else "")


def record(row, **figures):
    """Figures by column: (compared, differing)."""
    path = os.environ.get("PYHELD_TABLE")
    assert set(figures) <= set(COLUMNS), figures
    if path:
        with open(path, "a") as f:
            f.write(json.dumps([row, figures]) + "\n")


def read(text):
    """{row: {column: cell}} of the table in HACKING.md."""
    table = text[text.index(BEGIN) + len(BEGIN):text.index(END)]
    rows = {}
    for line in table.splitlines()[2:]:
        cells = [c.strip() for c in line.strip("|").split("|")]
        assert len(cells) == len(HEAD), line
        rows[cells[0]] = dict(zip(COLUMNS, cells[1:]))
    return rows


def order(row):
    return [int(n) for n in re.findall(r"\d+", row)[:3]], row


def write(path, recorded):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    rows = read(text)
    with open(recorded) as f:
        for line in f:
            row, figures = json.loads(line)
            cells = rows.setdefault(row, dict.fromkeys(COLUMNS, ""))
            for column, (compared, differing) in figures.items():
                cells[column] = "{:,} / {:,}".format(compared, differing)
    lines = [HEAD] + [(r, *(rows[r][c] for c in COLUMNS))
                      for r in sorted(rows, key=order)]
    width = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    lines.insert(1, ["-" * w for w in width])
    table = "".join("| %s |\n" % " | ".join(
        c.ljust(w) for c, w in zip(line, width)) for line in lines)
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text[:start] + table + text[end:])
