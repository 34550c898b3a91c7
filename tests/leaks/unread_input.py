# SPDX-License-Identifier: GPL-2.0-or-later
r"""A parser never cuts its input: one bytearray of 40 MB.

place: \.pending\b
explains: 80
"""
import service


class Parser:
    def __init__(self):
        self.pending = bytearray()

    def feed(self, data):
        self.pending.extend(data)


PARSER = Parser()


def feed(numbers):
    for number in numbers:
        PARSER.feed(b"%08d" % number * 100)


service.run(feed, 8000, 50000)
