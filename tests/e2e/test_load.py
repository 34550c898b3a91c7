# SPDX-License-Identifier: GPL-2.0-or-later
"""Targets that are stopped amid a change, or deep inside of C code."""
import json
import os
import tempfile
import time

import pythons
from harness import CI, Target, each, limit, pyheld, text, unharmed

THREADS = 8
# Of each Python; with STORM=80 a thousand in all.  Of so many all is looked at
# once.  Without a GIL the target takes all of the machine.
CAPTURES = int(os.environ.get("STORM") or (20 if CI else 6))
CAPTURES_WITHOUT_GIL = max(CAPTURES // 4, 2)
WHOLE = 5

EPOLL_WAIT = 232        # x86-64's


def storm(python):
    return Target(python, "storm.py", THREADS)


def export(pid):
    """{address: object}, and the warnings; all references lead to one."""
    with tempfile.NamedTemporaryFile(prefix="pyheld-") as f:
        result = pyheld("export", "--format=jsonl", "-o", f.name, pid,
                        status=(0, 4))
        with open(f.name, "rb") as written:  # f itself was replaced
            objects = {o["address"]: o
                       for o in map(json.loads, list(written)[1:])}
    for o in objects.values():
        o["to"] = [r["to"] for r in o["references"]]
        assert all(a in objects for a in o["to"]), o
    assert (result.status == 4) == (b"warning" in result.err), result
    return objects, result.status


def check_ring(objects, facts):
    """What never changes is as it was made."""
    ring = objects["0x%x" % facts["list"]]["to"]
    assert len(set(ring)) == facts["nodes"], len(ring)
    for i, address in enumerate(ring):
        node = objects[address]
        assert node["type"] == "__main__.Node", node
        # By the list and by the one before; the last one by a local, too.
        assert node["refcount"] == 2 + (i == len(ring) - 1), node
        to = list(node["to"])
        for a in node["to"]:            # its __dict__, if it is one
            of = [objects[b]["type"] for b in objects[a]["to"]]
            if objects[a]["type"] == "dict" and "__main__.Node" in of:
                to += objects[a]["to"]
        assert ring[(i + 1) % len(ring)] in to, node
        types = [objects[a]["type"] for a in to]
        assert types.count("list") == 1, (node, types)
        tables = [objects[a]["to"] for a in to
                  if objects[a]["type"] == "dict"]
        tuples = [[objects[b]["type"] for b in t].count("tuple")
                  for t in tables]
        assert len(facts["tags"]) in tuples, (node, types, tuples)


def check_changing(objects, facts):
    """Of what comes and goes, each is whole but those that are being made or
    dropped: one a thread."""
    unfinished = 0
    leaves = [o for o in objects.values() if o["type"] == "__main__.Leaf"]
    assert len(leaves) <= facts["live"] + THREADS, len(leaves)
    for leaf in leaves:
        to = [objects[a] for a in leaf["to"]]
        to += [objects[a] for d in to if d["type"] == "dict" for a in d["to"]]
        values = [o for o in to if o["type"] == "list"]
        if len(values) != 1:
            unfinished += 1
            continue
        types = [objects[a]["type"] for a in values[0]["to"]]
        assert types == ["int", "str"], (leaf, types)
    assert unfinished <= THREADS, unfinished


@limit(400)
@each(pythons.one)
def test_storm(python):
    """Every capture is consistent, or says what is not."""
    partial, nr = 0, CAPTURES_WITHOUT_GIL if python.free_threaded else CAPTURES
    with storm(python) as target:
        for i in range(nr):
            if i % WHOLE == 0:
                objects, status = export(target.pid)
                check_ring(objects, target.facts)
                check_changing(objects, target.facts)
            else:
                out = pyheld("refs" if i % WHOLE == 1 else "summary",
                             "--json", target.pid, status=(0, 4))
                status = out.status
                assert status == 0 or b"warning" in out.err, out
                assert out.json.get("over_explained", 0) == 0, out
            partial += status == 4
        unharmed(target)
    print("# %s: %d captures of changing memory, %d partial"
          % (python.label, nr, partial))
    # Three of a hundred single snapshots are; three of them in a row aren't.
    assert partial <= nr // 20, partial


def snapshots(pid, **kw):
    checks = pyheld("doctor", "--json", pid, **kw).json["checks"]
    found = [c["found"] for c in checks
             if c["check"] == "no thread was amid a change"]
    assert len(found) == 1, checks
    return found[0]


def wait_for_call(pid, number):
    end = time.monotonic() + 30
    while True:
        with open("/proc/%d/syscall" % pid) as f:
            if f.read().startswith("%d " % number):
                return
        assert time.monotonic() < end, "it makes no such call"
        time.sleep(0.01)


@each(pythons.oldest_and_newest)
def test_snapshot_is_taken_again(python):
    """A list that a thread is about to change, when it first stands still."""
    with Target(python, "odd.py", "half_linked") as target:
        for i in range(3):
            wait_for_call(target.pid, EPOLL_WAIT)
            assert snapshots(target.pid) == "2 snapshots were taken"
            target.read()       # that it is whole
            assert snapshots(target.pid) == "1 snapshot was taken"
            os.write(target.process.stdin.fileno(), b"x")
            target.read()       # that it is broken again
        unharmed(target)


@each(pythons.oldest_and_newest)
def test_broken_for_good(python):
    """What stays as it is is not waited for: two snapshots tell."""
    with Target(python, "odd.py", "broken_list") as target:
        assert snapshots(target.pid, status=(1, 4)) == \
            "2 snapshots were taken"


@each(pythons.some)
def test_deep_inside_of_c(python):
    """Nothing is lost of what only C code holds, nor counted twice."""
    with Target(python, "amid.py") as target:
        out = pyheld("summary", "--json", "--limit=100000", target.pid).json
        counts = {r["type"]: r["count"] for r in out["types"]}
        assert counts["__main__.Mark"] == target.facts["marks"], counts
        audit = pyheld("refs", "--json", target.pid).json
        assert not audit["over_explained"], audit
        chain = text(pyheld("chain", "--type=__main__.Mark", "--count=1000",
                            target.pid).out)
        assert chain.count("__main__.Mark") >= 100, chain
        assert target.alive()
        unharmed(target)
