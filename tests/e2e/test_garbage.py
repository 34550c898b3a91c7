# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld garbage` against what the target's own collector finds afterwards."""
import os
import re
import tempfile

import pythons
import truthtable
from harness import Target, each, pyheld, text, unharmed

FOUND = re.compile(r"gc: (un)?collectable <.*? (?:0x)?([0-9a-fA-F]+)>")


class Discarded:
    """What pyheld reports of a target's garbage, and what the target says."""
    def __init__(self, python, words, also=lambda target, found: None):
        with tempfile.TemporaryFile() as log, \
                Target(python, "discarded.py", words, log.fileno(),
                       fds=[log.fileno()]) as target:
            self.facts = target.facts
            self.json = pyheld("garbage", "--json", target.pid).json
            self.found = {int(x, 16) for x in self.json["addresses"]}
            also(target, self)
            unharmed(target)
            os.write(target.process.stdin.fileno(), b"\n")
            self.answer = target.read()
            self.saved = set(self.answer["saved"])
            log.seek(0)
            self.said = {}
            for un, address in FOUND.findall(text(log.read())):
                self.said[int(address, 16)] = bool(un)
            for a, b, what in ((self.said, self.found, "missing"),
                               (self.found, self.said, "too many")):
                wrong = set(a) - set(b)
                assert not wrong, "%d of %d are %s: %s" % (
                    len(wrong), len(self.said), what,
                    self.describe(target, wrong))

    @staticmethod
    def describe(target, addresses):
        return "".join(text(pyheld("object", target.pid, "0x%x" % a,
                                   status=(0, 3)).out)[:2000]
                       for a in sorted(addresses)[:4])


# Without a GIL a collection first untracks tuples and dicts that need no
# tracking, garbage too, in the order of addresses in each thread's heap.
@each(pythons.with_gil)
def test_same_as_gc_collect_saves(python):
    """pyheld finds exactly what gc.collect() saves.  The target has no
    finalizers, which would free some of the garbage before it is saved."""
    d = Discarded(python, "quiet")
    truthtable.record(truthtable.name_of(python),
                      garbage=(len(d.saved), len(d.found ^ d.saved)))
    assert d.found == d.saved, len(d.found ^ d.saved)
    assert len(d.found) > 3000, len(d.found)
    print("# garbage of %-14s %5d objects saved, the same"
          % (python.label, len(d.found)))


def check_facts(d):
    """Objects that only look like garbage are not found; sums add up."""
    facts = d.facts
    for word in ("frozen", "native", "local", "borrowed"):
        for address in facts[word] if word == "frozen" else [facts[word]]:
            assert address not in d.found, word
    assert facts["revived"] in d.found and facts["revived"] not in d.saved
    assert d.saved < d.found
    assert d.json["objects"] == len(d.found)
    assert sum(t["count"] for t in d.json["types"]) == d.json["objects"]
    assert sum(t["size"] for t in d.json["types"]) == d.json["bytes"]
    for key, total in (("count", d.json["nr_components"]),
                       ("objects", d.json["objects"]),
                       ("bytes", d.json["bytes"]),
                       ("finalizers", d.json["finalizers"]),
                       ("weakref_callbacks", d.json["weakref_callbacks"])):
        assert sum(c[key] for c in d.json["components"]) == total, key
    uncollectable = sum(d.said.values())
    assert d.json["uncollectable"]["objects"] == uncollectable
    assert bool(facts["legacy"]) == bool(uncollectable)


def check_text_and_capture(target, d):
    """A capture gives the same report, and the text has the same figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.pyheld")
        pyheld("capture", "-o", path, target.pid)
        assert pyheld("garbage", path, "--json").json == d.json
        words = text(pyheld("garbage", path).out)
    assert "garbage: {:,} objects".format(d.json["objects"]) in words, words
    for word in ("finalizers of ", "callbacks of weak references", "Node"):
        assert word in words, words


@each(lambda: [p for p in pythons.some() if not p.free_threaded])
def test_same_as_the_collector_reports(python):
    """pyheld finds exactly what the collector reports as unreachable, with
    finalizers, callbacks and objects that resurrect themselves."""
    d = Discarded(python, "resurrect,legacy,enable", check_text_and_capture)
    check_facts(d)
    # The target plants at least these: a weakref.ref and a weakref.finalize
    # each time, and a WeakValueDictionary at last.
    assert d.json["weakref_callbacks"] >= 7, d.json["weakref_callbacks"]
    print("# garbage of %-14s %5d objects in %d components, %d finalizers, "
          "%d callbacks, %d uncollectable" % (
              python.label, len(d.found), d.json["nr_components"],
              d.json["finalizers"], d.json["weakref_callbacks"],
              d.json["uncollectable"]["objects"]))
