# SPDX-License-Identifier: GPL-2.0-or-later
r"""The callback of weakref.finalize() is a method of the object itself: the
object never dies.

place: finalize\._registry|\b_registry\b
fix: (?i)callback|argument|bound method|static
explains: 60
"""
import weakref

import service


class Connection:
    def __init__(self, number):
        self.peer = "10.0.0.%d:%d" % (number % 250, number)
        self.buffer = bytearray(200)
        weakref.finalize(self, self.close)

    def close(self):
        self.buffer.clear()


def serve(numbers):
    for number in numbers:
        Connection(number)


service.run(serve, 1500, 15000)
