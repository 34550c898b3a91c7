# SPDX-License-Identifier: GPL-2.0-or-later
r"""The first rows of each batch are kept for a preview: views, which keep the
batch.

pandas-dev/pandas#60640

needs: pandas
place: \.previews\b
not: native code|DECREF
fix: (?i)copy
explains: 60
"""
import numpy
import pandas

import service


class Importer:
    def __init__(self):
        self.previews = []

    def load(self, number):
        batch = pandas.DataFrame(numpy.ones((4000, 10)) * number)
        self.previews.append(batch[:5])


IMPORTER = Importer()


def load(numbers):
    for number in numbers:
        IMPORTER.load(number)


service.run(load, 20, 160)
