# SPDX-License-Identifier: GPL-2.0-or-later
"""`watch --metrics`: a file for the textfile collector of node_exporter."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import pythons
from harness import (PYHELD, Skip, Target, each, pyheld, pyheld_raw,
                     unharmed)

SAMPLE = re.compile(r'^(\w+)\{((?:\w+="(?:[^"\\]|\\["\\n])*",?)*)\} (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """{(name, sorted labels): value}; each series may be there only once."""
    found = {}
    assert text.endswith("\n# EOF\n"), text
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.match(r"# (TYPE|HELP|UNIT) pyheld_\w+ .|# EOF$", line), \
                line
            continue
        m = SAMPLE.match(line)
        assert m, line
        labels = {name: re.sub(r"\\(.)", lambda e: {"n": "\n"}.get(
            e.group(1), e.group(1)), value)
            for name, value in LABEL.findall(m.group(2))}
        key = (m.group(1), tuple(sorted(labels.items())))
        assert key not in found, line
        found[key] = float(m.group(3))
    return found


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def promtool(text):
    """What `promtool check metrics` finds wrong."""
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed")
    done = subprocess.run(["promtool", "check", "metrics"],
                          input=text.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def one(found, name, pid):
    return found[name, (("pid", str(pid)),)]


def by(found, name, label):
    return {dict(labels)[label]: value
            for (n, labels), value in found.items() if n == name}


@contextlib.contextmanager
def watching(path, pid, *options):
    """pyheld watch, from its first sample on."""
    process = subprocess.Popen(
        [PYHELD, "watch", "--metrics=" + path, *options, str(pid)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout.readline(), process.stderr.read()
        yield process
    finally:
        process.kill()
        process.communicate()


@each(pythons.one_each)
def test_the_figures_are_those_of_watch(python):
    with Target(python, "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pyheld.prom")
        out = pyheld("watch", "--json", "--count=1", "--metrics=" + path,
                     target.pid).json
        text = read(path)
        assert promtool(text) == (0, "")
        found = parse(text)
        for name, key in (("resident_bytes", "resident"),
                          ("objects", "objects"), ("objects_bytes", "bytes"),
                          ("sample_timestamp_seconds", "taken_at")):
            assert one(found, "pyheld_" + name, target.pid) == out[key], name
        assert one(found, "pyheld_up", target.pid) == 1
        assert one(found, "pyheld_samples", target.pid) == 1
        assert one(found, "pyheld_captures", target.pid) == 0
        assert abs(one(found, "pyheld_pause_seconds", target.pid) -
                   out["pause_ns"] / 1e9) < 1e-9
        parts = by(found, "pyheld_memory_bytes", "part")
        assert sum(parts.values()) == out["resident"], parts
        assert parts["objects"] > 0
        unharmed(target)


def test_the_parts_are_those_of_memory():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pyheld.prom")
        pyheld("watch", "--count=1", "--metrics=" + path, target.pid)
        found = parse(read(path))
        raw = by(found, "pyheld_raw_bytes", "owner")
        assert 1 < len(raw) <= 10, raw
        lines = pyheld("memory", "--json", target.pid).json["lines"]
        for owner, value in raw.items():
            total = sum(line["bytes"] for line in lines
                        if line["kind"] == "raw" and
                        (owner == line["type"] or
                         line["name"] == "of " + owner))
            # The target stands still: the two stops see the same blocks.
            assert total == value, (owner, total, value)


def test_types_that_grow_and_their_names():
    """Names that a program chose are escaped, and there are ten at most."""
    python = pythons.system()
    program = r'''
import sys, json
kept = []
types = [type('a"b\\c\nd{x="1"} 5', (), {})]
types += [type("T%d" % i, (), {}) for i in range(30)]
print(json.dumps({}), flush=True)
for line in sys.stdin:
    for i, t in enumerate(types):
        kept += [t() for _ in range(2000 - i * 10)]
    print(json.dumps({}), flush=True)
'''
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "names.py")
        with open(script, "w", encoding="utf-8") as f:
            f.write(program)
        path = os.path.join(folder, "pyheld.prom")
        with Target(python, script) as target, \
                watching(path, target.pid, "--interval=100ms") as process:
            target.ask({})
            # The sample that is being taken may be of before.
            for _ in range(3):
                process.stdout.readline()
            text = read(path)
            unharmed(target)
    assert promtool(text) == (0, ""), text
    found = parse(text)
    count = by(found, "pyheld_growing_type_objects", "type")
    growth = by(found, "pyheld_growing_type_growth_objects", "type")
    assert len(count) == 10 and set(count) == set(growth), count
    hostile = [name for name in growth if '"' in name]
    assert len(hostile) == 1, growth
    # As everywhere, the newline is shown as Python's repr() does.
    assert hostile[0].endswith('a"b\\c\\nd{x="1"} 5'), hostile
    assert growth[hostile[0]] == 2000


def test_is_replaced_as_a_whole_and_readable():
    """Somebody who reads all the time never sees a part of it."""
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pyheld.prom")
        done = threading.Event()
        seen = []

        def keep_reading():
            while not done.is_set():
                if os.path.exists(path):
                    seen.append(read(path))
                # The collector takes all names that end in .prom.
                names = [n for n in os.listdir(folder)
                         if n.endswith(".prom")]
                assert names in ([], ["pyheld.prom"]), names
                time.sleep(0.001)
        reader = threading.Thread(target=keep_reading)
        reader.start()
        try:
            pyheld("watch", "--interval=10ms", "--count=10",
                   "--metrics=" + path, target.pid,
                   before=["sh", "-c", 'umask 077; exec "$@"', "sh"])
        finally:
            done.set()
            reader.join()
        assert len(set(seen)) > 2
        for text in seen:
            parse(text)
        assert os.stat(path).st_mode & 0o777 == 0o644
        assert os.listdir(folder) == ["pyheld.prom"]


def test_the_process_ends():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pyheld.prom")
        with watching(path, target.pid, "--interval=50ms") as process:
            os.kill(target.pid, signal.SIGKILL)
            _, err = process.communicate(timeout=30)
            assert process.returncode == 3 and err.count(b"\n") == 1, err
        text = read(path)
        assert promtool(text) == (0, "")
        found = parse(text)
        assert one(found, "pyheld_up", target.pid) == 0
        assert one(found, "pyheld_samples", target.pid) >= 1
        assert time.time() - one(found, "pyheld_sample_timestamp_seconds",
                                 target.pid) < 60
        assert not [name for name, _ in found if "objects" in name]


def test_captures_are_counted():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pyheld.prom")
        pyheld("watch", "--metrics=" + path, "--when=objects>1", "-o",
               os.path.join(folder, "x"), target.pid)
        assert one(parse(read(path)), "pyheld_captures", target.pid) == 1


def test_cannot_be_written():
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        for path in ("/dev/full", os.path.join(folder, "no", "x.prom")):
            result = pyheld_raw("watch", "--count=1", "--metrics=" + path,
                                target.pid)
            assert result.status == 3, result
            assert result.err.startswith(b"pyheld: " + path.encode()), result
            assert result.err.count(b"\n") == 1, result
            unharmed(target)
        # What is no process has no metrics, and one error is enough.
        path = os.path.join(folder, "x.prom")
        result = pyheld_raw("watch", "--metrics=" + path, "/bin/sh")
        assert result.status == 3 and not os.path.exists(path), result
        result = pyheld_raw("watch", "--metrics=/dev/full", 2 ** 30)
        assert result.status == 3 and result.err.count(b"\n") == 1, result


def test_a_watch_goes_on_when_the_disk_fills():
    """Its captures may still be needed: it says it once."""
    with Target(pythons.system(), "odd.py", "plain") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sub", "x.prom")
        os.mkdir(os.path.dirname(path))
        with watching(path, target.pid, "--interval=20ms") as process:
            shutil.rmtree(os.path.dirname(path))
            for _ in range(5):
                assert process.stdout.readline()
            os.mkdir(os.path.dirname(path))
            for _ in range(3):
                assert process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
            assert process.returncode == 0, err
            assert err.count(b"\n") == 1 and b"x.prom" in err, err
        assert one(parse(read(path)), "pyheld_up", target.pid) == 1
