# SPDX-License-Identifier: GPL-2.0-or-later
"""Types whose tp_traverse does what it must not do: nothing is harmed, and a
warning names them."""
import json
import os
import shutil
import subprocess
import tempfile
import time

import pythons
from harness import Skip, Target, each, limit, pyheld, text, unharmed

COUNT = 30

# These behave well; this one visits what is no object.
GOOD = {"honest", "marks"}
JUNK = {"visits_junk"}
# pyheld waits for this one a few times, then scans the rest.
SLOW = {"dawdles"}


def compiled(python, source="wild.c"):
    """A library of tests/targets compiled for this Python, as an open file."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Skip("no C compiler")
    source = os.path.join(pythons.TARGETS, source)
    with tempfile.NamedTemporaryFile(suffix=".so") as f:
        header = ["-DFREE_THREADED"] if python.free_threaded else []
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-w", source,
                        *header,
                        "-o", f.name], check=True)
        return os.open(f.name, os.O_RDONLY)


class Wild(Target):
    def __init__(self, python):
        library = compiled(python)
        try:
            super().__init__(python, "wild.py", library, COUNT,
                             fds=[library])
        finally:
            os.close(library)

    def nothing_was_written(self):
        assert self.ask(None) == {"written": 0}


def warned_of(warnings, kind, words):
    found = [w for w in warnings if "of wild.%s " % kind in w]
    assert len(found) == 1, (kind, warnings)
    for word in words:
        assert word in found[0], (word, found)


def check_summary(target, capture):
    report = pyheld("summary", "--json", capture).json
    warnings = report["warnings"]
    for kind in target.facts["types"]:
        if kind in JUNK:
            warned_of(warnings, kind, ["no object", "%d objects" % COUNT])
        elif kind in SLOW:
            warned_of(warnings, kind, ["could not be emulated"])
        elif kind in GOOD:
            assert not any(kind in w for w in warnings), warnings
        else:
            warned_of(warnings, kind, ["could not be emulated",
                                       "%d objects" % COUNT])
    bad = len(target.facts["types"]) - len(GOOD | JUNK | SLOW)
    scanned = report["coverage"]["scanned"] - bad * COUNT
    assert COUNT - 10 < scanned < COUNT, report["coverage"]
    assert report["coverage"]["bad_pointers"] == COUNT * 6
    assert len(warnings) == bad + len(JUNK | SLOW), warnings


def visited(o, objects):
    """What tp_traverse visits.  It leaves out the object's type, to which a
    pointer leads: the type counts that reference."""
    to = [int(r["to"], 16) for r in o["references"]]
    number = len(to) - o["unvisited"]
    assert all(objects[a]["type"] == "type" for a in to[number:]), o
    return to[:number]


def check_references(target, capture):
    objects = {}
    for line in text(pyheld("export", capture).out).splitlines()[1:]:
        o = json.loads(line)
        objects[int(o["address"], 16)] = o
    for address, references in target.facts["honest"]:
        o = objects[address]
        assert visited(o, objects) == references, o
    for address in target.facts["marks"]:
        o = objects[address]
        assert len(visited(o, objects)) == 1, o
    for kind in target.facts["types"]:
        n = sum(o["type"] == "wild." + kind for o in objects.values())
        assert n == COUNT * (10 if kind in GOOD else 1), (kind, n)


@limit(200)
@each(pythons.one)
def test_harmful_traverse_functions(python):
    with Wild(python) as target, tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "wild.pyheld")
        start = time.monotonic()
        pyheld("capture", target.pid, "-o", capture)
        assert time.monotonic() - start < 100
        check_summary(target, capture)
        check_references(target, capture)
        unharmed(target)
        target.nothing_was_written()
