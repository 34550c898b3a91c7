# SPDX-License-Identifier: GPL-2.0-or-later
r"""Sessions come and go, always 3,000 of them: the table does not grow.

Without an older capture it may be named; with one, it has not grown.

older: yes
healthy: yes
"""
import service


class Session:
    def __init__(self, number):
        self.token = "token %d" % number
        self.pages = ["/page/%d" % (number + i) for i in range(5)]


class Sessions:
    def __init__(self):
        self.open = {}

    def log_in(self, number):
        self.open[number] = Session(number)
        self.open.pop(number - 3000, None)


SESSIONS = Sessions()


def serve(numbers):
    for number in numbers:
        SESSIONS.log_in(number)


service.run(serve, 5000, 15000)
