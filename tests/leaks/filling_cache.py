# SPDX-License-Identifier: GPL-2.0-or-later
r"""A cache is far below its bound, which is too large: 3,000 entries, then
40,000 of 100,000.

place: \blookup\b
says: (?i)100,?000
older: yes
explains: 50
"""
import functools

import service


@functools.lru_cache(maxsize=100000)
def lookup(address):
    return {"address": address, "country": "country %d" % (address % 200)}


def serve(numbers):
    for number in numbers:
        lookup(number)


service.run(serve, 3000, 40000)
