# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits of pyheld's own process (ulimit): done, or one line that names the
limit.  And a target on a machine that is too busy to stop it soon."""
import os
import resource
import subprocess
import tempfile
import time

import pythons
from harness import Skip, Target, each, limit, pyheld_raw, text, unharmed

K, M = 1 << 10, 1 << 20
LIMITS = {
    "NOFILE": ("n", [4, 5, 6, 7, 8, 10, 12, 16, 24, 128]),
    # And what the target has mapped, as the copy has to have room for that.
    "AS": ("v", [48 * M, 56 * M, 64 * M, 72 * M, 96 * M, 128 * M]),
    "DATA": ("d", [8 * M, 16 * M, 32 * M, 48 * M, 64 * M]),
    "FSIZE": ("f", [0, 4 * K, 64 * K]),
    "STACK": ("s", [64 * K, 128 * K, 256 * K]),
}


def tried(target, name, value, folder):
    which = getattr(resource, "RLIMIT_" + name)
    command = ["summary"]
    if name == "FSIZE":
        command = ["capture", "--no-compress", "-o", folder + "/c"]
    # A hard limit of file sizes leaves one process, with a warning: see
    # test_sandbox.py.
    hard = resource.getrlimit(which)[1] if name == "FSIZE" else value
    return pyheld_raw(*command, target.pid, preexec_fn=lambda:
                      resource.setrlimit(which, (value, hard)))


def mapped(pid):
    with open("/proc/%d/statm" % pid, encoding="ascii") as f:
        return int(f.read().split()[0]) * resource.getpagesize()


def check(result, letter, what):
    lines = text(result.err).splitlines()
    if "error while loading shared libraries" in text(result.err):
        assert result.status == 127, (what, result)
        return
    assert result.status in (0, 3, 4), (what, result)
    if result.status == 3:
        assert len(lines) == 1 and lines[0].startswith("pyheld: "), \
            (what, result)
        assert "ulimit -%s " % letter in lines[0], (what, result)


@each(pythons.few)
def test_each_is_named(python):
    with Target(python, "growing.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        for name, (letter, values) in LIMITS.items():
            seen = []
            if name in ("AS", "DATA"):
                values = values + [400 * M + 2 * mapped(target.pid)]
            for value in values:
                result = tried(target, name, value, folder)
                check(result, letter, (name, value))
                seen.append(result.status)
                assert not os.listdir(folder), os.listdir(folder)
            # The small ones are too small, and the large ones are enough.
            assert 3 in seen, (name, seen)
            assert name == "FSIZE" or seen[-1] in (0, 4), (name, seen)
        unharmed(target)


@each(lambda: [pythons.system()])
def test_threads_are_named(python):
    """RLIMIT_NPROC: root is exempt, so it becomes another user."""
    if os.geteuid():
        raise Skip("needs root to become a user without processes")
    user = 64999

    def become():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)

    def poor():
        become()
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))

    with Target(python, "growing.py", preexec_fn=become) as target:
        result = pyheld_raw("summary", target.pid, preexec_fn=poor)
        check(result, "u", "NPROC")
        assert result.status == 3, result
        unharmed(target)


@limit(120)
@each(pythons.one)
def test_busy_machine(python):
    """The target runs at the lowest priority on a processor that others keep
    busy: it needs more than a second to be scheduled, and it is waited for."""
    cpu = min(os.sched_getaffinity(0))

    def pin():
        os.sched_setaffinity(0, {cpu})

    def pin_idle():
        pin()
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

    busy = []
    with Target(python, "storm.py", 1) as target:
        for task in os.listdir("/proc/%d/task" % target.pid):
            os.sched_setaffinity(int(task), {cpu})
            os.sched_setscheduler(int(task), os.SCHED_IDLE,
                                  os.sched_param(0))
        try:
            for _ in range(12):
                busy.append(subprocess.Popen(
                    ["sh", "-c", "while :; do :; done"], preexec_fn=pin))
            time.sleep(0.5)
            for _ in range(3):
                start = time.monotonic()
                result = pyheld_raw("summary", target.pid)
                print("# %.1f s, exit status %d" %
                      (time.monotonic() - start, result.status))
                assert result.status in (0, 4) or \
                    b"too busy" in result.err, result
        finally:
            for process in busy:
                process.kill()
                process.wait()
        unharmed(target)
