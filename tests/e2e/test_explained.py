# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of a process a report explains: leaks, diff, summary and retained on
targets that grow, each in its own way.  The kernel says by how much."""
import contextlib
import os
import re
import tempfile

import pythons
from harness import Target, each, limit, pyheld, text, while_unchanged
from test_memory import rss

NEXT = "pyheld memory TARGET OLDER"


@contextlib.contextmanager
def grown(python, way):
    """A target that grew, a capture from before, and what was resident then."""
    with Target(python, "grows.py", way) as target, \
            tempfile.TemporaryDirectory() as folder:
        older = os.path.join(folder, "older.pyheld")
        _, before = while_unchanged(
            lambda: rss(target.pid),
            lambda: pyheld("capture", target.pid, "-o", older))
        target.ask("grow")
        yield target.pid, older, before


def report(*args):
    return pyheld(args[0], "--json", *args[1:]).json


def words(*args):
    return " ".join(text(pyheld(*args).out).split())


def share_of_all(*args):
    """What is explained of all that is resident."""
    found = report(*args)
    assert found["resident_growth"] is None, found
    return found["explained"] / found["resident"]


def share(pid, before, *args):
    """What is explained of the growth.  Reading a process maps pages of files
    that it has not touched yet, the first time."""
    found, now = while_unchanged(lambda: rss(pid), lambda: report(*args))
    growth = now - before
    assert abs(found["resident_growth"] - growth) <= 0.005 * growth, \
        (found["resident_growth"], growth)
    return found["explained"] / found["resident_growth"]


@limit(120)
@each(pythons.oldest_and_newest)
def test_suspects_explain_a_list_that_grows(python):
    with grown(python, "list") as (pid, older, before):
        assert share(pid, before, "leaks", pid, older) > 0.9
        assert share_of_all("leaks", pid) > 0.8
        assert share(pid, before, "diff", older, pid) > 0.9
        assert share_of_all("summary", pid) > 0.8
        assert share_of_all("retained", pid) > 0.8
        said = words("leaks", pid, older)
        assert re.search(r"^1 suspect resident memory grew by \S+ MiB to \S+"
                         r" MiB; the suspects below explain (\S+ MiB|all) of"
                         r" it\b", said), said
        assert NEXT not in said, said


@limit(120)
@each(pythons.oldest_and_newest)
def test_no_all_clear_for_a_leak_of_native_code(python):
    with grown(python, "native") as (pid, older, before):
        assert share(pid, before, "leaks", pid, older) > 0.95
        assert not report("leaks", pid, older)["suspects"]
        for args in ((pid, older), (pid,)):
            said = words("leaks", *args)
            assert said.startswith("no leak suspected among Python objects,"
                                   " but native code leaks ("), said
            assert "; the findings below explain " in said, said
        # Nothing in these has to do with it.
        assert share(pid, before, "diff", older, pid) < 0.05
        assert NEXT in words("diff", older, pid)
        assert share_of_all("summary", pid) < 0.2
        assert "less than half: pyheld memory TARGET shows the rest" \
            in words("summary", pid)


@limit(120)
@each(pythons.oldest_and_newest)
def test_no_all_clear_for_free_memory(python):
    with grown(python, "freed") as (pid, older, before):
        assert share(pid, before, "leaks", pid, older) > 0.9
        assert "findings below explain" in words("leaks", pid, older)
        assert share_of_all("retained", pid) < 0.2


@limit(120)
@each(pythons.oldest_and_newest)
def test_suspects_explain_one_object_that_grows(python):
    """One large object is no accumulation, but it is what grew."""
    with grown(python, "bytearray") as (pid, older, before):
        assert share(pid, before, "leaks", pid, older) > 0.9
        (suspect,) = report("leaks", pid, older)["suspects"]
        assert suspect["kind"] == "large object", suspect
        assert share_of_all("leaks", pid) > 0.8
        assert share(pid, before, "diff", older, pid) > 0.95
        assert share_of_all("retained", pid) > 0.8
        assert report("retained", pid)["guessed"] is not None


def test_what_did_not_grow():
    with Target(pythons.newest(), "grows.py", "list") as target, \
            tempfile.TemporaryDirectory() as folder:
        older = os.path.join(folder, "older.pyheld")
        pyheld("capture", target.pid, "-o", older)
        found = report("leaks", older, older)
        assert (found["resident_growth"], found["explained"]) == (0, 0), found
        said = words("leaks", older, older)
        assert said.startswith("no leak suspected: nothing that keeps much of"
                               " the heap has grown ("), said
        assert NEXT not in said, said
        # Two processes: nothing can be said of growth.
        with Target(pythons.newest(), "grows.py", "list") as other:
            found = report("diff", older, other.pid)
        assert found["explained"] is None, found["explained"]
