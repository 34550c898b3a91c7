# SPDX-License-Identifier: GPL-2.0-or-later
r"""Event streams are asynchronous generators; streams of clients that left are
never closed.

place: \.streams\b
fix: aclose\(
explains: 60
"""
import asyncio

import service


class Feed:
    def __init__(self):
        self.streams = []

    async def events(self, client):
        backlog = ["event %d for %s" % (i, client) for i in range(20)]
        for event in backlog:
            yield event

    async def subscribe(self, client):
        stream = self.events(client)
        self.streams.append(stream)
        return await stream.__anext__()


FEED = Feed()


async def serve(numbers):
    for number in numbers:
        await FEED.subscribe("client %d" % number)


asyncio.run(service.run_async(serve, 500, 9000))
