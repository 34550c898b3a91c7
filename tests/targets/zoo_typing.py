# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: typing, newer syntax, and Python-written corners of the standard
library."""
import sys

from zoo import animal, function, run


@animal
def typing_():
    import typing
    T = typing.TypeVar("T")
    B = typing.TypeVar("B", bound=list)
    C = typing.TypeVar("C", int, str)

    class G(typing.Generic[T]):
        x: T

    class NT(typing.NamedTuple):
        a: int
        b: list = []

    class Proto(typing.Protocol):
        def m(self) -> int:
            ...
    return [T, B, C, G, G[int], G[int](), NT, NT(1), Proto,
            typing.List[int], typing.Union[int, str], typing.Optional[list],
            typing.Callable[[int], str], typing.Any, typing.Tuple[int, ...],
            typing.Dict[str, T], typing.ForwardRef("x"),
            typing.NewType("New", int)]


@animal
def typing_new():
    return [list[int], dict[str, list[int]], iter(list[int])
            if sys.version_info >= (3, 11) else None,
            tuple[int, ...]]            # 3.9


@animal
def typing_unions():
    import typing
    return [int | str, int | None, list[int] | None,
            typing.ParamSpec("P"), typing.ParamSpec("Q").args,
            typing.ParamSpec("R").kwargs]       # 3.10


@animal
def typing_variadic():
    import typing
    Ts = typing.TypeVarTuple("Ts")      # 3.11
    return [Ts, typing.Unpack[Ts], typing.Tuple[typing.Unpack[Ts]]]


@animal
def type_parameters():
    return run("""
type Alias[T] = list[T]
def generic[T: int, *Ts, **P](x: T) -> T:
    return x
class Generic[T]:
    attr: T
made = [Alias, Alias[int], generic, Generic, Generic[int]()]
Alias.__value__
""")                                    # 3.12


@animal
def type_parameter_defaults():
    return run("""
class Generic[T = int, *Ts = *tuple[int, ...]]:
    pass
""")                                    # 3.13


@animal
def annotations_new():
    namespace = run("""
class Lazy:
    a: int
    b: later
    def m(self, x: later) -> list: ...
def f(x: int, y: later = 1): ...
""")
    namespace["Lazy"]()
    return namespace


@animal
def templates():
    namespace = run("""
x = [1]
t = t"a{x}b{x!r:>5}"
i = t.interpolations
it = iter(t)
first = next(it)
""")                                    # 3.14
    return namespace


@animal
def frozendicts():
    f = frozendict({"a": [1], 2: "b"})          # 3.15
    return [f, frozendict(), frozendict(x=f)]


@animal
def sentinels():
    return [sentinel("MISSING")]        # 3.15


@animal
def lazy_imports():
    namespace = run("lazy import colorsys\nlazy from this import that\n")
    return namespace                    # 3.15


@animal
def enums():
    import enum

    class Colour(enum.Enum):
        RED = 1
        BLUE = [2]

    class Flag(enum.Flag):
        A = 1
        B = 2
    return [Colour, Colour.RED, Flag, Flag.A | Flag.B,
            enum.IntEnum("Made", "x y z")]


@animal
def dataclasses_():
    import dataclasses

    @dataclasses.dataclass
    class Data:
        a: int
        b: list = dataclasses.field(default_factory=list)
    made = [Data(i) for i in range(10)]
    return [Data, made, dataclasses.fields(Data)]


@animal
def ast_():
    import ast
    import symtable
    tree = ast.parse("def f(x):\n    return [x, 'a', 1.5]\n")
    bare = ast.Module([], [])
    bare.extra = [1]
    return [tree, bare, symtable.symtable("def f(): pass", "<s>", "exec"),
            ast.Constant(5)]


@animal
def capsules():
    import datetime
    import socket
    import unicodedata
    found = []
    for module in ("datetime", "_socket", "unicodedata", "_curses",
                   "pyexpat", "_decimal", "_datetime"):
        m = sys.modules.get(module)
        for value in list(vars(m).values()) if m else ():
            if type(value).__name__ == "PyCapsule":
                found.append(value)
    return [found, datetime, socket, unicodedata]


@animal
def imports():
    import importlib.machinery
    import importlib.util
    spec = importlib.util.spec_from_loader("x", None)
    return [spec, importlib.util.module_from_spec(spec),
            importlib.machinery.ModuleSpec("y", None),
            importlib.util.find_spec("json"), sys.meta_path,
            sys.path_importer_cache]


@animal
def zip_import():
    import zipfile
    import zipimport
    import io
    z = zipfile.ZipFile(io.BytesIO(), "w")
    z.writestr("a.py", "x = 1")
    return [z, zipimport.zipimporter]


@animal
def misc():
    import argparse
    import configparser
    import logging
    import string
    import textwrap
    import uuid
    import ipaddress
    import pathlib
    import subprocess
    parser = argparse.ArgumentParser(prog="x")
    parser.add_argument("--opt", default=[1])
    config = configparser.ConfigParser()
    config.read_string("[a]\nb = c\n")
    logger = logging.getLogger("zoo.logger")
    logger.addHandler(logging.NullHandler())
    record = logging.LogRecord("n", 10, "p", 1, "m", ([1],), None)
    return [parser, config, logger, record, string.Template("$x"),
            string.Formatter(), textwrap.TextWrapper(), uuid.UUID(int=5),
            ipaddress.ip_network("10.0.0.0/30"), pathlib.Path("/a/b"),
            pathlib.PurePosixPath("a").joinpath("b"), subprocess.PIPE]


@animal
def concurrency():
    import concurrent.futures
    import heapq
    import sched
    pool = concurrent.futures.ThreadPoolExecutor(1)
    future = pool.submit(lambda: [1])
    future.result()
    heap = [[3], [1], [2]]
    heapq.heapify(heap)
    return [pool, future, concurrent.futures.Future(), heap,
            sched.scheduler()]


@animal
def shared_memory():
    import multiprocessing
    import multiprocessing.synchronize
    return [multiprocessing.Process(target=function),
            multiprocessing.get_context("spawn")]


@animal
def interpreters_types():
    try:
        import _interpreters
    except ImportError:
        import _xxsubinterpreters as _interpreters
    try:
        import _interpchannels as channels
    except ImportError:
        import _xxsubinterpreters as channels
    return [_interpreters.get_main(), channels]


@animal
def tokenizers():
    import io
    import tokenize
    tokens = tokenize.generate_tokens(io.StringIO("a = [1]\n").readline)
    first = next(tokens)
    return [tokens, first]


@animal
def traces():
    import gc
    import tracemalloc
    import warnings
    catcher = warnings.catch_warnings(record=True)
    return [gc.callbacks, tracemalloc.Filter(True, "x"), catcher]


@animal
def hamt_collisions():
    import contextvars

    class Var(object):
        pass
    context = contextvars.copy_context()
    variables = [contextvars.ContextVar("c%d" % i) for i in range(1000)]

    def fill():
        for v in variables:
            v.set([v])
        return contextvars.copy_context()
    return [context.run(fill), variables]


@animal
def optional_modules():
    """Types of C modules that few programs use: whatever can be made."""
    made = []
    for name in ("_bisect", "_heapq", "_statistics", "_posixsubprocess",
                 "_crypt", "_curses_panel", "_dbm", "_gdbm", "_lsprof",
                 "_multibytecodec", "_opcode", "_queue", "_tracemalloc",
                 "_uuid", "audioop", "faulthandler", "fcntl", "grp", "nis",
                 "ossaudiodev", "parser", "readline", "resource", "spwd",
                 "syslog", "termios", "xxlimited", "xxsubtype"):
        try:
            made.append(__import__(name))
        except ImportError:
            pass
    try:
        import xxlimited
        made.append(xxlimited.Xxo())
        made[-1].attr = [1]
    except (ImportError, AttributeError):
        pass
    try:
        import xxsubtype
        s = xxsubtype.spamlist([[1]])
        s.attr = [1]
        made += [s, xxsubtype.spamdict(a=[1])]
    except (ImportError, AttributeError):
        pass
    try:
        import _lsprof
        made.append(_lsprof.Profiler())
    except (ImportError, AttributeError):
        pass
    try:
        import multiprocessing
        made.append(multiprocessing.get_context("fork").RLock())
    except (ImportError, OSError):
        pass
    return made
