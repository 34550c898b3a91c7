# SPDX-License-Identifier: GPL-2.0-or-later
r"""Records with 20 slots pile up; a smaller list of long texts stands beside.

place: \bRECORDS\b
explains: 70
"""
import service

RECORDS = []
LABELS = ["label %060d" % number for number in range(30000)]


class Record:
    __slots__ = ["field%d" % i for i in range(20)]

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, None)


def load(numbers):
    for _ in numbers:
        RECORDS.append(Record())


service.run(load, 6000, 70000)
