# SPDX-License-Identifier: GPL-2.0-or-later
r"""A live plot draws into the same axes again and again, and clears nothing:
the axes keep each line.  After matplotlib/matplotlib#21595 and #11473.

needs: matplotlib
place: (?i)_children|\bAXES\b|axes
fix: (?i)set_data|clear\(|cla\(|remove\(
explains: 60
"""
import matplotlib
matplotlib.use("Agg")
from matplotlib.figure import Figure

import service

FIGURE = Figure()
AXES = FIGURE.add_subplot()
AXES.set_autoscale_on(False)


def draw(numbers):
    for number in numbers:
        AXES.plot(range(100), [(number + i) % 17 for i in range(100)])


service.run(draw, 100, 700)
