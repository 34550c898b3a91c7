# SPDX-License-Identifier: GPL-2.0-or-later
"""CPython embedded in another program."""
import glob
import os
import shutil
import subprocess
import tempfile

import pythons
from harness import (Skip, children, expect_error, pyheld, pyheld_raw,
                     status, text)
from test_core import Directory, gcore

MARKS = 100
# Only modules that are part of the library: others would look for symbols of
# CPython, which are not to be seen.
SCRIPT = """
import posix
class Mark:
    pass
def stay(kept):
    posix.write(1, b"ready\\n")
    posix.read(0, 1)
stay([Mark() for i in range(%d)])
""" % MARKS


def all_libraries():
    """(Python, its libpython as it sees that), oldest first."""
    found = []
    for p in pythons.supported() + pythons.debug_builds():
        name = "libpython%d.%d%s.so.1.0" % (p.minor + (
            "d" if p.debug else "",))
        folder = "/usr/lib/x86_64-linux-gnu" if p.path.startswith("/usr/bin/") \
            else os.path.join(os.path.dirname(os.path.dirname(p.path)), "lib")
        if glob.glob((p.root or "") + os.path.join(folder, name)):
            found.append((p, os.path.join(folder, name)))
    return found


def libraries():
    """The oldest's and the newest's, and of a root one that is a debug
    build."""
    found = all_libraries()
    free = [f for f in found if not f[0].root]
    bound = [f for f in found if f[0].root]
    return free[:1] + free[1:][-1:] + bound[-1:]


def build(path, source, *options):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Skip("no C compiler")
    subprocess.run([compiler, "-O2", "-o", path,
                    os.path.join(pythons.TARGETS, source), *options],
                   check=True)
    return path


def program(folder):
    """embedded.c, compiled under a name that does not mention Python."""
    return build(os.path.join(folder, "some server (1)"), "embedded.c", "-ldl",
                 "-lpthread")


def check(python, process):
    assert process.stdout.readline() == b"ready\n"
    check_marks(python, process.pid)


def marks_of(target, **options):
    rows = pyheld("summary", "--json", "--limit=0", target,
                  **options).json["types"]
    return sum(r["count"] for r in rows if r["type"] == "__main__.Mark")


def check_marks(python, pid):
    out = pyheld("summary", "--json", "--limit=100000", pid).json
    counts = {r["type"]: r["count"] for r in out["types"]}
    assert counts["__main__.Mark"] == MARKS, counts
    assert out["python"]["version"] == "%d.%d.%d" % python.version, out
    assert out["python"]["debug"] is python.debug, out
    chain = pyheld("chain", "--json", "--type=__main__.Mark", pid).json
    names = [s["name"] for s in chain["chains"][0]["steps"]]
    # The chain starts in a frame of a thread that is not the main one.
    assert any("kept" in n for n in names), names
    assert not pyheld("refs", "--json", pid).json["over_explained"]
    assert status(pid)["TracerPid"] == "0"


def home_of(python):
    """The environment in which a program finds that CPython's modules."""
    home = "/usr" if python.path.startswith("/usr/bin/") else \
        os.path.dirname(os.path.dirname(python.path))
    return dict(os.environ, PYTHONHOME=home)


def embed(python, library, check, *more):
    root = python.root or ""
    with tempfile.TemporaryDirectory(dir=root + "/tmp") as folder:
        argv = [program(folder)[len(root):], library, SCRIPT, *more]
        if python.root:
            argv = ["chroot", python.root] + argv
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=home_of(python))
        try:
            check(python, process)
        finally:
            process.kill()
            process.wait()


def check_unstarted(python, process):
    assert process.stdout.readline() == b"ready\n"
    child = children(process.pid)[0]
    words = ["has CPython %d.%d loaded, but not started" % python.minor,
             "use PID %d" % child]
    expect_error("summary", process.pid, words=words)
    doctor = pyheld_raw("doctor", process.pid)
    assert b"bug report" not in doctor.out + doctor.err, doctor
    check_marks(python, child)


def test_libpython_loaded_by_another_program():
    found = libraries()
    print("# embedded:", ", ".join(p.label for p, library in found))
    if not found:
        raise Skip("no libpython of any CPython here")
    for python, library in found:
        embed(python, library, check)


def test_other_libpython_loaded_and_not_started():
    """The one that was started is read, whatever lies before it."""
    found = [f for f in all_libraries() if not f[0].root]
    if len(found) < 2:
        raise Skip("no two libpythons here")
    embed(*found[0], check, found[-1][1])


def test_libpython_loaded_and_not_started():
    """As in Apache (mod_wsgi), whose children start it: they are named."""
    for python, library in libraries()[:1]:
        embed(python, library, check_unstarted, "fork")


def test_static_objects_copied_into_the_program():
    """The frozen modules of 3.11 own no reference to them, wherever the linker
    has put them."""
    found = [f for f in all_libraries() if not f[0].root]
    found = [f for f in found if f[0].minor == (3, 11)][:1] or found[-1:]
    if not found:
        raise Skip("no libpython of any CPython here")
    python, library = found[0]
    with tempfile.TemporaryDirectory() as folder:
        path = build(os.path.join(folder, "copied"), "copied.c", "-fPIE",
                     "-pie", library, "-Wl,-rpath," + os.path.dirname(library))
        process = subprocess.Popen(
            [path, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=home_of(python))
        try:
            check(python, process)
        finally:
            process.kill()
            process.wait()


def static_library():
    """(Python, its libpython.a) of one that can be linked with."""
    code = "import sysconfig; g = sysconfig.get_config_var; " \
        "print('%s/libpython%s.a' % (g('LIBPL'), g('LDVERSION')), " \
        "g('LIBS'), g('SYSLIBS'), g('MODLIBS'))"
    for p in reversed(pythons.supported()):
        said = text(subprocess.run(p.argv("-c", code), check=True,
                                   capture_output=True).stdout).split()
        if not p.root and os.path.exists(said[0]):
            return p, [said[0], *(w for w in said[1:] if w != "None")]
    raise Skip("no libpython.a of any CPython here")


def test_static_python_without_symbols():
    """Nothing names _PyRuntime: it is found by what it holds, in a process and
    in a core, with and without the program's file."""
    python, library = static_library()
    with Directory() as d:
        path = build(d.file("stripped"), "copied.c", "-s", "-no-pie", *library,
                     "-lz", "-lexpat", "-lm", "-ldl", "-lutil", "-lpthread")
        process = subprocess.Popen(
            [path, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=home_of(python))
        try:
            check(python, process)
            core, _ = gcore(process, d)
        finally:
            process.kill()
            process.wait()
        assert marks_of(core) == MARKS
        os.unlink(path)
        # Without its code, not all can be read.
        assert marks_of(core, status=(0, 4)) == MARKS
