# SPDX-License-Identifier: GPL-2.0-or-later
r"""Measurements are kept as small data frames, to be concatenated some day.

needs: pandas
place: \bPARTS\b
fix: (?i)concat|frame|bound|evict|remove
explains: 60
"""
import pandas

import service

PARTS = []


def measure(numbers):
    for number in numbers:
        PARTS.append(pandas.DataFrame({"sensor": ["a", "b", "c"],
                                       "value": [number, 2.5, 3.5]}))


service.run(measure, 200, 3000)
