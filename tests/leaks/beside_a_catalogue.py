# SPDX-License-Identifier: GPL-2.0-or-later
r"""Sessions grow slowly beside a static catalogue of twenty times their size.

place: \bSESSIONS\b
not: \bARTICLES\b.*(grew|grow)
older: yes
at most: 2
"""
import service

SESSIONS = {}


class Article:
    def __init__(self, number):
        self.number = number
        self.title = "article %d" % number
        self.words = ["word %d" % (number * i) for i in range(8)]


class Session:
    def __init__(self, number):
        self.user = "user %d" % number
        self.basket = [number]


ARTICLES = {i: Article(i) for i in range(40000)}


def serve(numbers):
    for number in numbers:
        SESSIONS["session %d" % number] = Session(number)


service.run(serve, 500, 4500)
