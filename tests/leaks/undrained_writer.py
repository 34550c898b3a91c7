# SPDX-License-Identifier: GPL-2.0-or-later
r"""A server writes events to a client that reads none, and never awaits
drain(): the transport keeps them.  After python/cpython#116279 and #81162.

place: \._buffer\b
fix: (?i)drain
explains: 60
"""
import asyncio
import socket

import service


class Server:
    def __init__(self):
        self.clients = []

    async def accept(self):
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        self.clients.append((reader, writer, theirs))

    async def send(self, numbers):
        if not self.clients:
            await self.accept()
        for number in numbers:
            self.clients[0][1].write(b'{"event": %d}\n' % number * 200)
            await asyncio.sleep(0)


asyncio.run(service.run_async(Server().send, 1000, 7000))
