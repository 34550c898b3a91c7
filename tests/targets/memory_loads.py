# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with a load that processes have in production, or that misleads
who looks for owners of memory.

usage: memory_loads.py LOAD

Its facts are {"missing": why} if a package is not there, else what the load
says of itself, and "keep": {name: address of an object}.  Then it holds still.
"""
import array
import ctypes
import gc
import json
import os
import sys
import threading

import memory_measure

keep = {}
LOADS = {}
libc = ctypes.CDLL(None)


def load(function):
    LOADS[function.__name__] = function
    return function


@load
def bare():
    return {}


@load
def flask():
    import sqlalchemy
    from flask import Flask
    from sqlalchemy.orm import Session, declarative_base
    base = declarative_base()

    class User(base):
        __tablename__ = "users"
        id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
        name = sqlalchemy.Column(sqlalchemy.String)
    engine = sqlalchemy.create_engine("sqlite://")
    base.metadata.create_all(engine)
    app = Flask("load")
    app.add_url_rule("/", view_func=lambda: "ok" * 100)
    session = Session(engine)
    session.add_all([User(name="n%d" % i) for i in range(3000)])
    session.commit()
    keep["flask"] = [session, session.query(User).all(), app]
    for _ in range(50):
        app.test_client().get("/")
    return {}


@load
def pandas():
    import numpy
    import pandas as pd
    rows = 50000
    keep["frames"] = [pd.DataFrame({
        "a": numpy.arange(rows), "b": numpy.random.rand(rows),
        "s": ["r%d" % (i % 1000) for i in range(rows)]}) for _ in range(20)]
    keep["groups"] = [f.groupby("s").mean() for f in keep["frames"][:5]]
    return {}


def document(n):
    return "<r>" + "".join(
        "<item id='%d'><name>name %d</name><v>%d</v></item>" % (i, i, i)
        for i in range(n)) + "</r>"


@load
def lxml():
    """300 MB of trees."""
    from lxml import etree
    keep["trees"] = [etree.fromstring(document(50000)) for _ in range(7)]
    return {}


@load
def pil():
    from PIL import Image
    keep["images"] = [Image.new("RGB", (640 + i, 480), (i, 2, 3))
                      for i in range(60)]
    return {}


@load
def matplotlib():
    """50 figures that pyplot keeps."""
    import matplotlib
    matplotlib.use("agg")
    matplotlib.rcParams["figure.max_open_warning"] = 0
    from matplotlib import pyplot
    for _ in range(50):
        figure, axes = pyplot.subplots(figsize=(4, 3))
        axes.plot(range(500))
        figure.canvas.draw()
    return {}


@load
def fragmented():
    """Every tenth of many small blocks stays, and keeps an arena of pymalloc;
    and every second of larger ones, between which malloc has holes."""
    small = [bytes(100 + i % 300) for i in range(300000)]
    keep["small"] = small[::10]
    large = [bytearray(3000 + i % 5000) for i in range(8000)]
    keep["large"] = large[::2]
    last = bytearray(3000)
    del small, large
    gc.collect()
    keep["last"] = last
    return {}


@load
def kept_arenas():
    """One object keeps each of the arenas of pymalloc that are alive: all but
    one of the blocks in it were freed."""
    made = [bytes(400) for _ in range(200000)]
    # At least two blocks in each arena, of which one stays: at most 1 MiB of
    # blocks of 448 bytes.
    keep["one of each"] = made[1000::2300]
    del made
    gc.collect()
    return {"keepers": [id(o) for o in keep["one of each"]]}


@load
def native_leak():
    """Blocks that nothing points to any longer."""
    libc.malloc.restype = ctypes.c_void_p
    libc.memset.argtypes = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
    libc.malloc_usable_size.argtypes = [ctypes.c_void_p]
    libc.malloc_usable_size.restype = ctypes.c_size_t
    count, size = 100000, 0
    for i in range(count):
        n = 500 + i % 1000
        block = libc.malloc(n)
        size += libc.malloc_usable_size(block)
        libc.memset(block, 0x41, n)
    return {"blocks": count, "bytes": size}


@load
def threads():
    """Nine threads, eight with data of their own."""
    def work(i):
        keep["thread %d" % i] = [bytearray(5000 + k) for k in range(1000)]
        started.release()
        forever.acquire()
    started, forever = threading.Semaphore(0), threading.Lock()
    forever.acquire()
    for i in range(8):
        threading.Thread(target=work, args=(i,), daemon=True).start()
    for i in range(8):
        started.acquire()
    return {}


def start_of(b):
    return ctypes.addressof((ctypes.c_char * len(b)).from_buffer(b))


class Planted:
    """Objects, and the bytes that malloc has given for each.  Where Python's
    own blocks come from another allocator, `asked` is all that is known."""
    def __init__(self):
        self.facts = {}

    def plant(self, name, make, asked=0):
        gc.collect()
        before = memory_measure.malloc_bytes()
        keep[name] = made = make()
        gc.collect()
        self.facts[name] = {"address": id(made), "asked": asked,
                            "malloc": memory_measure.malloc_bytes() - before}


def hold_stale(starts):
    """Hold these addresses in all ways that are no references."""
    words = array.array("Q", starts)
    keep["starts in an array"] = words
    keep["starts as ints"] = starts
    keep["starts in a bytearray"] = bytearray(words)
    keep["starts in bytes"] = bytes(words)
    keep["starts in a str"] = bytes(words).decode("latin-1")
    keep["starts in a ctypes array"] = (ctypes.c_uint64 * len(starts))(*starts)
    keep["integers like addresses"] = array.array(
        "Q", range(0x01000000, 0x41000000, 4096))
    try:
        import numpy
    except ImportError:
        return
    keep["starts in an ndarray"] = numpy.array(starts, numpy.uint64)
    keep["random integers"] = numpy.random.randint(0, 1 << 31, 200000)
    keep["never written"] = [numpy.empty(n) for n in range(100, 2000)]


# Bytes of an int of these sizes, and of an ndarray of "never written".
MOST_INT, MOST_NDARRAY = 48, 128


def most_bytes(o):
    """What an object of hold_stale() may retain at most."""
    if type(o).__name__ == "ndarray":
        return o.nbytes + MOST_NDARRAY
    if type(o) is not list:
        return max(sys.getsizeof(o), memoryview(o).nbytes
                   if type(o) is not str else 0)
    return sys.getsizeof(o) + sum(
        MOST_INT if type(item) is int else most_bytes(item) + 32
        for item in o)


@load
def stale():
    """Addresses that hold nothing: integers that are the addresses of blocks,
    addresses of what was freed, memory that was never written.

    "planted" are objects with the bytes that malloc has given for each:
    nobody else may get these.  "holders" have such integers, with the bytes
    that each may retain at most.
    """
    planted = Planted()
    planted.plant("buffers",
                  lambda: [bytearray(2000 + i % 64) for i in range(10000)],
                  sum(2000 + i % 64 for i in range(10000)))
    try:
        from lxml import etree
        planted.plant("tree", lambda: etree.fromstring(document(20000)))
        freed = etree.fromstring(document(20000))
        del freed
    except ImportError:
        pass
    gone = [bytearray(2000 + i % 64) for i in range(10000)]
    starts = [start_of(b) for b in keep["buffers"] + gone]
    del gone
    hold_stale(starts)
    return {"planted": planted.facts,
            "holders": {name: {"address": id(o), "most": most_bytes(o)}
                        for name, o in keep.items()
                        if name not in planted.facts}}


def main():
    try:
        facts = LOADS[sys.argv[1]]()
    except ImportError as e:
        facts = {"missing": str(e)}
    gc.collect()
    facts["keep"] = {name: id(o) for name, o in keep.items()}
    facts["pymalloc"] = memory_measure.pymalloc()
    facts["mallinfo"] = memory_measure.mallinfo()
    os.write(1, json.dumps(facts).encode() + b"\n")
    os.read(0, 1)


main()
