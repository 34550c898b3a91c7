# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld stacks` has the frames, locals, names and states that the target says
its threads, tasks, coroutines and generators have."""
import json
import os
import subprocess

import pythons
from harness import Target, each, limit, pyheld, text, unharmed
from test_core import Directory, gcore, sysroot

# The first argument of a task's coroutine, and the name of the task that waits
# for it, however that is done.
AWAITED = {"awaited": "awaits task", "deep": "gathers twice",
           "flat": "gathers twice", "waited": "waits", "shielded": "shields",
           "limited": "has timeout", "in a group": "groups",
           "in a group, too": "groups"}


def stacks(*args):
    return pyheld("stacks", "--json", *args).json["stacks"]


def frames(stack):
    """As the target writes them."""
    return [{"function": f["function"], "file": f["file"], "line": f["line"],
             "locals": {v["name"]: int(v["address"], 16) for v in f["locals"]}}
            for f in stack["frames"]]


def address(stack):
    return int(stack["address"], 16)


def check_frames(what, found, said):
    assert len(found) == len(said), (what, found, said)
    for one, other in zip(found, said):
        assert one == other, (what, one, other)


def check_threads(found, facts):
    of = {s["name"]: s for s in found if s["kind"] == "thread"}
    assert set(of) == set(facts["threads"]) and "MainThread" in of, of
    for name, said in facts["threads"].items():
        check_frames(name, frames(of[name]), said["frames"])
        assert of[name]["address"] is None and not of[name]["awaited_by"]


def check_tasks(found, facts, minor):
    of = {address(s): s for s in found if s["kind"] == "task"}
    for said in facts["tasks"]:
        task = of[said["address"]]
        assert task["name"] == said["name"], (task, said)
        assert task["state"] == said["state"], (task, said)
        check_frames(said["name"], frames(task), said["frames"])
        # What asyncio itself shows of a task that waits; of one that failed it
        # shows the traceback.
        if said["state"] == "waiting":
            check_frames(said["name"], frames(task)[-1:], said["outermost"])
        # A task of Python's class knows only such as await it.
        if minor >= (3, 14) and said["name"] != "of Python":
            assert sorted(int(a, 16) for a in task["awaited_by"]) == \
                said["awaited_by"], (task, said)
    pending = {s["address"] for s in facts["tasks"]
               if s["state"] == "waiting"}
    assert pending == {a for a, s in of.items() if s["state"] == "waiting"}
    return of


def check_awaited(tasks):
    names = {s["address"]: s["name"] for s in tasks.values()}
    seen = set()
    for task in tasks.values():
        if task["state"] != "waiting":
            continue
        outer = task["frames"][-1]
        previews = [v["preview"] for v in outer["locals"]]
        by = [names[a] for a in task["awaited_by"]]
        for what, awaiter in AWAITED.items():
            if repr(what) in previews and outer["function"] == "sleeps":
                assert by == [awaiter], (task, by)
                seen.add(what)
        if outer["function"] == "gathers":
            children = [t for t in tasks.values()
                        if task["address"] in t["awaited_by"]]
            assert len(children) == 3, children
    assert len(seen) >= 6, seen
    of = {s["name"]: s for s in tasks.values()}
    assert of["of Python"]["awaited_by"] == \
        [of["waits for Python"]["address"]], of["of Python"]
    for one, other in ((0, 1), (1, 0)):
        assert of["circle %d" % one]["awaited_by"] == \
            [of["circle %d" % other]["address"]]


def check_beside(found, facts):
    of = {address(s): s for s in found if s["kind"] not in ("thread", "task")}
    for said in facts["beside"]:
        stack = of[said["address"]]
        assert stack["kind"] == said["kind"], (stack, said)
        assert stack["state"] in ("created", "suspended"), stack
        check_frames(said["kind"], frames(stack), said["frames"])


def check_all(target, *source):
    found = stacks(*source, "--locals")
    check_threads(found, target.facts)
    tasks = check_tasks(found, target.facts, target.python.minor)
    check_beside(found, target.facts)
    check_awaited(tasks)
    return found


@limit(120)
@each(pythons.supported)
def test_stacks_are_those_that_the_target_says(python):
    with Target(python, "stacks.py") as target:
        found = check_all(target, target.pid)
        unharmed(target)
    print("# %s: %d stacks, %d frames, %d locals are the target's own" % (
        python.label, len(found), sum(len(s["frames"]) for s in found),
        sum(len(f["locals"]) for s in found for f in s["frames"])))


def check_redacted(path):
    """No name of the program's and no value is left."""
    report = pyheld("stacks", "--json", "--locals", path)
    found = report.json["stacks"]
    assert {s["kind"] for s in found} == {
        "thread", "task", "coroutine", "generator", "async generator"}
    assert not any(s["name"] for s in found if s["kind"] == "task")
    assert b"'fed'" not in report.out and b"gathers twice" not in report.out
    assert sum(len(s["frames"]) for s in found) > 50


@limit(120)
@each(lambda: [pythons.newest()])
def test_cores_and_captures_have_the_same(python):
    with Target(python, "stacks.py") as target, Directory() as d:
        capture, hidden = d.file("a.pyheld"), d.file("b.pyheld")
        pyheld("capture", "-o", capture, target.pid)
        pyheld("capture", "--redact=all", "-o", hidden, target.pid)
        core, complete = gcore(target, d)
        live = stacks(target.pid)
        check_all(target, capture)
        assert stacks(capture) == live
        check_redacted(hidden)
        if complete:
            check_all(target, *sysroot(python), core)


def asyncio_ps(python, pid):
    """The rows of `python -m asyncio ps PID`; the root of a Python has no
    /proc, so that it is started with its own loader instead."""
    ask = "import asyncio.tools as t, json; print(json.dumps(" \
          "t.build_task_table(t.get_all_awaited_by(%d))))" % pid
    root = python.root or ""
    loader = [root + "/lib64/ld-linux-x86-64.so.2", "--library-path",
              root + "/usr/lib/x86_64-linux-gnu"] if root else []
    env = dict(os.environ, PYTHONHOME=root + "/usr") if root else None
    done = subprocess.run([*loader, root + python.path, "-c", ask], env=env,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, text(done.stderr)
    return json.loads(done.stdout)


@limit(120)
@each(lambda: [p for p in pythons.with_gil() if p.minor == (3, 14)][-1:])
def test_tasks_are_those_of_asyncio_ps(python):
    with Target(python, "stacks.py") as target:
        rows = asyncio_ps(python, target.pid)
        found = {s["address"]: s for s in stacks(target.pid)}
    seen = set()
    for _, task, name, stack, _, _, awaiter in rows:
        own = found[task]
        assert own["name"] == name and own["kind"] == "task", (own, name)
        # asyncio stops at an async generator, and at what is no coroutine.
        names = [f["function"] for f in own["frames"]]
        theirs = stack.split(" -> ")
        assert names[-len(theirs):] == theirs, (names, theirs)
        if awaiter != "0x0":
            assert awaiter in own["awaited_by"], (own, awaiter)
        seen.add((task, awaiter))
    ours = {(a, w) for a, s in found.items() if s["state"] == "waiting"
            for w in s["awaited_by"]}
    # A task of Python's class is none for asyncio.
    known = {task for task, _ in seen}
    assert {x for x in ours if x[0] in known} == \
        {x for x in seen if x[1] != "0x0"}
    assert len(known) > 20, known


@each(lambda: [pythons.newest()])
def test_text(python):
    with Target(python, "stacks.py") as target:
        tree = text(pyheld("stacks", "--limit=0", target.pid).out)
        largest = text(pyheld("stacks", "--sort=retained", "--locals",
                              "--limit=3", target.pid).out)
        of_type = text(pyheld("stacks", "--type=list", "--limit=0",
                              target.pid).out)
    assert "tasks wait for each other in a circle: task 'circle " in tree
    assert "\n  3 alike: task 'Task-" in tree, tree
    assert "'alone' at 0x" in tree and ", awaited by nobody\n" in tree, tree
    assert "\n  gathers  " in tree and "shown above" in tree, tree
    assert "rows" in largest and "list of 1,000" in largest, largest
    assert "'busy'" in of_type and "'alone'" not in of_type, of_type
