# SPDX-License-Identifier: GPL-2.0-or-later
r"""Receivers of a signal are kept as weak references, and those of objects that
died are never removed.

place: \.receivers\b
fix: (?i)dead|weak|callback|remove
"""
import weakref

import service


class Signal:
    def __init__(self):
        self.receivers = []

    def connect(self, method):
        self.receivers.append((id(method), weakref.WeakMethod(method)))


class View:
    def __init__(self, number):
        self.number = number

    def model_changed(self, model):
        self.model = model


SIGNAL = Signal()


def serve(numbers):
    for number in numbers:
        SIGNAL.connect(View(number).model_changed)


service.run(serve, 3000, 30000)
