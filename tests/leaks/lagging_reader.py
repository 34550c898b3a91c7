# SPDX-License-Identifier: GPL-2.0-or-later
r"""Of two readers of a feed, which itertools.tee() made, one is never read.

place: \.audit\b
explains: 60
"""
import itertools

import service


def messages():
    for number in itertools.count():
        yield ["message", number, "text %d" % number]


class Bus:
    def __init__(self):
        self.main, self.audit = itertools.tee(messages())


BUS = Bus()


def read(numbers):
    for _ in numbers:
        next(BUS.main)


service.run(read, 4000, 50000)
