# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each request leaves cycles, which the collector frees in time: what is not
freed yet is no leak.  After python/cpython#95739, whose cycles were taken for
one.

healthy: yes
"""
import service


class Connection:
    def __init__(self, number):
        self.buffer = "x" * 400
        self.protocol = Protocol(self, number)


class Protocol:
    def __init__(self, connection, number):
        self.connection, self.number = connection, number


def serve(numbers):
    for number in numbers:
        try:
            raise ConnectionError(Connection(number))
        except ConnectionError as error:
            kept = error
            assert kept.__traceback__


service.run_steady(serve, 2000, 30000)
