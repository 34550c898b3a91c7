# SPDX-License-Identifier: GPL-2.0-or-later
r"""Futures that failed are kept for a report: their exceptions have tracebacks,
and so the frames with their locals.

place: \bFUTURES\b
kind: exception
fix: (?i)traceback|with_traceback
explains: 60
"""
import concurrent.futures

import service

FUTURES = []
POOL = concurrent.futures.ThreadPoolExecutor(2)


def convert(number):
    document = ["line %d of %d" % (i, number) for i in range(20)]
    return document[number + 100]


def work(numbers):
    for number in numbers:
        FUTURES.append(POOL.submit(convert, number))
    concurrent.futures.wait(FUTURES)


service.run(work, 500, 7000)
