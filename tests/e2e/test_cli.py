# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: the demo, usage errors, output files, full disks, and text
that agrees with JSON."""
import json
import os
import re
import subprocess
import tempfile

import pythons
from harness import PYHELD, Target, each, limit, pyheld, pyheld_raw, text

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def one_each_by_path():
    return [p for p in pythons.one_each() if not p.root]


@limit(120)
@each(one_each_by_path)
def test_demo_names_every_leak(python):
    done = subprocess.run([os.path.join(TOP, "examples", "demo"),
                           os.path.abspath(PYHELD)],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env=dict(os.environ, PYTHON=python.path))
    out = text(done.stdout)
    assert done.returncode == 0, text(done.stderr) + out
    for name in ("leaky.history[", "leaky.sessions['user-", "leaky.render",
                 "leaky.Node", "a class in it has __del__",
                 "(gc.disable())"):
        assert name in out, name


def test_usage_errors():
    for argv in ([], ["nonsense"], ["summary"], ["summary", "1", "2"],
                 ["summary", "--nonsense", "1"], ["summary", "--sort=x", "1"],
                 ["summary", "--limit=-1", "1"], ["chain", "1"],
                 ["chain", "1", "--type=x", "--address=1"],
                 ["chain", "1", "--address=xyz"], ["retained"],
                 ["retained", "1", "--type=x", "--address=1"],
                 ["retained", "1", "--depth=x"], ["object", "1"],
                 ["object", "1", "0x"], ["export", "--format=x", "1"],
                 ["help", "nonsense"], ["--nonsense"]):
        done = pyheld_raw(*argv)
        assert done.status == 2, done
        assert not done.out, done
        lines = text(done.err).splitlines()
        assert lines[0].startswith("pyheld"), done
        assert lines[1].startswith("Usage: pyheld"), done


def test_help():
    for argv in (["--help"], ["help"], ["-h"], ["chain", "--help"],
                 ["help", "chain"], ["chain", "-h"]):
        done = pyheld(*argv)
        assert done.out.startswith(b"Usage: pyheld"), done
        assert b"\nExample:\n" in done.out, done
    assert pyheld("--version").out.startswith(b"pyheld ")
    assert b"emulator" in pyheld("-V").out


def test_gnu_conventions():
    with Target(pythons.newest(), "planted.py") as target:
        for argv in (["summary", "--json", "--limit", "3", target.pid],
                     ["summary", target.pid, "--limit=3", "--json"],
                     ["summary", "--lim=3", "--json", "--", target.pid],
                     ["--", "summary", "--json", "--limit=3", target.pid]):
            assert len(pyheld(*argv).json["types"]) == 3


def test_addresses_with_and_without_0x():
    with Target(pythons.newest(), "planted.py") as target:
        address = next(iter(target.facts["plants"].values()))[0]
        for word in ("0x%x", "%x", "0X%X", "%X"):
            found = pyheld("object", "--json", target.pid, word % address)
            assert found.json["address"] == "0x%x" % address


def test_output_files():
    with Target(pythons.newest(), "planted.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "heap.jsonl")
        assert not pyheld("export", "-o", path, target.pid).out
        assert os.listdir(folder) == ["heap.jsonl"]
        # It has texts of the target.
        assert os.stat(path).st_mode & 0o777 == 0o600
        with open(path, encoding="utf-8") as lines:
            head = json.loads(next(lines))
            assert head["format"] == "pyheld" and head["version"] == 1
            assert sum(1 for line in lines) == head["objects"]
        os.chmod(path, 0o444)
        for bad in ("/dev/full", os.path.join(folder, "none", "x")):
            done = pyheld("export", "-o", bad, target.pid, status=(3,))
            # A build without the emulator says so first.
            error, = [line for line in text(done.err).splitlines()
                      if not line.startswith("pyheld: warning: no emulator")]
            assert error.startswith("pyheld: " + bad), done
        assert os.listdir(folder) == ["heap.jsonl"]


def test_stdout_on_a_full_disk():
    with Target(pythons.newest(), "planted.py") as target:
        for command in (["summary"], ["summary", "--json"], ["cycles"],
                        ["retained"], ["retained", "--json"], ["export"],
                        ["chain", "--type=list"], ["capture", "-o-"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run(
                    [os.path.abspath(PYHELD), *command, str(target.pid)],
                    stdin=subprocess.DEVNULL, stdout=full,
                    stderr=subprocess.PIPE)
            assert done.returncode == 3, (command, done)
            assert b"No space left" in done.stderr, (command, done)
            if command[0] == "capture":
                assert b"stdout: " in done.stderr, (command, done)


def test_text_agrees_with_json():
    with Target(pythons.newest(), "planted.py") as target:
        rows = pyheld("summary", "--no-header", "--limit=0", "--sort=name",
                      target.pid).out.decode().splitlines()
        types = pyheld("summary", "--json", "--sort=name",
                       target.pid).json["types"]
        assert len(rows) == len(types)
        for row, known in zip(rows, types):
            cells = re.split(r"  +", row.strip())
            assert int(cells[0].replace(",", "")) == known["count"], row
            assert int(cells[1].replace(",", "")) == known["size"], row
            assert int(cells[2].replace(",", "")) == known["bytes"], row
            assert cells[-1] == known["type"], row


def test_ascii_where_the_locale_is_not_utf8():
    with Target(pythons.newest(), "planted.py") as target:
        for locale, branch in (("C", "`- "), ("C.UTF-8", "\u2514\u2500 ")):
            done = pyheld("chain", target.pid, "--type=__main__.Plant",
                          env=dict(os.environ, LC_ALL=locale))
            assert branch in text(done.out), done
