# SPDX-License-Identifier: GPL-2.0-or-later
r"""A history of commands is below its bound, which is too large: 500 entries,
then 5,000 of 6,000.

place: \.history\b
says: (?i)6,?000
older: yes
explains: 60
"""
import collections

import service


class Shell:
    def __init__(self):
        self.history = collections.deque(maxlen=6000)

    def run(self, number):
        output = " ".join("line %d" % (number * i) for i in range(100))
        self.history.append(("command %d" % number, output))


SHELL = Shell()


def run(numbers):
    for number in numbers:
        SHELL.run(number)


service.run(run, 500, 5000)
