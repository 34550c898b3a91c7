# SPDX-License-Identifier: GPL-2.0-or-later
"""Targets that are watched from outside: how long a thread is held, whether
the program runs on, and whether anything in it has changed."""
import collections
import contextlib
import glob
import mmap
import os
import struct
import subprocess
import time
import zlib

from harness import Target, unharmed
from test_unchanged import State, settled

NODES = 4000            # 30,000 objects and more
SLEEP = 5e-5            # between two looks at a thread


class Delay:
    """How long a thread has waited for a CPU, as the kernel says, since this
    was made.  It stays as it was last when that has ended."""
    def __init__(self, path):
        self.seconds, self.first, self.file = 0.0, None, None
        with contextlib.suppress(FileNotFoundError):
            self.file = os.open(path + "/schedstat", os.O_RDONLY)
        self.look()

    def look(self):
        if self.file is None:
            return
        with contextlib.suppress(ProcessLookupError):
            now = int(os.pread(self.file, 100, 0).split()[1]) / 1e9
            if self.first is None:
                self.first = now
            self.seconds = now - self.first

    def close(self):
        if self.file is not None:
            os.close(self.file)


def is_stopped(stat):
    return stat[stat.rindex(b")") + 2] in b"tT"


# A stop: when it was seen first and last, which is certain, and how long in
# between those who could end it waited for a CPU.
Hold = collections.namedtuple("Hold", "start end delay")


class Watch:
    """Looks at one thread of a target again and again.  stoppers() are the
    PIDs of those who stop it and let it go on."""
    def __init__(self, pid, tid, stoppers):
        self.file = os.open("/proc/%d/task/%d/stat" % (pid, tid), os.O_RDONLY)
        self.pid, self.stoppers = pid, stoppers
        self.since = self.last = None   # of the stop that lasts: first, last
        # Delays, of those who hold; of the threads that are held; of the
        # other threads, by path.
        self.stopping, self.threads, self.others = [], [], {}
        self.holds = []

    def look(self):
        """Is it stopped or traced now?"""
        if is_stopped(os.pread(self.file, 512, 0)):
            self.last = time.monotonic()
            if not self.since:
                self.since = self.last
                self.begin_hold()
            for delay in self.stopping:
                delay.look()
            self.note_stopped()
            return True
        self.end_hold()
        return False

    def begin_hold(self):
        self.stopping = [Delay(t) for p in self.stoppers()
                         for t in glob.glob("/proc/%d/task/*" % p)]
        tasks = "/proc/%d/task/" % self.pid
        self.others = {tasks + t: Delay(tasks + t) for t in os.listdir(tasks)}
        self.threads = []
        self.note_stopped()

    def note_stopped(self):
        """Often one thread alone is held, and the delays of the others mean
        nothing."""
        for path in list(self.others):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                with open(path + "/stat", "rb") as file:
                    if is_stopped(file.read()):
                        self.threads.append(self.others.pop(path))

    def end_hold(self):
        if self.since:
            # A thread that waits for a CPU stops when it gets one, and the
            # threads wait at the same time.
            for delay in self.threads:
                delay.look()
            self.holds.append(Hold(self.since, self.last, sum(
                d.seconds for d in self.stopping) + max(
                    [d.seconds for d in self.threads], default=0.0)))
            for delay in [*self.stopping, *self.threads,
                          *self.others.values()]:
                delay.close()
        self.since = None

    def close(self):
        self.end_hold()
        os.close(self.file)


class Working:
    """at_work.py: it counts, makes objects, and knows what it holds."""
    name = "working"

    def __init__(self, python):
        fd = os.memfd_create("count", 0)
        os.ftruncate(fd, mmap.PAGESIZE)
        self.shared = mmap.mmap(fd, mmap.PAGESIZE)
        self.target = Target(python, "at_work.py", fd, NODES, fds=(fd,),
                             stderr=subprocess.DEVNULL)
        os.close(fd)
        self.pid = self.target.pid
        self.main = "/proc/%d/task/%d" % (self.pid, self.pid)
        self.slowest = 0.0
        time.sleep(0.1)
        self.before = self.statement()

    def count(self):
        return struct.unpack_from("=Q", self.shared, 0)[0]

    def runs_on(self):
        """None, or what is wrong.  It must count at once."""
        start, first = time.monotonic(), self.count()
        while self.count() == first:
            if time.monotonic() > start + 5:
                return "it does not count any more"
            time.sleep(2e-4)
        self.slowest = max(self.slowest, time.monotonic() - start)
        return None

    def read_only(self):
        """The checksum of all that the program can read and not write: its
        code, constants and names."""
        found = {}
        mem = os.open("/proc/%d/mem" % self.pid, os.O_RDONLY)
        with open("/proc/%d/maps" % self.pid) as f:
            lines = f.read().splitlines()
        for line in lines:
            span, mode = line.split()[:2]
            if mode[:2] != "r-" or "[v" in line:
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            data = os.pread(mem, end - start, start)
            found[line] = len(data), zlib.crc32(data)
        os.close(mem)
        return found

    def thread(self, tid):
        """A thread that stands in a system call: which one, its arguments,
        its registers, and what is on its stack."""
        with open("/proc/%d/task/%d/syscall" % (self.pid, tid)) as f:
            call = f.read().split()
        mem = os.open("/proc/%d/mem" % self.pid, os.O_RDONLY)
        stack = os.pread(mem, 4096, int(call[-2], 16)) if len(call) > 2 else b""
        os.close(mem)
        return call, stack

    def standing(self, tid):
        """The same.  A thread may be on its way back into its call."""
        end = time.monotonic() + 5
        while True:
            seen = self.thread(tid)
            if seen[0][0] != "running" or time.monotonic() > end:
                return seen
            time.sleep(1e-4)

    def statement(self):
        os.write(self.target.process.stdin.fileno(), b"\n")
        said = self.target.read()
        found = {"itself": said, "read-only memory": self.read_only()}
        for tid in self.target.facts["still"]:
            # The main thread has just answered.
            if tid != self.pid:
                found["thread %d" % tid] = self.standing(tid)
        found["files"] = {
            fd: os.readlink("/proc/%d/fd/%s" % (self.pid, fd))
            for fd in os.listdir("/proc/%d/fd" % self.pid)}
        with open(self.main + "/status") as f:
            found["signals"] = [line for line in f if line.startswith((
                "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "TracerPid",
                "Seccomp", "CapEff", "Threads"))]
        with open("/proc/%d/oom_score_adj" % self.pid) as f:
            found["oom_score_adj"] = f.read()
        return found

    def changed(self):
        now = self.statement()
        return ["%s: %.300r, then %.300r" % (k, self.before[k], now[k])
                for k in now if now[k] != self.before[k]]

    def tids(self):
        return [int(t) for t in os.listdir("/proc/%d/task" % self.pid)]

    def unharmed(self):
        unharmed(self.target)

    def close(self):
        self.target.close()
        self.shared.close()


class Standing(Working):
    """crowd.py: all its threads wait, and each page of it stays as it is."""
    name = "standing"

    def __init__(self, python):
        self.target = Target(python, "crowd.py", "still", NODES,
                             stderr=subprocess.DEVNULL)
        self.pid = self.target.pid
        self.slowest = 0.0
        self.before = settled(self.target)

    def runs_on(self):
        return None

    def changed(self):
        found = list(self.before.differences(State(self.target)))
        if found:
            # A thread may be on its way back into its system call.
            time.sleep(0.3)
            found = list(self.before.differences(State(self.target)))
        return found

    def close(self):
        self.target.close()
