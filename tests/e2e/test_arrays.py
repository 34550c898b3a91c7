# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects that only numpy's arrays hold: no tp_traverse visits them.

The target is arrays_of_objects.py; numpy and sys.getrefcount() state the
truth.
"""
import os
import subprocess
import tempfile

import pythons
from harness import Skip, Target, each, pyheld, unharmed


def with_pandas():
    return [pythons.system()]


def target_of(python):
    if subprocess.run([python.path, "-c", "import pandas"],
                      stderr=subprocess.DEVNULL).returncode:
        raise Skip("%s has no pandas" % python.label)
    return Target(python, "arrays_of_objects.py")


def object_at(source, address):
    return pyheld("object", "--json", source, "0x%x" % address).json


def check_items(source, facts):
    """Each is held by its array under its index, as often as it counts."""
    for address, array, index, count in facts["items"]:
        o = object_at(source, address)
        assert o["refcount"] == count, (o, count)
        assert o["unaccounted_references"] == 0, (o, count)
        names = [r["name"] for r in o["referrers"]
                 if r["from"] == "0x%x" % array]
        assert "[%d]" % index in names or ".flat[%d]" % index in names, (
            index, o)
        assert not any(r["visited"] or r["guessed"] for r in o["referrers"])


def check_chains(target, source, facts):
    """The expression of each chain gives that very object."""
    followed = 0
    for address, *_ in facts["items"]:
        found, *_ = pyheld("chain", "--json", source, "--address=0x%x" % address
                           ).json["chains"]
        if found["expression"] is None:
            continue
        followed += 1
        assert target.ask({"eval": found["expression"]}) == {
            "id": address}, found
    # pandas has C structs on the way; Own has a __getitem__ of its own.
    assert followed >= len(facts["items"]) - 3, followed


def check_views(source, facts):
    for view, base in facts["views"]:
        to = {r["name"]: r["to"]
              for r in object_at(source, view)["references"]}
        assert to[".base"] == "0x%x" % base and ".dtype" in to, to
        assert not any(name.startswith("[") for name in to), to


def check_leaked(source, facts):
    """What native code has leaked is not explained by the array."""
    for (address, array, _, count), more in zip(facts["leaked"], (0, 1, 0)):
        o = object_at(source, address)
        assert o["refcount"] == count, o
        assert o["nr_referrers"] == 1, o
        assert o["unaccounted_references"] == more, o


@each(with_pandas)
def test_items_are_held_by_their_arrays(python):
    with tempfile.TemporaryDirectory() as folder, \
            target_of(python) as target:
        capture = os.path.join(folder, "capture")
        pyheld("capture", target.pid, "-o", capture)
        for source in target.pid, capture:
            check_items(source, target.facts)
            check_chains(target, source, target.facts)
            check_views(source, target.facts)
            check_leaked(source, target.facts)
        audit = pyheld("refs", "--json", target.pid).json
        assert not audit["over_explained"], audit["over_explained"]
        unharmed(target)
