# SPDX-License-Identifier: GPL-2.0-or-later
r"""A consumer remembers the ID of each message, in a set of str.

place: \.seen\b
explains: 60
"""
import service


class Consumer:
    def __init__(self):
        self.seen = set()

    def handle(self, identifier):
        self.seen.add(identifier)


CONSUMER = Consumer()


def consume(numbers):
    for number in numbers:
        CONSUMER.handle("urn:message:%d:" % number + str(number ** 9) * 3)


service.run(consume, 4000, 60000)
