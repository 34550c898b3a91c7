# SPDX-License-Identifier: GPL-2.0-or-later
"""No command changes a target that stands still: its memory, files and threads
are the same afterwards, byte for byte."""
import array
import errno
import hashlib
import os
import tempfile
import time

import commands
import pythons
from harness import Target, each, pyheld, status

PAGE = 4096
RSEQ_SIZE = 32
TIMESPEC_SIZE = 16
SELECTS = (b"23", b"270")       # select, pselect6

# When a thread is stopped in a wait with a timeout, the kernel continues it by
# restart_syscall(2), so that it ends on time.  Then 219 takes the place of
# poll (7), futex (202) or clock_nanosleep (230).
RESTARTED = ("219", "7", "202", "230")


def digest(data):
    return hashlib.blake2b(data, digest_size=16).digest()


# The digest of a page that was never touched.
UNTOUCHED = digest(bytes(PAGE))


class State:
    """Everything that /proc shows of a process and that must not change."""
    def __init__(self, target):
        self.pid = target.pid
        self.maps = self.read("maps")
        self.pages = dict(self.writable_pages(self.holes(target.facts)))
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
        # The system call that it waits in: number, arguments, stack pointer,
        # instruction pointer.
        call = self.read("task/%s/syscall" % task).decode().split()
        if call[0] in RESTARTED:
            call[0] = "restart_syscall"
        return dict({k: s[k] for k in (
            "State", "TracerPid", "SigPnd", "ShdPnd", "SigBlk", "SigIgn",
            "SigCgt", "Seccomp")}, syscall=" ".join(call))

    def holes(self, facts):
        """(address, size) of memory that the kernel itself writes.

        A thread's struct rseq is written when the thread moves to another
        CPU, see rseq(2).  The timeout of select(2), which time.sleep() of 3.8
        to 3.10 calls, is overwritten with the time that is left when the
        thread is stopped by anybody.
        """
        if facts["rseq"] is not None:
            for ident in facts["threads"]:
                yield ident + facts["rseq"], RSEQ_SIZE
        for task in os.listdir("/proc/%d/task" % self.pid):
            call = self.read("task/%s/syscall" % task).split()
            if call[0] in SELECTS:
                yield int(call[5], 16), TIMESPEC_SIZE

    def writable_pages(self, holes):
        """(address, digest) of each writable page."""
        holes = list(holes)
        mem = os.open("/proc/%d/mem" % self.pid, os.O_RDONLY)
        try:
            for line in self.maps.decode().splitlines():
                span, permissions = line.split()[:2]
                if permissions[1] != "w" or permissions[0] != "r":
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                is_file = line.split()[4] != "0"
                for start, end in [(start, end)] if is_file else \
                        self.touched(start, end):
                    data = self.read_span(mem, start, end)
                    for hole, size in holes:
                        if start <= hole < end:
                            at = hole - start
                            data[at:at + size] = bytes(size)
                    for at in range(0, len(data), PAGE):
                        yield start + at, digest(data[at:at + PAGE])
        finally:
            os.close(mem)

    def touched(self, start, end):
        """The parts of an anonymous mapping that are in memory or in swap:
        free-threaded CPython reserves a GB."""
        entries = array.array("Q")
        with open("/proc/%d/pagemap" % self.pid, "rb") as f:
            f.seek(start // PAGE * 8)
            entries.frombytes(f.read((end - start) // PAGE * 8))
        first = None
        for at, entry in zip(range(start, end + PAGE, PAGE),
                             entries.tolist() + [0]):
            if entry >> 62 and first is None:
                first = at
            elif not entry >> 62 and first is not None:
                yield first, at
                first = None

    @staticmethod
    def read_span(mem, start, end):
        """The bytes.  A page that can't be read is all 0xfe: since glibc 2.42
        the guards of threads' stacks, which maps does not show."""
        data = bytearray()
        while len(data) < end - start:
            at = start + len(data)
            try:
                some = os.pread(mem, end - at, at)
            except OSError as e:
                if e.errno != errno.EIO:
                    raise
                some = b"\xfe" * PAGE
            assert some, hex(at)
            data += some
        return data

    def differences(self, other):
        if self.maps != other.maps:
            yield "maps: %r, then %r" % (self.maps, other.maps)
        for name in ("files", "threads"):
            a, b = getattr(self, name), getattr(other, name)
            for key in sorted(set(a) | set(b)):
                if a.get(key) != b.get(key):
                    yield "%s, %s: %r, then %r" % (name, key, a.get(key),
                                                   b.get(key))
        pages = [a for a in sorted(set(self.pages) | set(other.pages))
                 if self.pages.get(a, UNTOUCHED) !=
                 other.pages.get(a, UNTOUCHED)]
        if pages:
            yield "%d pages: %s" % (len(pages),
                                    ", ".join(map(hex, pages[:20])))


def settled(target):
    """Wait until all threads sleep in a system call; returns the state."""
    for _ in range(500):
        before = State(target)
        time.sleep(0.05)
        if not list(before.differences(State(target))) and all(
                t["State"][0] == "S" for t in before.threads.values()):
            return before
    raise AssertionError("the target does not hold still")


def address_of_a_node(target):
    found = pyheld("chain", "--type=__main__.Node", "--json", target.pid).json
    return found["chains"][0]["steps"][-1]["address"]


@each(pythons.few)
def test_target_is_unchanged_after_each_command(python):
    assert not commands.missing(), commands.missing()
    with Target(python, "crowd.py", "still", 2000) as target, \
            tempfile.TemporaryDirectory() as folder:
        before = settled(target)
        assert len(before.threads) == 5, before.threads
        assert len(before.pages) > 500
        address = address_of_a_node(target)
        earlier = os.path.join(folder, "earlier.pyheld")
        pyheld("capture", target.pid, "-o", earlier)
        bad = []
        for line in commands.one_each():
            pyheld(*commands.fill(line, [target.pid], address, earlier,
                                  folder))
            bad += ["after %s: %s" % (line, d)
                    for d in before.differences(State(target))]
        print("# %-14s %d pages, %d threads, %d files"
              % (python.label, len(before.pages), len(before.threads),
                 len(before.files)))
        assert not bad, "\n".join(bad)


def test_target_is_unchanged_after_an_error():
    """The address of no object is refused after the target was read."""
    with Target(pythons.system(), "crowd.py", "still", 2000) as target:
        before = settled(target)
        pyheld("object", target.pid, "0x1001", status=(3,))
        bad = list(before.differences(State(target)))
        assert not bad, "\n".join(bad)
