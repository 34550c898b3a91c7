# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of objects that own memory, for memory_zoo.py: the standard
library's.  See memory_kinds.py."""
import asyncio
import bz2
import hashlib
import io
import logging
import logging.handlers
import lzma
import pickle
import sqlite3
import ssl
import threading
import xml.dom.minidom
import xml.etree.ElementTree
import zlib

try:
    from re import _compiler as compiler
except ImportError:             # before 3.11
    import sre_compile as compiler

from memory_kinds import texts

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


@kind
def regular_expressions():
    # Not re.compile(): that keeps what it has made.
    return [compiler.compile("a%d(b|c)+[x-z\u20ac]{%d}(?P<name>[0-9a-f_]+)"
                             % (i, i + 1)) for i in range(600)]


@kind
def a_pickler():
    made = pickle.Pickler(io.BytesIO())
    made.dump(texts("pickled", 10000))
    return made


@kind
def an_unpickler():
    made = pickle.Unpickler(io.BytesIO(pickle.dumps(texts("pickled", 10000))))
    made.load()
    return made


@kind
def an_etree():
    root = xml.etree.ElementTree.Element("root")
    for i in range(3000):
        e = xml.etree.ElementTree.SubElement(root, "item", {"n": str(i)})
        e.text = "text %d" % i
    return root


@kind
def a_minidom():
    return xml.dom.minidom.parseString(
        "<r>" + "".join("<a i='%d'>t%d</a>" % (i, i) for i in range(700))
        + "</r>")


@kind
def an_xml_parser():
    made = xml.etree.ElementTree.XMLPullParser()
    made.feed("<r>" + "".join("<a n='%d'/>" % i for i in range(2000)))
    return made


@kind
def a_sqlite_connection():
    made = sqlite3.connect(":memory:")
    made.execute("create table t(a, b)")
    made.executemany("insert into t values(?, ?)",
                     [(i, "value %d" % i) for i in range(20000)])
    made.commit()
    return made


@kind
def zlib_compressors():
    return [zlib.compressobj() for _ in range(4)]


@kind
def a_zlib_decompressor():
    made = [zlib.decompressobj() for _ in range(20)]
    data = zlib.compress(bytes(range(256)) * 1000)
    for d in made:
        d.decompress(data, 100)
    return made


@kind
def bz2_compressors():
    return [bz2.BZ2Compressor(1) for _ in range(2)]


@kind
def an_lzma_compressor():
    return lzma.LZMACompressor(preset=1)


@kind
def hashes():
    return [hashlib.sha256(b"%d" % i) for i in range(2000)]


@kind
def ssl_contexts():
    return [ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(20)]


@kind
def a_thread_local():
    made = threading.local()
    made.data = [bytearray(1000 + i) for i in range(200)]
    return made


async def waiting(event, data):
    await event.wait()
    return data


@kind
def asyncio_tasks():
    loop = asyncio.new_event_loop()

    async def start():
        event = asyncio.Event()
        tasks = [loop.create_task(waiting(event, bytearray(1000 + i)))
                 for i in range(200)]
        await asyncio.sleep(0)
        for task in tasks:
            task._log_destroy_pending = False
        return tasks
    return loop.run_until_complete(start())


@kind
def a_logging_buffer():
    made = logging.handlers.MemoryHandler(100000, flushLevel=100)
    for i in range(2000):
        made.handle(logging.LogRecord("zoo", 20, __file__, i,
                                      "message %d" % i, (i,), None))
    return made
