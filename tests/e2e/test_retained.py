# SPDX-License-Identifier: GPL-2.0-or-later
"""Retained sizes against what the interpreter frees when an object is dropped,
and against removing each object of a capture in turn."""
import json
import os
import re
import subprocess
import tempfile

import pythons
from harness import PYHELD, Target, each, limit, pyheld, text

BRUTE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(PYHELD))),
                     "tests", "unit", "analysis", "retained-brute")
SMALL = "import os; os.write(1, b'{}\\n'); os.read(0, 1)"


def retained(target, *options):
    return pyheld("retained", "--json", target.pid, *options).json


def one(target, fact):
    found = retained(target, "--address=0x%x" % fact["address"], "--depth=0")
    line, = found["lines"]
    return line


def exported(target):
    """{address: (size, bytes)} of all objects."""
    lines = pyheld("export", target.pid).out.decode().splitlines()[1:]
    return {int(x["address"], 16): (x["size"], x["bytes"])
            for x in map(json.loads, lines)}


def check_fact(line, name, fact, objects):
    """The interpreter knows the objects and their sizes; the bytes that are
    retained are those of these very objects."""
    known = [objects[x] for x in fact["addresses"]]
    assert sum(size for size, _ in known) == fact["size"], (name, line)
    assert line["retained"] == {"objects": fact["objects"],
                                "bytes": sum(x for _, x in known)}, \
        (name, line)
    if name != "local":
        assert line["readable"] == fact["readable"], (name, line)


def check_dropped(target, name, line):
    """Drop the object: of each tracked type as many go as pyheld said."""
    types = {t["type"]: t["objects"] for t in line["types"]}
    gone = target.ask({"drop": name})
    assert gone, name
    for kind, count in gone.items():
        assert types.get(kind) == count, (name, kind, count, types)


@each(pythons.few)
def test_agrees_with_the_interpreter(python):
    with Target(python, "retained.py") as target:
        facts = dict(target.facts)
        lines = retained(target)["lines"]
        shown = {line["address"]: line for line in lines}
        # What was planted is at the top.
        for name in ("SESSIONS", "SERVER.cache", "Registry.entries", "HEAD",
                     "cached", "local"):
            line = shown["0x%x" % facts[name]["address"]]
            assert line["holder"] == "root", line
            if name != "local":
                assert line["readable"] == facts[name]["readable"], line
        planted = retained(target, "--limit=0")["lines"]
        objects = exported(target)
        garbage, = [x for x in planted if x["readable"] == "<garbage>"
                    and x["type"] == "__main__.Item"]
        check_fact(garbage, "garbage", facts["garbage"], objects)
        assert int(garbage["address"], 16) in facts.pop("garbage")["either"]
        native = one(target, facts["native"])
        assert native["holder"] == "native code", native
        lines = {}
        for name, fact in facts.items():
            lines[name] = one(target, fact)
            if name != "cached":
                check_fact(lines[name], name, fact, objects)
        for name in ("SESSIONS", "SERVER.cache", "Registry.entries", "HEAD"):
            check_dropped(target, name, lines[name])
        # The cached function itself stays.
        gone = target.ask({"drop": "cached"})
        assert gone.get("list", 1000) == 1000, gone
        assert {"type": "functools._lru_list_elem", "objects": 1000} in [
            {k: t[k] for k in ("type", "objects")}
            for t in lines["cached"]["types"]], lines["cached"]


def test_objects_of_a_type_are_counted_once():
    with Target(pythons.newest(), "retained.py") as target:
        facts = target.facts
        asked = retained(target, "--type=__main__.Item", "--limit=0")
        items = retained(target, "--type=__main__.Item", "--limit=3")
        count = asked["of_type"]["count"]
        # Each has a list and a float, but for those in the linked list
        # and two that are garbage and have bytes.
        assert count == 3000 + 500 + 1500 + 1000 + 2000 + 2 + 2 + 800, count
        cells = count - 2000 - 2
        assert asked["of_type"]["retained"]["objects"] == \
            3 * cells + 2000 + 2 + 2, asked["of_type"]
        assert items["of_type"] == asked["of_type"]
        assert len(items["lines"]) == 3
        # The first of the linked list stands for all of it.
        assert len(asked["lines"]) == cells + 1 + 1, len(asked["lines"])
        assert items["lines"][0]["address"] == \
            "0x%x" % facts["HEAD"]["address"]
        assert items["lines"][1]["readable"] == "<garbage>", items["lines"]


def test_depth_option():
    """Each line retains less than the one above it, however deep it is."""
    with Target(pythons.newest(), "retained.py") as target:
        address = "--address=0x%x" % target.facts["HEAD"]["address"]
        lines = retained(target, address, "--depth=1000000")["lines"]
        assert len(lines) > 1900, len(lines)
        for above, line in zip(lines, lines[1:]):
            assert line["depth"] == above["depth"] + 1, line
            assert line["retained"]["objects"] == \
                above["retained"]["objects"] - 1, line
            assert line["readable"] == ".a", line
        out = text(pyheld("retained", target.pid, address,
                          "--depth=5").out).splitlines()
        assert sum("__main__.Item" in x and ".a" in x for x in out) == 5, out
        assert len(retained(target, "--limit=7")["lines"]) == 7
        assert all(line["depth"] <= 2
                   for line in retained(target, "--depth=2")["lines"])


def test_text_agrees_with_json():
    with Target(pythons.newest(), "retained.py") as target:
        head, *rows = [x for x in text(pyheld(
            "retained", target.pid).out).splitlines() if x]
        known = retained(target)
        assert head.startswith("{:,} objects, ".format(known["objects"]))
        assert "garbage" in head, head
        explained, _guessed = rows[:2]
        assert "the holders below explain " in explained, rows
        rows = rows[2:]
        assert len(rows) == 21 and len(known["lines"]) == 20, rows
        for row, line in zip(rows[1:], known["lines"]):
            for word in ("{:,}".format(line["retained"]["objects"]),
                         line["readable"], line["address"]):
                assert word in row, (row, line)


def at_a_terminal(*args):
    """The lines that pyheld prints on a terminal of 80 columns."""
    out = subprocess.run(
        ["script", "-qec", "stty cols 80; exec %s %s"
         % (os.path.abspath(PYHELD), " ".join(map(str, args))), "/dev/null"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        env=dict(os.environ, LC_ALL="C.UTF-8", NO_COLOR="1",
                 TERM="dumb")).stdout.decode()
    # Remove the progress line, which is overwritten.
    return [re.sub(r".*\r|\x1b\[K", "", x)
            for x in out.replace("\r\n", "\n").split("\n")]


def test_text_fits_80_columns():
    """No line is wider than 80 columns, and names are still there."""
    with Target(pythons.newest(), "retained.py") as target:
        lines = at_a_terminal("retained", target.pid, "--depth=2")
        assert any("__main__.SESSIONS" in x for x in lines), lines
        assert max(map(len, lines)) <= 80, lines
        for command in ("summary", "cycles", "garbage", "refs", "leaks",
                        "doctor"):
            lines = at_a_terminal(command, target.pid)
            assert max(map(len, lines)) <= 80, (command, lines)
            assert len(lines) > 1, (command, lines)


@limit(240)
@each(pythons.some)
def test_agrees_with_removing_each_object(python):
    """In two small captures each object is removed in turn."""
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, x) for x in ("bare", "planted")]
        bare = subprocess.Popen(
            python.argv("-I", "-S", "-E", "-c", SMALL),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert json.loads(bare.stdout.readline()) == {}
            pyheld("capture", bare.pid, "-o", files[0])
        finally:
            bare.kill()
            bare.wait()
        with Target(python, "planted.py") as target:
            pyheld("capture", target.pid, "-o", files[1])
        for file in files:
            done = subprocess.run([BRUTE, file], capture_output=True,
                                  timeout=200)
            assert done.returncode == 0, text(done.stdout + done.stderr)
            print("# " + text(done.stdout).strip())
