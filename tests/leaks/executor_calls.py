# SPDX-License-Identifier: GPL-2.0-or-later
r"""A coroutine gives calls to an executor faster than it does them.

python/cpython#78349

place: \bWORKERS\b|ThreadPoolExecutor|_work_queue
kind: queue
fix: (?i)bound|semaphore|maxsize|limit
explains: 60
"""
import asyncio
import concurrent.futures
import threading

import service

WORKERS = concurrent.futures.ThreadPoolExecutor(2)
STALLED = threading.Event()


def resize(picture):
    STALLED.wait()


async def upload(numbers):
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.run_in_executor(WORKERS, resize, {"id": number, "name": "a.png"})


asyncio.run(service.run_async(upload, 1000, 12000))
