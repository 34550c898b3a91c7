# SPDX-License-Identifier: GPL-2.0-or-later
r"""The first column of each table is kept, as a view: so is all of it.

numpy/numpy#15746

needs: numpy
place: \.columns\b
fix: (?i)copy
explains: 80
"""
import numpy

import service


class Store:
    def __init__(self):
        self.columns = {}

    def add(self, number):
        table = numpy.arange(20000).reshape(2000, 10) + number
        self.columns[number] = table[:, 0]


STORE = Store()


def load(numbers):
    for number in numbers:
        STORE.add(number)


service.run(load, 50, 400)
