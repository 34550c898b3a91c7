# SPDX-License-Identifier: GPL-2.0-or-later
r"""gc.set_debug(gc.DEBUG_LEAK) was left in the program: all that the collector
finds is kept in gc.garbage.  After yt-dlp/yt-dlp#1949 and psf/requests#4553.

place: \bgc\.garbage\b
fix: (?i)DEBUG_SAVEALL|set_debug|DEBUG_LEAK
explains: 60
"""
import gc

import service


class Page:
    def __init__(self, number):
        self.text = "page %d" % number * 20
        self.parts = [Part(self, i) for i in range(3)]


class Part:
    def __init__(self, page, number):
        self.page, self.number = page, number


gc.set_debug(gc.DEBUG_SAVEALL)


def serve(numbers):
    for number in numbers:
        Page(number)
    gc.collect()


service.run(serve, 2000, 14000)
