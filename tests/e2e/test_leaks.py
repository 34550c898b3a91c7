# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld leaks` on programs with a known leak, and on two without one."""
import os
import re
import tempfile

import pythons
from harness import (CI, Target, each, limit, of_any_snapshot, pyheld,
                     pyheld_raw, text, unharmed)
from test_wild import compiled


def blames(suspect, facts):
    """Does the suspect name the cause and an object that is to blame?"""
    if suspect["kind"] not in facts["kinds"]:
        return False
    named = [int(x["address"], 16) for x in (suspect["object"],
                                             suspect["via"]) if x]
    return not facts["addresses"] or bool(set(named) & set(facts["addresses"]))


def check_words(suspect):
    """A suspect has a title, a fix, and sizes."""
    assert len(suspect["title"]) > 20 and suspect["fix"], suspect
    assert suspect["bytes"] and suspect["objects"], suspect
    assert "(null)" not in suspect["title"], suspect


@limit(600)
@each(pythons.one)
def test_planted_cause_comes_first(python):
    with Target(python, "planted_leaks.py", "serve") as target:
        for cause in target.facts["causes"]:
            facts = target.ask({"cause": cause})
            found = pyheld("leaks", "--json", facts["pid"]).json
            suspects = found["suspects"]
            assert suspects, (cause, found)
            assert blames(suspects[0], facts), \
                (cause, facts["kinds"], facts["addresses"][:5],
                 [(x["kind"], x["title"], x["object"], x["via"])
                  for x in suspects])
            for suspect in suspects:
                check_words(suspect)
        print("# leaks of %-14s %d planted causes, each the first suspect"
              % (python.label, len(target.facts["causes"])))


def rests():
    """Also a Python with real libraries, if there is one."""
    with_libraries = [p for p in pythons.supported()
                      if p.minor == (3, 11) and "/.pyenv/" in p.path]
    return (with_libraries + pythons.oldest_and_newest())[:3] if not CI \
        else pythons.supported()


@each(rests)
def test_no_suspect_in_a_service_at_rest(python):
    with Target(python, "clean.py", "rest") as target:
        assert pyheld("leaks", "--json", target.pid).json["suspects"] == []
        out = text(pyheld("leaks", target.pid).out)
    # And nothing stands out in its memory, which is told in one sentence.
    # Where libraries take more, it says that no suspect explains that.
    assert re.fullmatch(
        r"no leak suspected \([^)]+\) (\S+) MiB resident: [^;]*"
        r"(; nothing below explains any of the \S+ MiB above a fresh "
        r"interpreter, which may be in use: pyheld retained TARGET shows who "
        r"holds it)?( the owners of \S+ .iB are a guess: they were found by "
        r"pointers alone)?", " ".join(out.split())), out
    assert out.count(" resident") == 1, out


@each(pythons.few)
def test_no_suspect_under_steady_load(python):
    with Target(python, "clean.py", "steady") as target, \
            tempfile.TemporaryDirectory() as folder:
        old = os.path.join(folder, "old.pyheld")
        pyheld("capture", target.pid, "-o", old)
        for _ in range(2):
            os.write(target.process.stdin.fileno(), b"\n")
            target.read()
        for args in ((target.pid,), (target.pid, old)):
            found = pyheld("leaks", "--json", *args, "--fail").json
            assert found["suspects"] == [], found["suspects"]


@each(pythons.few)
def test_older_captures_leave_what_grows(python):
    """A large list that stays, and a smaller one that grows."""
    with Target(python, "planted_leaks.py", "global_list") as target, \
            tempfile.TemporaryDirectory() as folder:
        older = [os.path.join(folder, "%d.pyheld" % i) for i in range(2)]
        sizes = [target.facts["leaks"]]
        for path in older:
            pyheld("capture", target.pid, "-o", path)
            sizes.append(target.ask({"more": 1500})["leaks"])
        found = pyheld("leaks", "--json", target.pid, *older).json
        assert len(found["suspects"]) == 1, found["suspects"]
        suspect = found["suspects"][0]
        assert blames(suspect, target.facts), suspect
        assert suspect["growth"]["old_entries"] == sizes[:-1], suspect
        assert suspect["growth"]["entries"] == sizes[-1], suspect
        assert suspect["growth"]["objects_came"] >= 3000, suspect
        words = text(pyheld("leaks", target.pid, *older).out)
        assert "{:,} -> {:,} -> {:,} entries".format(*sizes) in words, words
        # Compared with itself nothing grows.
        last = os.path.join(folder, "last.pyheld")
        pyheld("capture", target.pid, "-o", last)
        assert not pyheld("leaks", "--json", last, last).json["suspects"]
        unharmed(target)


@each(pythons.one)
def test_a_key_is_shown_as_it_is(python):
    """Two spaces in a key stay two: it can be pasted."""
    with Target(python, "planted_leaks.py", "under_an_odd_key") as target:
        suspect = pyheld("leaks", "--json", target.pid).json["suspects"][0]
        words = pyheld("leaks", target.pid).out.decode()
    assert blames(suspect, target.facts), suspect
    assert " __main__.ODD_KEYS['a  in b  x'] holds " in suspect["title"], \
        suspect["title"]
    assert "__main__.ODD_KEYS['a  in b  x']" in words, words


@each(pythons.few)
def test_lru_cache_statistics(python):
    with Target(python, "planted_leaks.py", "lru_unbounded", "12345") as target:
        found = pyheld("leaks", "--json", target.pid).json
        cache = found["suspects"][0]["lru_cache"]
        assert cache == {"maxsize": None, "currsize": 12345, "hits": 0,
                         "misses": 12345}, cache
        title = found["suspects"][0]["title"]
        assert "maxsize=None, currsize=12345, hits=0, misses=12345" in title


@each(pythons.few)
def test_asyncio_tasks_by_what_they_wait_for(python):
    with Target(python, "planted_leaks.py", "tasks_never_awaited",
                "700") as target:
        asyncio = pyheld("leaks", "--json", target.pid).json["asyncio"]
    assert (asyncio["count"], asyncio["waiting"]) == (700, 700), asyncio
    (wait,) = asyncio["waits"]
    assert wait["count"] == 700 and wait["awaits"] == "Event.wait", wait
    assert wait["coroutine"].endswith("wait"), wait


def in_all_forms(target, folder):
    """Text and JSON of the process and of a capture of it."""
    path = os.path.join(folder, "capture.pyheld")
    pyheld("capture", target.pid, "-o", path)
    for args in (), ("--json",):
        yield [of_any_snapshot(pyheld("leaks", where, *args).out)
               for where in (target.pid, path)]


@each(pythons.few)
def test_same_report_of_capture_and_process(python):
    for cause in "lru_unbounded", "tasks_never_awaited":
        with Target(python, "planted_leaks.py", cause) as target, \
                tempfile.TemporaryDirectory() as folder:
            for live, captured in in_all_forms(target, folder):
                assert live == captured, (cause, live, captured)


@each(pythons.oldest_and_newest)
def test_titles_name_the_cause(python):
    """In the title of the first suspect."""
    for cause, words in (("lru_on_method", "the functools.lru_cache of the "
                          "method __main__.Report.total has no bound"),
                         ("thread_local_of_worker",
                          "the list __main__.WORKER_LOCAL.buffer holds ")):
        with Target(python, "planted_leaks.py", cause) as target:
            found = pyheld("leaks", "--json", target.pid).json["suspects"]
            out = " ".join(text(pyheld("leaks", target.pid).out).split())
        assert words in found[0]["title"], (words, found[0]["title"])
        for suspect in found:
            assert suspect["fix"] in out, (suspect["fix"], out)


def test_thresholds_and_exit_status():
    with Target(pythons.newest(), "planted_leaks.py", "global_list") as target:
        assert pyheld("leaks", target.pid).status == 0
        assert pyheld_raw("leaks", target.pid, "--fail").status == 1
        # The list has 20,000 entries and keeps a quarter of the heap, less
        # than three times 10 percent, which would be enough alone.
        for options, nr in (([], 1), (["--min-entries=20000"], 1),
                            (["--min-entries=20001"], 0),
                            (["--min-objects=90000"], 1),
                            (["--min-objects=110000"], 0),
                            (["--min-percent=40"], 0)):
            found = pyheld("leaks", "--json", target.pid, "--min-percent=10",
                           *options, "--fail", status=(nr,)).json
            assert len(found["suspects"]) == nr, (options, found)
    assert pyheld_raw("leaks", "1", "--min-percent=101").status == 2
    assert pyheld_raw("leaks").status == 2


def test_text_fits_80_columns():
    with Target(pythons.newest(), "planted_leaks.py",
                "default_argument") as target:
        out = text(pyheld("leaks", target.pid).out)
    first = out.splitlines()[0]
    assert first == "1 suspect", out
    assert max(map(len, out.splitlines())) <= 80, out


def duplicates(*args):
    """The suspect of equal strings, if there is one, and all the suspects."""
    suspects = pyheld("leaks", "--json", *args).json["suspects"]
    found = [x for x in suspects if x["kind"] == "duplicate strings"]
    return (found[0] if found else None), suspects


@each(pythons.few)
def test_equal_strings_are_equal_to_the_last_byte(python):
    for kind in ("str", "wide", "bytes"):
        with Target(python, "equal_texts.py", "equal", kind) as target, \
                tempfile.TemporaryDirectory() as folder:
            facts = target.facts
            path = os.path.join(folder, "a.pyheld")
            redacted = os.path.join(folder, "redacted.pyheld")
            pyheld("capture", target.pid, "-o", path)
            pyheld("capture", path, "--redact", "-o", redacted)
            for source in (target.pid, path):
                found, suspects = duplicates(source)
                assert found and found is suspects[-1], (kind, suspects)
                # The list that holds them comes first.
                assert suspects[0]["entries"] == facts["count"], suspects
                assert found["entries"] == facts["count"], found
                assert found["objects"] >= facts["count"] - 1, found
                assert found["bytes"] >= (facts["count"] - 1) * \
                    facts["size"], found
                assert "{:,} equal strings of length {:,}".format(
                    facts["count"], facts["length"]) in found["title"], found
            assert duplicates(redacted)[0] is None
        with Target(python, "equal_texts.py", "different", kind) as target, \
                tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.pyheld")
            pyheld("capture", target.pid, "-o", path)
            for source in (target.pid, path):
                found, suspects = duplicates(source)
                assert found is None, (kind, found)
                assert suspects[0]["entries"] == target.facts["count"]


# Types that each step of the kind loses one object of; else the kind itself.
LOST_TYPES = {
    "mixed": ["bytes", "bytearray", "str", "float", "int"],
    "extension": ["bytes", "bytearray", "str", "float", "int"],
    "none": [],
}

# CPython's free lists have an old pointer to what was made of an object on
# them: of dicts and lists at most 80 (3.8 to 3.13).  A few more are in tables.
MOST_HIDDEN = 100


# Bytes that an object has at least, with what it owns: a buffer, a table.
LEAST_BYTES = {"bytearray": 56 + 200, "bytes": 33 + 100, "dict": 64 + 100}


def check_lost(suspect, nr, came):
    least = LEAST_BYTES.get(suspect["entry_type"], 24)
    assert suspect["kind"] == "native", suspect
    assert nr - MOST_HIDDEN <= suspect["entries"] < nr + 16, suspect
    assert suspect["bytes"] >= suspect["entries"] * least, suspect
    if came:
        entries = suspect["growth"]["objects_came"]
        assert entries >= came - MOST_HIDDEN, suspect
        # From 3.14 on dicts are tracked: what they hold came.
        assert entries < came + 16 or suspect["entry_type"] == "dict", suspect


def check_lost_objects(python, kind, fds=()):
    with Target(python, "lost_objects.py", kind, "30000", *fds,
                fds=fds) as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.pyheld")
        pyheld("capture", target.pid, "-o", path)
        for source, nr, came in (([target.pid], 30000, 0), ([path], 30000, 0),
                                 ([target.pid, path], 50000, 20000)):
            if came:
                target.ask({"more": came})
            suspects = pyheld("leaks", "--json", *source).json["suspects"]
            found = {s["entry_type"]: s for s in suspects}
            assert sorted(found) == sorted(LOST_TYPES.get(kind, [kind])), found
            for suspect in suspects:
                check_lost(suspect, nr, came)


@limit(300)
@each(pythons.one)
def test_lost_objects_need_not_be_tracked(python):
    """Nothing leads to them: they are found as blocks, with what they own.  A
    few more are the interpreter's own."""
    for kind in ("bytes", "bytearray", "str", "dict", "tuple", "int", "float",
                 "complex", "mixed", "none"):
        check_lost_objects(python, kind)


@limit(100)
@each(pythons.few)
def test_lost_objects_of_an_extension(python):
    """A Py_DECREF is missing in C."""
    library = compiled(python, "forgetful.c")
    try:
        check_lost_objects(python, "extension", [library])
    finally:
        os.close(library)
