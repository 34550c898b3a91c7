# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures: the same reports as on the process, whole files or none, and what
is no capture is said to be none."""
import os
import random
import re
import resource
import signal
import struct
import subprocess
import tempfile
import time

import pythons
from harness import (PYHELD, Target, each, expect_error, limit, pyheld,
                     pyheld_raw, text, unharmed)

# What two pictures of one process differ in: when each was taken, and the
# resident size, of which Linux since 6.2 tells an estimate only (the counters
# of the CPUs are added up now and then).
DIFFERENT = [
    (rb'("(taken_at|pause_ns|bytes_copied|resident)": ?)\d+', rb"\1N"),
    (rb"resident, .* copied while it stood still for .*", b"resident"),
]

COMMANDS = [
    ["summary"],
    ["summary", "--json"],
    ["summary", "--sort=count", "--limit=0", "--no-header"],
    ["summary", "--type=*e*", "--sort=name", "--json"],
    ["chain", "--type=list", "--count=30"],
    ["chain", "--type=*", "--count=200", "--json"],
    ["cycles"],
    ["cycles", "--all", "--limit=0", "--json"],
    ["retained"],
    ["retained", "--limit=2000", "--depth=2", "--json"],
    ["retained", "--type=*t*", "--depth=3"],
    ["export"],
]


class Folder(tempfile.TemporaryDirectory):
    """A folder for captures."""
    def __enter__(self):
        self.path = super().__enter__()
        return self

    def file(self, name):
        return os.path.join(self.path, name)


def normal(out):
    for pattern, instead in DIFFERENT:
        out = re.sub(pattern, instead, out)
    return out


def same(live, capture):
    """Two results are the same, byte for byte."""
    assert live.status == capture.status, "%s\n%s" % (live, capture)
    assert live.err == capture.err, "%r\n%r" % (live.err, capture.err)
    a, b = normal(live.out), normal(capture.out)
    if a == b:
        return
    for x, y in zip(a.splitlines(), b.splitlines()):
        assert x == y, "%s\n- %s\n+ %s" % (
            " ".join(live.argv[1:]), text(x)[:2000], text(y)[:2000])
    raise AssertionError("%s: %d and %d bytes" % (
        " ".join(live.argv[1:]), len(a), len(b)))


def run(command, target):
    """`command` with TARGET after its name; a PID that is already there is
    an argument."""
    name, *rest = command
    return pyheld(name, target, *rest, status=(0, 3, 4), timeout=300)


def addresses(target, number):
    """Objects that are worth a look: some that refer to much, some others."""
    objects = []
    for line in pyheld("export", target.pid).out.splitlines()[1:]:
        end = line.index(b'"', 12)
        objects.append((line.count(b'"to"'), line[12:end].decode()))
    objects.sort()
    some = random.Random(5).sample(objects, number)
    return [address for _, address in objects[-number:] + some]


def compare(target, files, commands):
    for command in commands:
        live = run(command, target.pid)
        for file in files:
            same(live, run(command, file))


def every_command(target, number):
    with Folder() as folder:
        files = [folder.file("packed.pyheld"), folder.file("plain.pyheld")]
        pyheld("capture", target.pid, "-o", files[0])
        pyheld("capture", target.pid, "-o", files[1], "--no-compress")
        compare(target, files, COMMANDS)
        found = addresses(target, number)
        for address in found:
            compare(target, files, [["object", address, "--limit=0"]])
        compare(target, files, [
            ["object", found[-1], "--json"],
            ["object", found[0], "--json", "--limit=3"],
            ["chain", "--address", found[-1], "--json"],
            ["retained", "--address", found[-1]],
            ["retained", "--address", found[0], "--json"],
            # No objects: what is there instead?
            ["object", "%x" % (int(found[0], 16) + 8)],
            ["object", "0x10"],
            ["object", "%x" % (2 ** 63)],
            ["chain", "--type=no.such.type"],
        ])
    unharmed(target)


@limit(400)
@each(pythons.one)
def test_planted_is_the_same(python):
    with Target(python, "planted.py") as target:
        every_command(target, 8)


@limit(400)
@each(pythons.one)
def test_zoo_is_the_same(python):
    with Target(python, "held.py") as target:
        every_command(target, 3)


# --- the file -----------------------------------------------------------------

def small_target():
    return Target(pythons.newest(), "odd.py", "plain")


def test_file():
    """Mode 0600, nothing left beside it, a capture of a capture is equal."""
    with Folder() as folder, small_target() as target:
        file = folder.file("a.pyheld")
        with open(file, "w") as f:
            f.write("what was there before")
        os.chmod(file, 0o644)
        pyheld("capture", target.pid, "-o", file)
        assert os.stat(file).st_mode & 0o777 == 0o600
        for options in ([], ["--no-compress"]):
            again = folder.file("again.pyheld")
            pyheld("capture", file, "-o", again, *options)
            same(run(["export"], file), run(["export"], again))
        pyheld("capture", again, "-o", folder.file("third.pyheld"))
        assert open(folder.file("third.pyheld"), "rb").read() == \
            open(file, "rb").read()
        assert sorted(os.listdir(folder.path)) == [
            "a.pyheld", "again.pyheld", "third.pyheld"]
        unharmed(target)


def test_another_process_is_not_needed():
    with Folder() as folder:
        file = folder.file("a.pyheld")
        with small_target() as target:
            pyheld("capture", target.pid, "-o", file)
        assert pyheld("summary", file, "--json").json["objects"] > 1000


def test_usage():
    for args in ([], ["1"], ["1", "-o"], ["1", "--redact=some", "-o", "x"]):
        assert pyheld_raw("capture", *args).status == 2, args


# --- errors -------------------------------------------------------------------

def test_no_room():
    """A full disk, and a limit that is hit in the middle."""
    with Folder() as folder, small_target() as target:
        expect_error("capture", target.pid, "-o", "/dev/full",
                     words=["space"])

        def little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000))

        expect_error("capture", target.pid, "-o", folder.file("a.pyheld"),
                     words=["a.pyheld", "too large"], preexec_fn=little_room)
        assert os.listdir(folder.path) == []
        expect_error("capture", target.pid, "-o",
                     folder.file("no/such/folder.pyheld"),
                     words=["no such file"])
        expect_error("capture", target.pid, "-o", folder.path,
                     words=["directory"])
        unharmed(target)
        pyheld("summary", target.pid)


def test_interrupted():
    with Folder() as folder, \
            Target(pythons.newest(), "crowd.py", "busy", 200000) as target:
        file = folder.file("a.pyheld")
        for i in range(12):
            process = subprocess.Popen(
                [os.path.abspath(PYHELD), "capture", str(target.pid), "-o",
                 file], stderr=subprocess.DEVNULL)
            time.sleep(0.05 * i)
            process.send_signal([signal.SIGINT, signal.SIGTERM][i % 2])
            process.wait(20)
            assert os.listdir(folder.path) in ([], ["a.pyheld"])
            if os.path.exists(file):
                assert pyheld_raw("summary", file).status in (0, 4)
                os.unlink(file)
        unharmed(target)


def captured(folder, *options):
    """The bytes of a small capture."""
    file = folder.file("good.pyheld")
    with small_target() as target:
        pyheld("capture", target.pid, "-o", file, *options)
    with open(file, "rb") as f:
        return f.read()


def refused(folder, data, words=()):
    file = folder.file("bad.pyheld")
    with open(file, "wb") as f:
        f.write(data)
    return expect_error("summary", file, words=["bad.pyheld", *words])


def test_not_a_capture():
    with Folder() as folder:
        good = captured(folder)
        refused(folder, b"", ["empty"])
        refused(folder, b"not a capture at all, but text\n", ["process"])
        refused(folder, good[:8], ["truncated"])
        refused(folder, b"\x89PNG\r\n\x1a\n" + good[8:], ["process"])
        version = good[:10] + struct.pack("<H", 77) + good[12:]
        refused(folder, version, ["version 77", "newer"])
        order = good[:8] + b"\1\2" + good[10:]
        refused(folder, order, ["byte order"])
        refused(folder, good + b"\n", ["truncated", "added"])


@limit(240)
def test_truncated():
    with Folder() as folder:
        for options in ([], ["--no-compress"]):
            good = captured(folder, *options)
            some = random.Random(7)
            for _ in range(40):
                refused(folder, good[:some.randrange(9, len(good))], ["truncated"])


def every_byte_says(file):
    """All commands on it end well, or with one line."""
    for command in (["summary"], ["export"], ["cycles", "--all"],
                    ["chain", "--type=*"]):
        result = run(command, file)
        if result.status == 3:
            assert text(result.err).count("\n") == 1, result
            return False
    return True


@limit(400)
def test_flipped_bits():
    """Each bit is guarded by a checksum: but for padding."""
    with Folder() as folder:
        for options in ([], ["--no-compress"]):
            good = captured(folder, *options)
            file = folder.file("bad.pyheld")
            some = random.Random(9)
            unnoticed = 0
            for _ in range(40):
                bad = bytearray(good)
                at = some.randrange(len(bad))
                bad[at] ^= 1 << some.randrange(8)
                with open(file, "wb") as f:
                    f.write(bad)
                if every_byte_says(file):
                    assert good[at] == 0, "byte %d of %d" % (at, len(good))
                    unnoticed += 1
            assert unnoticed < 20


# --- what is left out ---------------------------------------------------------

def test_redacted():
    with Folder() as folder:
        file = folder.file("all.pyheld")
        with Target(pythons.system(), "planted.py") as target:
            names = {}
            for how in ("", "contents", "all"):
                file = folder.file(how + ".pyheld")
                options = ["--redact=" + how] if how else []
                pyheld("capture", target.pid, "-o", file, "--no-compress",
                       *options)
                with open(file, "rb") as f:
                    names[how] = f.read()
        # A key, a name of a thread, the command line; an attribute, a class.
        contents = [b"say \"x\"", b"back\\\\slash", b" 'MainThread'",
                    b"-W ignore"]
        identifiers = [b"GLOBAL", b"PLAIN_SUBCLASS", b"OddOrdered",
                       b"planted.py"]
        for word in contents + identifiers:
            assert word in names[""], word
        for word in contents:
            assert word not in names["contents"], word
        for word in identifiers:
            assert word in names["contents"], word
        for word in contents + identifiers:
            assert word not in names["all"], word
        for how in ("contents", "all"):
            file = folder.file(how + ".pyheld")
            out = pyheld("summary", file, "--json")
            assert "redacted" in "".join(out.json["warnings"])
            assert b"redacted" in out.err
            for command in COMMANDS:
                run(command, file)
        chain = pyheld("chain", folder.file("contents.pyheld"),
                       "--type=__main__.Plant", "--count=3")
        assert b"__main__.Plant at 0x" in chain.out


@each(pythons.oldest_and_newest)
def test_nothing_secret_is_left(python):
    """The target tells what nobody may learn from a redacted capture: each
    byte of one that is not compressed is searched for it."""
    with Folder() as folder, \
            Target(python, "confidential.py", "HiddenOption") as target:
        held = {}
        for how in ("", "contents", "all"):
            file = folder.file(how + ".pyheld")
            pyheld("capture", target.pid, "-o", file, "--no-compress",
                   *(["--redact=" + how] if how else []))
            with open(file, "rb") as f:
                held[how] = f.read()
            # And from one that was not redacted at first.
            again = folder.file("again.pyheld")
            pyheld("capture", folder.file(".pyheld"), "-o", again,
                   "--no-compress", *(["--redact=" + how] if how else []))
            with open(again, "rb") as f:
                held[how] += f.read()
            if how == "all":
                host = pyheld("summary", file, "--json").json["target"]["host"]
                assert not host, host
    contents = [word.encode() for word in target.facts["contents"]]
    identifiers = [word.encode() for word in target.facts["identifiers"]]
    numbers = [bytes.fromhex(x) for x in target.facts["bytes"]]
    for word in contents + identifiers:
        assert word in held[""], word
    for word in contents + numbers:
        assert word not in held["contents"], word
    for word in contents + numbers + identifiers:
        assert word not in held["all"], word
