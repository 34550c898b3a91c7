# SPDX-License-Identifier: GPL-2.0-or-later
"""Holders that grow, and others that only look as if they did.

usage: holders.py CASE [BALLAST]

BALLAST: so many MiB of other objects, else none.  The facts: "address", the
holder of the case.  A line {"work": N} has it do N requests and is answered
with {"entries": N, "address": ...} of the holder.
"""
import collections
import json
import os
import sys


class Job:
    def __init__(self, number):
        self.name = "job %d" % number
        self.steps = ["%d.%d" % (number, i) for i in range(6)]


class Turnover:
    """Always 5,000 jobs, all of them replaced."""

    def __init__(self):
        self.jobs = {}
        self.done = 0
        self.work(5000)

    def work(self, requests):
        for number in range(self.done, self.done + requests):
            self.jobs[number] = Job(number)
            self.jobs.pop(number - 5000, None)
        self.done += requests

    def holder(self):
        return self.jobs


class Rebuilt(Turnover):
    """The same, in a new dict each time."""

    def work(self, requests):
        self.done += requests
        self.jobs = {n: Job(n) for n in range(self.done, self.done + 5000)}


ROWS = 20000        # in no method: it is no bound


class Catalogue(Turnover):
    """Read once, and as it was."""

    def work(self, requests):
        if not self.jobs:
            self.jobs = {n: Job(n) for n in range(ROWS)}


class Bounded(Turnover):
    """It grows towards its bound."""

    def work(self, requests):
        if not self.jobs:
            self.jobs = collections.deque(maxlen=20000)
            requests = 1000
        for number in range(requests):
            self.jobs.append([Job(number), "%06d" % number * 40])


class Handful(Turnover):
    """Few entries, of 2 MiB each."""

    def work(self, requests):
        for number in range(len(self.jobs), len(self.jobs) + requests % 1000):
            self.jobs["day %d" % number] = [os.urandom(2 << 20)]


class Buffer(Turnover):
    """One object, of 1 KiB a request; the holder is itself."""

    def work(self, requests):
        if not self.jobs:
            self.jobs = bytearray()
        self.jobs += b"x" * (requests << 10)


CASES = {"turnover": Turnover, "rebuilt": Rebuilt, "catalogue": Catalogue,
         "bounded": Bounded, "handful": Handful, "buffer": Buffer}
SERVICE = CASES[sys.argv[1]]()
BALLAST = []


def say():
    facts = {"address": id(SERVICE.holder()), "entries": len(SERVICE.holder())}
    os.write(1, json.dumps(facts).encode() + b"\n")


def main():
    for megabytes in sys.argv[2:]:
        for i in range(int(megabytes) << 7):
            BALLAST.append((i, "ballast %d %s" % (i, "x" * 7900)))
    say()
    for line in sys.stdin:
        SERVICE.work(json.loads(line)["work"])
        say()


if __name__ == "__main__":
    main()
