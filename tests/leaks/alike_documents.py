# SPDX-License-Identifier: GPL-2.0-or-later
r"""Documents pile up; their texts are of one length and begin alike, but are
not equal.

place: \bARCHIVE\b
not: intern\(|equal
explains: 60
"""
import service

ARCHIVE = []
HEAD = '<?xml version="1.0" encoding="UTF-8"?><invoice xmlns="urn:invoice">'


class Invoice:
    def __init__(self, number):
        self.number = number
        self.xml = HEAD + "".join("<line>%08d</line>" % (number * i % 10 ** 8)
                                  for i in range(1, 30))


def bill(numbers):
    for number in numbers:
        ARCHIVE.append(Invoice(number))


service.run(bill, 1500, 18000)
