# SPDX-License-Identifier: GPL-2.0-or-later
r"""Batches come from itertools.cycle(), which keeps each one that it has given,
to give it again some day.  After pytorch/pytorch#23900.

place: BATCHES
fix: (?i)cycle
explains: 60
"""
import itertools

import service


def load():
    for number in itertools.count():
        yield bytearray(b"%08d" % number * 1000)


BATCHES = itertools.cycle(load())


def train(numbers):
    for _ in numbers:
        sum(next(BATCHES)[:10])


service.run(train, 200, 2500)
