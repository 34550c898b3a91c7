"""A target that holds still is the same, byte for byte, after every
command."""
import hashlib
import os
import time

import pythons
from harness import Target, each, pyheld, status

PAGE = 4096
RSEQ_SIZE = 32


class State:
    """All that can be seen of a process."""
    def __init__(self, target):
        self.pid = target.pid
        self.maps = self.read("maps")
        self.pages = dict(self.writable_pages(target.facts))
        self.files = {fd: (os.readlink("/proc/%d/fd/%s" % (self.pid, fd)),
                           self.read("fdinfo/" + fd))
                      for fd in os.listdir("/proc/%d/fd" % self.pid)}
        self.threads = {task: self.thread(task)
                        for task in os.listdir("/proc/%d/task" % self.pid)}

    def read(self, name):
        with open("/proc/%d/%s" % (self.pid, name), "rb") as f:
            return f.read()

    def thread(self, task):
        s = status(self.pid, int(task))
        # The system call that it waits in, its arguments, stack and
        # instruction pointer.
        return dict({k: s[k] for k in (
            "State", "TracerPid", "SigPnd", "ShdPnd", "SigBlk", "SigIgn",
            "SigCgt", "Seccomp")}, syscall=self.read(
                "task/%s/syscall" % task))

    def writable_pages(self, facts):
        """(address, digest) of each.

        What the kernel itself writes when a thread has moved to another CPU
        is left out: the thread's struct rseq, whose place the C library
        tells (see rseq(2); ptrace has no part in it).
        """
        holes = [] if facts["rseq"] is None else \
            [ident + facts["rseq"] for ident in facts["threads"]]
        mem = os.open("/proc/%d/mem" % self.pid, os.O_RDONLY)
        try:
            for line in self.maps.decode().splitlines():
                span, permissions = line.split()[:2]
                if permissions[1] != "w" or permissions[0] != "r":
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                data = bytearray(os.pread(mem, end - start, start))
                assert len(data) == end - start, line
                for hole in holes:
                    if start <= hole < end:
                        at = hole - start
                        data[at:at + RSEQ_SIZE] = bytes(RSEQ_SIZE)
                for at in range(0, len(data), PAGE):
                    yield start + at, hashlib.blake2b(
                        data[at:at + PAGE], digest_size=16).digest()
        finally:
            os.close(mem)

    def differences(self, other):
        for name in ("maps", "files", "threads"):
            a, b = getattr(self, name), getattr(other, name)
            if a != b:
                yield "%s: %r, then %r" % (name, a, b)
        pages = [a for a in sorted(set(self.pages) | set(other.pages))
                 if self.pages.get(a) != other.pages.get(a)]
        if pages:
            yield "%d pages: %s" % (len(pages),
                                    ", ".join(map(hex, pages[:20])))


def settled(target):
    """Wait until all threads have gone to sleep in their calls."""
    for _ in range(500):
        before = State(target)
        time.sleep(0.05)
        if not list(before.differences(State(target))) and all(
                t["State"][0] == "S" for t in before.threads.values()):
            return before
    raise AssertionError("the target does not hold still")


@each(pythons.supported)
def test_same_after_each_command(python):
    with Target(python, "crowd.py", "still", 2000) as target:
        before = settled(target)
        assert len(before.threads) == 5, before.threads
        assert len(before.pages) > 500
        bad = []
        address = None
        for command in (["summary"], ["summary", "--json"],
                        ["chain", "--type=__main__.Node", "--json"],
                        ["cycles"], ["export", "--format=jsonl"],
                        ["object"]):
            if command == ["object"]:
                args = ["object", target.pid, address]
            else:
                args = command + [target.pid]
            result = pyheld(*args)
            if "chain" in command:
                address = result.json["chains"][0]["steps"][-1]["address"]
            for d in before.differences(State(target)):
                bad.append("after %s: %s" % (" ".join(command), d))
        print("# %-14s %d pages, %d threads, %d files"
              % (python.label, len(before.pages), len(before.threads),
                 len(before.files)))
        assert not bad, "\n".join(bad)


def test_same_after_a_failing_command():
    """An address that is no object: found out after the target was read."""
    with Target(pythons.system(), "crowd.py", "still", 2000) as target:
        before = settled(target)
        pyheld("object", target.pid, "0x1001", status=(3,))
        bad = list(before.differences(State(target)))
        assert not bad, "\n".join(bad)
