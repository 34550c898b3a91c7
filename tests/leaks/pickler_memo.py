# SPDX-License-Identifier: GPL-2.0-or-later
r"""A Pickler writes a stream of events and remembers each object that it has
written: its memo is never cleared.  After python/cpython#125756 and #85594.

place: (?i)PICKLER|JOURNAL
fix: clear_memo
explains: 60
"""
import os
import pickle

import service


class Event:
    def __init__(self, number):
        self.number = number
        self.text = "event %d has come" % number


JOURNAL = pickle.Pickler(open(os.devnull, "wb"))


def write(numbers):
    for number in numbers:
        JOURNAL.dump(Event(number))


service.run(write, 3000, 30000)
