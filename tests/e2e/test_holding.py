# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes of which only the thread that holds the GIL is stopped."""
import time

import pythons
from client import Client
from harness import (Target, each, expect_error, limit, of_any_snapshot,
                     pyheld, unharmed)


def few_with_gil():
    return [p for p in pythons.few() if p in pythons.with_gil()]


def with_several_gils():
    return [p for p in pythons.with_gil() if p.minor >= (3, 12)]


def way(pid, *args):
    return pyheld("summary", "--json", "--limit=1", *args, pid,
                  status=(0, 4)).json["target"]


@each(pythons.with_gil)
def test_the_answer_is_that_of_a_stop(python):
    with Target(python, "holding.py", "spinning") as target:
        for command in (["summary", "--json"], ["refs", "--json"],
                        ["stacks", "--json", "--locals"],
                        ["memory", "--json"]):
            held, stopped = (of_any_snapshot(
                pyheld(*command, "--stop=" + stop, target.pid).out)
                for stop in ("holder", "always"))
            assert held == stopped, (command, held, stopped)
        found = way(target.pid)
        assert found["stopped"] == "holder", found
        assert found["pause_ns"] > 0, found
        unharmed(target)


def expect_one_moment(target, *args):
    """A copy of two moments would have one end twice, and the other never."""
    out = pyheld("refs", "--json", "--type=__main__.End", *args,
                 target.pid).json
    assert (out["references"], out["explained"], out["over_explained"]) == \
        (2, 2, 0), out
    out = pyheld("summary", "--json", "--type=__main__.End", *args,
                 target.pid).json
    assert [row["count"] for row in out["types"]] == [2], out
    return out["target"]["stopped"]


@each(few_with_gil)
def test_objects_are_those_of_one_moment(python):
    with Target(python, "holding.py", "reversing") as target:
        for _ in range(8):
            assert expect_one_moment(target, "--stop=holder") == "holder"


@limit(120)
@each(pythons.with_gil)
def test_a_state_that_another_thread_has_made(python):
    """Up to 3.12, the number in it is that of the thread that has made it."""
    with Target(python, "holding.py", "entered") as target:
        ways = {expect_one_moment(target, "--patience=50ms")
                for _ in range(4)}
        assert ways == {"all" if python.minor <= (3, 12) else "holder"}, ways


@each(few_with_gil)
def test_a_holder_that_sleeps_is_not_stopped(python):
    with Target(python, "holding.py", "sleeping") as target:
        time.sleep(0.1)
        found = way(target.pid, "--stop=holder")
        assert (found["stopped"], found["pause_ns"]) == ("holder", 0), found
        # Nothing runs.
        assert way(target.pid)["stopped"] == "none"
        unharmed(target)


@each(with_several_gils)
def test_several_gils_make_it_a_stop_of_all(python):
    with Target(python, "holding.py", "several") as target:
        done = expect_error("summary", "--stop=holder", target.pid)
        assert "has no GIL that all its threads share" in str(done), done
        assert way(target.pid)["stopped"] == "all"
        unharmed(target)


def test_without_a_gil_all_are_stopped():
    for python in pythons.without_gil():
        with Target(python, "holding.py", "spinning") as target:
            done = expect_error("summary", "--stop=holder", target.pid)
            assert "has no GIL that all its threads share" in str(done), done
            assert way(target.pid)["stopped"] == "all"


def test_nobody_holds_in_a_process_at_rest():
    with Target(pythons.system(), "at_rest.py", "blocked", 1000) as target:
        begun = time.monotonic()
        done = expect_error("summary", "--stop=holder", "--patience=200ms",
                            target.pid)
        assert time.monotonic() - begun >= 0.2
        assert "no thread of process %d was found that held the GIL" % \
            target.pid in str(done), done
        unharmed(target)


@limit(120)
def test_a_service_at_work_is_seldom_stopped():
    ways = {"none": 0, "holder": 0, "all": 0}
    with Target(pythons.system(), "holding.py", "serving") as target, \
            Client(target.facts["port"]) as client:
        for _ in range(20):
            ways[way(target.pid)["stopped"]] += 1
        unharmed(target)
    print("# %s, %d answers" % (ways, client.answers))
    assert not client.failures, client.failures
    assert client.answers, ways
    # On a machine that does nothing else, half of them stop nothing.
    assert ways["none"] and ways["all"] <= 2, ways
