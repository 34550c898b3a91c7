# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: the standard library's containers, tools, threads, tasks."""
import sys

from zoo import Error, animal, function


@animal
def collections_():
    import collections
    dq = collections.deque([[i] for i in range(200)])
    dq.popleft()
    dq.appendleft([1])
    dq.rotate(30)
    shrunk = collections.deque(range(1000))
    for _ in range(900):
        shrunk.popleft()
    bounded = collections.deque([[1], [2], [3]], maxlen=2)
    dq_iter = iter(dq)
    next(dq_iter)

    class Deque(collections.deque):
        pass
    sub = Deque([[1]])
    sub.attr = [1]
    od = collections.OrderedDict((str(i), [i]) for i in range(50))
    for i in range(0, 50, 4):
        del od[str(i)]
    od.move_to_end("1")
    od_attr = collections.OrderedDict(a=[1])
    od_attr.attr = [od_attr]
    od_iter = iter(od)
    next(od_iter)
    od_items = iter(od.items())
    next(od_items)

    class Ordered(collections.OrderedDict):
        pass
    od_sub = Ordered(x=[1])
    od_sub.attr = [2]
    dd = collections.defaultdict(list)
    dd["a"].append(1)
    dd_none = collections.defaultdict()
    counter = collections.Counter("abracadabra")
    chain = collections.ChainMap({"a": [1]}, {"b": [2]})
    Point = collections.namedtuple("Point", "x y z", defaults=[[0]])
    points = [Point([i], i) for i in range(10)]
    ud, ul, us = (collections.UserDict(a=[1]), collections.UserList([[1]]),
                  collections.UserString("us"))
    return [dq, shrunk, bounded, dq_iter, reversed(dq), sub,
            collections.deque(), od, od_attr, od_iter, od_items, od.keys(),
            od.values(), od.items(), reversed(od), od_sub,
            collections.OrderedDict(), dd, dd_none, counter, chain, Point,
            points, ud, ul, us, Point.x]


@animal
def functools_():
    import functools

    @functools.lru_cache(maxsize=None)
    def unbounded(x, y=None):
        return [x]

    @functools.lru_cache(maxsize=8)
    def bounded(x, y=None):
        return [x]

    @functools.lru_cache(maxsize=0)
    def uncached(x):
        return [x]

    @functools.lru_cache(maxsize=16, typed=True)
    def typed(x):
        return [x]
    for i in range(20):
        unbounded(i)
        bounded(i, y=str(i))
        bounded((i, i))
        uncached(i)
        typed(i)
        typed(float(i))
    unbounded("k", y=[].__len__)
    empty = functools.lru_cache(maxsize=4)(lambda: 1)
    partial = functools.partial(function, [1], c=[2])
    partial_nested = functools.partial(partial, 3)
    partial_attr = functools.partial(len)
    partial_attr.attr = [1]
    keys = [functools.cmp_to_key(lambda a, b: 0)(x) for x in ([1], 2)]

    class C:
        @functools.cached_property
        def cached(self):
            return [self]

        pm = functools.partialmethod(function, 1)

        @functools.singledispatchmethod
        def disp(self, x):
            return x

        @functools.lru_cache(maxsize=None)
        def method(self, n):
            return [self, n]
    c = C()
    c.cached
    c.method(3)

    @functools.singledispatch
    def single(x):
        return x

    @single.register(list)
    def _(x):
        return [x]
    single([1])
    single(1)

    @functools.wraps(function)
    def wrapped(*a):
        return function(*a)
    return [unbounded, bounded, uncached, typed, empty, partial,
            partial_nested, partial_attr, keys, functools.cmp_to_key(max),
            C, c, C.pm, c.pm, single, wrapped, functools.total_ordering]


@animal
def functools_placeholder():
    import functools
    p = functools.Placeholder      # 3.14
    return [functools.partial(function, p, [1])]


@animal
def itertools_():
    import itertools
    made = [
        itertools.count(), itertools.count(2 ** 70), itertools.count(1, 2),
        itertools.count([].__len__() + 0.5), itertools.repeat([1]),
        itertools.repeat([1], 5), itertools.cycle([[1], [2]]),
        itertools.chain([[1]], [[2]]),
        itertools.chain.from_iterable([[[1]], [[2]]]),
        itertools.compress([[1], [2]], [1, 1]),
        itertools.dropwhile(bool, [[1], 0, [2]]),
        itertools.takewhile(bool, [[1], 0, [2]]),
        itertools.filterfalse(bool, [0, [], [1]]),
        itertools.islice([[1], [2], [3]], 1, 3),
        itertools.starmap(max, [(1, 2), (3, 4)]),
        itertools.zip_longest([[1]], [[2], [3]], fillvalue=[0]),
        itertools.product([[1], [2]], repeat=2),
        itertools.permutations([[1], [2], [3]], 2),
        itertools.combinations([[1], [2], [3]], 2),
        itertools.combinations_with_replacement([[1], [2]], 2),
        itertools.accumulate([1, 2, 3]),
        itertools.accumulate([[1], [2]], initial=[0]),
        itertools.groupby([[1], [1], [2]]),
        itertools.groupby("aab", key=str.upper),
    ]
    kept = [next(i, None) for i in made]
    twice = [itertools.product("ab", [[1]]), itertools.combinations("abc", 2),
             itertools.cycle([[1], [2]]), itertools.accumulate("abc")]
    kept += [(next(i), next(i)) for i in twice]
    ended = itertools.chain([1])
    list(ended)
    ended_cycle = itertools.cycle([])
    list(ended_cycle)
    group = itertools.groupby("aabb")
    key, grouper = next(group)
    a, b = itertools.tee([[i] for i in range(150)])
    for _ in range(60):
        next(a)
    return [made, kept, twice, ended, ended_cycle, group, grouper, a, b,
            itertools.tee(iter("ab"), 3)]


@animal
def itertools_new():
    import itertools
    result = [itertools.pairwise([[1], [2], [3]])]      # 3.10
    next(result[0])
    if hasattr(itertools, "batched"):
        result.append(itertools.batched([[1], [2], [3]], 2))
        next(result[-1])
    return result


@animal
def operator_():
    import operator
    return [operator.itemgetter(1), operator.itemgetter("a", [1].__len__),
            operator.attrgetter("a"), operator.attrgetter("a.b", "c"),
            operator.methodcaller("m", [1], k=[2]), operator.methodcaller("x")]


@animal
def threads():
    import threading
    lock, rlock = threading.Lock(), threading.RLock()
    held = threading.RLock()
    local = threading.local()
    local.attr = [1]

    class Local(threading.local):
        def __init__(self, *args, **kw):
            self.args = [args]
    sub = Local([1], k=[2])
    started = threading.Event()

    def body(arg):
        local.attr = [arg]
        sub.other = [arg]
        frame_local = [arg, threading.current_thread()]
        held.acquire()
        started.set()
        block = threading.Lock()
        block.acquire()
        block.acquire()         # for ever
        return frame_local
    thread = threading.Thread(target=body, args=([1],), daemon=True)
    thread.start()
    started.wait()
    timer = threading.Timer(1e6, function)
    return [lock, rlock, held, local, sub, thread, timer,
            threading.Condition(), threading.Semaphore(3), threading.Event(),
            threading.Barrier(2), started]


@animal
def queues():
    import queue
    simple = queue.SimpleQueue()
    for i in range(30):
        simple.put([i])
    for i in range(5):
        simple.get()
    fifo = queue.Queue()
    fifo.put([1])
    prio = queue.PriorityQueue()
    prio.put((1, [1]))
    empty = queue.SimpleQueue()
    return [simple, fifo, prio, empty, queue.LifoQueue()]


@animal
def contextvars_():
    import contextvars
    var = contextvars.ContextVar("var", default=[1])
    bare = contextvars.ContextVar("bare")
    many = [contextvars.ContextVar("v%d" % i) for i in range(60)]
    context = contextvars.copy_context()
    tokens = []

    def fill():
        tokens.append(var.set([2]))
        tokens.append(bare.set([3]))
        for v in many:
            tokens.append(v.set([v]))
        return contextvars.copy_context()
    filled = context.run(fill)
    iterators = [iter(filled), iter(filled.items()), iter(filled.values())]
    for i in iterators:
        next(i)
    return [var, bare, many, context, tokens, filled, iterators,
            filled.keys(), filled.items(), contextvars.Context(),
            contextvars.Token.MISSING]


@animal
def asyncio_():
    import asyncio
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    done = loop.create_future()
    done.set_result([1])
    failed = loop.create_future()
    failed.set_exception(Error("failed"))
    failed.exception()
    cancelled = loop.create_future()
    cancelled.cancel()
    called = loop.create_future()
    called.add_done_callback(function)
    called2 = loop.create_future()
    for _ in range(3):
        called2.add_done_callback(lambda f, x=[1]: None)

    async def waits(f):
        local = [f]
        await f
        return local

    async def returns(x):
        return [x]

    async def fails():
        raise Error(["task"])
    tasks = [loop.create_task(waits(future)), loop.create_task(waits(called)),
             loop.create_task(returns([1])), loop.create_task(fails())]
    if sys.version_info >= (3, 8):
        tasks.append(loop.create_task(waits(future), name="named"))

    async def turn():
        for _ in range(5):
            await asyncio.sleep(0)
    loop.run_until_complete(turn())
    tasks[3].exception()
    gathering = asyncio.gather(*tasks[:2]) if sys.version_info < (3, 10) \
        else None

    class Fut(asyncio.Future):
        pass
    sub = Fut(loop=loop)
    sub.attr = [1]
    it = iter(loop.create_future())
    next(it)

    async def makes():
        return [asyncio.Lock(), asyncio.Event(), asyncio.Queue(),
                asyncio.Semaphore(2), asyncio.Condition()]
    prims = loop.run_until_complete(makes())
    handle = loop.call_later(1e6, function, [1])
    return [loop, future, done, failed, cancelled, called, called2, tasks,
            gathering, sub, it, prims, handle]
