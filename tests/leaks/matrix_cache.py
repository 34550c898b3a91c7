# SPDX-License-Identifier: GPL-2.0-or-later
r"""A cache of matrices by region is never emptied: ten, 8 MB each.

needs: numpy
place: \.matrices\b
explains: 80
"""
import numpy

import service


class Model:
    def __init__(self):
        self.matrices = {}

    def matrix_of(self, region):
        if region not in self.matrices:
            self.matrices[region] = numpy.ones((1000, 1000)) * len(region)
        return self.matrices[region]


MODEL = Model()


def compute(numbers):
    for number in numbers:
        MODEL.matrix_of("region %d" % number).sum()


service.run(compute, 2, 10)
