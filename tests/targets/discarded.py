# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that plants garbage of many kinds and waits.

Prints a line of facts, waits for a byte, collects with gc.DEBUG_SAVEALL, and
prints {"saved": [addresses], "garbage": len(gc.garbage) before}.  What the
collector says of all that it finds (gc.DEBUG_COLLECTABLE and _UNCOLLECTABLE)
goes to the file whose descriptor is argv[2].

argv[1]: words of what to do besides: "quiet" leaves out what has finalizers
or callbacks, for they free some of the garbage before it is saved, "resurrect"
plants what brings itself back, "enable" leaves the collector on, "legacy"
plants what has tp_del, where that can be.
"""
import asyncio
import collections
import contextlib
import contextvars
import ctypes
import enum
import functools
import gc
import io
import itertools
import json
import os
import queue
import sqlite3
import sys
import threading
import types
import weakref
import xml.etree.ElementTree as ElementTree

gc.disable()

WORDS = sys.argv[1].split(",")
FACTS = {}
HELD = []           # held through a collection: these are old garbage
HELD_FOR_EVER = []
REVIVED = []
CALLED = []
KINDS = []


def kind(function):
    KINDS.append(function)
    return function


def loud(function):
    if "quiet" not in WORDS:
        KINDS.append(function)
    return function


class Node:
    def __init__(self, *others):
        self.others = list(others)
        self.me = self


class Slots:
    __slots__ = ("a", "b", "__weakref__")

    def __init__(self, a=None):
        self.a, self.b = self, a


class Del:
    def __init__(self):
        self.me = self

    def __del__(self):
        CALLED.append("del")


class Revive:
    def __init__(self, *others):
        self.me, self.others = self, others

    def __del__(self):
        REVIVED.append(self)


def forget(_):
    CALLED.append("callback")


@kind
def plain():
    a = []
    a.append(a)
    d = {}
    d["d"] = d
    d[("a", "tuple", 1)] = (a, (a, "x" * 50))
    t = ([],)
    t[0].append(t)
    s = frozenset([Node()])
    next(iter(s)).s = s
    return a, d, t, Node(a, d), Slots(Slots()), s


@kind
def only_from_garbage():
    n = Node([1, [2, (3, {"k": bytearray(100)})]], {"a": {"b": ["c"]}},
             "text of its own" * 3, 10 ** 40, b"bytes" * 9, {1.5, 2.5})
    n.tail = None
    for i in range(2000):
        n.tail = (i, n.tail)
    n.atoms = tuple(range(100, 200)), {"x": 1e9}
    return n


@loud
def finalizers():
    a, b = Del(), Del()
    a.b, b.a = b, a
    return a, Del()


@loud
def weak():
    n, m, o = Node(), Node(), Node()
    FACTS.setdefault("weak", []).append(weakref.ref(n, forget))
    m.weak = weakref.ref(m, forget)         # garbage itself: not called
    proxy = weakref.proxy(o, forget)
    o.proxy = proxy
    FACTS["values"] = weakref.WeakValueDictionary({"n": n})
    keys = weakref.WeakKeyDictionary()
    k = Node(keys)
    keys[k] = [k]
    f = Node()
    weakref.finalize(f, CALLED.append, "finalize")
    weakset = weakref.WeakSet([Node()])
    n.weakset = weakset
    method = weakref.WeakMethod(m.__init__)
    m.method = method
    return n, m, o, k, f


def generator(holder):
    local = [holder]
    try:
        yield local
        yield holder
    finally:
        CALLED.append("generator")


async def coroutine(holder):
    await asyncio.sleep(0)
    return holder


async def async_generator(holder):
    yield holder


@loud
def generators():
    started, fresh, finished, comprehension = Node(), Node(), Node(), Node()
    started.g = generator(started)
    next(started.g)
    fresh.g = generator(fresh)
    finished.g = generator(finished)
    list(finished.g)
    comprehension.g = (x for x in [comprehension])
    c = Node()
    c.c = coroutine(c)
    a = Node()
    a.a = async_generator(a)
    a.next = a.a.__anext__()

    def delegating(n):
        yield from generator(n)
    d = Node()
    d.g = delegating(d)
    next(d.g)
    c.c.close()
    return started, fresh, finished, comprehension, c, a, d


@kind
def tracebacks():
    def fail(n):
        e = None
        try:
            n.missing
        except AttributeError as error:
            e = error
        return e

    def nested():
        try:
            try:
                {}["x"]
            except KeyError as e:
                keep = e
                raise ValueError(keep) from e
        except ValueError as e:
            kept = e
            return kept

    def with_frame():
        frame = sys._getframe()
        me = [frame]
        return me
    return fail(Node()), nested(), with_frame()


@kind
def closures():
    def recurse(n):
        return recurse(n - 1) if n else 0

    def even(n):
        return odd(n)

    def odd(n):
        return even(n)
    n = Node()
    n.call = lambda default=n: (n, default)
    n.method = n.__init__
    n.partial = functools.partial(recurse, n, key=n)
    recurse.attribute = recurse
    return recurse, even, n


@kind
def caches():
    class Service:
        @functools.lru_cache(maxsize=None)
        def unlimited(self, x):
            return [self, x]

        @functools.lru_cache(maxsize=4)
        def limited(self, x):
            return [self, x]

        @functools.singledispatch
        def dispatched(self):
            return self

        @property
        def own(self):
            return Service
    s = Service()
    for i in range(9):
        s.unlimited(i)
        s.limited(i)
    return s


@kind
def classes():
    class Base:
        registry = []

        def __init_subclass__(cls, **kw):
            cls.registry.append(cls)

    class Derived(Base):
        __slots__ = ("slot",)

        def __init__(self):
            super().__init__()
            self.slot = self

    class Meta(type):
        def __call__(cls, *args):
            cls.last = super().__call__(*args)
            return cls.last

    class Made(metaclass=Meta):
        pass

    class Color(enum.Enum):
        RED = 1
        BLUE = [2]
    Point = collections.namedtuple("Point", "x y")
    Point.one = Point([], Point)
    Dynamic = type("Dynamic", (Base, dict), {"self": lambda s: s})
    Dynamic.instance = Dynamic()
    Dynamic.instance["me"] = Dynamic.instance
    Error = type("Error", (Exception,), {})
    Error.last = Error(Error)
    return Derived(), Made(), Color.RED, Point, Dynamic, Error


@kind
def modules():
    m = types.ModuleType("discarded_module", "doc")
    exec("def f(): return g()\ndef g(): return f()\nx = [f]\nclass C: pass\n"
         "c = C()\nc.f = f", m.__dict__)
    namespace = {}
    exec("def f(): return f", namespace)
    return m, namespace["f"], types.SimpleNamespace(m=m)


@kind
def containers():
    ordered = collections.OrderedDict()
    ordered["me"] = ordered
    ordered.attribute = [ordered]
    deque = collections.deque()
    deque.append(deque)
    default = collections.defaultdict(list)
    default["x"].append(default)
    default["f"] = collections.defaultdict(default.__getitem__)
    counter = collections.Counter()
    counter[Node(counter)] = 1
    chain = collections.ChainMap({})
    chain["c"] = chain
    proxy = []
    proxy.append(types.MappingProxyType({"p": proxy}))
    simple = queue.SimpleQueue()
    simple.put(simple)
    full = queue.Queue()
    full.put(full)
    return (ordered, deque, default, counter, chain, proxy, simple, full,
            slice(proxy, deque))


@kind
def iterators():
    found = []
    n = Node()
    for make in (lambda: iter([n]), lambda: iter((n, n)), lambda: map(n.x, []),
                 lambda: zip([n], [n]), lambda: filter(n.x, [n]),
                 lambda: enumerate([n]), lambda: reversed([n]),
                 lambda: itertools.chain([n], [n]),
                 lambda: itertools.chain.from_iterable([[n]]),
                 lambda: itertools.cycle([n]), lambda: itertools.repeat(n),
                 lambda: itertools.count(1), lambda: itertools.product([n]),
                 lambda: itertools.groupby([n, n]),
                 lambda: itertools.islice([n], 5),
                 lambda: itertools.tee([n, n, n], 2),
                 lambda: itertools.accumulate([n, n], n.x),
                 lambda: itertools.starmap(n.x, [(n,)]),
                 lambda: itertools.permutations([n, 2, 3], 2),
                 lambda: iter({n: n}.items()), lambda: iter({n}),
                 lambda: {n: n}.values(), lambda: iter(n.x, None),
                 lambda: memoryview(bytearray(9))):
        n.x = print
        i = make()
        n.others.append(i)
        found.append(i)
    next(n.others[0], None)
    return n


@kind
def descriptors():
    class Cached:
        @functools.cached_property
        def value(self):
            return [self]

        @staticmethod
        def static():
            return Cached

        @classmethod
        def make(cls):
            return cls()
    c = Cached()
    c.value
    c.static = Cached.__dict__["static"]
    c.make = Cached.make
    c.hash = c.__hash__
    c.super = super(Cached, c)
    return c


@loud
def library():
    root = ElementTree.Element("root", {"a": "b"})
    child = ElementTree.SubElement(root, "child")
    child.text = "text"
    n = Node(root)
    root.set("n", n)
    context = contextvars.copy_context()
    var = contextvars.ContextVar("var")
    context.run(var.set, context)
    local = threading.local()
    local.me = [local]
    lock = threading.Condition()
    lock.me = lock
    stack = contextlib.ExitStack()
    stack.callback(stack.close)
    b = io.BytesIO(b"123")
    b.me = b

    class Raw(io.RawIOBase):
        def __init__(self):
            self.buffer = io.BufferedReader(self)

        def readable(self):
            return True
    connection = sqlite3.connect(":memory:")
    n2 = Node(connection)
    connection.row_factory = lambda *a: n2
    connection.create_function("f", 1, lambda x: n2)
    return n, context, local, lock, stack, b, Raw(), n2


@kind
def foreign():
    class Struct(ctypes.Structure):
        _fields_ = [("p", ctypes.POINTER(ctypes.c_int)),
                    ("o", ctypes.py_object)]
    s = Struct()
    s.me = s
    p = ctypes.pointer(ctypes.c_int(4))
    p.holder = [p]
    n = Node()
    n.callback = ctypes.CFUNCTYPE(None)(lambda: n)
    a = (ctypes.py_object * 2)()
    a[0] = ctypes.py_object([a])
    return s, p, n, a


@loud
def futures():
    loop = asyncio.new_event_loop()

    async def job(fut):
        await fut
    future = loop.create_future()
    future.add_done_callback(lambda f: future)
    task = loop.create_task(job(future))
    loop.run_until_complete(asyncio.wait([task], timeout=0)) \
        if sys.version_info >= (3, 10) else \
        loop.run_until_complete(asyncio.sleep(0))
    done = loop.create_future()
    done.set_result([done])
    error = loop.create_future()
    error.set_exception(ValueError(error))
    error.exception()
    loop._me = loop
    future.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    return loop, task, done, error


def plant():
    return [make() for make in KINDS]


def held_natively():
    """No garbage: C has a reference that no object knows of."""
    n = Node([], {})
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(n))
    return id(n)


def frozen():
    """No garbage: the collector does not look at what is frozen, nor at
    what it holds."""
    n = Node()
    gc.collect()
    gc.freeze()
    n.later = Node([1])
    return [id(n), id(n.later)]


def legacy():
    try:
        from _testcapi import with_tp_del
    except ImportError:
        return None

    @with_tp_del
    class Legacy:
        def __tp_del__(self):
            CALLED.append("tp_del")
    x = Legacy()
    x.me, x.more = x, [Node()]
    return id(x)


def borrowing(b):
    """3.14 and later: its stack has `b` without owning it, its local does."""
    return [b, (yield)]


def borrowed():
    """No garbage, but garbage refers to it twice and owns it once."""
    HELD_FOR_EVER.append(Node())
    n = Node()
    n.g = borrowing(HELD_FOR_EVER[-1])
    next(n.g)
    return id(HELD_FOR_EVER[-1])


def waiting(event, n):
    local = [n]
    n.local = local
    event.wait()


def main():
    # What imports have left.
    gc.collect()
    FACTS["frozen"] = frozen()
    HELD.append(plant())
    gc.collect()
    HELD.append(plant())
    gc.collect(0)
    FACTS["native"] = held_natively()
    if "quiet" not in WORDS:
        FACTS["borrowed"] = borrowed()
    event, n = threading.Event(), Node()
    thread = threading.Thread(target=waiting, args=(event, n), daemon=True)
    thread.start()
    FACTS["local"] = id(n)
    del n
    if "legacy" in WORDS:
        FACTS["legacy"] = legacy()
    if "resurrect" in WORDS:
        HELD.append(Revive(Node(), [1, 2, [3]]))
        FACTS["revived"] = id(HELD[-1])
    plant()
    HELD.clear()
    facts = {k: v for k, v in FACTS.items() if k not in ("weak", "values")}
    text = json.dumps(facts)
    if "enable" in WORDS:
        gc.set_threshold(10 ** 9)
        gc.enable()
    ask(int(sys.argv[2]), text)


def ask(log, text):
    print(text, flush=True)
    os.read(0, 1)
    os.dup2(log, 2)
    gc.set_debug(gc.DEBUG_SAVEALL | gc.DEBUG_COLLECTABLE
                 | gc.DEBUG_UNCOLLECTABLE)
    found = gc.collect()
    gc.set_debug(0)
    sys.stderr.flush()
    print(json.dumps({"saved": [id(o) for o in gc.garbage], "found": found,
                      "called": len(CALLED)}), flush=True)
    os.read(0, 1)


main()
