# SPDX-License-Identifier: GPL-2.0-or-later
"""Fuzzing the readers of captures, cores and messages: 5 seconds each, a minute
each with CI=true."""
import glob
import os
import shutil
import subprocess
import tempfile

import pythons
from harness import CI, PYHELD, Skip, limit, text
from test_core import Directory, gcore

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def corpus(name):
    return sorted(glob.glob(os.path.join(TESTS, "fuzz", name, "*")))


def keep(path):
    """The input that failed: in hex if it is small, else where it is kept."""
    if os.path.getsize(path) > 1 << 16:
        return shutil.copy(path, tempfile.gettempdir())
    with open(path, "rb") as f:
        return f.read().hex()


def fuzz(name, files):
    build = os.path.dirname(os.path.dirname(os.path.abspath(PYHELD)))
    program = os.path.join(build, "tests", "fuzz", name)
    if not os.path.exists(program):
        raise Skip("there is no %s: make check builds it" % program)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, "-seconds=%d" % (60 if CI else 5), *files],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder)
        out = text(done.stdout)
        if done.returncode:
            out += "\nthe input: " + keep(os.path.join(folder,
                                                      name + ".input"))
        assert not done.returncode, out[-200000:]
    print("# " + out.strip())


@limit(180)
def test_capture_reader():
    fuzz("fuzz-capture", corpus("corpus"))


@limit(180)
def test_messages():
    fuzz("fuzz-packet", corpus("corpus-packet"))


def bare_core(python, directory):
    """A core of an interpreter with few modules."""
    with subprocess.Popen(python.argv("-I", "-S", "-c", "import sys;"
                                      "print(flush=True); sys.stdin.read()"),
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        return gcore(process, directory)[0]


@limit(180)
def test_core_reader():
    # gcore writes all of the gigabyte that mimalloc reserves without a GIL.
    here = [p for p in pythons.supported()
            if not p.root and not p.free_threaded]
    with Directory() as d:
        cores = [bare_core(p, d) for p in (here[0], here[-1])]
        fuzz("fuzz-core", corpus("corpus-core") + cores)
