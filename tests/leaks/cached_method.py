# SPDX-License-Identifier: GPL-2.0-or-later
r"""functools.lru_cache(None) on a method keeps each self.

getsentry/seer#2512

place: Customer\.orders
kind: lru_cache
fix: \bself\b
explains: 60
"""
import functools

import service


class Customer:
    def __init__(self, number):
        self.number = number
        self.address = {"city": "city %d" % number, "street": "street"}

    @functools.lru_cache(None)
    def orders(self, year):
        return ["order %d of %d" % (i, self.number) for i in range(3)]


def serve(numbers):
    for number in numbers:
        Customer(number).orders(2024)


service.run(serve, 1000, 12000)
