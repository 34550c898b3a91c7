# SPDX-License-Identifier: GPL-2.0-or-later
"""Targets that are stopped while they change objects, or inside C code."""
import json
import os
import tempfile
import time

import pythons
from harness import CI, Target, each, limit, pyheld, text, unharmed

THREADS = 8
# Captures of each Python; STORM=80 makes a thousand in all.  Every WHOLE-th is
# checked object by object.  Without a GIL the target uses every CPU.
CAPTURES = int(os.environ.get("STORM") or (20 if CI else 6))
CAPTURES_WITHOUT_GIL = max(CAPTURES // 4, 2)
WHOLE = 5

EPOLL_WAIT = 232        # x86-64's


def storm(python):
    return Target(python, "storm.py", THREADS)


def export(pid):
    """({address: object}, exit status).  All references lead to an object."""
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
    """The part of the target that never changes is complete."""
    ring = objects["0x%x" % facts["list"]]["to"]
    assert len(set(ring)) == facts["nodes"], len(ring)
    for i, address in enumerate(ring):
        node = objects[address]
        assert node["type"] == "__main__.Node", node
        # Held by the list and the node before; the last one by a local too.
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
    """Objects that come and go are complete, but for one in each thread that is
    being made or dropped."""
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
def test_captures_while_threads_allocate(python):
    """Every capture is consistent, or its warnings say what is not."""
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
    # 3 of 100 snapshots are inconsistent; they are taken again.
    assert partial <= nr // 20, partial


def snapshots(pid, **kw):
    checks = pyheld("doctor", "--json", "--stop=always", pid,
                    **kw).json["checks"]
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
def test_snapshot_is_repeated_when_inconsistent(python):
    """The first stop finds a broken list, the second one a consistent list."""
    with Target(python, "odd.py", "half_linked") as target:
        for i in range(3):
            wait_for_call(target.pid, EPOLL_WAIT)
            assert snapshots(target.pid) == "2 snapshots were taken"
            target.read()       # it says that the list is whole
            assert snapshots(target.pid) == "1 snapshot was taken"
            os.write(target.process.stdin.fileno(), b"x")
            target.read()       # it says that it is broken again
        unharmed(target)


@each(pythons.oldest_and_newest)
def test_permanent_damage_takes_two_snapshots(python):
    """If two snapshots have the same damage, no third one is taken."""
    with Target(python, "odd.py", "broken_list") as target:
        assert snapshots(target.pid, status=(1, 4)) == \
            "2 snapshots were taken"


@each(pythons.few)
def test_threads_stopped_inside_c_code(python):
    """Objects that only C code holds are all found, and counted once."""
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
