"""Core files: the same reports as of the live process, and as it says itself
(truth.py)."""
import os
import shutil
import subprocess
import tempfile

import pythons
from harness import CI, Skip, each, expect_error, pyheld, text, unharmed
from test_truth import (Difference, Export, StatedTarget, compare_object,
                        compare_surplus)


class Directory:
    """Where a test keeps its cores; `with` removes it."""
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="pyheld-core-")
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.path)

    def file(self, name):
        return os.path.join(self.path, name)


def gcore(target, directory):
    """A core by gdb's gcore, and whether all is in it; the process runs on.

    gdb 13 gives a stack up where it begins with glibc 2.42's guard pages, and
    leaves zeros.
    """
    if not shutil.which("gcore"):
        raise Skip("gcore (gdb) is not installed")
    done = subprocess.run(["gcore", "-o", directory.file("core"),
                           str(target.pid)], stdin=subprocess.DEVNULL,
                          capture_output=True)
    path = directory.file("core.%d" % target.pid)
    assert done.returncode == 0 and os.path.exists(path), text(done.stderr)
    return path, b"Memory read failed" not in done.stdout + done.stderr


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
    surplus = compare_surplus(d, st, exported, target.pid)
    d.report(label, surplus)
    d.judge()


@each(pythons.supported)
def test_gcore(python):
    with StatedTarget(python) as target, Directory() as d:
        core, is_whole = gcore(target, d)
        live = export(d, "live", target.pid)
        unharmed(target)
        dead = export(d, "core", *sysroot(python), core)
        compare_with_truth(target, dead, python.label)
        if not is_whole:
            return
        assert body(live) == body(dead), "live and core differ"
        for command in (["chain", "--type=dict"], ["cycles"], ["summary"]):
            live = pyheld(*command, "--json", target.pid).json
            dead = pyheld(*command, "--json", *sysroot(python), core).json
            for answer in live, dead:
                answer.pop("target", None)
            assert live == dead, "%s differs" % command[0]


def test_not_a_core():
    with Directory() as d:
        for name, data, word in [
                ("empty", b"", "empty"),
                ("text", b"core\n" * 100, "no process"),
                ("short", b"\x7fELF\2\1\1", "no process"),
                ("elf", open("/bin/sh", "rb").read(), "program")]:
            with open(d.file(name), "wb") as f:
                f.write(data)
            expect_error("summary", d.file(name), words=[word, name])
        expect_error("summary", d.path, words=["directory"])


def test_core_of_no_python():
    with Directory() as d:
        process = subprocess.Popen(["sleep", "1000"])
        try:
            core, _ = gcore(process, d)
        finally:
            process.kill()
            process.wait()
        expect_error("summary", core, words=["not a Python", "sleep"])
