# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects that an object's native memory holds, and one that was leaked.

The target is pointed.py; sys.getrefcount() states the truth.
"""
import json
import os
import tempfile

import pythons
from harness import Target, each, pyheld, unharmed

HELD = "function", "collation", "authorizer"


def object_at(source, address):
    return pyheld("object", "--json", source, "0x%x" % address).json


def by_pointer(of, o):
    """Does `of` hold `o` by a pointer in a raw block, once for each count?"""
    assert o["unaccounted_references"] == 0, o
    for r in o["referrers"]:
        if r["found"] == "pointer":
            assert r["from"] == "0x%x" % of and not r["visited"], o
            assert r["name"].startswith("at "), o
    return any(r["found"] == "pointer" for r in o["referrers"])


def check(source, facts):
    found = 0
    for name in HELD:
        address, count = facts[name]
        o = object_at(source, address)
        assert o["refcount"] == count == o["nr_referrers"], (name, o)
        found += by_pointer(facts["connection"], o)
        chain, = pyheld("chain", "--json", source, "--address=0x%x" % address
                        ).json["chains"]
        assert chain["root"]["kind"] == "module", chain
        last = chain["steps"][-1]
        assert (last["found"] == "pointer") == \
            last["name"].startswith("at "), chain
        assert chain["steps"][0]["found"] is None, chain
    # Which of the three the connection's own struct has differs by version.
    assert found >= 1
    address, count = facts["leaked"]
    o = object_at(source, address)
    assert o["refcount"] == o["unaccounted_references"] == count == 1, o
    assert not o["referrers"], o
    audit = pyheld("refs", "--json", source).json
    assert not audit["over_explained"], audit["over_explained"]
    of_type, = [t for t in audit["types"] if t["type"] == "__main__.Called"]
    assert of_type["references"] == 1, of_type


def check_export(source, facts):
    lines = pyheld("export", source).out.splitlines()[1:]
    connection, = [x for x in map(json.loads, lines)
                   if x["address"] == "0x%x" % facts["connection"]]
    pointed = [r for r in connection["references"]
               if r["name"].startswith("at ")]
    assert 1 <= len(pointed) == connection["pointed"], connection
    assert connection["unvisited"] >= connection["pointed"], connection
    assert connection["references"][-len(pointed):] == pointed, connection


@each(pythons.few)
def test_pointers_in_raw_blocks_explain_references(python):
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "pointed.py") as target:
        capture = os.path.join(folder, "capture")
        pyheld("capture", target.pid, "-o", capture)
        for source in target.pid, capture:
            check(source, target.facts)
        check_export(capture, target.facts)
        unharmed(target)
