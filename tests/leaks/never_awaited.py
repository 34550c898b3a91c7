# SPDX-License-Identifier: GPL-2.0-or-later
r"""Coroutines are put into a list, and nobody awaits them.

aio-libs/aiohttp#4492

place: \.deferred\b
kind: coroutine
fix: (?i)await
not: intern\(|look equal
explains: 60
"""
import asyncio

import service


class Mailer:
    def __init__(self):
        self.deferred = []

    async def send(self, to, text):
        await asyncio.sleep(0)
        return to, text

    def later(self, number):
        text = "Dear customer, thank you for your order. " * 8 + "%07d" % number
        self.deferred.append(self.send("user %d" % number, text))


MAILER = Mailer()


async def serve(numbers):
    for number in numbers:
        MAILER.later(number)


asyncio.run(service.run_async(serve, 1500, 18000))
