# SPDX-License-Identifier: GPL-2.0-or-later
r"""A context is attached for each request and never detached: each holds the
one before it, and a context variable holds the last.

DataDog/dd-trace-py#20016

place: \bCURRENT\b|current_span
at most: 2
explains: 60
"""
import contextvars

import service

CURRENT = contextvars.ContextVar("current_span", default=None)


class Span:
    def __init__(self, name, parent):
        self.name = name
        self.parent = parent
        self.attributes = {"http.route": name, "http.status": 200}


def attach(name):
    CURRENT.set(Span(name, CURRENT.get()))


def serve(numbers):
    for number in numbers:
        attach("/orders/%d" % number)


service.run(serve, 3000, 40000)
