# SPDX-License-Identifier: GPL-2.0-or-later
"""`size` is what sys.getsizeof() says, or it is said to be unknown."""
import os
import tempfile

import pythons
from harness import Target, each, pyheld, text, unharmed

# Types of numpy whose __sizeof__ is not known.
UNKNOWN = {"numpy.bytes_"}


def sizes(source):
    """{address: size} of all objects; None: unknown."""
    rows = text(pyheld("sql", "--csv", "--no-header", source,
                       "SELECT address, size FROM objects").out).splitlines()
    words = [row.split(",") for row in rows]
    return {int(address, 16): int(size) if size else None
            for address, size in words}


def check_sizes(target, python):
    found, facts = sizes(target.pid), target.facts
    known, unknown, wrong = 0, set(), []
    for address, of, size, of_python in facts["objects"]:
        if address not in found:
            continue            # not the collector's
        if found[address] is None:
            unknown.add(of)
            assert of_python or of in UNKNOWN, of
        elif found[address] != size or of_python:
            wrong.append((of, found[address], size))
        else:
            known += 1
    print("# %s: the sizes of %d objects are right; unknown of %s; none of %s"
          % (python.label, known, ", ".join(sorted(unknown)),
             ", ".join(sorted(facts["without"]))))
    assert not wrong, wrong
    assert known > 450, known
    assert "__main__.Inherits" in unknown and "__main__.Own" in unknown
    return unknown


def check_reports(source, facts):
    by_type = {of: address for address, of, _, _ in facts["objects"]}
    own, plain = by_type["__main__.OwnDict"], by_type["__main__.Plain"]
    assert pyheld("object", "--json", source, "0x%x" % own).json["size"] is None
    assert pyheld("object", "--json", source, "0x%x" % plain).json["size"] > 0
    assert "\n  size        unknown\n" in text(
        pyheld("object", source, "0x%x" % own).out)
    line, = pyheld("retained", "--json", "--depth=0", "--address=0x%x" % own,
                   source).json["lines"]
    assert line["size"] is None and line["retained"]["bytes"] > 0, line
    summary = pyheld("summary", "--json", "--limit=0", source).json
    rows = {t["type"]: t for t in summary["types"]}
    assert rows["__main__.OwnDict"]["size"] is None
    assert rows["__main__.OwnDict"]["bytes"] > 0
    none = [t for t in summary["types"] if t["size"] is None]
    assert summary["sizes_unknown"] == sum(t["count"] for t in none) > 3
    assert summary["size"] == sum(t["size"] or 0 for t in summary["types"])
    row, = [r.split() for r in text(pyheld(
        "summary", "--type=OwnDict", "--no-header", source).out).splitlines()]
    assert row[1] == "?" and row[-1] == "__main__.OwnDict", row


@each(pythons.some)
def test_sizes_are_those_of_getsizeof_or_unknown(python):
    with Target(python, "sizes.py") as target:
        check_sizes(target, python)
        unharmed(target)


@each(pythons.one)
def test_what_is_unknown_is_said(python):
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "sizes.py") as target:
        capture = os.path.join(folder, "capture")
        pyheld("capture", "-o", capture, target.pid)
        for source in target.pid, capture:
            check_reports(source, target.facts)
        unharmed(target)


@each(pythons.some)
def test_sizes_agree_with_getsizeof_in_many_states(python):
    """Subclasses, what has grown and shrunk, what is empty."""
    with tempfile.TemporaryFile() as stated:
        with Target(python, "states.py", stated.fileno(),
                    fds=[stated.fileno()]) as target:
            found = sizes(target.pid)
            unharmed(target)
        stated.seek(0)
        lines = text(stated.read()).splitlines()
    wrong = []
    for line in lines:
        address, size, name = line.split(" ", 2)
        if found.get(int(address)) != int(size):
            wrong.append("%s at 0x%x: %s, not %s"
                         % (name, int(address), found.get(int(address)), size))
    assert len(lines) > 1500
    assert not wrong, "%d are wrong:\n%s" % (len(wrong),
                                             "\n".join(wrong[:20]))
