# SPDX-License-Identifier: GPL-2.0-or-later
"""Strong references that no tp_traverse visits: whoever has them keeps what
they lead to, and the collector does not know them."""
import collections
import os
import tempfile

import pythons
from harness import Target, each, pyheld, unharmed


def object_at(target, address):
    return pyheld("object", "--json", target, "0x%x" % address).json


def check_dict(target, source, facts):
    """The dict keeps its keys: their bytes are its own.  In 3.12, and without
    a GIL, interned strings are immortal: nobody's."""
    for name in "seen", "interned":
        line, = pyheld("retained", "--json", source, "--depth=0",
                       "--address=0x%x" % facts[name]).json["lines"]
        of_str = [t for t in line["types"] if t["type"] == "str"]
        if name == "interned" and facts["interned_for_ever"]:
            assert not of_str, line
            continue
        of_str, = of_str
        assert of_str["objects"] == facts["nr"], line
        assert of_str["bytes"] >= facts[name + "_bytes"], (of_str, facts)
    suspects = pyheld("leaks", "--json", source, "--min-percent=20").json
    assert any(s["place"] == "__main__.seen" and
               s["bytes"] > facts["seen_bytes"]
               for s in suspects["suspects"]), suspects


def check_visited(source, facts):
    for name, keys in ("seen", facts["nr"]), ("mixed", 0):
        o = object_at(source, facts[name])
        visited = [r for r in o["references"] if r["visited"]]
        assert len(visited) == facts[name + "_visited"], (name, len(visited))
        others = [r for r in o["references"] if not r["visited"]]
        assert len(others) == keys, (name, len(others))
        assert o["references"] == visited + others, name
        assert all(r["name"].startswith("key ") for r in others), others[:3]


def check_counts(source, facts):
    """The references that are found are those that are counted."""
    for address, count in facts["shared"]:
        o = object_at(source, address)
        assert o["refcount"] == o["nr_referrers"] == count, (o, count)
        assert o["unaccounted_references"] == 0 and not o["roots"], o
        assert not any(r["visited"] for r in o["referrers"]), o


def check_names(source, facts):
    names = {r["name"] for r in object_at(source, facts["Slotted"])[
        "references"] if not r["visited"]}
    assert {".__name__", ".__qualname__", "slots"} <= names, names
    of_class = [r["type"] for r in object_at(source, facts["Seen"])[
        "references"] if r["name"] == "name of an instance's attribute"]
    assert "str" in of_class, of_class


def chains(source, address):
    return pyheld("chain", "--json", source, "--address=0x%x" % address
                  ).json["chains"]


def check_chains(target, source, facts):
    to_key, = chains(source, facts["seen_key"])
    assert to_key["steps"][-1]["name"].startswith("key 'http://example.com/7/")
    assert to_key["steps"][-2]["address"] == "0x%x" % facts["seen"], to_key
    assert to_key["expression"] is None, to_key
    # The name of a class is its attribute, if no metaclass says otherwise.
    for name in "plain", "odd":
        found = chains(source, facts[name + "_name"])
        assert found
        for to_name in found:
            assert to_name["steps"][-2]["address"] == "0x%x" % facts[name]
            if name == "odd" and to_name["expression"] is None:
                continue
            assert target.ask({"eval": to_name["expression"]}) == {
                "id": facts[name + "_name"]}, to_name


def check_interned(source, facts):
    """The dict of interned strings refers to each, and keeps those alone that
    are immortal."""
    o = object_at(source, facts["interned_one"])
    in_dict, = [r for r in o["referrers"] if r["name"] == "['%s']" %
                o["repr"].strip("'")]
    # The count has the reference of this program's name alone.
    assert o["nr_referrers"] == 2 and o["unaccounted_references"] == 0, o
    assert o["refcount"] in (1, None), o
    of_dict = object_at(source, int(in_dict["from"], 16))
    assert [r["name"] for r in of_dict["roots"]] == ["interned strings"]
    roots = {c["root"]["name"]
             for c in chains(source, facts["interned_one"])}
    assert "__main__" in roots, roots
    assert ("interned strings" in roots) == facts["interned_for_ever"], roots
    if facts["interned_for_ever"]:
        first = chains(source, facts["interned_dropped"])[0]
        assert first["root"]["name"] == "interned strings", first


def check_holders(source, facts):
    """A holder has each reference once, and all of its referents' counts are
    explained."""
    for holder in facts["holders"]:
        o = object_at(source, holder["address"])
        visited = sum(r["visited"] for r in o["references"])
        assert visited == holder["visited"], (holder["name"], visited)
        to = collections.Counter(r["to"] for r in o["references"])
        for address, count in holder["held"]:
            assert to["0x%x" % address] == 1, (holder["name"], address)
            held = object_at(source, address)
            if held["refcount"] is None:
                continue
            assert held["refcount"] == held["nr_referrers"] == count, (
                holder["name"], held["repr"], held["refcount"],
                held["nr_referrers"], count)


@each(pythons.one)
def test_unvisited_references_keep_what_they_lead_to(python):
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "unvisited.py") as target:
        capture = os.path.join(folder, "capture")
        pyheld("capture", target.pid, "-o", capture)
        for source in target.pid, capture:
            check_dict(target, source, target.facts)
            check_visited(source, target.facts)
            check_counts(source, target.facts)
            check_names(source, target.facts)
            check_chains(target, source, target.facts)
            check_interned(source, target.facts)
            check_holders(source, target.facts)
        unharmed(target)


@each(pythons.few)
def test_unvisited_references_are_counted_once(python):
    with Target(python, "unvisited.py") as target:
        audit = pyheld("refs", "--json", "--type=str", target.pid).json
        assert not audit["over_explained"], audit
        counted = {"0x%x" % a for a, _ in target.facts["shared"]}
        wrong = [x for t in audit["types"] for x in t["examples"]
                 if x["address"] in counted]
        assert not wrong, wrong
