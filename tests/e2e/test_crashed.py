# SPDX-License-Identifier: GPL-2.0-or-later
"""pyheld crashes while it holds a target: there is no core of it, and the
target runs on at once.  What that takes from a user who is not root is
tried, too."""
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import pythons
from harness import PYHELD, Skip, Target, limit, status, unharmed

NOBODY = 65534
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)


def need_root():
    if os.geteuid():
        raise Skip("needs root to become another user")


@contextlib.contextmanager
def folder_of(user):
    """A folder of that user with a copy of pyheld in it."""
    folder = tempfile.mkdtemp(prefix="pyheld-test-")
    try:
        shutil.copy(PYHELD, folder + "/pyheld")
        os.chmod(folder, 0o755)
        os.chown(folder, user, user)
        yield folder
    finally:
        shutil.rmtree(folder)


def unlimited():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if not os.geteuid():
        hard = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def is_held(target):
    return status(target.pid)["TracerPid"][0] != "0"


def crash_while_held(target, number, folder, user):
    """The status of a pyheld that gets the signal while it holds the target,
    and the seconds until the target was free; None: it came too late."""
    process = subprocess.Popen([folder + "/pyheld", "summary", "--stop=always",
                                str(target.pid)], cwd=folder,
                               preexec_fn=unlimited, user=user, group=user,
                               extra_groups=[], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while process.poll() is None and not is_held(target):
        pass
    time.sleep(0.005)
    process.send_signal(number)
    held, start = is_held(target), time.monotonic()
    while is_held(target):
        time.sleep(0.001)
    seconds = time.monotonic() - start
    ended = os.waitpid(process.pid, 0)[1] if process.returncode is None else 0
    process.returncode = 0
    return (ended, seconds) if held and os.WIFSIGNALED(ended) else None


def crash_as(user):
    with folder_of(user) as folder, \
            Target(pythons.system(), "crowd.py", "busy", 100000, user=user,
                   group=user, extra_groups=[]) as target:
        for number in CRASHES:
            for _ in range(20):
                found = crash_while_held(target, number, folder, user)
                if found:
                    break
            assert found, "it was never held"
            ended, seconds = found
            assert os.WTERMSIG(ended) == number, (ended, number)
            assert not os.WCOREDUMP(ended), "a core was written"
            assert seconds < 1, "the target was held for %.1f s" % seconds
            unharmed(target)
        assert os.listdir(folder) == ["pyheld"], os.listdir(folder)


@limit(120)
def test_crash_while_it_holds_a_target():
    crash_as(os.geteuid())


@limit(120)
def test_crash_of_another_user_than_root():
    need_root()
    crash_as(NOBODY)


def run(folder, *args, user):
    return subprocess.run([folder + "/pyheld", *map(str, args)], cwd=folder,
                          user=user, group=user, extra_groups=[],
                          env=dict(os.environ, HOME=folder, TMPDIR=folder),
                          stdin=subprocess.DEVNULL, capture_output=True)


COMMANDS = [
    ("summary",), ("memory",), ("garbage",), ("cycles",), ("doctor", "-v"),
    ("leaks",), ("retained",), ("capture", "-o", "a.pyheld"),
    ("report", "-o", "a.html"), ("export", "-o", "a.jsonl"),
    ("export", "--format=sqlite", "-o", "a.db"),
    ("export", "--format=csv", "-o", "tables"),
    ("watch", "--count=1", "--metrics=m.prom", "--when=objects>1"),
]


@limit(240)
def test_all_works_for_another_user_than_root():
    """The files of /proc/self are root's, but nothing is missing."""
    need_root()
    with folder_of(NOBODY) as folder, \
            Target(pythons.system(), "crowd.py", "busy", 100, user=NOBODY,
                   group=NOBODY, extra_groups=[]) as target:
        for words in COMMANDS:
            done = run(folder, words[0], *words[1:], target.pid, user=NOBODY)
            assert done.returncode in (0, 4), (words, done)
            # What root sees of it is as much.
            if words[0] != "summary":
                continue
            root = run(folder, *words, target.pid, user=0)
            assert done.stderr == root.stderr, (done.stderr, root.stderr)
        # A pipe that root has made can be written to, but not opened again.
        done = run(folder, "export", "-o", "/dev/stdout", target.pid,
                   user=NOBODY)
        assert done.returncode in (0, 4) and done.stdout, done
        for args in (("summary", "a.pyheld"), ("sql", "a.pyheld",
                                               "SELECT count(*) FROM types")):
            done = run(folder, *args, user=NOBODY)
            assert not done.returncode and done.stdout, (args, done)
        unharmed(target)


def test_oom_killer_takes_the_pyheld_of_a_user_first():
    need_root()
    with folder_of(NOBODY) as folder, \
            Target(pythons.system(), "odd.py", "signalled", 200, user=NOBODY,
                   group=NOBODY, extra_groups=[]) as target:
        adjustment = None
        for _ in range(50):
            process = subprocess.Popen(
                [folder + "/pyheld", "summary", "--stop=always",
                 str(target.pid)],
                user=NOBODY, group=NOBODY, extra_groups=[],
                stdout=subprocess.DEVNULL)
            while process.poll() is None and not is_held(target):
                pass
            if process.poll() is None:
                with open("/proc/%d/oom_score_adj" % process.pid) as f:
                    adjustment = int(f.read())
            assert process.wait() == 0
            if adjustment is not None:
                break
        assert adjustment == 1000, adjustment
