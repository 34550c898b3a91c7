# SPDX-License-Identifier: GPL-2.0-or-later
"""A service that waits for work.

usage: at_rest.py KIND OBJECTS

KIND: asyncio, a server whose loop waits for connections; pool, 50 threads that
wait for tasks; blocked, a thread in each of some system calls that return EINTR
when they are stopped; or busy, which never waits.  It holds OBJECTS dicts.
"""
import asyncio
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

kind, number = sys.argv[1], int(sys.argv[2])
held = [{"number": i, "text": "text %d" % i} for i in range(number)]


def ready():
    print(json.dumps({"held": len(held)}), flush=True)


async def serve():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    ready()
    async with server:
        await server.serve_forever()


def wait_in_pool():
    everybody = threading.Barrier(51)
    pool = ThreadPoolExecutor(50)
    for _ in range(50):
        pool.submit(everybody.wait)
    everybody.wait()
    ready()
    signal.pause()


def receive():
    a, _b = socket.socketpair()
    a.settimeout(None)
    a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, b"\0" * 16)
    a.recv(1)


def poll():
    e = select.epoll()
    while True:
        e.poll(1000)


def wait_for_signal():
    signal.sigtimedwait([signal.SIGUSR1], 1000)


def block():
    for body in (receive, poll, wait_for_signal):
        threading.Thread(target=body, daemon=True).start()
    time.sleep(0.2)
    ready()
    os.read(0, 1)


if kind == "asyncio":
    asyncio.run(serve())
elif kind == "pool":
    wait_in_pool()
elif kind == "blocked":
    block()
else:
    ready()
    while True:
        pass
