# SPDX-License-Identifier: GPL-2.0-or-later
r"""The error of a failed start is stored and raised for each request: its
traceback grows each time.

torproject/stem#156

place: \.failure\b|__traceback__
kind: exception
fix: (?i)with_traceback|__traceback__|new exception
at most: 1
explains: 60
"""
import service


class Backend:
    def __init__(self):
        self.failure = None
        try:
            raise ConnectionError("the database does not answer")
        except ConnectionError as error:
            self.failure = error

    def query(self, text):
        raise self.failure


BACKEND = Backend()


def serve(numbers):
    for number in numbers:
        try:
            BACKEND.query("SELECT %d" % number * 10)
        except ConnectionError:
            pass


service.run(serve, 4000, 50000)
