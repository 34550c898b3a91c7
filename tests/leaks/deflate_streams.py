# SPDX-License-Identifier: GPL-2.0-or-later
r"""A WebSocket server keeps a compressor for each connection, also of those
that ended: their memory is zlib's.

Kludex/uvicorn#1862

place: \.connections\b
explains: 70
"""
import zlib

import service


class Connection:
    def __init__(self, number):
        self.path = "/chat/%d" % number
        self.encoder = zlib.compressobj(wbits=-15)

    def send(self, text):
        return self.encoder.compress(text.encode())


class Server:
    def __init__(self):
        self.connections = {}

    def accept(self, number):
        self.connections[number] = Connection(number)
        self.connections[number].send("welcome to room %d" % number)


SERVER = Server()


def serve(numbers):
    for number in numbers:
        SERVER.accept(number)


service.run(serve, 20, 250)
