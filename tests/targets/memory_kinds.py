# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of objects that own memory, for memory_zoo.py: CPython's own types.

KINDS has a function for each kind.  It makes one object, and all memory that
it takes belongs to that object alone.  Numbers are above 256 and strings are
made at run time: small ones are shared.
"""
import array
import collections
import contextvars
import ctypes
import decimal
import functools
import io
import itertools
import mmap
import queue
import tempfile

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


def texts(prefix, n):
    return ["%s-%d" % (prefix, i) for i in range(n)]


@kind
def nothing():
    """What a question and its answer take is no object's."""
    return None


@kind
def a_list():
    return [None] * 300000


@kind
def a_list_of_floats():
    return [i / 7 for i in range(20000)]


@kind
def a_list_that_has_shrunk():
    made = [None] * 100000
    del made[70000:]
    return made


@kind
def a_tuple():
    return (None,) * 200000


@kind
def a_str():
    return "\u20ac" * 300000


@kind
def a_str_with_utf8():
    made = "\u20ac" * 200000 + "x"
    # CPython keeps the encoded text beside the str.
    ctypes.pythonapi.PyUnicode_AsUTF8.argtypes = [ctypes.py_object]
    ctypes.pythonapi.PyUnicode_AsUTF8(made)
    return made


@kind
def a_bytes():
    return bytes(500001)


@kind
def a_bytearray():
    return bytearray(800001)


@kind
def a_bytearray_that_has_grown():
    made = bytearray()
    for _ in range(1000):
        made += b"x" * 300
    del made[:1000]
    return made


@kind
def a_memoryview():
    return memoryview(bytes(400001))


@kind
def an_int():
    return 7 ** 400000


@kind
def a_dict_of_ints():
    return {i: i + 1 for i in range(1000, 31000)}


@kind
def a_dict_of_str_keys():
    return dict.fromkeys(texts("https://example.org/a/page/of/it", 20000))


@kind
def a_dict_that_was_emptied():
    made = dict.fromkeys(range(1000, 51000))
    for i in range(1000, 50900):
        del made[i]
    return made


@kind
def a_set():
    return set(range(1000, 51000))


@kind
def a_frozenset():
    return frozenset(texts("member", 10000))


@kind
def a_deque():
    return collections.deque(range(1000, 31000))


@kind
def an_ordered_dict():
    return collections.OrderedDict((i, None) for i in range(1000, 16000))


@kind
def a_defaultdict():
    made = collections.defaultdict(list)
    for i in range(1000, 9000):
        made[i].append(i)
    return made


@kind
def a_counter():
    return collections.Counter(texts("word", 10000))


class Few:
    def __init__(self, i):
        self.a = i
        self.b = None
        self.c = None


@kind
def instances_with_few_attributes():
    return [Few(i) for i in range(1000, 11000)]


class Many:
    def __init__(self, i):
        for n in range(40):
            setattr(self, "attribute_%d" % n, i)


@kind
def instances_with_many_attributes():
    return [Many(i) for i in range(1000, 2000)]


class WithDict:
    def __init__(self, i):
        self.a = i


@kind
def instances_whose_dict_was_asked_for():
    made = [WithDict(i) for i in range(1000, 6000)]
    for o in made:
        vars(o)["b"] = None
    return made


class Slotted:
    __slots__ = "a", "b", "c"

    def __init__(self, i):
        self.a, self.b, self.c = i, None, None


@kind
def instances_with_slots():
    return [Slotted(i) for i in range(1000, 16000)]


class Sized(bytes):
    pass


@kind
def a_subclass_of_bytes():
    made = Sized(300001)
    made.name = "x" * 1000
    return made


def counting(data):
    for i in range(len(data)):
        yield i + len(data)


@kind
def generators():
    made = []
    for i in range(1000):
        made.append(counting(bytearray(500 + i % 7)))
        next(made[-1])
    return made


@kind
def a_tee():
    one, other = itertools.tee(iter(range(1000, 21000)))
    collections.deque(one, maxlen=0)
    return other


@kind
def a_stringio():
    made = io.StringIO()
    made.write("x" * 300000)
    # From here on it has a buffer of UCS-4, not a list of what was written.
    made.seek(0)
    made.write("y")
    return made


@kind
def a_stringio_that_is_written_to():
    made = io.StringIO()
    for i in range(3000):
        made.write("line %d of many\n" % i)
    return made


@kind
def a_bytesio():
    made = io.BytesIO()
    for _ in range(100):
        made.write(b"z" * 10000)
    return made


@kind
def an_array():
    return array.array("d", [1.5] * 100000)


@kind
def a_ctypes_buffer():
    return ctypes.create_string_buffer(700000)


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double)]


@kind
def ctypes_structures():
    return [Point(i, i) for i in range(3000)]


@kind
def decimals():
    return [decimal.Decimal("1." + "7" * (1000 + i)) for i in range(500)]


@kind
def a_simple_queue():
    made = queue.SimpleQueue()
    for i in range(1000, 21000):
        made.put(i)
    return made


@kind
def a_context():
    made = contextvars.copy_context()
    for i in range(100):
        variable = contextvars.ContextVar("v%d" % i)
        made.run(variable.set, bytearray(3000 + i))
    return made


@kind
def an_lru_cache():
    @functools.lru_cache(maxsize=None)
    def cached(n):
        return bytearray(100 + n % 7)
    for i in range(1000, 6000):
        cached(i)
    return cached


@kind
def an_anonymous_mmap():
    made = mmap.mmap(-1, 2000000)
    made[:] = b"q" * len(made)
    return made


@kind
def a_private_mmap():
    made = mmap.mmap(-1, 2000000, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    made[:] = b"q" * len(made)
    return made


@kind
def an_mmap_of_a_file():
    with tempfile.TemporaryFile() as f:
        f.write(b"x" * 1000000)
        f.flush()
        made = mmap.mmap(f.fileno(), 0)
    made[:] = b"y" * len(made)
    return made
