# SPDX-License-Identifier: GPL-2.0-or-later
r"""A tool is wrapped for each run of its agent, and the wrapper of the run
before is what is wrapped: a chain of closures.  After agno-agi/agno#3727 and
aws/aws-xray-sdk-python#99.

place: (?i)entrypoint|TOOL|SEARCH
kind: chain
explains: 60
"""
import functools

import service


class Tool:
    def __init__(self, entrypoint):
        self.entrypoint = entrypoint

    def prepare(self, run):
        inner = self.entrypoint
        context = {"run": run, "user": "user-%d" % run}

        @functools.wraps(inner)
        def checked(*args):
            assert context
            return inner(*args)

        self.entrypoint = checked


SEARCH = Tool(lambda text: text.split())


def work(numbers):
    for number in numbers:
        SEARCH.prepare(number)


service.run(work, 1000, 9000)
