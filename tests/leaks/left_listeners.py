# SPDX-License-Identifier: GPL-2.0-or-later
r"""Listeners that left keep their queues in a set; each message goes into all
of them.

encode/broadcaster#108

place: \.listeners\b
at most: 2
explains: 50
"""
import queue

import service


class Channel:
    def __init__(self):
        self.listeners = set()

    def listen(self):
        inbox = queue.SimpleQueue()
        self.listeners.add(inbox)
        return inbox

    def post(self, message):
        for inbox in self.listeners:
            inbox.put(message)


CHANNEL = Channel()


class Message:
    def __init__(self, number):
        self.number = number
        self.text = "message %d, and what it says" % number


def talk(numbers):
    for number in numbers:
        if number % 500 == 0:
            CHANNEL.listen().empty()
        CHANNEL.post(Message(number))


service.run(talk, 3000, 15000)
