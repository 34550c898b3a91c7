# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: what runs, has run or has failed: generators, coroutines, frames,
exceptions; and weak references."""
import sys

from zoo import Error, ErrorSlots, Plain, animal, function


def generator(a, b=None):
    local = [a]
    try:
        yield local
        with_stack = [b, (yield [2]), local]
        yield with_stack
    finally:
        del local


def delegating(inner):
    result = yield from inner
    return result


@animal
def generators():
    fresh = generator([1])
    started = generator([1], [2])
    next(started)
    on_stack = generator([1], [2])
    next(on_stack)
    next(on_stack)
    third = generator([1], [2])
    next(third)
    next(third)
    next(third)
    finished = generator([1])
    list(finished)
    closed = generator([1])
    next(closed)
    closed.close()
    failed = generator([1])
    next(failed)
    try:
        failed.throw(ValueError("x"))
    except ValueError:
        pass
    delegated = delegating(generator([1], [2]))
    next(delegated)
    expression = (x for x in [[1], [2]])
    next(expression)
    in_loop = loops([[1], [2], [3]])
    next(in_loop)
    next(in_loop)
    in_except = excepting()
    next(in_except)
    with_cells = celled([1])
    next(with_cells)
    in_with = withing()
    next(in_with)
    frames = [g.gi_frame for g in (started, delegated)]
    return [fresh, started, on_stack, third, finished, closed, failed,
            delegated, expression, in_loop, in_except, with_cells, in_with,
            frames, started.gi_code]


def loops(things):
    for i, thing in enumerate(things):
        for other in iter([thing, i]):
            yield other


def excepting():
    try:
        raise KeyError(["key"])
    except KeyError as e:
        yield e


def celled(value):
    def inner():
        return value
    yield inner
    yield value


def withing():
    class Manager:
        def __enter__(self):
            return [self]

        def __exit__(self, *args):
            return None
    with Manager() as m:
        yield m


@animal
def coroutines():
    import types

    class Awaitable:
        def __await__(self):
            yield [1]

    async def simple(x):
        local = [x]
        await Awaitable()
        return local

    async def outer(x):
        return await simple([x])

    async def agen(x):
        local = [x]
        yield local
        await Awaitable()
        yield x

    async def comprehension(x):
        return [y async for y in agen(x)]
    fresh = simple(1)
    started = simple(2)
    started.send(None)
    nested = outer(3)
    nested.send(None)
    finished = simple(4)
    finished.send(None)
    try:
        finished.send(None)
    except StopIteration:
        pass
    closed = simple(5)
    closed.close()
    agen_fresh = agen(1)
    agen_started = agen(2)
    asend = agen_started.__anext__()
    try:
        asend.send(None)
    except StopIteration:
        pass
    asend_waiting = agen_started.__anext__()
    asend_waiting.send(None)
    other = agen(3)
    asend_fresh = other.asend(None)
    athrow = agen(4).athrow(ValueError)
    aclose = agen(5).aclose()
    comp = comprehension([6])
    comp.send(None)

    @types.coroutine
    def legacy():
        yield [1]
    legacy_started = legacy()
    legacy_started.send(None)
    wrapper = simple(6).__await__()
    _unawaited.extend([fresh, asend_fresh, athrow, aclose])
    return [fresh, started, nested, finished, closed, agen_fresh,
            agen_started, asend, asend_waiting, other, asend_fresh, athrow,
            aclose, comp, legacy_started, wrapper, nested.cr_frame]


_unawaited = []


@animal
def agen_with_anext():
    async def agen():
        yield [1]
    a = agen()
    with_default = anext(a, [2])    # 3.10
    _unawaited.append(with_default)
    return [a, with_default]


def _fails(depth, value):
    local = [depth, value]
    if depth:
        _fails(depth - 1, local)
    raise Error("message", local)


@animal
def exceptions():
    caught = []
    try:
        _fails(5, "x")
    except Error as e:
        caught.append(e)
        caught.append(e.__traceback__)
        caught.append(e.__traceback__.tb_frame)
    try:
        try:
            {}["missing"]
        except KeyError:
            raise ValueError("while handling")
    except ValueError as e:
        caught.append(e)
    try:
        try:
            [][1]
        except IndexError as first:
            raise Error("from") from first
    except Error as e:
        caught.append(e)
    for thrower in (lambda: None.missing, lambda: undefined_name,
                    lambda: __import__("no_such_module_x"),
                    lambda: b"\xff".decode(), lambda: "\ud800".encode(),
                    lambda: compile("a b", "<s>", "exec"),
                    lambda: open("/nonexistent/x"), lambda: 1 / 0,
                    lambda: next(iter(())), lambda: sys.exit([1]),
                    lambda: int("x"), lambda: [].__next__,
                    lambda: "%d" % "x"):
        try:
            thrower()
        except (Exception, SystemExit) as e:
            caught.append(e)
    with_attributes_ = Error("attributes")
    with_attributes_.extra = [1]
    slotted = ErrorSlots("slotted")
    slotted.where = [2]
    chain = Error("a")
    chain.__context__ = Error("b")
    chain.__cause__ = Error("c")
    noted = Error("noted")
    if hasattr(noted, "add_note"):
        noted.add_note("a note")
    made = [BaseException(), Exception(1, [2]), OSError(2, "x", "file"),
            OSError(2, "x", "f", None, "g"), StopIteration([1]),
            SyntaxError("m", ("f", 1, 2, "t")), KeyboardInterrupt(),
            UnicodeTranslateError("x", 0, 1, "r"), ImportError("i", name="n",
                                                               path="p"),
            BlockingIOError(11, "x", 5), StopAsyncIteration(), MemoryError(),
            RecursionError("r"), Warning("w"), SystemExit(3),
            GeneratorExit(), AssertionError("a")]
    return [caught, with_attributes_, slotted, chain, noted, made]


@animal
def exception_groups():
    group = ExceptionGroup("group", [ValueError(1), Error([2])])  # 3.11
    nested = BaseExceptionGroup("outer", [group, KeyboardInterrupt()])
    split = nested.split(ValueError)
    return [group, nested, split]


@animal
def frames():
    def keeps_frame(a):
        local = [a]
        return sys._getframe(), local
    frame, _ = keeps_frame("x")

    def holder():
        local = [1]
        inner = sys._getframe()
        return inner
    cleared = holder()
    cleared.clear()
    traced = holder()
    traced.f_trace = function
    result = [frame, cleared, traced, traced.f_trace]
    result.append(frame.f_locals)
    return result


@animal
def frame_locals_proxies():
    def holder(a):
        b = [a]
        return sys._getframe()
    frame = holder([1])
    frame.f_locals["extra"] = [2]
    return [frame, frame.f_locals]


# --- weak references -------------------------------------------------------

@animal
def weak():
    import weakref
    strong = [Plain([i]) for i in range(6)]

    def callback(r, kept=[1]):
        pass
    dead_target = Plain()
    dead = weakref.ref(dead_target)
    dead_callback = weakref.ref(dead_target, callback)
    dead_proxy = weakref.proxy(dead_target)
    del dead_target

    class Ref(weakref.ref):
        pass
    sub = Ref(strong[0])
    sub.attr = [1]
    wkd = weakref.WeakKeyDictionary()
    wvd = weakref.WeakValueDictionary()
    wset = weakref.WeakSet()
    for i, o in enumerate(strong):
        wkd[o] = [i]
        wvd[i] = o
        wset.add(o)
    finalizer = weakref.finalize(strong[1], function, 1)
    finalizer.atexit = False
    return [strong, weakref.ref(strong[0]), weakref.ref(strong[0]),
            weakref.ref(strong[0], callback), weakref.proxy(strong[1]),
            weakref.proxy(strong[1], callback), dead, dead_callback,
            dead_proxy, sub, wkd, wvd, wset, finalizer,
            weakref.WeakMethod(strong[2].method), weakref.ref(Plain),
            weakref.ref(function), weakref.proxy(function),
            weakref.ref({1, 2})]
