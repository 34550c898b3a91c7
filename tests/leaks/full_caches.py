# SPDX-License-Identifier: GPL-2.0-or-later
r"""A cache at its bound, and a window of the last measurements, also at its
bound: all entries are replaced, and none is added.  Mistaken for a leak in
reports such as sqlalchemy/sqlalchemy#4560.

healthy: yes
"""
import collections
import functools

import service

WINDOW = collections.deque(maxlen=4000)


@functools.lru_cache(maxsize=3000)
def profile(number):
    return {"number": number, "name": "user %d" % number, "tags": [number] * 5}


def serve(numbers):
    for number in numbers:
        WINDOW.append((number, number * 0.1, profile(number)["name"]))


service.run(serve, 9000, 60000)
