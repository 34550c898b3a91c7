# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: files, formats, the system, and what is written in C around
them."""
import sys

from zoo import Plain, animal, function


@animal
def io_():
    import io
    import os
    import tempfile
    sio = io.StringIO("abc\ndef")
    sio.read(2)
    sio_written = io.StringIO()
    for i in range(10):
        sio_written.write("x" * i)
    bio = io.BytesIO(b"abc" * 100)
    bio.read(5)
    bio_shared = io.BytesIO(b"shared")
    bio_grown = io.BytesIO()
    bio_grown.write(b"x" * 100)
    bio_grown.write(b"y" * 1000)
    buffer = bio_grown.getbuffer()
    text = io.TextIOWrapper(io.BytesIO(b"a\nb\nc\n" * 50), "utf-8")
    text.readline()
    text_written = io.TextIOWrapper(io.BytesIO(), "latin-1", newline="\n")
    text_written.write("abc")
    text_attr = io.TextIOWrapper(io.BytesIO(), "utf-8")
    text_attr.attr = [1]
    raw = io.FileIO(os.devnull)
    binary = open(os.devnull, "rb")
    binary_w = open(os.devnull, "wb")
    binary_w.write(b"pending")
    both = open(os.devnull, "r+b")
    both.attr = [1]
    t = open(os.devnull)
    r, w = os.pipe()
    pair = io.BufferedRWPair(io.FileIO(r, "r"), io.FileIO(w, "w"))
    closed = io.StringIO("x")
    closed.close()
    detached = io.BufferedReader(io.BytesIO(b"d"))
    detached.detach()
    temp = tempfile.TemporaryFile()

    class Raw(io.RawIOBase):
        pass

    class SIO(io.StringIO):
        pass
    sub = SIO("x")
    sub.attr = [1]
    decoder = io.IncrementalNewlineDecoder(None, True)
    return [sio, sio_written, bio, bio_shared, bio_grown, buffer, text,
            text_written, text_attr, raw, binary, binary_w, both, t, pair,
            closed, detached, temp, Raw(), sub, decoder,
            io.BufferedRandom(io.BytesIO(b"r")),
            io.BufferedWriter(io.BytesIO()), iter(t)]


@animal
def os_():
    import os
    entries = list(os.scandir("/"))
    for e in entries[:3]:
        e.stat(follow_symlinks=False)
        e.is_dir()
    iterator = os.scandir("/")
    next(iterator)
    iterator.close()
    return [entries, iterator, os.stat("/"), os.times(), os.uname(),
            os.statvfs("/"), os.environ, os.terminal_size((1, 2)),
            sys.version_info, sys.flags, sys.float_info, sys.hash_info,
            sys.int_info, sys.thread_info, sys.implementation,
            os.sched_param(1)]


@animal
def time_():
    import datetime
    import time
    tz = datetime.timezone(datetime.timedelta(hours=1), "name")
    return [time.localtime(), time.gmtime(0), datetime.datetime.now(),
            datetime.datetime.now(tz), datetime.date.today(),
            datetime.time(1, 2, 3, tzinfo=tz), datetime.timedelta(1),
            datetime.timezone.utc, tz, datetime.datetime(2020, 1, 1),
            datetime.datetime.now().isocalendar()]


@animal
def zones():
    import zoneinfo
    import os
    if not os.path.exists("/usr/share/zoneinfo/Europe/Berlin"):
        raise OSError("no zone files")
    return [zoneinfo.ZoneInfo("Europe/Berlin"),
            zoneinfo.ZoneInfo.no_cache("Europe/Berlin")]


@animal
def decimal_():
    import decimal
    import fractions
    context = decimal.Context(prec=5)
    local = decimal.localcontext()
    return [decimal.Decimal("1.5"), decimal.Decimal(10) ** 100, context,
            context.flags, context.traps, local,
            fractions.Fraction(1, 3), decimal.getcontext(),
            decimal.Decimal(1).as_tuple()]


@animal
def re_():
    import re
    pattern = re.compile(r"(?P<name>a+)(b)?")
    match = pattern.match("aaab")
    iterator = pattern.finditer("aabab")
    next(iterator)
    scanner = pattern.scanner("aab")
    return [pattern, match, pattern.match("b"), iterator, scanner,
            re.compile(b"x"), pattern.match("aaa"),
            re.Scanner([("a", None)]), re.compile("x", re.I)]


@animal
def random_():
    import random
    r = random.Random(1)
    r.gauss(0, 1)
    return [r, random.SystemRandom()]


@animal
def hashes():
    import hashlib
    import hmac
    made = []
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512",
                 "sha3_256", "shake_128", "blake2b", "blake2s"):
        try:
            made.append(hashlib.new(name, b"x"))
            made.append(getattr(hashlib, name)(b"x"))
        except ValueError:
            pass
    for module in ("_md5", "_sha1", "_sha256", "_sha512", "_sha2", "_sha3",
                   "_blake2"):
        try:
            m = __import__(module)
        except ImportError:
            continue
        for name in dir(m):
            f = getattr(m, name)
            if callable(f) and not name.startswith("_") \
                    and name not in ("hmac_digest",):
                try:
                    made.append(f(b"x"))
                except TypeError:
                    pass
    made.append(hmac.new(b"k", b"m", "sha256"))
    return made


@animal
def compressors():
    import bz2
    import lzma
    import zlib
    z, d = zlib.compressobj(), zlib.decompressobj()
    half = zlib.decompressobj()
    half.decompress(zlib.compress(b"x" * 1000) + b"trailing", 10)
    done = zlib.decompressobj()
    done.decompress(zlib.compress(b"x") + b"unused")
    lz = lzma.LZMADecompressor()
    lz.decompress(lzma.compress(b"x") + b"unused")
    bz = bz2.BZ2Decompressor()
    bz.decompress(bz2.compress(b"x") + b"unused")
    return [z, d, half, done, lzma.LZMACompressor(), lz,
            bz2.BZ2Compressor(), bz]


@animal
def zstd():
    from compression import zstd        # 3.14
    return [zstd.ZstdCompressor(), zstd.ZstdDecompressor(),
            zstd.ZstdDict(b"x" * 100, is_raw=True)]


@animal
def structs():
    import array
    import struct
    s = struct.Struct("<iq")
    unpacking = s.iter_unpack(b"x" * 36)
    next(unpacking)
    grown = array.array("i")
    for i in range(100):
        grown.append(i)

    class A(array.array):
        pass
    sub = A("b", b"abc")
    sub.attr = [1]
    return [s, unpacking, array.array("d", [1.5] * 10), grown,
            array.array("u", "abc"), iter(grown), sub,
            struct.Struct("10s"), array.array("b")]


@animal
def json_():
    import json
    encoder = json.JSONEncoder(indent=1, default=function)
    decoder = json.JSONDecoder(object_hook=function)
    makers = []
    try:
        from json import scanner
        makers.append(scanner.make_scanner(decoder))
        from json.encoder import c_make_encoder, encode_basestring_ascii
        makers.append(c_make_encoder({}, None, encode_basestring_ascii,
                                     None, ": ", ", ", False, False, True))
    except ImportError:
        pass
    return [encoder, decoder, makers, json.loads('{"a": [1, {"b": null}]}')]


@animal
def pickle_():
    import copy
    import io
    import pickle
    p = pickle.Pickler(io.BytesIO())
    p.dump([[1], "x", Plain([1])])
    p2 = pickle.Pickler(io.BytesIO(), 2)
    p2.dispatch_table = {Plain: function}
    data = pickle.dumps([[1], ("a", "b"), {1: [2]}])
    u = pickle.Unpickler(io.BytesIO(data))
    u.load()

    class P(pickle.Pickler):
        def persistent_id(self, o):
            return None
    sub = P(io.BytesIO())
    sub.dump([[1]])

    class U(pickle.Unpickler):
        def persistent_load(self, o):
            return None
    return [p, p2, u, p.memo, u.memo, sub, U(io.BytesIO(data)),
            copy.deepcopy([[1]]), pickle.PickleBuffer(b"x")]


@animal
def csv_():
    import csv
    import io
    reader = csv.reader(["a,b", "c,d"])
    next(reader)
    writer = csv.writer(io.StringIO())
    writer.writerow(["a", 1])
    dict_reader = csv.DictReader(["a,b", "1,2"])
    rows = list(dict_reader)
    return [reader, writer, dict_reader, rows, reader.dialect,
            csv.get_dialect("excel")]


@animal
def elementtree():
    import xml.etree.ElementTree as ET
    root = ET.fromstring("<a x='1'>text<b>t<c/></b>tail<d/></a>")
    made = ET.Element("made", {"k": "v"})
    for i in range(20):
        ET.SubElement(made, "sub", n=str(i)).text = "t%d" % i
    made.text, made.tail = "text", ["not", "text"]
    iterator = root.iter()
    next(iterator)
    next(iterator)
    builder = ET.TreeBuilder()
    builder.start("a", {})
    builder.data("text")
    parser = ET.XMLParser()
    parser.feed("<a><b>")
    text_iter = root.itertext()
    next(text_iter)
    return [root, made, iterator, builder, parser, text_iter,
            ET.ElementTree(root), ET.Element("empty"),
            ET.iterparse(__import__("io").StringIO("<a/>"))]


@animal
def expat():
    from xml.parsers import expat
    parser = expat.ParserCreate()
    parser.StartElementHandler = function
    parser.CharacterDataHandler = lambda *a: None
    ns = expat.ParserCreate(namespace_separator=" ")
    ns.buffer_text = True
    return [parser, ns, expat.ParserCreate("utf-8")]


@animal
def sqlite():
    import sqlite3
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.create_function("f", 1, function)
    db.set_trace_callback(None)
    cursor = db.cursor()
    cursor.execute("create table t (a, b)")
    cursor.executemany("insert into t values (?, ?)",
                       [(i, str(i)) for i in range(10)])
    db.commit()
    query = db.execute("select * from t")
    row = query.fetchone()

    class Connection(sqlite3.Connection):
        pass
    sub = sqlite3.connect(":memory:", factory=Connection)
    sub.attr = [1]
    closed = sqlite3.connect(":memory:")
    closed.close()
    return [db, cursor, query, row, sub, closed, sub.cursor()]


@animal
def sqlite_blob():
    import sqlite3
    db = sqlite3.connect(":memory:")
    db.execute("create table t (b blob)")
    db.execute("insert into t values (zeroblob(10))")
    return [db, db.blobopen("t", "b", 1)]       # 3.11


@animal
def ssl_():
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.sni_callback = function
    bio_in, bio_out = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = context.wrap_bio(bio_in, bio_out, server_hostname="host")
    try:
        obj.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return [context, server, bio_in, bio_out, obj, obj._sslobj]


@animal
def ctypes_():
    import ctypes

    class Point(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int), ("o", ctypes.py_object),
                    ("p", ctypes.POINTER(ctypes.c_int))]

    class U(ctypes.Union):
        _fields_ = [("a", ctypes.c_long), ("b", ctypes.c_char * 4)]
    point = Point(1, [2])
    number = ctypes.c_int(5)
    point.p = ctypes.pointer(number)
    array = (Point * 3)()
    array[1].o = [3]
    strings = (ctypes.c_char_p * 3)(b"a", b"b", None)
    proto = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
    thunk = proto(lambda x: x)
    lib = ctypes.CDLL(None)
    function_ = lib.strlen
    function_.argtypes = [ctypes.c_char_p]
    function_.restype = ctypes.c_size_t
    checked = lib.strcmp
    checked.errcheck = lambda *a: a[0]
    buffer = ctypes.create_string_buffer(100)
    return [Point, U, point, number, array, array[1], strings, proto, thunk,
            lib, function_, checked, buffer, ctypes.byref(number),
            ctypes.pointer(number), U(5), ctypes.c_char_p(b"kept"),
            ctypes.py_object([4]), ctypes.c_wchar_p("wide"), Point.x,
            ctypes.cast(buffer, ctypes.c_void_p),
            (ctypes.c_int * 4).from_buffer(bytearray(16)),
            ctypes.c_int * 5, ctypes.POINTER(Point)]


@animal
def sockets():
    import select
    import selectors
    import socket
    a, b = socket.socketpair()
    f = a.makefile("rwb")
    poll = select.poll()
    poll.register(a)
    epoll = select.epoll()
    epoll.register(b)
    selector = selectors.DefaultSelector()
    selector.register(a, selectors.EVENT_READ, [1])
    return [a, b, f, poll, epoll, selector, socket.AF_INET]


@animal
def mmaps():
    import mmap
    m = mmap.mmap(-1, 4096)
    viewed = mmap.mmap(-1, 4096)
    return [m, viewed, memoryview(viewed)]


@animal
def codecs_():
    import codecs
    import io
    decoder = codecs.getincrementaldecoder("utf-8")()
    decoder.decode(b"\xe2\x82")
    encoder = codecs.getincrementalencoder("utf-8")()
    multibyte = []
    for name in ("shift_jis", "gb18030", "euc_kr", "big5hkscs"):
        multibyte += [codecs.getincrementaldecoder(name)(),
                      codecs.getincrementalencoder(name)(),
                      codecs.getreader(name)(io.BytesIO(b"")),
                      codecs.getwriter(name)(io.BytesIO())]
    import _codecs
    charmap = codecs.charmap_build("".join(map(chr, range(256))))
    return [decoder, encoder, multibyte, codecs.lookup("utf-8"), charmap,
            codecs.open("/dev/null", "r", "utf-8")
            if sys.version_info < (3, 14) else None, _codecs]


@animal
def unicodedata_():
    import unicodedata
    return [unicodedata.ucd_3_2_0]
