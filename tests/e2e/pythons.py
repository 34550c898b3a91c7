# SPDX-License-Identifier: GPL-2.0-or-later
"""Find every CPython that this machine has.

There are two kinds.  Some run directly: those in PATH, /usr/bin, pyenv, and
what tests/build-free-threaded has built.  Others lie in a Debian root (see
tests/fetch-pythons) and are started by chroot.  Such a process sees only its
root, which has no /proc; so the scripts of tests/targets are copied into a
temporary folder there.
"""
import atexit
import glob
import os
import shutil
import subprocess
import tempfile
import zlib

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGETS = os.path.join(TESTS, "targets")

ASK = "import sys; print('%d.%d.%d' % sys.version_info[:3], " \
      "hasattr(sys, 'gettotalrefcount'), 'free-threading' in sys.version, " \
      "sys.executable)"

CI = os.environ.get("CI") == "true"
# Each test on each CPython that it is for, however long that takes.
ALL = bool(os.environ.get("PYHELD_ALL_PYTHONS"))

# CI=true fails if one of these is missing.
MANDATORY = ((3, 13), (3, 14), (3, 15))


class Python:
    def __init__(self, path, root=None):
        self.path = path                # inside the root if there is one
        self.root = root
        out = subprocess.run(self.argv("-c", ASK), capture_output=True,
                             text=True, timeout=60).stdout.split(None, 3)
        self.version = tuple(int(n) for n in out[0].split("."))
        self.debug = out[1] == "True"
        self.free_threaded = out[2] == "True"
        self.executable = out[3].strip()
        self._folder = None

    @property
    def minor(self):
        return self.version[:2]

    @property
    def label(self):
        where = "root" if self.root else \
            "pyenv" if "/.pyenv/" in self.path else \
            "cache" if self.path.startswith(cache()) else "system"
        kind = ("t" if self.free_threaded else "") + ("d" if self.debug else "")
        return "%d.%d.%d%s-%s" % (self.version + (kind, where))

    def argv(self, *args):
        """The command line that runs this Python.  chroot(1) executes: the
        process stays the same."""
        start = ["chroot", self.root] if self.root else []
        return start + [self.path, *args]

    def has(self, module):
        """Can it import it?"""
        return not subprocess.run(
            self.argv("-c", "import " + module), stderr=subprocess.DEVNULL,
            timeout=60).returncode

    def script(self, name):
        """A path that this Python sees of tests/targets/`name`, or of
        tests/leaks/NAME if `name` is leaks/NAME."""
        if not self.root:
            return os.path.join(TESTS if "/" in name else TARGETS, name)
        if not self._folder:
            self._folder = tempfile.mkdtemp(
                prefix="pyheld-tests-", dir=os.path.join(self.root, "tmp"))
            atexit.register(forget, self._folder, os.getpid())
            for source in glob.glob(os.path.join(TARGETS, "*.py")):
                shutil.copy(source, self._folder)
            shutil.copytree(os.path.join(TESTS, "leaks"),
                            os.path.join(self._folder, "leaks"))
        return "/" + os.path.relpath(os.path.join(self._folder, name),
                                     self.root)

    def libc(self):
        """The version of its glibc: (2, 36)."""
        out = subprocess.run(
            self.argv("-c", "import os; print(os.confstr(2))"),
            capture_output=True, text=True, timeout=60).stdout
        # 2 is _CS_GNU_LIBC_VERSION: "glibc 2.36"
        return tuple(int(n) for n in out.split()[1].split("."))

    def __repr__(self):
        return self.label


def forget(folder, owner):
    # Forked children inherit the atexit hook, but not the folder.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def cache():
    return os.environ.get("PYHELD_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
        "pyheld")


def candidates():
    """(path, root) of all that may be a CPython."""
    # Not what PATH finds first: that may be a shim, which is a shell script.
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for path in sorted(glob.glob(os.path.join(folder, "python3"))):
            with open(path, "rb") as f:
                if f.read(4) == b"\x7fELF":
                    yield path, None
    for path in sorted(glob.glob("/usr/bin/python3.*[0-9]")
                       + glob.glob("/usr/local/bin/python3.*[0-9]")):
        yield path, None
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for path in sorted(glob.glob(os.path.join(pyenv, "versions/*/bin/python3"))
                       + glob.glob(os.path.join(pyenv,
                                                "versions/2.*/bin/python2"))):
        yield path, None
    for path in sorted(glob.glob(os.path.join(cache(), "*/bin/python3.*t"))):
        yield path, None
    if os.geteuid() == 0:
        for root in sorted(glob.glob(os.path.join(cache(), "*"))):
            if not os.path.isdir(os.path.join(root, "usr/bin")):
                continue
            for path in sorted(glob.glob(root + "/usr/bin/python3.*[0-9]")
                               + glob.glob(root + "/usr/bin/python3.*[0-9]d")):
                yield path[len(root):], root


def find():
    """Every CPython, oldest first; the same binary once."""
    found, seen = [], set()
    for path, root in candidates():
        real = os.path.realpath((root or "") + path)
        if real in seen:
            continue
        seen.add(real)
        try:
            found.append(Python(path, root))
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
            continue
    found.sort(key=lambda p: (p.version, p.label))
    return found


_all = None


def everything():
    global _all
    if _all is None:
        _all = find()
    return _all


def supported():
    """Those that pyheld supports: 3.8 to 3.15, release builds."""
    return [p for p in everything()
            if (3, 8) <= p.minor <= (3, 15) and not p.debug]


def having(module):
    """Those that can import it, the roots in libc/ as well."""
    found = {tuple(p.argv()): p for p in supported() + each_libc()}
    return [p for p in found.values() if p.has(module)]


def debug_builds():
    """Py_DEBUG, 3.8 to 3.15."""
    return [p for p in everything()
            if (3, 8) <= p.minor <= (3, 15) and p.debug]


def with_gil():
    return [p for p in supported() if not p.free_threaded]


def without_gil():
    return [p for p in supported() if p.free_threaded]


def too_old():
    return [p for p in everything() if p.minor < (3, 8)]


def one_each():
    """One of each minor version, with and without a GIL."""
    chosen = {}
    for p in supported():
        chosen[p.minor, p.free_threaded] = p
    return list(chosen.values())


def oldest_and_newest():
    found = supported()
    return [found[0], found[-1]]


def some():
    """For tests that take seconds and compare with what this CPython says: all
    in CI, else the oldest and the newest, so that `make check` stays short."""
    return supported() if CI else oldest_and_newest()


_asking = None


def chosen(select, test):
    """What select() returns for the test of this name."""
    global _asking
    _asking = test
    try:
        return select()
    finally:
        _asking = None


def in_turns(found, step):
    """Every `step`th; with which it begins follows from the name of the test
    that asks, so that tests may come and go and all others stay as they are.
    All with PYHELD_ALL_PYTHONS=1."""
    if ALL:
        return found
    return found[zlib.crc32(_asking.encode()) % step::step]


def few():
    """For tests that take seconds, of what depends little on the CPython: the
    oldest, the newest, and in CI one of the others, in turns."""
    if not CI and not ALL:
        return oldest_and_newest()
    oldest, *others, newest_one = supported()
    return [oldest, *in_turns(others, len(others)), newest_one]


def one():
    """For tests that take many seconds: the newest; in CI one of all, in
    turns."""
    found = supported()
    if not CI and not ALL:
        return found[-1:]
    return in_turns(found, len(found))


def newest():
    return supported()[-1]


def system():
    """The distribution's own, or else the oldest that is supported."""
    for p in supported():
        if p.path.startswith("/usr/bin/") and not p.root:
            return p
    return supported()[0]


def few_with_packages():
    """For tests of what packages make: the oldest, the newest, and the
    distribution's own, which has lxml, numpy, pandas and PIL."""
    if ALL:
        return supported()
    return [p for p in supported()
            if p in oldest_and_newest() or p == system()]


def each_libc():
    """One for each version of glibc.  Those of the roots in libc/ have little
    more than an interpreter, so that no other test uses them."""
    found = {}
    for p in with_gil():
        found.setdefault(p.root, p)
    if os.geteuid() == 0:
        for path in sorted(glob.glob(os.path.join(
                cache(), "libc/*/usr/bin/python3.*[0-9]"))):
            root = path[:path.index("/usr/bin/")]
            found[root] = Python(path[len(root):], root)
    return list(found.values())


def missing():
    """What a complete run needs and this machine lacks, a line each."""
    minors = {p.minor for p in supported()}
    lines = ["CPython %d.%d: run tests/fetch-pythons" % m
             for m in MANDATORY if m not in minors]
    if not any(p.free_threaded for p in supported()):
        lines.append("CPython 3.13t: run tests/build-free-threaded")
    if not debug_builds():
        lines.append("a CPython with Py_DEBUG: run tests/fetch-pythons")
    if not any(not p.root for p in supported()):
        lines.append("no CPython 3.8 or later outside of the Debian roots")
    for suite in ("bullseye", "trixie"):
        if not os.path.isdir(os.path.join(cache(), "libc", suite)):
            lines.append("the Python and glibc of Debian %s: run "
                         "tests/fetch-pythons" % suite)
    return lines


def absent():
    """Minor versions that pyheld supports and this machine lacks."""
    minors = {p.minor for p in supported()}
    return ["3.%d" % n for n in range(8, 16) if (3, n) not in minors]


if __name__ == "__main__":
    for p in everything():
        print(p.label, p.root or "", p.path)
