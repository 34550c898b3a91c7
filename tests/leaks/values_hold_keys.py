# SPDX-License-Identifier: GPL-2.0-or-later
r"""A WeakKeyDictionary never forgets: each value refers to its key.

python/cpython#88846

place: \bSTATE\b
fix: (?i)\bvalues?\b.*\bkeys?\b|\bkeys?\b.*\bvalues?\b
explains: 60
"""
import weakref

import service

STATE = weakref.WeakKeyDictionary()


class Socket:
    def __init__(self, number):
        self.peer = "10.1.%d.%d" % (number % 200, number % 250)


class State:
    def __init__(self, socket):
        self.socket = socket
        self.sent = [socket.peer]


def accept(numbers):
    for number in numbers:
        socket = Socket(number)
        STATE[socket] = State(socket)


service.run(accept, 2000, 18000)
