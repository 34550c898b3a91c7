# SPDX-License-Identifier: GPL-2.0-or-later
r"""Pages of results are generators; clients that went away never finish
theirs, and a session table keeps them.

place: \.results\b
fix: (?i)close\(|generator|finish|exhaust|remove|evict|bound|expire
explains: 60
"""
import service


def pages(query):
    rows = ["row %d of %s" % (i, query) for i in range(30)]
    for start in range(0, len(rows), 10):
        yield rows[start:start + 10]


class Sessions:
    def __init__(self):
        self.results = {}

    def search(self, number):
        found = self.results[number] = pages("query %d" % number)
        return next(found)


SESSIONS = Sessions()


def serve(numbers):
    for number in numbers:
        SESSIONS.search(number)


service.run(serve, 500, 7000)
