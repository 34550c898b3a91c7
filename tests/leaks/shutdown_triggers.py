# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each connection asks Twisted to be told of the shutdown, and does not take
it back when it ends.

twisted/twisted#10480

needs: twisted
place: \.before\b
fix: removeSystemEventTrigger
explains: 60
"""
from twisted.internet import protocol, reactor

import service


class Connection(protocol.Protocol):
    def __init__(self, number):
        self.peer = "10.0.%d.%d" % divmod(number, 256)
        self.unsent = b"%06d" % number * 50

    def connectionMade(self):
        reactor.addSystemEventTrigger("before", "shutdown", self.say_goodbye)

    def say_goodbye(self):
        self.transport.write(b"goodbye")


def serve(numbers):
    for number in numbers:
        connection = Connection(number)
        connection.connectionMade()
        connection.connectionLost(None)


service.run(serve, 2000, 15000)
