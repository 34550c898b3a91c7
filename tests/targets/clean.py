# SPDX-License-Identifier: GPL-2.0-or-later
"""A service without a leak.

usage: clean.py rest|steady

rest: it has started, with real libraries where there are any, and waits.
steady: it serves, with caches that have bounds; it waits after some rounds,
and each line on stdin has it serve some more.
"""
import asyncio
import collections
import concurrent.futures
import functools
import importlib
import json
import logging
import os
import queue
import sys
import threading
import weakref

LIBRARIES = """
flask boto3 sympy pydantic requests jinja2 sqlalchemy numpy yaml click rich
argparse ast calendar codeop csv ctypes dataclasses datetime decimal difflib
dis doctest email.mime.text email.parser encodings.idna fractions ftplib glob
html.entities html.parser http.client http.cookies http.server imaplib inspect
ipaddress locale logging.config logging.handlers mimetypes multiprocessing
numbers pdb pickle pickletools platform plistlib pprint profile pydoc random
selectors shelve smtplib sqlite3 ssl statistics string subprocess tarfile
tempfile timeit tokenize tracemalloc typing unicodedata unittest.mock
urllib.request urllib.robotparser uuid wsgiref.simple_server xml.dom.minidom
xml.etree.ElementTree xml.sax xmlrpc.client zipfile zoneinfo
""".split()


def load():
    loaded = []
    for name in LIBRARIES:
        try:
            loaded.append(importlib.import_module(name))
        except ImportError:
            pass
    return loaded


# --- at rest -----------------------------------------------------------------

def use_libraries():
    """What they build when they are first used."""
    kept = []
    modules = sys.modules
    if "flask" in modules:
        app = modules["flask"].Flask("service")
        for i in range(50):
            app.add_url_rule("/item%d/<int:n>" % i, "item%d" % i,
                             lambda n: str(n))
        for i in range(20):
            app.test_client().get("/item%d/3" % i)
        kept.append(app)
    if "pydantic" in modules:
        base = modules["pydantic"].BaseModel
        for i in range(20):
            cls = type("Model%d" % i, (base,),
                       {"__annotations__": {"a": int, "b": str, "c": list}})
            kept.append([cls(a=j, b=str(j), c=[j]) for j in range(20)])
    if "sympy" in modules:
        x = modules["sympy"].Symbol("x")
        kept.append([modules["sympy"].integrate(x ** i, x)
                     for i in range(10)])
    if "boto3" in modules:
        session = modules["boto3"].session.Session(
            aws_access_key_id="x", aws_secret_access_key="x",
            region_name="eu-west-1")
        kept.append([session.client(s) for s in ("s3", "sqs", "dynamodb")])
    return kept


# --- under steady load -------------------------------------------------------

class Entry:
    def __init__(self, key):
        self.key = key
        self.body = {"key": key, "values": [key, str(key)]}


class Cache:
    """Least recently used, with a bound."""
    def __init__(self, maxsize):
        self.maxsize = maxsize
        self.entries = collections.OrderedDict()

    def get(self, key):
        if key in self.entries:
            self.entries.move_to_end(key)
        else:
            self.entries[key] = Entry(key)
            if len(self.entries) > self.maxsize:
                self.entries.popitem(last=False)
        return self.entries[key]


class Recent(collections.OrderedDict):
    """With a bound that is written down in the class alone."""
    def put(self, key, value, keep=2500):
        self[key] = value
        if len(self) > keep:
            self.popitem(last=False)


class Log:
    LENGTH = 2500

    def __init__(self):
        self.entries = []

    def add(self, entry):
        self.entries.append(entry)
        del self.entries[:-self.LENGTH]


@functools.lru_cache(maxsize=2000)
def lookup(number):
    return Entry(number)


CACHE = Cache(2000)
HISTORY = collections.deque(maxlen=3000)
SESSIONS = weakref.WeakValueDictionary()
QUEUE = queue.Queue(maxsize=100)
LATEST = {}
RECENT = Recent()
LOG = Log()
CACHES = (CACHE, lookup, HISTORY, SESSIONS, RECENT, LOG)


def serve(number):
    session = Entry(number)
    SESSIONS[number] = session
    CACHE.get(number)
    lookup(number)
    RECENT.put(number, [{"number": number}, [str(number)]] * 2)
    LOG.add([{"number": number}, ["entry %d" % number]])
    HISTORY.append({"number": number, "text": "request %d" % number})
    LATEST["worker %d" % (number % 10)] = session
    # In a cycle: garbage until the collector comes by.
    session.self = session


def work():
    while True:
        for number in QUEUE.get():
            serve(number)
        QUEUE.task_done()


async def handle(reader, number):
    await asyncio.sleep(0)
    return number


async def requests(count):
    await asyncio.gather(*(handle(None, i) for i in range(count)))


def main():
    loaded = load()
    kept = use_libraries() if sys.argv[1] == "rest" else None
    threading.Thread(target=work, daemon=True).start()
    pool = concurrent.futures.ThreadPoolExecutor(4)
    pool.submit(len, loaded).result()
    at = 0
    while True:
        if sys.argv[1] == "steady":
            for i in range(at, at + 8000, 100):
                QUEUE.put(range(i, i + 100))
            QUEUE.join()
            at += 8000
            loop = asyncio.new_event_loop()
            loop.run_until_complete(requests(200))
            loop.close()
        logging.getLogger("service").info("at %d", at)
        os.write(1, json.dumps({"served": at}).encode() + b"\n")
        if not os.read(0, 1):
            break
    return kept


if __name__ == "__main__":
    main()
