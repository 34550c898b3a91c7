# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld leaks` and `pyheld diff` of captures in a wrong order, and of several
processes: forked workers that leak at one place, unrelated programs."""
import contextlib
import os
import tempfile
import time

import pythons
from harness import Target, each, limit, pyheld, text


@contextlib.contextmanager
def captures(python, nr):
    """A list that grows by 1,500 from one capture to the next, which are not
    of one second; the target, its files and the list's lengths."""
    with Target(python, "planted_leaks.py", "global_list") as target, \
            tempfile.TemporaryDirectory() as folder:
        files, sizes = [], []
        for i in range(nr):
            if i:
                time.sleep(1.1)
                sizes.append(target.ask({"more": 1500})["leaks"])
            else:
                sizes.append(target.facts["leaks"])
            files.append(os.path.join(folder, "%d.pyheld" % i))
            pyheld("capture", target.pid, "-o", files[-1])
        yield target, files, sizes


@limit(300)
@each(pythons.few)
def test_a_wrong_order_is_turned_round(python):
    with captures(python, 3) as (target, files, sizes):
        right = pyheld("leaks", "--json", files[2], files[0], files[1]).json
        assert not right["reordered"], right
        for given in ((files[0], files[1], files[2]),
                      (files[1], files[2], files[0]),
                      (files[2], files[1], files[0])):
            found = pyheld("leaks", "--json", *given).json
            assert found["reordered"], found
            assert found["processes"][0]["targets"] == files, found
            assert found["suspects"] == right["suspects"], (given, found)
        growth = right["suspects"][0]["growth"]
        assert growth["old_entries"] == sizes[:2], growth
        assert growth["entries"] == sizes[2], growth
        words = text(pyheld("leaks", *files).out)
        assert " ".join(words.split()).startswith(
            "the captures were not given in this order; sorted by time, "
            "oldest first: %s" % ", ".join(files)), words
        # The process itself is newer than all of its captures.
        found = pyheld("leaks", "--json", files[0], target.pid).json
        assert found["reordered"], found
        assert found["processes"][0]["targets"] == [files[0],
                                                    str(target.pid)], found


@limit(300)
@each(pythons.few)
def test_workers_are_shown_side_by_side(python):
    """Two of three forked workers leak, each its own number of entries."""
    with Target(python, "workers.py", "6000", "9000", "0") as target:
        facts = target.facts["workers"]
        pids = [w["pid"] for w in facts]
        found = pyheld("leaks", "--json", *pids).json
        words = text(pyheld("leaks", *pids).out)
    assert [p["pid"] for p in found["processes"]] == pids, found
    rows = [s for s in found["suspects"] if s["place"] == "__main__.SESSIONS"]
    assert len(rows) == 1, found["suspects"]
    workers = rows[0]["workers"]
    assert {w["pid"]: w["entries"] for w in workers} == \
        {w["pid"]: w["entries"] for w in facts if w["entries"]}, workers
    for worker in workers:
        # Each entry has a text of 420 characters or more.
        assert worker["bytes"] > 420 * worker["entries"], worker
        assert worker["objects"] > 2 * worker["entries"], worker
    assert rows[0]["growth"] is None, rows
    sums = [sum(w["bytes"] for w in s["workers"]) for s in found["suspects"]]
    assert sums == sorted(sums, reverse=True), sums
    joined = " ".join(words.split())
    assert "the same suspect in 2 of 3 workers, " in joined, words
    assert "grew:" not in words and "0 suspects" in words, words
    for worker in facts:
        assert "PID %d" % worker["pid"] in joined, words
        if worker["entries"]:
            assert "{:,}".format(worker["entries"]) in words, words


@each(pythons.few)
def test_a_process_of_several_is_compared_with_its_own_captures(python):
    with captures(python, 2) as (target, files, sizes), \
            Target(python, "planted_leaks.py", "lru_unbounded",
                   "12345") as other:
        found = pyheld("leaks", "--json", files[0], other.pid, files[1]).json
        assert [p["targets"] for p in found["processes"]] == \
            [files, [str(other.pid)]], found["processes"]
        by_pid = {s["workers"][0]["pid"]: s for s in found["suspects"]}
        assert set(by_pid) == {target.pid, other.pid}, found["suspects"]
        assert by_pid[target.pid]["growth"]["old_entries"] == sizes[:1], by_pid
        assert by_pid[other.pid]["growth"] is None, by_pid
        words = text(pyheld("leaks", files[1], other.pid).out)
    assert words.startswith("2 processes of one program, side by side") or \
        words.startswith("2 different processes, side by side"), words
    assert words.count("a suspect in 1 of 2 ") == 2, words


@each(pythons.few)
def test_the_limit_and_fail_count_all_processes(python):
    with Target(python, "workers.py", "6000", "0") as target:
        pids = [w["pid"] for w in target.facts["workers"]]
        pyheld("leaks", "--fail", *pids, status=(1,))
        pyheld("leaks", "--fail", *pids[1:], *pids[1:])
        found = pyheld("leaks", "--json", "--limit=1", *pids).json
        assert len(found["suspects"]) == 1, found
