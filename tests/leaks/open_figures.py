# SPDX-License-Identifier: GPL-2.0-or-later
r"""Charts are made with pyplot and never closed: pyplot keeps them.

virajbdeshpande/AmpliconArchitect#64

needs: matplotlib
place: Gcf\.figs
fix: close\(
explains: 60
"""
import warnings

from matplotlib import pyplot

import service


def draw(numbers):
    for number in numbers:
        pyplot.figure()
        pyplot.plot([number * i % 17 for i in range(200)])


warnings.simplefilter("ignore")
pyplot.switch_backend("Agg")
service.run(draw, 10, 60)
