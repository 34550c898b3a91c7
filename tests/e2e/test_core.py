# SPDX-License-Identifier: GPL-2.0-or-later
"""Cores: reports are the same as for the live process, and agree with what the
target states (truth.py)."""
import fcntl
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import pythons
from harness import (PYHELD, Skip, Target, children, each, expect_error,
                     limit, pyheld, pyheld_raw, text, unharmed)
from hide import hide_files
from test_diff import Growing
from test_truth import (Difference, Export, StatedTarget, compare_object,
                        compare_surplus, surplus_objects)


VSYSCALL = "at 0xffffffffff600000"


class Directory:
    """A folder for a test's cores; leaving `with` removes it."""
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="pyheld-core-")
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.path)

    def file(self, name):
        return os.path.join(self.path, name)


def without_pages(report):
    """Without what depends on the pages that are there: a core has others than
    those that were resident, and a compressed one has no holes."""
    for key in "resident", "resident_growth", "explained", "guessed":
        report.pop(key, None)
    return report


def gcore(target, directory):
    """(path, complete) of a core by gdb's gcore; the process runs on.

    gdb 13 can't read a stack that begins with the guard pages of glibc 2.42;
    it writes zeros instead, and the core is not complete.  Nor can it read
    [vsyscall] if the kernel has that for execution alone: a core needs no
    such page.
    """
    if not shutil.which("gcore"):
        raise Skip("gcore (gdb) is not installed")
    done = subprocess.run(["gcore", "-o", directory.file("core"),
                           str(target.pid)], stdin=subprocess.DEVNULL,
                          capture_output=True)
    path = directory.file("core.%d" % target.pid)
    assert done.returncode == 0 and os.path.exists(path), text(done.stderr)
    unread = [line for line in text(done.stdout + done.stderr).splitlines()
              if "Memory read failed" in line and VSYSCALL not in line]
    return path, not unread


def plain_pattern():
    """Skip unless the kernel writes cores to the working directory."""
    with open("/proc/sys/kernel/core_pattern") as f:
        pattern = f.read().strip()
    if pattern != "core":
        raise Skip("the kernel's core_pattern is " + pattern)


def kernel_core(target, directory):
    """Path of a core by the kernel; the process ends."""
    cwd = os.readlink("/proc/%d/cwd" % target.pid)
    endless = resource.RLIM_INFINITY
    resource.prlimit(target.pid, resource.RLIMIT_CORE, (endless, endless))
    # Those that share a root write to the same name.
    with open(os.path.join(tempfile.gettempdir(), "pyheld-core.lock"),
              "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.kill(target.pid, signal.SIGABRT)
        target.process.wait()
        found = [f for f in (cwd + "/core", "%s/core.%d" % (cwd, target.pid))
                 if os.path.exists(f)]
        if not found:
            raise Skip("the kernel writes no cores here")
        return shutil.move(found[0], directory.file("kernel-core"))


def sysroot(python):
    return ["--sysroot=" + python.root] if python.root else []


def export(directory, name, *args):
    path = directory.file(name + ".jsonl")
    pyheld("export", "--format=jsonl", "-o", path, *args)
    return path


def body(path):
    with open(path, "rb") as f:
        f.readline()
        return f.read()


def compare_with_truth(target, path, label):
    st, exported, d = target.statement, Export(path), Difference()
    for i in range(len(st.ids)):
        compare_object(d, st, i, exported)
    surplus = compare_surplus(d, st, exported, target)
    d.report(label, surplus)
    d.judge()


# The shares that must agree if none of the process's files can be read.
LEAST_ALONE = {"object": 0.99, "reference": 0.98, "refcount": 0.99,
               "generation": 0.99, "size": 0.99, "type": 0.98}


def alone(target, directory, core, label):
    """Check the core again as if none of the process's files existed."""
    hide_files(core)
    path = directory.file("alone.jsonl")
    result = pyheld("export", "--format=jsonl", "-o", path, core, status=(4,))
    assert b"are only scanned for pointers" in result.err, result
    st, exported, d = target.statement, Export(path), Difference()
    for i in range(len(st.ids)):
        compare_object(d, st, i, exported)
    d.report(label + " alone", len(surplus_objects(st, exported)))
    for kind, least in LEAST_ALONE.items():
        assert d.share(kind) >= least, "%s: only %.3f%%" % (
            kind, 100 * d.share(kind))
    capture = directory.file("alone.pyheld")
    pyheld("capture", core, "-o", capture, status=(4,))
    for command in ["summary"], ["chain", "--type=dict"]:
        answers = [pyheld(*command, "--json", source, status=(4,)).json
                   for source in (core, capture)]
        for answer in answers:
            answer.pop("target", None)
        assert answers[0] == answers[1], "%s differs" % command[0]
    doctor = pyheld("doctor", "--json", core, status=(4,)).json
    # Files are away, but nothing of the core is lost.
    assert all(c["passed"] for c in doctor["checks"]
               if c["check"].startswith("all of the target")), doctor
    coverage = doctor["coverage"]
    # Debian's gcore has the program's code, as it shares a mapping with its
    # headers.
    assert coverage["scanned"] and not coverage["unread"], coverage


def compare_reports(python, target, d, live, dead, core):
    """A capture has all that its source has, pages included; a core has other
    pages than the process."""
    assert body(live) == body(dead), "live and core differ"
    pyheld("capture", target.pid, "-o", d.file("live-capture"))
    for command in (["chain", "--type=dict"], ["cycles"], ["retained"],
                    ["summary"]):
        of_live, of_core, of_live_capture, of_core_capture = answers = [
            pyheld(*command, "--json", *where).json for where in (
                [target.pid], [*sysroot(python), core],
                [d.file("live-capture")], [d.file("capture")])]
        for answer in answers:
            answer.pop("target", None)
        assert of_live == of_live_capture, "%s differs" % command[0]
        assert of_core == of_core_capture, "%s differs" % command[0]
        assert without_pages(of_live) == without_pages(of_core), \
            "%s differs" % command[0]


@limit(240)
@each(pythons.one)
def test_core_by_gcore(python):
    with StatedTarget(python) as target, Directory() as d:
        core, is_whole = gcore(target, d)
        live = export(d, "live", target.pid)
        unharmed(target)
        dead = export(d, "core", *sysroot(python), core)
        compare_with_truth(target, dead, python.label)
        pyheld("capture", *sysroot(python), core, "-o", d.file("capture"))
        kept = export(d, "kept", d.file("capture"))
        assert body(kept) == body(dead), "core and its capture differ"
        if is_whole:
            compare_reports(python, target, d, live, dead, core)
        alone(target, d, core, python.label)


@limit(240)
@each(pythons.one)
def test_core_by_the_kernel(python):
    plain_pattern()
    with Directory() as d, \
            StatedTarget(python, before=["env", "-C", d.path]) as target:
        live = export(d, "live", target.pid)
        found = pyheld("summary", "--json", target.pid).json
        core = kernel_core(target, d)
        dead = export(d, "core", *sysroot(python), core)
        assert body(live) == body(dead), "live and core differ"
        summary = pyheld("summary", "--json", *sysroot(python), core).json
        about, of_live = summary.pop("target"), found.pop("target")
        assert without_pages(summary) == without_pages(found)
        for key in "pid", "executable", "command":
            assert about[key] == of_live[key], key
        alone(target, d, core, python.label)


def test_diff_of_capture_and_core():
    """A core and a capture are known to be of one process by the PID and the
    addresses of its libraries."""
    with Growing(pythons.newest()) as g, Directory() as d:
        g.change(500, 1500)
        core, _ = gcore(g.target, d)
        options = sysroot(g.target.python)
        live = pyheld("diff", "--json", *g.files).json
        dead = pyheld("diff", "--json", *options, g.files[0], core).json
        assert dead["same_process"], dead["targets"]
        about = dead["targets"][1]["target"]
        assert about["pid"] == g.target.pid
        for answer in live, dead:
            del answer["targets"]
            assert answer.pop("memory") is not None
            assert answer["explained"] is not None
        assert without_pages(live) == without_pages(dead)
        with Growing(pythons.newest()) as other:
            out = pyheld("diff", "--json", *options, other.files[0],
                         core).json
            assert not out["same_process"]


def peak(*args):
    """pyheld's peak memory in bytes, mapped pages of the core included."""
    process = subprocess.Popen([os.path.abspath(PYHELD), *map(str, args)],
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    assert not status, args
    return usage.ru_maxrss * 1024


@each(pythons.oldest_and_newest)
def test_objects_that_are_far_apart(python):
    """pyheld's memory is that of the objects, not of the addresses between
    them: 4 GB here."""
    with Target(python, "odd.py", "spread", 4000) as target:
        most = peak("summary", target.pid)
    print("# %s: %d MB" % (python.label, most >> 20))
    assert most < 300 << 20, most


@each(pythons.oldest_and_newest)
def test_untouched_memory_costs_nothing(python):
    """A core with 5 GB of arrays takes little memory: it is mapped, and nobody
    reads the arrays.  The file is sparse, so the disk has room for it."""
    plain_pattern()
    with Directory() as d, Target(python, "arrays.py", 5,
                                  before=["env", "-C", d.path]) as target:
        array = target.facts["arrays"][7]
        core = kernel_core(target, d)
        options = [*sysroot(python), core]
        out = pyheld("summary", "--json", *options).json
        assert out["target"]["bytes_copied"] > 5e9, out["target"]
        rows = {t["type"]: t["count"] for t in out["types"]}
        for name in "list", "dict":
            assert rows[name] >= target.facts[name + "s"], rows
        for command in (["summary"], ["chain", "--address=" + array],
                        ["object", array],
                        ["cycles"], ["export", "-o", d.file("export")],
                        ["capture", "-o", d.file("capture")]):
            bytes_ = peak(command[0], *options, *command[1:])
            print("# %s %s: %d MB" % (python.label, command[0],
                                      bytes_ / 1e6))
            assert bytes_ < 300e6, (command, bytes_)


def test_file_truncated_while_it_is_read():
    """The file is truncated while pyheld has it mapped."""
    plain_pattern()
    with Directory() as d, Target(pythons.system(), "arrays.py", 0,
                                  before=["env", "-C", d.path]) as target:
        core = kernel_core(target, d)
        copy, seen = d.file("copy"), set()
        for i in range(40):
            shutil.copyfile(core, copy)
            process = subprocess.Popen(
                [os.path.abspath(PYHELD), "summary", copy],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(0.005 * i)
            os.truncate(copy, 4096)
            err = process.communicate()[1]
            seen.add((process.returncode, b"while it was read" in err))
            assert process.returncode in (0, 3, 4), (process, err)
            if process.returncode == 3:
                assert err.count(b"\n") == 1, err
            if (3, True) in seen:
                return
        raise AssertionError("never noticed: %s" % seen)


COMPRESSORS = ["zstd", "-q"], ["lz4", "-q"], ["xz", "-0"], ["gzip", "-1"]


@each(lambda: [pythons.system()])
def test_compressed_cores(python):
    plain_pattern()
    missing = [c[0] for c in COMPRESSORS if not shutil.which(c[0])]
    with Directory() as d, Target(python, "app.py",
                                  before=["env", "-C", d.path]) as target:
        core = kernel_core(target, d)
        whole = pyheld("summary", "--json", core).json
        for command in COMPRESSORS:
            if command[0] in missing:
                continue
            with open(core, "rb") as f:
                data = subprocess.run([*command, "-c"], stdin=f, check=True,
                                      stdout=subprocess.PIPE).stdout
            path = d.file("core." + command[0])
            with open(path, "wb") as f:
                f.write(data)
            unpacked = pyheld("summary", "--json", path,
                              env=dict(os.environ, TMPDIR=d.path)).json
            for answer in unpacked, whole:
                answer["target"]["source"] = None
                answer["target"]["taken_at"] = None
            assert without_pages(unpacked) == without_pages(whole), command
            # Truncated, damaged, and not a core.
            for size in len(data) * 9 // 10, len(data) // 2, 20, 7:
                with open(path, "wb") as f:
                    f.write(data[:size])
                result = pyheld_raw("summary", path)
                assert result.status in (3, 4), result
                if result.status == 3:
                    expect_error("summary", path)
            with open(path, "wb") as f:
                f.write(data[:1000] + b"x" * 50 + data[1050:])
            assert pyheld_raw("summary", path).status in (0, 3, 4)
            other = subprocess.run([*command, "-c"], input=b"text" * 9999,
                                   check=True, stdout=subprocess.PIPE).stdout
            with open(path, "wb") as f:
                f.write(other)
            expect_error("summary", path, words=["not of a core"])
        assert sorted(os.listdir(d.path)) == sorted(
            ["kernel-core"] + ["core." + c[0] for c in COMPRESSORS
                               if c[0] not in missing])
    if missing:
        raise Skip("not installed: " + ", ".join(missing))


def packed(data):
    if not shutil.which("zstd"):
        raise Skip("zstd is not installed")
    return subprocess.run(["zstd", "-q", "-c"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def test_compressed_file_larger_than_the_disk():
    """A small file unpacks to more than the disk holds: pyheld gives up and
    frees the space."""
    if os.geteuid():
        raise Skip("only root can mount a small disk")
    with Directory() as d:
        with open(d.file("bomb"), "wb") as f:
            f.write(packed(b"\177ELF" + b"\1" * (200 << 20)))
        os.mkdir(d.file("small"))
        mount = 'mount -t tmpfs -o size=48m none "$0" && "$@"; ' \
            'status=$?; df --output=used "$0" >&2; exit $status'
        result = pyheld_raw(
            "summary", d.file("bomb"),
            before=["unshare", "-m", "sh", "-c", mount, d.file("small")],
            env=dict(os.environ, TMPDIR=d.file("small")))
        lines = text(result.err).splitlines()
        assert result.status == 3, result
        assert re.search(r"can't unpack .*: it has more than \d+ MB, but only"
                         r" (4[0-8]|3\d) MB are free", lines[0]), result
        assert len(lines) == 3 and int(lines[-1]) == 0, result


def open_files(pid):
    """The names of what a process and its children have open; they may close
    them meanwhile."""
    for folder in ["/proc/%d/fd/" % p for p in (pid, *children(pid))]:
        try:
            yield from [os.readlink(folder + fd) for fd in os.listdir(folder)]
        except FileNotFoundError:
            pass


def test_killed_while_unpacking_leaves_no_file():
    with Directory() as d:
        with open(d.file("large"), "wb") as f:
            f.write(packed(b"\177ELF" + b"\1" * (256 << 20)))
        os.mkdir(d.file("tmp"))
        with subprocess.Popen(
                [os.path.abspath(PYHELD), "summary", d.file("large")],
                env=dict(os.environ, TMPDIR=d.file("tmp"))) as process:
            while process.poll() is None and not any(
                    name.startswith(d.file("tmp"))
                    for name in open_files(process.pid)):
                pass
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert not os.listdir(d.file("tmp"))


def damaged(data, rng):
    data = bytearray(data)
    headers = struct.unpack_from("<H", data, 56)[0]
    notes = struct.unpack_from("<Q", data, 64 + 8)[0]
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.choice([rng.randrange(64), 64 + rng.randrange(headers * 56),
                         notes + rng.randrange(6000),
                         rng.randrange(len(data))])
        if at + 8 > len(data):
            continue
        if rng.random() < 0.5:
            data[at] = rng.randrange(256)
        else:
            struct.pack_into("<Q", data, at, rng.choice(
                [0, 1, len(data), 2**32, 2**47 - 4096, 2**47, 2**63, 2**64 - 1,
                 rng.getrandbits(64)]))
    return data


@limit(300)
def test_damaged_bytes():
    """A core with damaged bytes is read, or refused with one line."""
    plain_pattern()
    rng = random.Random(1)
    with Directory() as d, Target(pythons.system(), "app.py",
                                  before=["env", "-C", d.path]) as target:
        core = kernel_core(target, d)
        with open(core, "rb") as f:
            data = f.read()
        for i in range(60):
            path = d.file("damaged")
            with open(path, "wb") as f:
                f.write(damaged(data, rng))
            result = pyheld_raw("summary", path)
            assert result.status in (0, 3, 4), result
            if result.status == 3:
                assert result.err.count(b"\n") == 1, result


@limit(200)
@each(pythons.oldest_and_newest)
def test_mappings_that_claim_petabytes(python):
    """Nothing goes step by step through a mapping that the core has little
    of.  Each one in turn is moved to where there is room for it."""
    with Directory() as d, Target(python, "app.py") as target:
        core, _ = gcore(target, d)
        with open(core, "rb") as f:
            data = f.read()
        start, nr = *struct.unpack_from("<Q", data, 32), \
            struct.unpack_from("<H", data, 56)[0]
        opened = 0
        for i in range(nr):
            at = start + 56 * i + 16    # p_vaddr, p_paddr, p_filesz, p_memsz
            fields = struct.unpack_from("<QQQQ", data, at)
            with open(core, "r+b") as f:
                f.seek(at)
                f.write(struct.pack("<QQQQ", 2**44, *fields[1:3], 2**46))
            result = pyheld_raw("summary", *sysroot(python), core, timeout=10)
            assert result.status in (0, 3, 4), result
            opened += result.status != 3
            with open(core, "r+b") as f:
                f.seek(at)
                f.write(struct.pack("<QQQQ", *fields))
        print("# %s: %d of %d are read" % (python.label, opened, nr))
        assert opened > nr // 4, opened


def test_impossible_headers():
    def header(machine=62, kind=4, nr=1):
        return struct.pack("<4sBBBB8xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0,
                           kind, machine, 1, 0, 64, 0, 0, 64, 56, nr, 0, 0, 0)

    def load(offset, address, file_size, size):
        return struct.pack("<IIQQQQQQ", 1, 6, offset, address, 0, file_size,
                           size, 4096)

    with Directory() as d:
        for name, data, word in [
                ("other", header(machine=183), "architecture"),
                ("nothing", header(nr=0), "corrupt"),
                ("few", header(nr=9), "corrupt"),
                ("wraps", header() + load(0, 2**64 - 4096, 0, 8192),
                 "corrupt"),
                ("file-wraps", header() + load(2**64 - 1, 0, 4096, 8192),
                 "corrupt"),
                ("more-than-all", header() + load(0, 4096, 8192, 4096),
                 "corrupt"),
                ("overlap", header(nr=2) + load(0, 4096, 8, 8192) +
                 load(0, 8192, 8, 8192), "overlap"),
                ("past-the-end", header() + load(2**40, 4096, 4096, 4096),
                 "truncated"),
                ("huge", header() + load(0, 4096, 4096, 2**46),
                 "no CPython")]:
            with open(d.file(name), "wb") as f:
                f.write(data)
            expect_error("summary", d.file(name), words=[word])


def test_options_that_name_wrong_files():
    """Options that name a wrong file or folder are refused; a copy is used."""
    plain_pattern()
    python = pythons.system()
    with Directory() as d, Target(python, "app.py",
                                  before=["env", "-C", d.path]) as target:
        core = kernel_core(target, d)
        expect_error("summary", "--executable=" + __file__, core,
                     words=["--executable", "ELF"])
        script = d.file("script")
        with open(script, "w") as f:
            f.write("#!/usr/bin/python3\n")
        expect_error("summary", "--executable=" + script, core,
                     words=["script"])
        result = pyheld_raw("summary", "--executable=/bin/sh", core)
        assert b"build-id" in result.err, result
        for path, word in (script, "directory"), (d.file("not"), "No such"):
            expect_error("summary", "--sysroot=" + path, core,
                         words=["--sysroot", word])
        program = pyheld("summary", "--json", core).json
        program = program["target"]["executable"]
        copy = shutil.copy(program, d.file("another-name"))
        result = pyheld("summary", "--executable=" + copy, core)
        assert not result.err, result


def test_other_files_are_refused():
    with Directory() as d:
        for name, data, word in [
                ("empty", b"", "empty"),
                ("text", b"core\n" * 100, "not a process"),
                ("short", b"\x7fELF\2\1\1", "not a process"),
                ("elf", open("/bin/sh", "rb").read(), "program")]:
            with open(d.file(name), "wb") as f:
                f.write(data)
            expect_error("summary", d.file(name), words=[word, name])
        expect_error("summary", d.path, words=["directory"])
        os.mkfifo(d.file("fifo"))
        for path in d.file("fifo"), "/dev/zero":
            expect_error("summary", path, words=["a pipe or a device"])


def test_core_of_another_program():
    with Directory() as d:
        process = subprocess.Popen(["sleep", "1000"])
        try:
            core, _ = gcore(process, d)
        finally:
            process.kill()
            process.wait()
        expect_error("summary", core, words=["not a Python", "sleep"])
