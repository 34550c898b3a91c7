# SPDX-License-Identifier: GPL-2.0-or-later
"""The service around each program of this folder: what any service has in its
memory, and the two phases of the test.

    service.run(leak, 1000, 9000)

calls leak(range(0, 1000)) and prints {"phase": 1}.  After a line on stdin it
calls leak(range(1000, 9000)) and prints {"phase": 2}.  It ends with its stdin.
"""
import asyncio
import collections
import datetime
import decimal
import functools
import importlib
import json
import logging
import os
import queue
import sqlite3
import sys
import threading

MODULES = """
argparse base64 configparser csv email.message hashlib http.client http.server
ipaddress logging.handlers secrets socketserver string tempfile urllib.request
uuid xml.etree.ElementTree
""".split()


class Product:
    """One of the catalogue, which is read once."""
    def __init__(self, number):
        self.number = number
        self.name = "product %d" % number
        self.price = decimal.Decimal(number) / 100
        self.tags = ["tag %d" % (number % 40), "new"]
        self.since = datetime.date(2020, 1 + number % 12, 1)


class Service:
    def __init__(self):
        self.modules = [importlib.import_module(name) for name in MODULES]
        self.catalogue = {i: Product(i) for i in range(1500)}
        self.settings = json.loads(json.dumps(
            {"section %d" % i: {"host": "host%d" % i, "port": i, "on": True}
             for i in range(200)}))
        self.recent = collections.deque(maxlen=300)
        self.jobs = queue.Queue(maxsize=50)
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        self.log = logging.getLogger("service")
        self.threads = [threading.Thread(target=self.work, daemon=True)
                        for _ in range(3)]

    def start(self):
        logging.basicConfig(stream=open(os.devnull, "w"), level=logging.INFO)
        self.database.execute("CREATE TABLE log (at REAL, what TEXT)")
        for thread in self.threads:
            thread.start()
        for number in range(600):
            self.jobs.put(number)
        self.jobs.join()

    def work(self):
        while True:
            number = self.jobs.get()
            self.recent.append("%s is %s" % (number, self.price_of(number)))
            self.log.info("job %d is done", number)
            self.jobs.task_done()

    @functools.lru_cache(maxsize=200)
    def price_of(self, number):
        return str(self.catalogue[number].price)


SERVICE = Service()


def say(phase):
    print(json.dumps({"phase": phase}), flush=True)


def run(leak, first, total):
    """leak() up to number `first`, wait, leak() up to `total`, wait."""
    SERVICE.start()
    leak(range(first))
    say(1)
    sys.stdin.readline()
    leak(range(first, total))
    say(2)
    sys.stdin.read()
    os._exit(0)


async def run_async(leak, first, total):
    """run() for a coroutine function."""
    SERVICE.start()
    await leak(range(first))
    say(1)
    await stdin_has_more()
    sys.stdin.readline()
    await leak(range(first, total))
    say(2)
    await stdin_has_more()
    os._exit(0)


async def stdin_has_more():
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    loop.add_reader(sys.stdin.fileno(), readable.set_result, None)
    await readable
    loop.remove_reader(sys.stdin.fileno())
