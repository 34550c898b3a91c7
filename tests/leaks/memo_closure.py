# SPDX-License-Identifier: GPL-2.0-or-later
r"""A decorator of one's own remembers all results, in a closure.

place: \bquote\b|\bmemoized\b|\bknown\b
explains: 60
"""
import service


def memoize(function):
    known = {}

    def memoized(*arguments):
        if arguments not in known:
            known[arguments] = function(*arguments)
        return known[arguments]
    return memoized


@memoize
def quote(product, customer):
    return "product %d for customer %d" % (product, customer)


def serve(numbers):
    for number in numbers:
        quote(number, number % 77)


service.run(serve, 4000, 50000)
