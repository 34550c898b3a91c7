# SPDX-License-Identifier: GPL-2.0-or-later
r"""Tasks wait for ever for a lock, whose holder died with it.

place: \.running\b
says: (?i)wait in .*update
explains: 50
"""
import asyncio

import service


class Table:
    def __init__(self):
        self.lock = None
        self.running = set()

    async def update(self, number):
        row = {"id": number, "text": "row %d" % number, "data": bytes(100)}
        async with self.lock:
            return row

    def start(self, number):
        task = asyncio.get_running_loop().create_task(self.update(number))
        self.running.add(task)
        task.add_done_callback(self.running.discard)


TABLE = Table()


async def serve(numbers):
    if not TABLE.lock:
        TABLE.lock = asyncio.Lock()
        await TABLE.lock.acquire()
    for number in numbers:
        TABLE.start(number)
    await asyncio.sleep(0.1)


asyncio.run(service.run_async(serve, 1000, 10000))
