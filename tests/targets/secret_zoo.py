# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that has a secret in every kind of place of every type of the zoo.

Each secret is a marker: BEGIN and a number, so that a search for BEGIN finds
all of them and the number says where it was planted.  Markers are made at run
time, so that no code has them as constants.

It prints {"begin": BEGIN, "places": {marker: [place, kind]}, ...}.  Kinds:

    "data"  contents: strings, keys, what is no identifier although it is a
            name
    "name"  identifiers and files, which --redact keeps
"""
import array
import asyncio
import atexit
import collections
import contextvars
import ctypes
import decimal
import enum
import functools
import io
import json
import logging
import mmap
import os
import pathlib
import queue
import re
import struct
import sys
import tempfile
import threading
import types
import weakref

BEGIN = "".join(["Zq", "Wx", "Vk", "Jy"])
PLACES = {}
KEPT = []
NUMBER = int("".join(["86753", "09867", "5309"]))


def marker(place, kind):
    word = "%s%04d" % (BEGIN, len(PLACES))
    PLACES[word] = [place, kind]
    return word


def data(place):
    """Words that are no identifier."""
    return marker(place, "data") + " of 9921"


def word(place):
    """One word: its form is that of an identifier, but it is a value."""
    return marker(place, "data")


def name(place):
    """An identifier, where a name belongs."""
    return marker(place, "name")


def keep(thing):
    KEPT.append(thing)
    return thing


def plant(function):
    """Keep what the function returns.  What an old Python does not have is
    left out."""
    try:
        keep(function())
    except (ImportError, AttributeError, TypeError, ValueError) as e:
        LEFT_OUT.append("%s: %s" % (function.__name__, e))
    return function


LEFT_OUT = []


# --- values -------------------------------------------------------------------

@plant
def texts():
    wide = "\u20ac" + word("str of two bytes a character")
    widest = "\U0001f600" + word("str of four bytes a character")
    return [word("str"), data("str with spaces"), word("long str") * 20,
            wide, widest, word("a str's UTF-8") + "\xe9",
            sys.intern(word("interned str")), {wide: 1, widest: 2}]


@plant
def byte_containers():
    view = memoryview(bytearray(word("memoryview").encode()))
    buffer = ctypes.create_string_buffer(word("ctypes buffer").encode())
    anonymous = mmap.mmap(-1, 4096)
    anonymous.write(word("mmap").encode())
    return [word("bytes").encode(), bytearray(word("bytearray").encode()),
            view, buffer, anonymous,
            array.array("B", word("array of bytes").encode()),
            array.array("I", map(ord, word("array of code points"))),
            ctypes.c_wchar_p(word("c_wchar_p")),
            ctypes.c_char_p(word("c_char_p").encode()),
            struct.Struct("4s"), word("UTF-16").encode("utf-16-le"),
            word("UTF-32").encode("utf-32-le"),
            bytes.fromhex(word("bytes").encode().hex())[::-1]]


@plant
def numbers():
    return [NUMBER, -NUMBER, float(NUMBER), complex(NUMBER, NUMBER),
            decimal.Decimal(NUMBER), range(NUMBER, NUMBER + 5),
            int.from_bytes(word("int").encode(), "little"),
            int.from_bytes(word("int").encode(), "big"),
            {NUMBER: NUMBER}, {NUMBER}, array.array("q", [NUMBER]),
            ctypes.c_uint64(NUMBER), slice(NUMBER, NUMBER)]


@plant
def files():
    text = io.StringIO(word("StringIO"))
    raw = io.BytesIO(word("BytesIO").encode())
    opened = tempfile.NamedTemporaryFile(prefix=word("file name"))
    opened.write(b"x" * 8192)
    opened.flush()
    mapped = mmap.mmap(opened.fileno(), 8192)
    return [text, raw, opened, mapped, pathlib.Path(data("pathlib.Path")),
            open(opened.name)]


@plant
def containers():
    odd = collections.OrderedDict([(data("OrderedDict's key"),
                                    word("OrderedDict's value"))])
    default = collections.defaultdict(list)
    default[word("defaultdict's key")].append(word("defaultdict's value"))
    waiting = queue.Queue()
    waiting.put(word("queue"))
    return [{data("key"): word("value")}, {word("one word as key"): 1},
            {word("bytes as key").encode(): 1},
            {(data("key in a tuple"), 1): 2},
            {data("set")}, frozenset([word("frozenset")]),
            [word("list")], (word("tuple"),), odd, default, waiting,
            collections.deque([word("deque")]),
            collections.Counter([word("Counter")]),
            collections.ChainMap({word("ChainMap"): word("ChainMap")}),
            types.MappingProxyType({word("mappingproxy"): 1}),
            iter([word("iterator")]), {word("view"): 1}.items(),
            collections.UserDict({word("UserDict"): word("UserDict")})]


# --- classes and instances ----------------------------------------------------

def made(class_name, module="app", **members):
    cls = type(class_name, (), members)
    cls.__module__ = module
    cls.__qualname__ = class_name
    return [cls, cls(), [cls() for _ in range(3)]]


@plant
def classes():
    return [made(name("class")), made(data("class that is no identifier")),
            made("Thing", module=data("module of a class")),
            made("Thing", module=name("module of a class")),
            made("Thing", __doc__=data("docstring of a class")),
            made("Thing", **{name("class attribute"):
                             word("value of a class attribute")}),
            made("Thing", **{data("odd class attribute"): 1})]


class Plain:
    pass


class ManyAttributes:
    def __init__(self):
        for i in range(40):
            setattr(self, "a%d" % i, i)


@plant
def instances():
    things = [Plain(), Plain(), ManyAttributes()]
    setattr(things[0], name("attribute"), word("value of an attribute"))
    setattr(things[0], data("odd attribute"), [word("in an attribute")])
    things[1].__dict__[data("odd key of a __dict__")] = [1]
    setattr(things[2], data("attribute of many"), [2])
    return things + [
        types.SimpleNamespace(**{data("SimpleNamespace"): [3]}),
        types.SimpleNamespace(**{name("SimpleNamespace"): [3]})]


@plant
def slots():
    slot = name("slot")
    cls = type("Slotted", (), {"__slots__": (slot,)})
    instance = cls()
    setattr(instance, slot, [word("value of a slot")])
    return cls, instance


@plant
def named_tuples():
    fields = collections.namedtuple(name("namedtuple"), name("its field"))
    return fields, fields(word("value of its field"))


@plant
def enums():
    members = enum.Enum(name("Enum"), {name("member"): word("its value")})
    return members, list(members)


@plant
def dataclasses_():
    import dataclasses
    cls = dataclasses.make_dataclass(
        name("dataclass"), [(name("its field"), str, dataclasses.field(
            default=word("its default"),
            metadata={word("metadata"): word("metadata")}))])
    return cls, cls(), cls(word("value of its field"))


@plant
def errors():
    cls = type(name("exception"), (ValueError,), {})
    cause = KeyError(data("args of a cause"))
    error = cls(data("args of an exception"), word("more of its args"))
    error.__cause__ = cause
    setattr(error, data("attribute of an exception"), 1)

    def fail(secret_argument):
        local_of_a_traceback = [word("local of a traceback"), secret_argument]
        raise error
    try:
        fail(word("argument in a traceback"))
    except ValueError as e:
        if hasattr(e, "add_note"):
            e.add_note(data("note of an exception"))
        return e, OSError(2, data("strerror"), data("filename")), \
            UnicodeDecodeError("utf-8", word("object of a UnicodeError")
                               .encode(), 0, 1, data("reason"))


# --- code ---------------------------------------------------------------------

def compiled(source, file="/srv/app.py", **names):
    space = dict(names, __name__="app")
    exec(compile(source, file, "exec"), space)
    return space


def renamed(function, **parts):
    if not hasattr(function.__code__, "replace"):
        raise AttributeError("no code.replace()")
    return types.FunctionType(function.__code__.replace(**parts), {},
                              function.__name__)


@plant
def functions():
    source = """
def {f}({a}="{default}", *, {k}: "{annotation}" = 1):
    "{doc}"
    {local} = {k}
    return {g}, "{constant}", {k}.{attribute}
"""
    parts = dict(f=name("function"), a=name("parameter"),
                 default=data("default argument"),
                 k=name("keyword parameter"), annotation=data("annotation"),
                 doc=data("docstring of a function"), local=name("local"),
                 g=name("global in co_names"), constant=data("constant"),
                 attribute=name("attribute in co_names"))
    space = compiled(source.format(**parts))
    function = space[parts["f"]]
    setattr(function, data("attribute of a function"), word("its value"))
    function.__kwdefaults__[data("keyword default")] = word("keyword default")
    return space


@plant
def odd_functions():
    def f():
        return 1

    def g():
        return 1

    def h():
        return 1
    f.__name__ = data("__name__ of a function")
    g.__qualname__ = data("__qualname__ of a function")
    h.__module__ = data("__module__ of a function")
    return f, g, h, Plain().__init__, print, [].append


@plant
def odd_code():
    def f(a):
        b = [a]
        return b
    return [renamed(f, co_name=data("co_name")),
            renamed(f, co_filename=data("co_filename")),
            renamed(f, co_filename="/srv/" + name("file")),
            renamed(f, co_varnames=(data("co_varnames"), "b")),
            renamed(f, co_consts=(None, data("co_consts")))]


@plant
def closures():
    def outer(cell):
        def inner():
            return cell
        return inner
    bound = type(name("class of a method"), (), {"m": lambda self: 1})()
    return [outer(word("closure")), bound.m,
            functools.partial(print, word("partial"),
                              **{word("partial's keyword"): word("partial")}),
            property(None, None, None, data("doc of a property")),
            staticmethod(outer), classmethod(outer)]


@plant
def caches():
    @functools.lru_cache(maxsize=50)
    def cached(argument):
        return argument + word("result in a cache")
    cached(word("key in a cache"))
    cached(data("key in a cache"))
    return cached


@plant
def generators():
    def generator(argument):
        local = [argument, word("local of a generator")]
        yield word("yielded")
        del local
    g = generator(word("argument of a generator"))
    next(g)
    g.__name__ = data("__name__ of a generator")
    g.__qualname__ = data("__qualname__ of a generator")

    async def coroutine(argument):
        await asyncio.sleep(argument)
    c = coroutine(word("argument of a coroutine"))
    c.__name__ = data("__name__ of a coroutine")
    return g, c


@plant
def modules():
    odd = types.ModuleType(data("module"), data("doc of a module"))
    plain = types.ModuleType(name("module"))
    setattr(plain, name("global"), [word("value of a global")])
    plain.__dict__[data("odd global")] = [1]
    plain.__file__ = data("__file__")
    exec(compile("def f(): return 1", "/srv/app.py", "exec"), plain.__dict__)
    sys.modules[data("key of sys.modules")] = odd
    sys.modules[plain.__name__] = plain
    return odd, plain


# --- the library --------------------------------------------------------------

@plant
def context_variables():
    variables = [contextvars.ContextVar(data("ContextVar")),
                 contextvars.ContextVar(word("ContextVar")),
                 contextvars.ContextVar("v", default=word("its default"))]
    for v in variables:
        v.set([word("value of a ContextVar")])
    return variables, contextvars.copy_context()


@plant
def loggers():
    logger = logging.getLogger(word("logger"))
    odd = logging.getLogger(data("logger"))
    handler = logging.StreamHandler(io.StringIO())
    handler.set_name(data("handler"))
    logger.addHandler(handler)
    record = logging.LogRecord(word("record"), 10, data("pathname"), 1,
                               data("message"), (word("argument"),), None)
    shape = logging.Formatter("%(message)s " + data("format"))
    return logger, odd, record, shape


@plant
def patterns():
    text = word("searched text")
    return [re.compile(data("pattern")), re.match("Z(.*)", text),
            re.compile("(?P<%s>a)" % word("group"))]


@plant
def tasks():
    loop = asyncio.new_event_loop()

    async def wait(argument):
        await asyncio.sleep(3600)
    task = loop.create_task(wait(word("argument of a task")))
    if hasattr(task, "set_name"):
        task.set_name(data("task"))
    future = loop.create_future()
    future.set_result(word("result of a future"))
    broken = loop.create_future()
    broken.set_exception(ValueError(data("exception of a future")))
    loop.run_until_complete(asyncio.sleep(0, loop=loop)
                            if sys.version_info < (3, 8)
                            else asyncio.sleep(0))
    return loop, task, future, broken


@plant
def weak():
    referent = keep(Plain())

    def callback(reference):
        return reference
    callback.__qualname__ = data("weakref callback")
    weak_values = weakref.WeakValueDictionary()
    weak_values[data("key of a WeakValueDictionary")] = referent
    return weakref.ref(referent, callback), weak_values


@plant
def arrays():
    import numpy
    return [numpy.array([word("numpy str")]),
            numpy.array([word("numpy bytes").encode()]),
            numpy.array([word("numpy object")], dtype=object),
            numpy.array([NUMBER]),
            numpy.array([(1,)], dtype=[(word("numpy field"), "i4")])]


@plant
def green():
    import greenlet

    def run(argument):
        local = [argument]
        greenlet.getcurrent().parent.switch(local)
    g = greenlet.greenlet(run)
    g.switch(word("argument of a greenlet"))
    return g


# --- the process --------------------------------------------------------------

RELEASE = threading.Event()


def thread_with(local):
    value = [local, word("local of a thread")]
    RELEASE.wait()
    return value


@plant
def threads():
    local = threading.local()
    setattr(local, data("threading.local"), word("threading.local"))
    thread = threading.Thread(
        target=thread_with, args=(word("argument of a thread"),),
        name=data("thread"), daemon=True)
    thread.start()
    odd = {"wait": RELEASE.wait}
    source = "def {0}({1}):\n    wait()\n".format(
        name("function of a frame"), name("local of a frame"))
    exec(compile(source, data("file of a frame"), "exec"), odd)
    function = [f for k, f in odd.items() if k.startswith(BEGIN)][0]
    if hasattr(function.__code__, "replace"):
        parts = {"co_name": data("co_name of a frame")}
        if hasattr(function.__code__, "co_qualname"):
            parts["co_qualname"] = data("co_qualname of a frame")
        function = types.FunctionType(function.__code__.replace(**parts), odd)
    other = threading.Thread(target=function, args=([1],), daemon=True)
    other.name = data("thread of a frame")
    other.start()
    return local, thread, other


PR_SET_VMA, PR_SET_VMA_ANON_NAME, PR_SET_NAME = 0x53564d41, 0, 15


@plant
def kernel():
    """Names that a process gives to its mappings and to itself."""
    libc = ctypes.CDLL(None)
    named = mmap.mmap(-1, 1 << 20)
    named.write(b"x" * 65536)
    address = ctypes.addressof(ctypes.c_char.from_buffer(named))
    libc.prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, ctypes.c_ulong(address),
               ctypes.c_ulong(1 << 20), (word("mapping") + " x").encode())
    libc.prctl(PR_SET_NAME, (BEGIN + " comm").encode(), 0, 0, 0)
    return named


@plant
def memory_files():
    fd = os.memfd_create(word("memfd"))
    os.write(fd, b"x" * 8192)
    return mmap.mmap(fd, 8192)


os.environ["ZOO_VARIABLE"] = word("environment")
atexit.register(print, word("argument of atexit"),
                **{word("keyword of atexit"): word("value of atexit")})


# --- every type of the zoo ----------------------------------------------------

def into(thing, what):
    """Ways to put something into an object that know nothing of its type."""
    odd = data(what + ", odd attribute")
    yield lambda: setattr(thing, odd, [word(what + ", its value")])
    yield lambda: setattr(thing, name(what + ", attribute"), [1])
    yield lambda: thing.append(word(what + ", append()"))
    yield lambda: thing.append(NUMBER)
    yield lambda: thing.add(word(what + ", add()"))
    yield lambda: thing.__setitem__(data(what + ", odd key"),
                                    [word(what + ", value")])
    # A key of what exec() took as globals is the name of a variable.
    is_space = type(thing) is dict and "__builtins__" in thing
    yield lambda: thing.__setitem__((name if is_space else word)(
        what + ", key"), [NUMBER])
    yield lambda: thing.extend(word(what + ", extend()").encode())
    yield lambda: thing.set_name(data(what + ", set_name()"))
    yield lambda: setattr(thing, "__doc__", data(what + ", __doc__"))
    if not issubclass(type(thing), type):
        yield lambda: setattr(thing, "__name__", data(what + ", __name__"))
        yield lambda: setattr(thing, "__qualname__",
                              data(what + ", __qualname__"))


def plant_in_the_zoo(animals):
    """One of each type, in what the zoo's animals are made of."""
    seen, waiting = set(), collections.deque(animals.values())
    # The zoo has cycles.  All of them stay alive, so that ids stay theirs.
    done = {id(PLACES), id(KEPT), id(globals())}
    while waiting:
        thing = keep(waiting.popleft())
        kind = type(thing)
        if id(thing) in done:
            continue
        done.add(id(thing))
        # Not isinstance(): of a proxy it asks what may be gone.
        if issubclass(kind, (list, tuple)):
            waiting.extend(list(thing)[:200])
        elif kind is dict:
            waiting.extend(list(thing.values())[:200])
        # A module's and a class's are everybody's.
        if kind in seen or issubclass(kind, (type, types.ModuleType)):
            continue
        seen.add(kind)
        for way in into(thing, "zoo's " + kind.__name__):
            try:
                way()
            except Exception:
                pass
    return len(seen)


def main():
    import zoo
    # What logs, warns or waits forever is not wanted here.
    animals = keep(zoo.build())
    nr_types = plant_in_the_zoo(animals)
    os.write(1, json.dumps({
        "begin": BEGIN, "number": NUMBER, "places": PLACES,
        "left_out": LEFT_OUT, "types": nr_types,
        "missing": len(zoo.MISSING)}).encode() + b"\n")
    os.read(0, 1)


main()
