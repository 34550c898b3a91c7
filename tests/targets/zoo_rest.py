# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: what the other parts have no instance of.

Found by going over the subclasses of object after all extension modules were
imported: C types that the collector knows and that had none.
"""
import sys

from zoo import Plain, animal, function


@animal
def multibyte_codecs():
    import codecs
    import io
    made = []
    for name in ("gbk", "shift_jis", "euc_kr"):
        writer = codecs.getwriter(name)(io.BytesIO(), "replace")
        writer.write("abc")
        reader = codecs.getreader(name)(io.BytesIO(b"abc"))
        reader.read(1)
        made += [writer, reader, codecs.getincrementalencoder(name)(),
                 codecs.getincrementaldecoder(name)("ignore")]
    return made


@animal
def profiler_entries():
    import _lsprof
    profiler = _lsprof.Profiler(subcalls=True)
    profiler.enable()
    function(1)
    sorted([2, 1], key=lambda x: x)
    profiler.disable()
    return [profiler, profiler.getstats()]


@animal
def hook_arguments():
    import _thread
    caught = []

    class Raises:
        def __del__(self):
            raise ValueError([1])
    before = sys.unraisablehook
    sys.unraisablehook = caught.append
    raises = Raises()
    del raises
    sys.unraisablehook = before
    return [caught, sys.get_asyncgen_hooks(),
            _thread._ExceptHookArgs([ValueError, ValueError(1), None, None])]


@animal
def colliding_keys():
    try:
        from _testinternalcapi import hamt
    except ImportError:
        # 3.12's module does not own the class RecursingInfinitelyError that
        # it refers to: the audit of reference counts finds that out.
        if sys.version_info[:2] == (3, 12):
            raise
        from _testcapi import hamt

    class Key:
        def __hash__(self):
            return 5
    tree = hamt()
    for i in range(6):
        tree = tree.set(Key(), [i])
    half = tree.items()
    items = iter(half)
    next(items)
    return [tree, half, items, tree.keys(), tree.values()]


@animal
def instance_methods():
    import ctypes
    new = ctypes.pythonapi.PyInstanceMethod_New
    new.restype = ctypes.py_object
    new.argtypes = [ctypes.py_object]
    return [new(function), new(len)]


@animal
def memory_iterators():
    half = iter(memoryview(bytearray(b"abc")))
    next(half)
    return [half, iter(memoryview(b"abc"))]


@animal
def tasks_not_begun():
    import asyncio
    loop = asyncio.new_event_loop()

    async def waits():
        await asyncio.sleep(1000)
    return [loop, loop.create_task(waits())]


@animal
def more_records():
    import grp
    import os
    import pwd
    import resource
    import signal
    return [pwd.getpwuid(0), grp.getgrgid(0),
            resource.getrusage(resource.RUSAGE_SELF),
            signal.struct_siginfo(range(7)), os.waitid_result(range(5))]


@animal
def sample_subtypes():
    import xxsubtype
    made = [xxsubtype.spamlist([[1]]), xxsubtype.spamdict(a=[1])]
    made[0].setstate(7)
    return made


@animal
def io_bases():
    import _io
    made = [_io._IOBase(), _io._RawIOBase(), _io._BufferedIOBase(),
            _io._TextIOBase()]
    for o in made:
        o.attribute = [1]
    return made


@animal
def swapped_ctypes():
    import ctypes
    fields = [("a", ctypes.c_int), ("b", ctypes.c_short)]
    made = []
    for base in ("BigEndianStructure", "BigEndianUnion"):
        if hasattr(ctypes, base):
            cls = type("Swapped", (getattr(ctypes, base),),
                       {"_fields_": fields})
            made += [cls, cls(1)]
    return made


@animal
def tls_sessions():
    """A handshake without certificates, in memory."""
    import ssl
    sides, wires = [], [ssl.MemoryBIO(), ssl.MemoryBIO()]
    for server in (False, True):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server
                                 else ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH:@SECLEVEL=0")
        context.owner = Plain([1])
        sides.append(context.wrap_bio(wires[server], wires[not server],
                                      server_side=server))
    for _ in range(10):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
    return [sides, wires, sides[0].session, sides[0].version()]
