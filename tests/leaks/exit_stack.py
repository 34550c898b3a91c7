# SPDX-License-Identifier: GPL-2.0-or-later
r"""An ExitStack that lives as long as the process is given a context for each
request.

jina-ai/serve#3739

place: _exit_callbacks
fix: (?i)close\(|\bwith\b|pop_all|ExitStack
explains: 60
"""
import contextlib

import service

STACK = contextlib.ExitStack()


@contextlib.contextmanager
def transaction(number):
    changes = ["change %d of %d" % (i, number) for i in range(5)]
    yield changes


def serve(numbers):
    for number in numbers:
        STACK.enter_context(transaction(number))


service.run(serve, 1000, 10000)
