# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with instances, in many states, of the types that have a
__sizeof__ of their own, and of subclasses of them.

usage: states.py FD

A line "id sys.getsizeof() type name" for each goes to file descriptor FD, then
it holds still, with {} as its facts.
What BytesIO and others hold as buffers, nobody else holds.
"""
import _pickle
import array
import collections
import ctypes
import decimal
import gc
import io
import itertools
import pickle
import queue
import struct
import sys
import warnings
import xml.etree.ElementTree as ElementTree

warnings.simplefilter("ignore")
kept = []


def keep(o):
    kept.append(o)
    return o


def attempt(f, *args):
    """Some types take no such arguments, or no subclasses, in some version."""
    try:
        return keep(f(*args))
    except TypeError:
        return None


def classes(*types):
    """Each type, and subclasses with and without __dict__ and __slots__."""
    for cls in types:
        yield cls
        for body in {}, {"__slots__": ()}, {"__slots__": ("p", "q")}:
            base = attempt(type, "Of" + cls.__name__, (cls,), body)
            if base:
                yield base
                yield keep(type("Deep" + cls.__name__, (base,), {}))


def make_builtins():
    numbers = {i: i for i in range(1000)}
    for cls in classes(list, set, frozenset, tuple, bytes, bytearray,
                       collections.deque):
        for n in 0, 1, 5, 100, 1000:
            keep(cls(b"x" * n))
    for cls in classes(bytearray):
        for n in 500, 999, 1000:
            b = keep(cls(1000))
            del b[:n]
        b = keep(cls())
        for _ in range(100):
            b.append(1)
        keep(cls(100)).clear()
    for cls in classes(str):
        for c in "a", "\xe9", "\u20ac", "\U00010000":
            keep(cls(c * 77))
    for cls in classes(int):
        for value in 0, 1, -1, 1 << 30, 1 << 3000, -1 << 60:
            keep(cls(value))
    for cls in classes(dict, collections.OrderedDict, collections.Counter,
                       *[frozendict] if sys.version_info >= (3, 15) else []):
        for n in 0, 1, 5, 6, 1000:
            keep(cls({i: numbers[i] for i in range(n)}))
            keep(cls({str(i): 1 for i in range(n)}))
    for cls in classes(dict, collections.OrderedDict):
        keep(cls(numbers)).clear()


def make_arrays():
    for cls in classes(array.array):
        for code in "bBhHiIlLqQfd":
            for n in 0, 1, 5, 1000:
                keep(cls(code, [1] * n))
        keep(cls("u", "text"))
        a = keep(cls("i", range(1000)))
        del a[10:]
        a = keep(cls("b"))
        for _ in range(100):
            a.append(1)


def make_structs():
    for cls in classes(struct.Struct):
        for code in ("", "i", "3i", "xx", "i3s4xqd", "ihb" * 100, "10p",
                     "<" + "ih" * 1000, "0i", "1000x"):
            keep(cls(code))


def make_decimals():
    context = keep(decimal.Context(prec=500))
    long = decimal.Decimal("1" * 1000)
    for cls in classes(decimal.Decimal):
        for text in ("0", "-5", "1e99", "NaN", "sNaN123", "Infinity",
                     "1" * 19, "1" * 76, "1" * 77, "1" * 500, "9" * 20000):
            keep(cls(text))
    keep(context.sqrt(2))
    keep(context.divide(1, 7))
    keep(context.add(long, long))
    keep(decimal.Decimal(2) ** 1000)


def make_elements():
    for cls in classes(ElementTree.Element):
        for n in 0, 1, 3, 4, 5, 100:
            for attributes in {}, {"a": "b"}:
                e = keep(cls("tag", attributes))
                e.extend([ElementTree.Element("c") for _ in range(n)])
        e = keep(cls("tag", {"a": "b"}))
        e.extend([ElementTree.Element("c") for _ in range(20)])
        del e[3:]
    keep(ElementTree.fromstring('<a x="1"><b/><b/><b/><b/><b/><b/></a>'))


class Raw(io.RawIOBase):
    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return True

    def seek(self, *args):
        return 0

    def tell(self):
        return 0


def make_files():
    for cls in classes(io.BytesIO):
        keep(cls())
        keep(cls(b"x"))
        keep(cls()).write(b"x" * 100)
        keep(cls(b"abc")).write(b"y" * 999)
        keep(cls(b"abc")).close()
        b = keep(cls())
        b.write(b"q" * 1000)
        b.truncate(10)
    for cls in classes(io.BufferedReader, io.BufferedWriter,
                       io.BufferedRandom):
        for size in 1, 100, 8192, 70000:
            keep(cls(Raw(), size))
        keep(cls(Raw(), 100)).detach()
        keep(cls(Raw(), 100)).close()
        keep(cls.__new__(cls))


def make_iterators():
    for cls in classes(itertools.combinations,
                       itertools.combinations_with_replacement,
                       itertools.permutations):
        for of, r in (("", 0), ("abc", 0), ("abcd", 3), ("ab", 9),
                      (range(100), 50)):
            keep(cls(of, r))
            next(keep(cls(of, r)), None)
        collections.deque(keep(cls("abcd", 2)), 0)
    for cls in classes(itertools.product):
        for of in (), ("ab", "12"), ("abc",) * 10, ("", "a"):
            keep(cls(*of))
            next(keep(cls(*of)), None)
        collections.deque(keep(cls("ab", "cd")), 0)


class Unbuffered:
    """A file without peek() and readinto(): its lines are copied."""
    def __init__(self, data):
        self.file = io.BytesIO(data)

    def read(self, n):
        return self.file.read(n)

    def readline(self):
        return self.file.readline()


def make_picklers():
    deep = []
    for _ in range(50):
        deep = (deep, [])
    for cls in classes(_pickle.Pickler):
        for n in 1, 5, 10, 100, 700:
            for protocol in 0, 2, 5:
                p = keep(cls(io.BytesIO(), protocol))
                p.dump([str(i) * 20 for i in range(n)])
        p.clear_memo()
        keep(cls(io.BytesIO(), 4)).dump(b"x" * 500000)
        keep(cls(io.BytesIO()))
        keep(cls.__new__(cls))
    for cls in classes(_pickle.Unpickler):
        for n in 0, 1, 100, 700:
            for protocol in 0, 2, 5:
                data = pickle.dumps([(str(i) * 20, [i]) for i in range(n)],
                                    protocol)
                keep(cls(io.BytesIO(data))).load()
        keep(cls(io.BytesIO(pickle.dumps(deep, 0)))).load()
        keep(cls(io.BytesIO(b"(" * 100 + b"N."))).load()
        keep(cls(Unbuffered(pickle.dumps(["abc", 1.5, "x\ny"], 0)))).load()
        keep(cls(io.BytesIO(), encoding="bytes", errors="surrogateescape"))
        keep(cls.__new__(cls))


def make_queues():
    for cls in classes(queue.SimpleQueue):
        for n in 0, 1, 5, 8, 9, 100:
            q = keep(cls())
            for i in range(n):
                q.put(i)
        for _ in range(90):
            q.get()


def make_ctypes():
    """Classes above all: that is where it keeps what it knows."""
    class Small(ctypes.Structure):
        _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_char * 10)]

    class Derived(Small):
        _fields_ = [("c", Small * 3 * 4), ("d", ctypes.POINTER(Small))]

    class Large(ctypes.Structure):
        _fields_ = [("x%d" % i, ctypes.c_int) for i in range(100)]

    class InRegisters(ctypes.Structure):
        _fields_ = [("s", ctypes.c_short * 2), ("q", ctypes.c_int)]

    class Swapped(ctypes.BigEndianStructure):
        _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_short)]

    class Union(ctypes.Union):
        _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_double)]

    class Meta(type(ctypes.Structure)):
        pass

    class WithMeta(ctypes.Structure, metaclass=Meta):
        __slots__ = ("k", "l")
        _fields_ = [("a", ctypes.c_int)]

    class NoFields(ctypes.Structure):
        pass

    class Int(ctypes.c_int):
        pass

    for cls in (Small, Derived, Large, InRegisters, Swapped, Union, WithMeta,
                NoFields, Int, ctypes.c_char):
        kept.extend([cls, cls(), type(cls), ctypes.POINTER(cls), cls * 0,
                     cls * 3, cls * 3 * 4 * 5, (cls * 7000)(),
                     ctypes.pointer(cls())])
    kept.extend([ctypes.CFUNCTYPE(None), ctypes.CFUNCTYPE(ctypes.c_int, Small),
                 ctypes.Structure, ctypes.Union, ctypes.Array, ctypes._Pointer,
                 ctypes._SimpleCData, ctypes._CFuncPtr, ctypes.py_object])


def make_parsers():
    if sys.version_info >= (3, 10):
        return
    import parser
    for text in ("1", "f(x, y, z=[1, 2, 3])", "(" * 20 + ")" * 20,
                 ",".join(map(str, range(200))), "+".join("abc" * 500)):
        keep(parser.expr(text))
    keep(parser.suite("def f(x):\n    return x\nclass A: pass\n" * 50))


def main():
    make_builtins()
    make_arrays()
    make_structs()
    make_decimals()
    make_elements()
    make_files()
    make_iterators()
    make_picklers()
    make_queues()
    make_ctypes()
    make_parsers()
    # Until 3.12 what ctypes knows of a class is in the class's dict.
    for t in [t for t in kept if isinstance(t, type)]:
        kept.extend(r for r in gc.get_referents(t)
                    if type(r).__name__ == "StgDict")
    gc.collect()
    with open(int(sys.argv[1]), "w") as f:
        for o in kept:
            print(id(o), sys.getsizeof(o), type(o).__name__, file=f)
    print("{}", flush=True)
    sys.stdin.read()


main()
