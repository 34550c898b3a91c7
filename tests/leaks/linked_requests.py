# SPDX-License-Identifier: GPL-2.0-or-later
r"""The last 4,000 requests in a linked list, and all of them are replaced.

Without an older capture it may be named; with one, it has not grown.

older: yes
healthy: yes
"""
import service

KEPT = 4000


class Request:
    def __init__(self, number):
        self.path = "/request/%d" % number
        self.headers = {"id": "request %d" % number, "host": "example.org"}
        self.next = None


class Recent:
    def __init__(self):
        self.first = self.last = None
        self.length = 0

    def add(self, request):
        if self.last:
            self.last.next = request
        else:
            self.first = request
        self.last = request
        self.length += 1
        if self.length > KEPT:
            self.first = self.first.next
            self.length -= 1


RECENT = Recent()


def serve(numbers):
    for number in numbers:
        RECENT.add(Request(number))


service.run(serve, 5000, 15000)
