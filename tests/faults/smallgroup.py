# SPDX-License-Identifier: GPL-2.0-or-later
"""A small memory control group, in which the kernel kills.

It is made below our own group.  Version 2 gives a group with processes in it
no controllers for its children, so that there it may be a sibling.
"""
import os
import subprocess
import sys
import time

# Takes memory when it is told to, and keeps it.  32768 is MAP_POPULATE.
BALLAST = """
import mmap, sys
kept = []
print("here", flush=True)
for line in sys.stdin:
    kept.append(mmap.mmap(-1, int(line), flags=mmap.MAP_PRIVATE |
                          mmap.MAP_ANONYMOUS | 32768))
    print("taken", flush=True)
"""


class NoGroup(Exception):
    """There is no memory control group that we may make."""


# What the files of the two versions are called.
V1 = {"limit": "memory.limit_in_bytes", "used": "memory.usage_in_bytes",
      "peak": "memory.max_usage_in_bytes", "events": "memory.oom_control",
      "none": "-1", "mount": "/sys/fs/cgroup/memory"}
V2 = {"limit": "memory.max", "used": "memory.current", "peak": "memory.peak",
      "events": "memory.events", "none": "max", "mount": "/sys/fs/cgroup"}


def own_groups():
    """(names of files, path) of our own group, then of those above."""
    with open("/proc/self/cgroup") as f:
        lines = [line.rstrip("\n").split(":", 2) for line in f]
    for _, controllers, path in lines:
        names = V1 if "memory" in controllers.split(",") else \
            V2 if not controllers else None
        while names:
            yield names, names["mount"] + path.rstrip("/")
            if path in ("", "/"):
                break
            path = os.path.dirname(path)


class SmallGroup:
    """Leaving `with` ends what is in it and removes it."""
    def __enter__(self):
        tried = []
        for self.names, parent in own_groups():
            self.path = "%s/pyheld-kills-%d-%x" % (parent, os.getpid(),
                                                   id(self))
            try:
                os.mkdir(self.path)
            except OSError as e:
                tried.append(str(e))
                continue
            try:
                self.write("limit", self.names["none"])
                self.ballast = None
                return self
            except OSError as e:
                tried.append(str(e))
                os.rmdir(self.path)
        raise NoGroup("no memory control group can be made: %s"
                      % ("; ".join(tried) or "none is mounted"))

    def __exit__(self, *exc):
        if self.ballast:
            self.ballast.kill()
            self.ballast.wait()
        for _ in range(1000):
            try:
                os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.01)
        raise AssertionError("%s can't be removed" % self.path)

    def write(self, name, value):
        with open(os.path.join(self.path, self.names[name]), "w") as f:
            f.write(str(value))

    def read(self, name):
        with open(os.path.join(self.path, self.names[name])) as f:
            return f.read()

    def join(self):
        """For `preexec_fn`."""
        with open(os.path.join(self.path, "cgroup.procs"), "w") as f:
            f.write("0")

    def kills(self):
        for line in self.read("events").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
        raise NoGroup("the kernel does not count what it kills")

    def used(self):
        return int(self.read("used"))

    def begin(self, left):
        """There is a ballast, which has taken nothing yet, and so many bytes
        are left."""
        self.write("limit", self.names["none"])
        if not self.ballast or self.ballast.poll() is not None or \
                self.has_taken:
            if self.ballast:
                self.ballast.kill()
                self.ballast.wait()
            self.ballast = subprocess.Popen(
                [sys.executable, "-I", "-c", BALLAST], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, preexec_fn=self.join)
            self.ballast.stdout.readline()
            self.has_taken = False
        self.limit = (self.used() + int(left)) & -4096
        self.write("limit", self.limit)

    def squeeze(self, more=8 << 20):
        """Let the ballast take all that is left, and `more`."""
        self.has_taken = True
        size = max(self.limit - self.used(), 0) + more
        os.write(self.ballast.stdin.fileno(), b"%d\n" % size)
