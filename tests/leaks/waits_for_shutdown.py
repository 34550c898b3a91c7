# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each request adds a callback to a future that is done at shutdown, and never
removes it.  After python/cpython#155143, permitio/fastapi_websocket_rpc#15 and
pnbruckner/ha-life360#101.

place: (?i)closed|_callbacks
kind: callbacks
fix: (?i)remove_done_callback|callback
explains: 60
"""
import asyncio

import service


class Request:
    def __init__(self, number):
        self.number = number
        self.body = "body of %d " % number * 40

    def cancel(self, future):
        self.body = None


class Channel:
    def __init__(self):
        self.closed = asyncio.get_running_loop().create_future()

    async def call(self, numbers):
        for number in numbers:
            request = Request(number)
            self.closed.add_done_callback(request.cancel)
            await asyncio.sleep(0)


async def main():
    await service.run_async(Channel().call, 1500, 12000)


asyncio.run(main())
