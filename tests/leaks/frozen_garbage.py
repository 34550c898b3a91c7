# SPDX-License-Identifier: GPL-2.0-or-later
r"""gc.freeze() is called after each batch: what is garbage by then is never
collected.

place: (?i)freeze|frozen|permanent
fix: (?i)freeze
explains: 60
"""
import gc

import service


class Node:
    def __init__(self, name):
        self.name = name
        self.children = []
        self.parent = None

    def add(self, child):
        child.parent = self
        self.children.append(child)


def parse(number):
    root = Node("document %d" % number)
    for i in range(5):
        root.add(Node("section %d.%d" % (number, i)))


def work(numbers):
    for number in numbers:
        parse(number)
        if number % 50 == 0:
            gc.freeze()


service.run(work, 1000, 12000)
