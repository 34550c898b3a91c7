# SPDX-License-Identifier: GPL-2.0-or-later
"""A program that uses a library in a way that leaks.

usage: libraries.py serve

The facts are the "causes": of each its name and the modules that it needs.  A
line {"cause": NAME} is answered with the facts of a child, "pid", that has it,
or with {"missing": MODULE} if one of its modules is not there.
"""
import asyncio
import collections
import concurrent.futures
import contextvars
import functools
import importlib
import importlib.util
import io
import itertools
import linecache
import logging
import logging.handlers
import mmap
import multiprocessing.pool
import os
import pickle
import queue
import sqlite3
import ssl
import sys
import tempfile
import threading
import types
import unittest.mock
import warnings
import weakref
import xml.etree.ElementTree

import causes

CAUSES = {}
KEPT = []
NR = 3000


def cause(*modules):
    def add(function):
        CAUSES[function.__name__] = (modules, function)
        return function
    return add


class Thing:
    def __init__(self, number):
        self.number = number
        self.text = "thing %d " % number * 5


class Note:
    def __init__(self, thing):
        self.thing = thing
        self.text = "note of %d" % thing.number


# --- the standard library ---

@cause()
def warning_texts():
    warnings.simplefilter("default")
    sys.stderr = open(os.devnull, "w")
    for i in range(NR):
        warnings.warn("row %d is cut" % i)


@cause()
def defaultdict_read():
    KEPT.append(collections.defaultdict(list))
    for i in range(NR):
        for _ in KEPT[0]["user %d" % i]:
            pass


@cause()
def defaultdict_filled():
    """No advice: its entries are not empty."""
    KEPT.append(collections.defaultdict(list))
    for i in range(NR):
        KEPT[0]["user %d" % i].append(Thing(i))


@cause()
def weak_keys():
    KEPT.append(weakref.WeakKeyDictionary())
    for i in range(NR):
        thing = Thing(i)
        KEPT[0][thing] = Note(thing)


@cause()
def finalizers():
    for i in range(NR):
        thing = Thing(i)
        weakref.finalize(thing, print, thing)


@cause()
def lines_of_code():
    for i in range(NR):
        text = "def f():\n    return %d\n" % i
        name = "<generated %d>" % i
        linecache.cache[name] = len(text), None, text.splitlines(True), name


@cause()
def loggers():
    for i in range(NR):
        logging.getLogger("connection.%d" % i).debug("connected")


@cause()
def log_handlers():
    log = logging.getLogger("app")
    for _ in range(NR):
        log.addHandler(logging.StreamHandler(io.StringIO()))


@cause()
def memory_handler():
    handler = logging.handlers.MemoryHandler(10 ** 9)
    KEPT.append(handler)
    for i in range(NR):
        handler.emit(logging.LogRecord("app", 10, "", 1, "text %d", (i,),
                                       None))


def in_loop(function):
    """Run a coroutine function that fills, then keep the loop."""
    loop = asyncio.new_event_loop()
    KEPT.append(loop)
    loop.run_until_complete(function())


@cause()
def timers():
    async def fill():
        loop = asyncio.get_running_loop()
        for i in range(NR):
            loop.call_later(3600, print, Thing(i))
    in_loop(fill)


@cause()
def asyncio_queue():
    async def fill():
        KEPT.append(asyncio.Queue())
        for i in range(NR):
            await KEPT[-1].put(Thing(i))
    in_loop(fill)


@cause()
def executor():
    KEPT.append(concurrent.futures.ThreadPoolExecutor(1))
    wait = threading.Event().wait
    for i in range(NR):
        KEPT[0].submit(lambda thing: wait(), Thing(i))


@cause()
def futures():
    pool = concurrent.futures.ThreadPoolExecutor(1)
    KEPT.extend(pool.submit(Thing, i) for i in range(NR))
    concurrent.futures.wait(KEPT)


@cause()
def thread_pool():
    pool = multiprocessing.pool.ThreadPool(1)
    KEPT.extend(pool.apply_async(Thing, (i,)) for i in range(NR))
    for result in KEPT:
        result.wait()


@cause()
def plain_queue():
    KEPT.append(queue.Queue())
    for i in range(NR):
        KEPT[0].put(Thing(i))


@cause()
def mock_calls():
    KEPT.append(unittest.mock.Mock())
    for i in range(NR):
        KEPT[0](Thing(i))


@cause()
def pickler():
    KEPT.append(pickle._Pickler(io.BytesIO()))
    for i in range(NR):
        KEPT[0].dump([i])


@cause()
def context_tokens():
    var = contextvars.ContextVar("request")
    KEPT.extend(var.set(Thing(i)) for i in range(NR))


@cause()
def parsed_tree():
    text = "<all>%s</all>" % "".join("<x n='%d'>text %d</x>" % (i, i)
                                     for i in range(NR))
    KEPT.extend(e for _, e in xml.etree.ElementTree.iterparse(
        io.StringIO(text)))


@cause()
def cursors():
    connection = sqlite3.connect(":memory:")
    KEPT.extend(connection.cursor() for _ in range(NR))


@cause()
def modules():
    for i in range(NR):
        KEPT.append(types.ModuleType("plugin_%d" % i))
        KEPT[-1].thing = Thing(i)


@cause()
def importer_cache():
    with tempfile.TemporaryDirectory() as top:
        for i in range(NR):
            folder = os.path.join(top, "plugin%d" % i)
            os.mkdir(folder)
            sys.path.append(folder)
            importlib.util.find_spec("no_such_plugin_%d" % i)
            sys.path.remove(folder)


@cause()
def mappings():
    for _ in range(40):
        KEPT.append(mmap.mmap(-1, 1 << 18))
        KEPT[-1].write(b"x" * (1 << 18))


@cause()
def ssl_contexts():
    KEPT.extend(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(NR))


# --- other libraries ---

@cause("django")
def django_signal():
    import django.dispatch
    KEPT.append(django.dispatch.Signal())
    for i in range(NR):
        KEPT[0].connect(lambda *args, i=i: i, weak=False)


@cause("django")
def django_cache():
    from django.core.cache.backends.locmem import LocMemCache
    KEPT.append(LocMemCache("name", {"TIMEOUT": None,
                                     "OPTIONS": {"MAX_ENTRIES": 10 ** 9}}))
    for i in range(NR):
        KEPT[0].set("key-%d" % i, ["value"] * 10)


@cause("flask")
def flask_hooks():
    import flask
    KEPT.append(flask.Flask("app"))
    for i in range(NR):
        KEPT[0].before_request(lambda i=i: None)


@cause("flask")
def flask_g():
    import flask
    context = flask.Flask("app").app_context()
    context.push()
    KEPT.append(context)
    flask.g.things = [Thing(i) for i in range(NR)]


@cause("jinja2")
def jinja2_templates():
    import jinja2
    environment = jinja2.Environment()
    KEPT.extend(environment.from_string("Hello %d {{ x }}" % i)
                for i in range(1100))


@cause("tornado")
def tornado_queue():
    import tornado.queues

    async def fill():
        KEPT.append(tornado.queues.Queue())
        for i in range(NR):
            await KEPT[-1].put(Thing(i))
    in_loop(fill)


@cause("twisted")
def twisted_calls():
    from twisted.internet import reactor
    for i in range(NR):
        reactor.callLater(3600, print, Thing(i))


@cause("twisted")
def twisted_triggers():
    from twisted.internet import reactor
    for i in range(NR):
        reactor.addSystemEventTrigger("before", "shutdown", print, Thing(i))


@cause("twisted")
def twisted_deferreds():
    from twisted.internet import defer
    for i in range(NR):
        KEPT.append(defer.Deferred())
        KEPT[-1].addCallback(print, Thing(i))


@cause("gevent")
def gevent_greenlets():
    import gevent
    KEPT.extend(gevent.spawn(Thing, i) for i in range(NR))
    gevent.joinall(KEPT)


@cause("gevent")
def gevent_queue():
    import gevent.queue
    KEPT.append(gevent.queue.Queue())
    for i in range(NR):
        KEPT[0].put(Thing(i))


@cause("requests")
def requests_responses():
    import requests
    for i in range(NR):
        KEPT.append(requests.Response())
        KEPT[-1]._content = b"text %d" % i


@cause("requests")
def requests_sessions():
    import requests
    KEPT.extend(requests.Session() for _ in range(1100))


@cause("httpx")
def httpx_clients():
    import httpx
    context = ssl.create_default_context()
    KEPT.extend(httpx.Client(verify=context) for _ in range(1100))


@cause("aiohttp")
def aiohttp_sessions():
    import aiohttp

    async def fill():
        KEPT.append([aiohttp.ClientSession() for _ in range(1100)])
    in_loop(fill)


@cause("boto3")
def boto3_sessions():
    import boto3
    KEPT.extend(boto3.session.Session(region_name="eu-west-1")
                for _ in range(60))


@cause("prometheus_client")
def prometheus_labels():
    import prometheus_client
    KEPT.append(prometheus_client.Counter("hits", "hits", ["url"]))
    for i in range(NR):
        KEPT[0].labels("/user/%d" % i).inc()


def mapped():
    import sqlalchemy
    import sqlalchemy.orm
    base = sqlalchemy.orm.declarative_base()

    class Row(base):
        __tablename__ = "rows"
        id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
    return Row


@cause("sqlalchemy")
def sqlalchemy_new():
    import sqlalchemy.orm
    row = mapped()
    KEPT.append(sqlalchemy.orm.Session())
    for _ in range(NR):
        KEPT[0].add(row())


@cause("sqlalchemy")
def sqlalchemy_scoped():
    import sqlalchemy.orm
    scope = itertools.count()
    KEPT.append(sqlalchemy.orm.scoped_session(
        sqlalchemy.orm.sessionmaker(), scopefunc=functools.partial(next,
                                                                   scope)))
    for _ in range(NR):
        KEPT[0]()


@cause("sqlalchemy")
def sqlalchemy_events():
    import sqlalchemy
    for _ in range(NR // 3):
        KEPT.append(sqlalchemy.create_engine("sqlite://"))
        for name in "begin", "commit", "rollback":
            sqlalchemy.event.listen(KEPT[-1], name, lambda connection: None)


@cause("kombu")
def kombu_memory():
    import kombu
    connection = kombu.Connection("memory://")
    KEPT.append(connection)
    jobs = connection.SimpleQueue("jobs")
    for i in range(NR):
        jobs.put({"number": i})


@cause("celery")
def celery_results():
    import celery
    app = celery.Celery("app", backend="cache+memory://")
    KEPT.extend(app.AsyncResult("id-%d" % i) for i in range(NR))


@cause("cachetools")
def cachetools_cache():
    import cachetools
    KEPT.append(cachetools.LRUCache(10 ** 9))
    for i in range(NR):
        KEPT[0][i] = Thing(i)


@cause("matplotlib")
def pyplot_figures():
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    warnings.simplefilter("ignore")
    for _ in range(40):
        pyplot.subplots()


@cause("numpy")
def numpy_views():
    import numpy
    KEPT.extend(numpy.zeros(1000)[:2] for _ in range(NR))


@cause("numpy")
def ctypes_pointers():
    import ctypes
    import numpy
    number = ctypes.c_double()
    for i in range(NR):
        numpy.ctypeslib.as_array(ctypes.pointer(number), (i + 1,))


@cause("numpy")
def numpy_arrays():
    """No advice: each array owns its memory."""
    import numpy
    KEPT.extend(numpy.zeros(1000) for _ in range(NR))


@cause("pandas")
def pandas_columns():
    import pandas
    KEPT.extend(pandas.DataFrame({"a": [1.0] * 100, "b": [2.0] * 100})["a"]
                for _ in range(NR))


@cause("lxml")
def lxml_strings():
    import lxml.etree
    for i in range(NR):
        tree = lxml.etree.XML("<a><b>text %d</b></a>" % i)
        KEPT.extend(tree.xpath("//b/text()"))


@cause("lxml")
def lxml_elements():
    import lxml.etree
    KEPT.extend(lxml.etree.XML("<a><b>text %d</b></a>" % i)[0]
                for i in range(NR))


@cause("PIL")
def pil_images():
    import PIL.Image
    KEPT.extend(PIL.Image.new("L", (64, 64)) for _ in range(NR))


@cause("pydantic")
def pydantic_models():
    import pydantic
    KEPT.extend(pydantic.create_model("Model%d" % i, x=(int, i))
                for i in range(1100))


def plant(name):
    """The facts of a child that has the cause."""
    needs, function = CAUSES[name]
    for module in needs:
        try:
            importlib.import_module(module)
        except ImportError:
            return {"missing": module}
    function()
    return {"pid": os.getpid()}


if __name__ == "__main__":
    causes.serve({name: list(needs) for name, (needs, _) in CAUSES.items()},
                 plant)
