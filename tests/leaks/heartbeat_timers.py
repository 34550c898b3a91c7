# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each message starts a timer that nobody cancels: it is due in a day.

run-llama/llama-agents#486

place: _scheduled
fix: cancel\(
explains: 60
"""
import asyncio

import service


class Peer:
    def __init__(self, number):
        self.name = "peer %d" % number
        self.sent = [number]

    def lost(self):
        self.sent.clear()


async def talk(numbers):
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.call_at(loop.time() + 86400, Peer(number).lost)


asyncio.run(service.run_async(talk, 2000, 20000))
