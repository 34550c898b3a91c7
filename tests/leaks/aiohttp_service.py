# SPDX-License-Identifier: GPL-2.0-or-later
r"""An aiohttp service with background tasks, a queue and a bounded cache, under
steady load.

needs: aiohttp
healthy: yes
"""
import asyncio
import collections
import os

from aiohttp import web

import service


class Shop:
    def __init__(self):
        self.cache = collections.OrderedDict()

    async def start(self, app):
        self.events = asyncio.Queue(maxsize=100)
        self.tasks = [asyncio.get_running_loop().create_task(self.work())
                      for _ in range(4)]

    async def work(self):
        while True:
            number, done = await self.events.get()
            await asyncio.sleep(0)
            done.set_result("product %d" % number)

    async def show(self, request):
        number = int(request.match_info["number"])
        if number not in self.cache:
            done = asyncio.get_running_loop().create_future()
            await self.events.put((number, done))
            self.cache[number] = await asyncio.wait_for(done, 10)
            if len(self.cache) > 200:
                self.cache.popitem(last=False)
        return web.json_response({"id": number, "name": self.cache[number]})


async def pid(request):
    return web.Response(text=str(os.getpid()))


def serve(port):
    shop, app = Shop(), web.Application()
    app.add_routes([web.get("/pid", pid),
                    web.get("/product/{number}", shop.show)])
    app.on_startup.append(shop.start)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


service.run_server(serve, lambda number: "/product/%d" % (number % 1000),
                   500, 2500)
