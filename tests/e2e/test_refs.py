# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld refs` finds the references that C code leaked, and no others of the
program's classes."""
import os
import tempfile

import pythons
from harness import Target, each, pyheld, text, unharmed


def check_leaks(found, facts):
    for name, (objects, references) in facts.items():
        row = found.pop("__main__." + name)
        assert row["count"] == objects, (name, row)
        assert row["references"] == references, (name, row)
        assert len(row["examples"]) == min(objects, 10), row
        for x in row["examples"]:
            assert x["refcount"] - x["found"] == references // objects, x
    rest = [t for t in found if t.startswith("__main__.")]
    assert not rest, rest


def check_sums(report):
    for key, total in (("count", "unexplained_objects"),
                       ("references", "unexplained")):
        assert sum(t[key] for t in report["types"]) == report[total], key
    references = [t["references"] for t in report["types"]]
    assert references == sorted(references, reverse=True), references
    assert report["references"] - report["explained"] == report["unexplained"]


@each(pythons.supported)
def test_leaked_references_are_found(python):
    with Target(python, "leaking.py") as target:
        report = pyheld("refs", "--json", target.pid).json
        words = text(pyheld("refs", "--type=Leaked", target.pid).out)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.pyheld")
            pyheld("capture", "-o", path, target.pid)
            of_capture = pyheld("refs", "--json", path).json
        unharmed(target)
        facts = target.facts
    assert not report["over_explained"], report["over_explained_examples"]
    check_sums(report)
    types = {t["type"]: t for t in report["types"]}
    # functools.lru_cache's own references to its links are explained.
    assert "functools._lru_list_elem" not in types, types
    check_leaks(types, facts)
    assert "held by native code, or leaked by it: 600 references to 300 " \
        "objects" in words, words
    assert "more explained than counted: none" in words, words
    # A capture has all references that the process has.
    for key in ("references", "explained", "over_explained", "types"):
        assert of_capture[key] == report[key], (key, of_capture, report)
    assert not of_capture["left_out"] and not report["left_out"]
    print("# refs of %-14s %6d references counted, %d not explained, of these "
          "%d leaked by the test" % (python.label, report["references"],
                                     report["unexplained"],
                                     sum(r for _, r in facts.values())))
