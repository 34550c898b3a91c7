# SPDX-License-Identifier: GPL-2.0-or-later
"""The service around each program of this folder: what any service has in its
memory, and the two phases of the test.

    service.run(leak, 1000, 9000)

calls leak(range(0, 1000)) and prints {"phase": 1}.  After a line on stdin it
calls leak(range(1000, 9000)) and prints {"phase": 2}.  It ends with its stdin.

run_steady() goes on after that, so that the process is looked at while it
works; run_server() does so with a server, whose clients are in a process of
their own.
"""
import asyncio
import collections
import datetime
import decimal
import functools
import http.client
import importlib
import itertools
import json
import logging
import os
import queue
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

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


def say(phase, **more):
    print(json.dumps(dict(more, phase=phase)), flush=True)


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


def run_steady(work, first, total):
    """run() that goes on with a number every 5 ms, in a thread."""
    def go_on():
        for number in itertools.count(total):
            work(range(number, number + 1))
            time.sleep(0.005)

    SERVICE.start()
    work(range(first))
    say(1)
    sys.stdin.readline()
    work(range(first, total))
    threading.Thread(target=go_on, daemon=True).start()
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


# --- servers -----------------------------------------------------------------

def run_server(serve, get, first, total):
    """Like run_steady() for serve(port), which is called in a child.  get(N)
    returns the path of request N; the answer to /pid is the PID of the process
    that serves.  The facts have it as "pid"."""
    if sys.argv[1:2] == ["serve"]:
        threading.Thread(target=end_with_stdin, daemon=True).start()
        SERVICE.start()
        serve(int(sys.argv[2]))
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen([sys.executable, sys.argv[0], "serve", str(port)],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    Client(port, get, child).run(first, total)


def end_with_stdin():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


class Client:
    def __init__(self, port, get, child):
        self.port, self.get, self.child = port, get, child

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        assert response.status == 200, (path, response.status, body)
        return body

    def find(self):
        """The PID of the server, once it answers."""
        for _ in range(600):
            try:
                return int(self.ask("/pid"))
            except OSError:
                assert self.child.poll() is None, "the server has ended"
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def load(self, numbers):
        for number in numbers:
            self.ask(self.get(number))

    def run(self, first, total):
        pid = self.find()
        self.load(range(first))
        say(1, pid=pid)
        sys.stdin.readline()
        self.load(range(first, total))
        threading.Thread(target=self.load, args=[itertools.count(total)],
                         daemon=True).start()
        say(2, pid=pid)
        sys.stdin.read()
        os._exit(0)
