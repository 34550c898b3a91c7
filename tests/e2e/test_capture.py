# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures: reports are the same as for the process, a file is complete or
does not exist, and other files are refused."""
import functools
import os
import random
import resource
import signal
import struct
import subprocess
import tempfile
import time

import pythons
from harness import (PYHELD, Target, compare_looks, default_signals, each,
                     expect_error, is_writing, limit, of_any_snapshot, pyheld,
                     pyheld_raw, text, unharmed, wait_until_still)

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


def same(live, capture):
    """Two results are the same, byte for byte."""
    assert live.status == capture.status, "%s\n%s" % (live, capture)
    assert live.err == capture.err, "%r\n%r" % (live.err, capture.err)
    a, b = of_any_snapshot(live.out), of_any_snapshot(capture.out)
    if a == b:
        return
    for x, y in zip(a.splitlines(), b.splitlines()):
        assert x == y, "%s\n- %s\n+ %s" % (
            " ".join(live.argv[1:]), text(x)[:2000], text(y)[:2000])
    raise AssertionError("%s: %d and %d bytes" % (
        " ".join(live.argv[1:]), len(a), len(b)))


def run(command, target):
    """Run `command` with `target` after the command's name."""
    name, *rest = command
    return pyheld(name, target, *rest, status=(0, 3, 4), timeout=300)


def addresses(target, number):
    """Addresses of objects with most references, and of random ones."""
    objects = []
    for line in pyheld("export", target.pid).out.splitlines()[1:]:
        end = line.index(b'"', 12)
        objects.append((line.count(b'"to"'), line[12:end].decode()))
    objects.sort()
    some = random.Random(5).sample(objects, number)
    return [address for _, address in objects[-number:] + some]


def capture(target, files):
    pyheld("capture", target.pid, "-o", files[0])
    pyheld("capture", target.pid, "-o", files[1], "--no-compress")


def compare_one(target, files, command):
    live = run(command, target.pid)
    for file in files:
        same(live, run(command, file))


def compare(target, files, commands):
    """What is said of the target is said of its captures."""
    compare_looks(target.pid, lambda: capture(target, files),
                  [functools.partial(compare_one, target, files, command)
                   for command in commands])


def every_command(target, number):
    wait_until_still(target)
    with Folder() as folder:
        files = [folder.file("packed.pyheld"), folder.file("plain.pyheld")]
        compare(target, files, COMMANDS)
        found = addresses(target, number)
        compare(target, files, [
            *(["object", address, "--limit=0"] for address in found),
            ["object", found[-1], "--json"],
            ["object", found[0], "--json", "--limit=3"],
            ["chain", "--address", found[-1], "--json"],
            ["retained", "--address", found[-1]],
            ["retained", "--address", found[0], "--json"],
            # Addresses of no object.
            ["object", "%x" % (int(found[0], 16) + 8)],
            ["object", "0x10"],
            ["object", "%x" % (2 ** 63)],
            ["chain", "--type=no.such.type"],
        ])
    unharmed(target)


@limit(400)
@each(pythons.one)
def test_same_reports_of_capture_and_process_planted(python):
    with Target(python, "planted.py") as target:
        every_command(target, 8)


@limit(400)
@each(pythons.one)
def test_same_reports_of_capture_and_process_zoo(python):
    with Target(python, "held.py") as target:
        every_command(target, 3)


# --- the file -----------------------------------------------------------------

def small_target():
    return Target(pythons.newest(), "odd.py", "plain")


def test_file_mode_and_recapture():
    """The mode is 0600, no other file is left, and a capture of a capture is
    equal to it."""
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


def test_readable_after_the_process_ended():
    with Folder() as folder:
        file = folder.file("a.pyheld")
        with small_target() as target:
            pyheld("capture", target.pid, "-o", file)
        assert pyheld("summary", file, "--json").json["objects"] > 1000


def test_usage_errors():
    for args in ([], ["1"], ["1", "-o"], ["1", "--redact=some", "-o", "x"]):
        assert pyheld_raw("capture", *args).status == 2, args


# --- errors -------------------------------------------------------------------

def test_disk_full_or_file_size_limit():
    """A full disk, and a file size limit that is reached while writing."""
    with Folder() as folder, small_target() as target:
        expect_error("capture", target.pid, "-o", "/dev/full",
                     words=["space"])

        def little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (50000, hard))

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


def wait_for_file(file, process):
    """Wait until pyheld writes.  False if it ended before."""
    while not is_writing(process, file):
        if process.poll() is not None:
            return False
    return True


def start_capture(target, file):
    return subprocess.Popen(
        [os.path.abspath(PYHELD), "capture", str(target.pid), "-o", file,
         "--no-compress"], stderr=subprocess.DEVNULL,
        preexec_fn=default_signals)


def interrupt_while_it_writes(target, folder, number):
    """Was the file incomplete when the signal came?  The program stands still
    meanwhile, so that it can't be ready first."""
    file = folder.file("a.pyheld")
    process = start_capture(target, file)
    if not wait_for_file(file, process):
        return False
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid,
              os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    is_partial = is_writing(process, file)
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    process.wait(20)
    assert not is_partial or process.returncode == -number, process.returncode
    return is_partial


def check_folder(folder):
    """A capture is whole or not there."""
    assert os.listdir(folder.path) in ([], ["a.pyheld"])
    if os.path.exists(folder.file("a.pyheld")):
        assert pyheld_raw("summary", folder.file("a.pyheld")).status in (0, 4)
        os.unlink(folder.file("a.pyheld"))


@limit(200)
def test_interrupted_capture_leaves_no_partial_file():
    with Folder() as folder, \
            Target(pythons.newest(), "crowd.py", "busy", 400000) as target:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                       signal.SIGKILL):
            # At any time,
            for wait in 0, 0.1, 0.3:
                process = start_capture(target, folder.file("a.pyheld"))
                time.sleep(wait)
                process.send_signal(number)
                process.wait(20)
                check_folder(folder)
            # and while it is written.
            for _ in range(20):
                was_partial = interrupt_while_it_writes(target, folder, number)
                check_folder(folder)
                if was_partial:
                    break
            assert was_partial, "it was always ready first"
        unharmed(target)


def captured(folder, *options):
    """The contents of a small capture."""
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


def test_other_files_are_refused():
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
def test_truncated_file_is_refused():
    with Folder() as folder:
        for options in ([], ["--no-compress"]):
            good = captured(folder, *options)
            some = random.Random(7)
            for _ in range(40):
                refused(folder, good[:some.randrange(9, len(good))],
                        ["truncated"])


def every_byte_says(file):
    """Every command reads it, or refuses it with one line."""
    for command in (["summary"], ["export"], ["cycles", "--all"],
                    ["chain", "--type=*"]):
        result = run(command, file)
        if result.status == 3:
            assert text(result.err).count("\n") == 1, result
            return False
    return True


@limit(400)
def test_flipped_bits_are_noticed():
    """Checksums cover every byte but padding."""
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

def test_redact_removes_contents_or_names():
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
        # A key, a thread's name (in its table: the length, then the bytes),
        # the command line; then names of the program.
        contents = [b"say \"x\"", b"back\\\\slash", b"\x0aMainThread",
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
def test_redacted_file_has_no_secret(python):
    """The target states its secrets.  No redacted capture may contain one;
    captures are written uncompressed so that every byte can be searched."""
    with Folder() as folder, \
            Target(python, "confidential.py", "HiddenOption") as target:
        held = {}
        for how in ("", "contents", "all"):
            file = folder.file(how + ".pyheld")
            pyheld("capture", target.pid, "-o", file, "--no-compress",
                   *(["--redact=" + how] if how else []))
            with open(file, "rb") as f:
                held[how] = f.read()
            # Redacting a capture that was not redacted gives the same.
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


@limit(200)
@each(pythons.few)
def test_capture_of_a_deep_recursion(python):
    """Its frames are all the same, and compress to nearly nothing."""
    for depth in 1000, 5000, 100000 if python is pythons.newest() else 20000:
        with Target(python, "odd.py", "deep", depth) as target, \
                Folder() as folder:
            file = folder.file("capture")
            pyheld("capture", target.pid, "-o", file)
            threads = pyheld("summary", "--json", file).json["threads"]
            assert max(len(t["frames"]) for t in threads) >= depth
            unharmed(target)
