# SPDX-License-Identifier: GPL-2.0-or-later
r"""A program turns the collector off for speed; its trees are cycles.

place: (?i)collect
kind: gc disabled
fix: (?i)gc\.(enable|collect)|weak
explains: 60
"""
import gc

import service


class Element:
    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []
        if parent:
            parent.children.append(self)


def parse(number):
    page = Element("page %d" % number)
    for i in range(4):
        Element("section %d.%d" % (number, i), page)


def work(numbers):
    gc.disable()
    for number in numbers:
        parse(number)


service.run(work, 1000, 14000)
