# SPDX-License-Identifier: GPL-2.0-or-later
"""A service with one planted leak, of every cause in the classic catalogue.

usage: planted_leaks.py CAUSE [OBJECTS]
       planted_leaks.py serve

The facts: "kinds", how a report may call the cause; "addresses", the objects
that it may blame, if it blames one; "leaks", how many were leaked.  A line
{"more": N} leaks N more and is answered with {"leaks": all of them}.

serve: the facts are the "causes"; a line {"cause": NAME} is answered with the
facts of a child, "pid", that has it.
"""
import argparse
import ast
import asyncio
import atexit
import collections
import concurrent.futures
import csv
import ctypes
import dataclasses
import datetime
import decimal
import email.message
import fractions
import functools
import gc
import html.parser
import http.client
import http.server
import io
import itertools
import json
import logging
import logging.handlers
import os
import queue
import random
import re
import sqlite3
import statistics
import string
import sys
import threading
import types
import typing
import unittest
import urllib.request
import uuid
import weakref
import xml.etree.ElementTree

import causes

CAUSES = {}
LOG = logging.getLogger("service")
# What the rest of a program has: configuration, tables, routes.
CONFIG = {"section %d" % i: {"option %d" % j: [i, j, str(i * j)]
                             for j in range(8)} for i in range(20)}
ROUTES = [re.compile("/api/v%d/(?P<name>[a-z]+)/?$" % i) for i in range(30)]
RECENT = collections.deque(maxlen=200)


def cause(*kinds, default=20000):
    """The function plants `nr` more and returns what may be blamed."""
    def decorate(function):
        CAUSES[function.__name__] = (kinds, default, function)
        return function
    return decorate


class Session:
    def __init__(self, number):
        self.number = number
        self.user = "user-%d" % number
        self.data = [number, str(number)]


class Node:
    def __init__(self, name):
        self.name = name
        self.children = []
        self.parent = None


# --- containers --------------------------------------------------------------

SESSIONS = []


@cause("container")
def global_list(nr):
    for i in range(nr):
        SESSIONS.append(Session(i))
    return [SESSIONS]


BY_TOKEN = {}


@cause("container")
def global_dict(nr):
    for i in range(len(BY_TOKEN), len(BY_TOKEN) + nr):
        BY_TOKEN["token-%d" % i] = Session(i)
    return [BY_TOKEN]


ODD_KEYS = {}


@cause("container")
def under_an_odd_key(nr):
    sessions = ODD_KEYS.setdefault("a  in b  x", [])
    sessions.extend(Session(i) for i in range(nr))
    return [sessions]


SEEN = set()


@cause("container")
def global_set(nr):
    for i in range(len(SEEN), len(SEEN) + nr):
        SEEN.add("request %d of today, as it came in" % i)
    return [SEEN]


BY_NUMBER = {}
IN_ORDER = []


@cause("container")
def two_containers(nr):
    """The same objects in an index and in a list."""
    for i in range(len(IN_ORDER), len(IN_ORDER) + nr):
        BY_NUMBER[i] = Session(i)
        IN_ORDER.append(BY_NUMBER[i])
    return [BY_NUMBER, IN_ORDER]


class Registry:
    def __init__(self):
        self.entries = []


REGISTRY = Registry()


@cause("attribute")
def attribute(nr):
    for i in range(nr):
        REGISTRY.entries.append(Session(i))
    return [REGISTRY.entries]


class Tracker:
    instances = []

    def __init__(self, number):
        self.number = number
        self.label = "tracker %d" % number
        Tracker.instances.append(self)


@cause("class attribute")
def class_attribute(nr):
    for i in range(nr):
        Tracker(i)
    return [Tracker.instances]


class Child:
    def __init__(self, parent, i):
        self.parent = parent
        self.values = [str(i), i + 0.5]


ROOMS = {}


@cause("container", "attribute")
def nested(nr):
    """Few containers with much in each."""
    for i in range(40):
        room = ROOMS.setdefault("room %d" % i, Node("room %d" % i))
        for j in range(nr // 40):
            room.children.append(Child(room, j))
    return [ROOMS] + [room.children for room in ROOMS.values()]


class Link:
    def __init__(self, before):
        self.before = before
        self.text = "link %d" % id(before)


LAST = None


@cause("chain", default=30000)
def linked(nr):
    """Each holds the one before, and nobody lets go."""
    global LAST
    for _ in range(nr):
        LAST = Link(LAST)
    return [LAST]


class Both:
    """A linked list with a head and a tail."""

    class Link:
        def __init__(self, number):
            self.number = number
            self.text = "link %d of both" % number
            self.before = self.after = None

    def __init__(self):
        self.head = self.tail = None

    def append(self, number):
        link = Both.Link(number)
        if self.tail:
            link.before, self.tail.after = self.tail, link
        else:
            self.head = link
        self.tail = link


BOTH = Both()


@cause("chain", default=30000)
def doubly_linked(nr):
    for i in range(nr):
        BOTH.append(i)
    return [BOTH.head, BOTH.tail]


class Feed:
    def __init__(self, rows):
        self.live, self.replay = itertools.tee(rows)
        self.first = next(self.live)


FEED = Feed({"row": i, "text": "row %d" % i} for i in itertools.count())


@cause("chain", default=30000)
def lagging_tee(nr):
    """One of both is read, the other one never."""
    for _ in range(nr):
        next(FEED.live)
    return gc.get_referents(FEED.replay)


QUEUE = queue.Queue()


@cause("queue")
def undrained_queue(nr):
    for i in range(nr):
        QUEUE.put({"job": i, "payload": "payload %d" % i})
    return [QUEUE, QUEUE.queue]


EVENTS = collections.deque()


@cause("queue")
def deque_without_maxlen(nr):
    for i in range(nr):
        EVENTS.append({"event": i, "text": "event %d" % i})
    return [EVENTS]


# --- few and large -----------------------------------------------------------

REPORTS = {}


class DailyReport:
    def __init__(self, size):
        self.pdf = b"%d" % size * (size // 10)


@cause("container", default=20 << 20)
def handful(nr):
    for i in range(len(REPORTS), len(REPORTS) + 5):
        REPORTS["day %d" % i] = DailyReport(nr // 5)
    return [REPORTS]


class Connection:
    def __init__(self):
        self.unread = bytearray()
        self.text = io.StringIO()
        self.log = ""


CONNECTIONS = collections.defaultdict(Connection)


@cause("large object", default=20 << 20)
def one_bytearray(nr):
    CONNECTIONS["peer"].unread += b"x" * nr
    return [CONNECTIONS["peer"].unread]


@cause("large object", default=20 << 20)
def one_text(nr):
    CONNECTIONS["peer"].log += "y" * nr
    return [CONNECTIONS["peer"].log]


@cause("large object", default=20 << 20)
def one_stringio(nr):
    """The text is in the StringIO, or in a str that it has."""
    text = CONNECTIONS["peer"].text
    for _ in range(nr // 1000):
        text.write("z" * 999 + "\n")
    text.seek(0)
    text.readline()
    return [text]


# --- sparse tables and equal strings -----------------------------------------

SPARSE = {}


@cause("sparse", default=200000)
def sparse_dict(nr):
    for i in range(nr):
        SPARSE[i] = None
    for i in range(100, nr):
        del SPARSE[i]
    return [SPARSE]


SHRUNK = {}


@cause("sparse", default=2000)
def sparse_sets(nr):
    for i in range(len(SHRUNK), len(SHRUNK) + nr):
        SHRUNK[i] = set(range(1000))
        for j in range(2, 1000):
            SHRUNK[i].discard(j)
    return [SHRUNK, *SHRUNK.values()]


ROWS = []


@cause("container", default=30000)
def duplicate_strings(nr):
    """As many readers make them: equal, but each an object of its own.  The
    list comes first, as it grows."""
    for i in range(nr):
        ROWS.append("".join(["a state that ", "many rows ", "have in common,"
                             " and that is long enough to count"]))
    return [ROWS]


# --- caches ------------------------------------------------------------------

_cache = {}


@cause("cache", "container")
def cache_dict(nr):
    for i in range(len(_cache), len(_cache) + nr):
        _cache["GET /item/%d" % i] = {"status": 200, "body": "item %d" % i}
    return [_cache]


@functools.lru_cache(maxsize=None)
def lookup(number):
    return Session(number)


@cause("lru_cache")
def lru_unbounded(nr):
    start = lookup.cache_info().currsize
    for i in range(start, start + nr):
        lookup(i)
    return [lookup]


class Report:
    def __init__(self, number):
        self.number = number
        self.rows = ["row %d" % number, [number]]

    @functools.lru_cache(maxsize=None)
    def total(self):
        return self.number * 2


@cause("lru_cache")
def lru_on_method(nr):
    for i in range(nr):
        Report(i).total()
    return [Report.total]


# --- functions ---------------------------------------------------------------

def make_handler():
    history = []

    def handle(request):
        history.append(Session(request))
    return handle


HANDLER = make_handler()


@cause("closure")
def closure(nr):
    for i in range(nr):
        HANDLER(i)
    return [HANDLER, HANDLER.__closure__[0],
            HANDLER.__closure__[0].cell_contents]


def append_to(number, target=[]):
    target.append(Session(number))
    return target


@cause("default argument")
def default_argument(nr):
    for i in range(nr):
        append_to(i)
    return [append_to, append_to.__defaults__[0]]


class Subject:
    def __init__(self):
        self.listeners = []

    def subscribe(self, callback):
        self.listeners.append(callback)


SUBJECT = Subject()


class View:
    def __init__(self, number):
        self.number = number
        self.widgets = ["widget %d" % number]
        SUBJECT.subscribe(self.update)

    def update(self):
        pass


@cause("callbacks")
def callbacks(nr):
    for i in range(nr):
        View(i)
    return [SUBJECT.listeners]


HOOKS = {}


@cause("callbacks")
def callbacks_by_name(nr):
    for i in range(len(HOOKS), len(HOOKS) + nr):
        HOOKS["hook %d" % i] = lambda text=str(i): text
    return [HOOKS]


WATCHED = []
OBSERVED = Session(0)


@cause("weak references", default=30000)
def weakref_callbacks(nr):
    """A list of weak references whose referents are gone."""
    for i in range(nr):
        s = Session(i)
        WATCHED.append(weakref.ref(s, lambda ref, i=i: None))
        del s
    return [WATCHED]


@cause("callbacks", "atexit", default=20000)
def atexit_callbacks(nr):
    for i in range(nr):
        atexit.register(Session(i).__repr__)
    return []


@cause("logging", default=6000)
def logging_handlers(nr):
    for i in range(nr):
        LOG.addHandler(logging.handlers.MemoryHandler(100))
    return [LOG.handlers, logging._handlerList, logging._handlers, LOG]


@cause("logging", default=3000)
def loggers_by_name(nr):
    """One logger a connection: they are never forgotten."""
    known = len(logging.root.manager.loggerDict)
    for i in range(known, known + nr):
        logging.getLogger("connection-%d" % i).info("hello")
    return [logging.root.manager.loggerDict, logging.root.manager]


# --- threads, coroutines -----------------------------------------------------

LOCAL = threading.local()


@cause("thread local")
def thread_local(nr):
    history = LOCAL.__dict__.setdefault("history", [])
    for i in range(nr):
        history.append(Session(i))
    return [history, LOCAL]


WORKER_LOCAL = threading.local()


@cause("thread local")
def thread_local_of_worker(nr):
    done, blamed = threading.Event(), []

    def work():
        WORKER_LOCAL.buffer = [Session(i) for i in range(nr)]
        blamed.append(id(WORKER_LOCAL.buffer))
        done.set()
        threading.Event().wait()
    threading.Thread(target=work, daemon=True, name="worker").start()
    done.wait()
    return [*blamed, WORKER_LOCAL]


@cause("frame")
def local_of_frame(nr):
    """A loop that never ends keeps what it collects in a local."""
    done, blamed = threading.Event(), []

    def collect():
        results = [Session(i) for i in range(nr)]
        blamed.append(id(results))
        done.set()
        threading.Event().wait()
    threading.Thread(target=collect, daemon=True, name="collector").start()
    done.wait()
    return blamed


PENDING = []


async def handle(number):
    request = Session(number)
    await asyncio.sleep(request.number)


@cause("coroutine")
def coroutines_never_awaited(nr):
    for i in range(nr):
        PENDING.append(handle(i))
    return [PENDING]


SUSPENDED = None


async def collector(nr):
    collected = [Session(i) for i in range(nr)]
    await Forever()
    return collected


class Forever:
    def __await__(self):
        yield self


@cause("coroutine")
def suspended_coroutine(nr):
    global SUSPENDED
    SUSPENDED = collector(nr)
    SUSPENDED.send(None)
    return [SUSPENDED, SUSPENDED.cr_frame.f_locals["collected"]]


def produce(nr):
    rows = [Session(i) for i in range(nr)]
    for row in rows:
        yield row


CURSOR = None


@cause("generator")
def suspended_generator(nr):
    global CURSOR
    CURSOR = produce(nr)
    next(CURSOR)
    return [CURSOR, CURSOR.gi_frame.f_locals["rows"]]


LOOP = asyncio.new_event_loop()
TASKS = []


@cause("tasks", default=6000)
def tasks_never_awaited(nr):
    """All wait for an event that nobody sets."""
    async def wait(event, number):
        request = Session(number)
        await event.wait()
        return request

    async def start():
        event = asyncio.Event()
        for i in range(nr):
            TASKS.append(asyncio.get_event_loop().create_task(wait(event, i)))
        await asyncio.sleep(0.01)
    LOOP.run_until_complete(start())
    return [TASKS]


# --- exceptions --------------------------------------------------------------

FAILURES = []
LAST_ERROR = None


def fail(number):
    request = Session(number)
    raise ValueError("request %d" % request.number)


@cause("exception", default=8000)
def exceptions_kept(nr):
    for i in range(nr):
        try:
            fail(i)
        except ValueError as e:
            FAILURES.append(e)
    return [FAILURES]


def work_and_fail(nr):
    rows = [Session(i) for i in range(nr)]
    raise LookupError(len(rows))


@cause("exception")
def traceback_of_one(nr):
    """One exception, with all that was in its frames."""
    global LAST_ERROR
    try:
        work_and_fail(nr)
    except LookupError as e:
        LAST_ERROR = e
    frame = LAST_ERROR.__traceback__.tb_next.tb_frame
    return [LAST_ERROR, frame.f_locals["rows"]]


NOT_KNOWN = ValueError("the address is not known")


@cause("exception", default=30000)
def raised_again(nr):
    """Each time its traceback grows."""
    for _ in range(nr):
        try:
            raise NOT_KNOWN
        except ValueError:
            pass
    return [NOT_KNOWN]


@cause("exception")
def last_traceback(nr):
    """As the interactive prompt and some servers leave it."""
    try:
        work_and_fail(nr)
    except LookupError as e:
        sys.last_type, sys.last_value, sys.last_traceback = \
            type(e), e, e.__traceback__
    frame = sys.last_traceback.tb_next.tb_frame
    return [sys.last_value, frame.f_locals["rows"]]


# --- the collector -----------------------------------------------------------

def make_cycle(i, cls=Node):
    a, b = cls("a%d" % i), cls("b%d" % i)
    a.children.append(b)
    b.parent = a


@cause("gc disabled")
def gc_disabled(nr):
    gc.disable()
    for i in range(nr):
        make_cycle(i)
    return []


@cause("garbage")
def cycles_waiting(nr):
    """A threshold that is hardly ever reached."""
    gc.collect()
    gc.set_threshold(10000000, 10, 10)
    for i in range(nr):
        make_cycle(i)
    return []


class Resource(Node):
    def __del__(self):
        pass


@cause("garbage")
def del_in_cycles(nr):
    gc.collect()
    gc.set_threshold(10000000, 10, 10)
    for i in range(nr):
        make_cycle(i, Resource)
    return []


@cause("gc frozen")
def gc_frozen(nr):
    gc.disable()
    for i in range(nr):
        make_cycle(i)
    gc.freeze()
    gc.enable()
    return []


@cause("gc.garbage")
def gc_garbage(nr):
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    for i in range(nr):
        make_cycle(i)
    gc.collect()
    gc.set_debug(0)
    return [gc.garbage]


# --- others ------------------------------------------------------------------

@cause("native")
def native_references(nr):
    """What an extension does that forgets a Py_DECREF."""
    incref = ctypes.pythonapi.Py_IncRef
    incref.argtypes = [ctypes.py_object]
    incref.restype = None
    for i in range(nr):
        incref(Session(i))
    return []


@cause("classes", "container", "class attribute", "callbacks", default=3000)
def classes_made_at_run_time(nr):
    made = CLASSES
    for i in range(nr):
        made.append(type("Model%d" % i, (Session,), {"number": i}))
    return [CLASSES]


CLASSES = []

# -----------------------------------------------------------------------------


def start_up():
    """What a service has done before it leaks."""
    for i in range(500):
        RECENT.append({"request": i})
        json.loads('{"a": [1, 2, {"b": %d}]}' % i)
    LOG.addHandler(logging.NullHandler())
    LOG.propagate = False


def plant_one(name, nr=None):
    """Forget what was planted; the facts."""
    kinds, default, plant = CAUSES[name]
    leaks = nr or default
    if not name.startswith("gc_"):
        gc.collect()
    blamed = plant(leaks)
    addresses = [x if type(x) is int else id(x) for x in blamed]
    return {"pid": os.getpid(), "kinds": kinds, "addresses": addresses,
            "leaks": leaks}


def main():
    start_up()
    if sys.argv[1] == "serve":
        return causes.serve(list(CAUSES), plant_one)
    name = sys.argv[1]
    facts = plant_one(name, int(sys.argv[2]) if len(sys.argv) > 2 else None)
    leaks = facts["leaks"]
    causes.say(facts)
    del facts
    for ask in causes.lines():
        leaks += ask["more"]
        CAUSES[name][2](ask["more"])
        causes.say({"leaks": leaks})
    # Nothing that would be said of it on the way out is of use.
    os._exit(0)


if __name__ == "__main__":
    main()
