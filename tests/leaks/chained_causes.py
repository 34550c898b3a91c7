# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each failure is raised from the failure before it: a chain of causes that
never ends.

place: \.last_error\b|__cause__|__context__
kind: exception
fix: (?i)cause|context|from None
at most: 2
explains: 60
"""
import service


class Poller:
    def __init__(self):
        self.last_error = None

    def poll(self, number):
        body = "no answer to request %d" % number
        try:
            raise ConnectionError(body) from self.last_error
        except ConnectionError as error:
            self.last_error = error


POLLER = Poller()


def poll(numbers):
    for number in numbers:
        POLLER.poll(number)


service.run(poll, 2000, 25000)
