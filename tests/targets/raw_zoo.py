# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that makes one object of each kind whose memory pyheld reads field
by field, and says where its buffer is.

usage: raw_zoo.py

It runs under PYTHONTRACEMALLOC=1.  Its facts are {"kinds": {name: more},
"missing": {name: why}, "traces", "domains": addresses of tracemalloc's tables}.
`more` is true if not all that tracemalloc traces is the object's own.  Then it
answers questions, one a line:

{"make": name}          calls tracemalloc.clear_traces(), makes the object,
                        keeps it, and says null: what tracemalloc has traced is
                        the object, and small things that the answer takes
{"where": name}         {"address": of the object, "buffer": address of its
                        data as Python says it, or null}

What the objects refer to (numbers, strings, other objects) exists before.
"""
import _hashlib
import _thread
import array
import bz2
import collections
import csv
import ctypes
import decimal
import functools
import gc
import hashlib
import io
import itertools
import json
import lzma
import mmap
import os
import pickle
import queue
import select
import sqlite3
import ssl
import struct
import sys
import tracemalloc
import types
import xml.etree.ElementTree as ElementTree
import zlib

import memory_measure

KINDS = {}
KEPT = {}
NUMBERS = list(range(1000, 6000))
TEXTS = ["text %d" % i for i in range(500)]
PAIRS = list(zip(TEXTS, NUMBERS))
DATA = b"x" * 5000
LINE = ["y" * 5000]
EURO = "\u20ac"
DOCUMENT = "<a>" + "x" * 5000
ELEMENTS = [ElementTree.Element("e") for _ in range(20)]


def kind(buffer=None, more=False):
    """`buffer` returns where the data of the object are.  `more`: it has made
    other objects, or a library has blocks behind the one that it points to."""
    def decorate(function):
        KINDS[function.__name__] = function, buffer, more
        return function
    return decorate


class Dict(dict):
    pass


class Slotted(list):
    __slots__ = ("a", "b")


class Deeper(Slotted):
    pass


class Text(str):
    pass


class Values:
    def __init__(self):
        self.a = self.b = self.c = self.d = self.e = self.f = NUMBERS[0]


class Matrix(ctypes.Structure):
    _fields_ = [("n", ctypes.c_int), ("of", ctypes.c_double * 700)]


class Pointers(ctypes.Structure):
    _fields_ = [("n", ctypes.c_int), ("of", ctypes.c_void_p * 700)]


class Raw(io.RawIOBase):
    def readable(self):
        return True
    writable = readable

    def close(self):
        pass


RAW = Raw()


def address_of(o):
    return ctypes.addressof((ctypes.c_char * 0).from_buffer(o))


# --- containers ---

@kind()
def a_list():
    return NUMBERS * 2


@kind()
def a_list_that_has_grown():
    made = []
    for n in NUMBERS:
        made.append(n)
    return made


@kind()
def an_empty_list():
    return []


@kind()
def a_list_of_a_subclass():
    return Deeper(NUMBERS)


@kind()
def a_dict():
    return dict(zip(NUMBERS, NUMBERS))


@kind()
def a_dict_of_str_keys():
    return dict(PAIRS)


@kind()
def a_dict_of_a_subclass():
    return Dict(PAIRS)


@kind()
def a_defaultdict():
    return collections.defaultdict(list, PAIRS)


@kind()
def an_ordered_dict():
    return collections.OrderedDict(PAIRS)


@kind()
def a_set():
    return set(NUMBERS)


@kind()
def a_small_set():
    return {NUMBERS[0], NUMBERS[1]}


@kind()
def a_frozenset():
    return frozenset(NUMBERS)


@kind()
def a_deque():
    return collections.deque(NUMBERS)


@kind()
def a_deque_that_has_shrunk():
    made = collections.deque(NUMBERS)
    for _ in range(3000):
        made.popleft()
    return made


@kind()
def a_tuple():
    return tuple(NUMBERS)


@kind()
def an_instance():
    return Values()


@kind()
def a_namespace():
    return types.SimpleNamespace()


@kind(more=True)
def a_queue():
    made = queue.SimpleQueue()
    for n in NUMBERS:
        made.put(n)
    return made


@kind()
def an_element():
    made = ElementTree.Element("a")
    made.extend(ELEMENTS)
    return made


@kind()
def an_element_with_few_children():
    made = ElementTree.Element("a")
    made.append(ELEMENTS[0])
    return made


# --- bytes and text ---

@kind()
def bytes_():
    return bytes(5001)


@kind(address_of)
def a_bytearray():
    return bytearray(DATA)


@kind()
def a_bytearray_without_its_start():
    made = bytearray(DATA)
    del made[:1000]
    return made


@kind()
def a_str():
    return EURO * 3000


def utf8(text):
    function = ctypes.pythonapi.PyUnicode_AsUTF8
    function.argtypes, function.restype = [ctypes.py_object], ctypes.c_void_p
    return function(text)


@kind(utf8)
def a_str_with_utf8():
    made = EURO * 3000
    utf8(made)
    return made


@kind(utf8)
def a_str_of_a_subclass():
    return Text(LINE[0])


@kind()
def an_int():
    return 1 << 50000


@kind(lambda o: o.buffer_info()[0])
def an_array():
    return array.array("d", NUMBERS)


@kind()
def a_bytesio():
    made = io.BytesIO()
    made.write(DATA)
    return made


@kind()
def a_stringio():
    made = io.StringIO(LINE[0])
    made.read(1)
    return made


@kind(more=True)
def a_stringio_that_is_written_to():
    made = io.StringIO()
    for text in TEXTS:
        made.write(text)
    return made


@kind()
def a_buffered_reader():
    return io.BufferedReader(RAW, 9000)


@kind()
def a_buffered_writer():
    return io.BufferedWriter(RAW, 9000)


@kind()
def a_csv_reader():
    made = csv.reader(LINE)
    next(made)
    return made


class Sink:
    @staticmethod
    def write(text):
        pass


@kind()
def a_csv_writer():
    made = csv.writer(Sink)
    made.writerow(LINE)
    return made


@kind(ctypes.addressof)
def a_ctypes_buffer():
    return ctypes.create_string_buffer(5000)


@kind(ctypes.addressof)
def a_ctypes_structure():
    return Matrix()


@kind(ctypes.addressof)
def a_ctypes_structure_of_pointers():
    return Pointers()


@kind()
def a_small_ctypes_object():
    return ctypes.c_int(5)


@kind(address_of)
def an_mmap():
    return mmap.mmap(-1, 1 << 16)


# --- tools ---

@kind(more=True)
def a_struct():
    return struct.Struct("ihl" * 200)


@kind()
def a_decimal():
    return decimal.Decimal("7" * 3000)


@kind()
def a_small_decimal():
    return decimal.Decimal("7")


@kind()
def a_product():
    return itertools.product(*([TEXTS[:1]] * 5))


@kind(more=True)
def combinations():
    return itertools.combinations(NUMBERS[:200], 150)


@kind(more=True)
def combinations_with_replacement():
    return itertools.combinations_with_replacement(NUMBERS[:2], 900)


@kind(more=True)
def permutations():
    return itertools.permutations(NUMBERS[:200], 150)


@kind(more=True)
def a_tee():
    return itertools.tee(NUMBERS, 1)[0]


@kind(more=True)
def a_cache():
    made = functools.lru_cache(maxsize=None)(abs)
    for n in NUMBERS:
        made(n)
    return made


@kind()
def a_pickler():
    made = pickle.Pickler(Sink)
    made.dump(TEXTS)
    return made


@kind(more=True)
def an_unpickler():
    return pickle.Unpickler(io.BytesIO(b"N."))


@kind()
def a_poll():
    made = select.poll()
    made.register(0, 0)
    made.poll(0)
    return made


@kind()
def a_lock():
    return _thread.allocate_lock()


@kind()
def an_rlock():
    return _thread.RLock()


@kind(more=True)
def a_generator():
    return (n for n in NUMBERS)


@kind()
def a_pattern():
    import re
    return re.compile("(a|b)+c")


# --- what libraries have, which tracemalloc does not see as a whole ---

@kind(more=True)
def a_compressor():
    return zlib.compressobj()


@kind(more=True)
def a_decompressor():
    return zlib.decompressobj()


@kind(more=True)
def a_bz2_compressor():
    return bz2.BZ2Compressor(1)


@kind(more=True)
def a_bz2_decompressor():
    made = bz2.BZ2Decompressor()
    made.decompress(bz2.compress(os.urandom(2000)), 10)
    return made


@kind()
def an_lzma_compressor():
    return lzma.LZMACompressor(preset=0)


@kind()
def an_lzma_compressor_of_a_chain():
    made = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[
        {"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_X86},
        {"id": lzma.FILTER_LZMA2, "preset": 1}])
    made.compress(DATA)
    return made


@kind()
def an_lzma_compressor_of_lzma1():
    return lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=1)


@kind()
def an_lzma_decompressor():
    made = lzma.LZMADecompressor()
    made.decompress(lzma.compress(DATA, preset=0), 10)
    return made


@kind()
def an_lzma_decompressor_of_lzma1():
    made = lzma.LZMADecompressor()
    made.decompress(lzma.compress(DATA, lzma.FORMAT_ALONE, preset=1), 10)
    return made


@kind(more=True)
def a_hash():
    return hashlib.sha256()


@kind(more=True)
def an_hmac():
    if not hasattr(_hashlib, "hmac_new"):
        raise ImportError("3.8 has no _hashlib.hmac_new")
    return _hashlib.hmac_new(b"key", b"", "sha256")


@kind(more=True)
def a_zstd_compressor():
    from compression import zstd
    made = zstd.ZstdCompressor()
    made.compress(DATA)
    return made


@kind(more=True)
def a_zstd_decompressor():
    from compression import zstd
    made = zstd.ZstdDecompressor()
    made.decompress(zstd.compress(os.urandom(4000)), 10)
    return made


@kind(more=True)
def a_connection():
    made = sqlite3.connect(":memory:")
    made.execute("create table t(a)")
    return made


@kind(more=True)
def an_ssl_context():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@kind()
def a_memory_bio():
    return ssl.MemoryBIO()


def expat_buffer(o):
    """m_buffer of the struct XML_ParserStruct that the first member of the
    object points to."""
    def word(address):
        return ctypes.c_size_t.from_address(address).value
    return word(word(id(o) + object.__basicsize__) + 16)


@kind(expat_buffer, more=True)
def an_xml_parser():
    import pyexpat
    made = pyexpat.ParserCreate()
    made.buffer_text = True
    made.Parse(DOCUMENT)
    return made


@kind(expat_buffer, more=True)
def a_parser_of_elements():
    made = ElementTree.XMLParser()
    made.feed(DOCUMENT)
    return made


@kind(more=True)
def a_zone():
    import zoneinfo
    return zoneinfo.ZoneInfo.no_cache("Europe/Berlin")


# --- classes and code ---

@kind(more=True)
def a_class():
    return type("Made", (), {"__doc__": "d" * 3000, "__slots__": ()})


# --- numpy ---

def numpy_data(o):
    return o.__array_interface__["data"][0]


@kind(numpy_data)
def an_ndarray():
    import numpy
    return numpy.zeros((50, 100))


@kind(numpy_data)
def an_ndarray_of_objects():
    import numpy
    made = numpy.empty(500, object)
    made[:] = NUMBERS[:500]
    return made


@kind()
def a_view():
    import numpy
    if "base" not in KEPT:
        KEPT["base"] = numpy.arange(5000.0)
    return KEPT["base"][10:]


@kind(numpy_data)
def an_ndarray_of_records():
    import numpy
    return numpy.zeros(300, [("a", "i4"), ("b", "S20")])


@kind(numpy_data)
def an_ndarray_whose_buffer_was_asked_for():
    import numpy
    made = numpy.arange(5000.0)
    memoryview(made).release()
    return made


@kind()
def a_numpy_str():
    import numpy
    return numpy.str_(LINE[0])


@kind(more=True)
def a_record():
    import numpy
    return numpy.zeros((), [("a", "S900"), ("b", "i8")])[()]


@kind()
def a_dtype():
    import numpy
    return numpy.dtype(("i4", (3, 4)))


# --- Pillow ---

@kind()
def an_image():
    import PIL.Image
    return PIL.Image.new("RGB", (5000, 1000)).im


# --- the answers ---

def say(fact):
    os.write(1, json.dumps(fact).encode() + b"\n")


def ask():
    line = bytearray()
    while not line.endswith(b"\n"):
        c = os.read(0, 1)
        if not c:
            os._exit(0)
        line += c
    return json.loads(line.decode())


def warm_up():
    """Make each kind: caches are there then.  Returns what can't be made, and
    why."""
    missing = {}
    for name, (function, _, _) in KINDS.items():
        try:
            KEPT[name] = [function()]
        except ImportError as e:
            missing[name] = str(e)
    return missing


def make(name):
    function = KINDS[name][0]
    KEPT[name] = KEPT[name][:1]
    gc.collect()
    gc.disable()
    tracemalloc.clear_traces()
    KEPT[name].append(function())


def answer(question):
    if "make" in question:
        make(question["make"])
        return None
    name = question["where"]
    made, buffer = KEPT[name][1], KINDS[name][1]
    return {"address": id(made), "buffer": buffer and buffer(made)}


def main():
    missing = warm_up()
    say({"kinds": {name: KINDS[name][2] for name in KINDS
                   if name not in missing},
         "missing": missing, "traces": memory_measure.find_traces(),
         "domains": memory_measure.find_domains()})
    while True:
        say(answer(ask()))


if __name__ == "__main__":
    sys.setswitchinterval(100)
    main()
