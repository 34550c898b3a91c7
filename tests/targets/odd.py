# SPDX-License-Identifier: GPL-2.0-or-later
"""Targets that make trouble.

usage: odd.py KIND [ARGUMENT...]

Each prints {"pid": ...} or more when it is ready.
"""
import collections
import ctypes
import fcntl
import gc
import json
import os
import signal
import sys
import threading
import time
import types


def ready(**facts):
    os.write(1, json.dumps(dict(facts, pid=os.getpid())).encode() + b"\n")


def hold():
    os.read(0, 1)


def collecting(seconds="1e6"):
    """A collection that takes `seconds`: a finalizer waits in it."""
    class Slow:
        def __del__(self):
            ready()
            time.sleep(float(seconds))
    s = Slow()
    s.me = s
    del s
    gc.collect()
    hold()


def deep(depth="5000"):
    """A recursion: frames that are all the same."""
    def down(left):
        if left:
            return down(left - 1)
        ready()
        hold()
    sys.setrecursionlimit(int(depth) + 1000)
    threading.stack_size(1 << 29)
    thread = threading.Thread(target=down, args=(int(depth),))
    thread.start()
    thread.join()


def frozen():
    """All that was there is in the permanent generation."""
    kept = [[] for _ in range(1000)]
    gc.freeze()
    nr = gc.get_freeze_count()
    ready(frozen=nr)
    hold()
    return kept


def dropped():
    """A class and its function, in a cycle with one another as all are."""
    gc.collect()
    gc.disable()

    class Dropped:
        def f(self):
            return Dropped
    ready(addresses=[id(Dropped), id(Dropped.f)])
    del Dropped
    hold()


def undumpable():
    """A process that refuses to be looked at by its own user."""
    PR_SET_DUMPABLE = 4
    assert ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    ready()
    hold()


HOSTILE = ["\x1b[2J\x1b]0;title\x07", "new\nline", "nul\0nul", "\r", "\t",
           "quote'\"`$(x)", "\ud800", "\udfff\ud800", "\u202egnirts", "\x9b1m",
           "\ufeff", "\u2028", "\U0010ffff", "x" * (1 << 20), "", " ",
           "back\\slash", "\x7f", "<script>", "%s%n", "a.b.c"]


def hostile():
    """Names of every kind that a terminal or a parser may choke on."""
    kept, lists = [], []
    for i, name in enumerate(HOSTILE):
        cls = type("C%d" % i, (), {})
        cls.__qualname__ = name
        cls.__module__ = name
        if "\0" not in name and "\ud800" not in name:
            cls.__name__ = name
        o = cls()
        o.__dict__[name] = [name, {name: [i]}, name.encode("utf-8",
                                                           "replace")]
        code = compile("def f():\n yield 1\n", name.replace("\0", "0").encode(
            "utf-8", "replace"), "exec")
        namespace = {}
        exec(code, namespace)
        generator = namespace["f"]()
        next(generator)
        module = sys.modules[name + str(i)] = types.ModuleType(name)
        module.__dict__[name] = [o, generator]
        lists.append([cls() for _ in range(200)])
        module.__dict__[name + "s"] = lists[-1]
        # Classes whose names are not even strings.
        kept += [cls, o]
    odd = type("Odd", (), {})
    odd.__module__ = [1]
    kept.append(odd())
    for i, name in enumerate(HOSTILE[:13]):
        threading.Thread(target=time.sleep, args=(1e6,), name=name,
                         daemon=True).start()
    ready(addresses=[id(o) for o in kept], lists=[id(x) for x in lists],
          types=[ascii(type(o).__qualname__) for o in kept])
    hold()


def word(address, offset, value, size=8):
    ctypes.memmove(address + offset, value.to_bytes(size, "little"), size)


def read_word(address, offset):
    return ctypes.c_uint64.from_address(address + offset).value


def anonymous(size):
    """The address of fresh memory with nothing mapped behind it."""
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_uint64
    libc.mmap.argtypes = [ctypes.c_uint64, ctypes.c_size_t, ctypes.c_int,
                          ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_uint64, ctypes.c_size_t]
    size = (size + 4095) // 4096 * 4096
    address = libc.mmap(0, size + 4096, 3, 0x22, -1, 0)
    libc.munmap(address + size, 4096)
    return address


def endless():
    """Objects that seem to have no end, or far too much."""
    ring = collections.deque(range(200))
    block = read_word(id(ring), 24)
    word(block, 520, block)                     # rightlink
    word(id(ring), 16, 1 << 60)                 # ob_size
    cyclic = type("Cyclic", (), {"__slots__": ["a", "b"]})
    instances = [cyclic() for _ in range(10)]
    word(id(cyclic), 256, id(cyclic))           # tp_base
    wide = type("Wide", (), {"a%d" % i: 1 for i in range(3000)})
    mro = (wide,) * 4096
    kept = [ring, cyclic, instances, mro]
    for i in range(20):
        cls = type("Lined%d" % i, (list,), {})
        kept += [cls, cls()]
        word(id(cls), 344, id(mro))             # tp_mro
    number = type("Number", (int,), {})(5)
    word(id(number), 16, 1 << 63)               # ob_size or lv_tag
    items = [None] * (1 << 18)
    shared = [[] for _ in range(200)]
    for s in shared:
        word(id(s), 24, read_word(id(items), 24))
        word(id(s), 16, len(items))
    return kept + [number, items, shared]


def at_an_end():
    """Objects that a mapping ends in the middle of."""
    # A class whose name has no end.
    memory = anonymous(4096)
    cls = type("Cut", (), {})
    fake = anonymous(4096)
    ctypes.memmove(fake, id(cls), 1024)
    ctypes.memset(memory + 4096 - 16, 65, 16)
    word(fake, 24, memory + 4096 - 16)          # tp_name
    word(fake, 0, 1000)
    nameless = [cls() for _ in range(10)]
    for o in nameless:
        word(id(o), 8, fake)
    # Bytes that go on in a file's mapping.
    libc = ctypes.CDLL(None)
    memory = anonymous(8192)
    fd = os.open(__file__, os.O_RDONLY)
    libc.mmap.restype = ctypes.c_uint64
    libc.mmap.argtypes = [ctypes.c_uint64, ctypes.c_size_t, ctypes.c_int,
                          ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.mmap(memory + 4096, 4096, 1, 0x12, fd, 0)
    at = memory + 4096 - 48
    ctypes.memmove(at, id(b"x" * 20), 32)
    word(at, 0, 5)
    word(at, 16, 1000)
    holder = [1, 2]
    word(read_word(id(holder), 24), 0, at)
    return [cls, nameless, holder]


def corrupt():
    """Objects with impossible contents.  The process must not touch them
    again: it ends by os._exit or a signal."""
    gc.collect()
    gc.disable()
    tuple_items = 32 if sys.version_info >= (3, 14) else 24
    wild = [0, 1, 8, 0x1000, 0x7fffffffffff, 1 << 47, 1 << 63, (1 << 64) - 1]
    lists = [[i] for i in range(24)]
    tuples = [(i, [i]) for i in range(24)]
    dicts = [{i: [i]} for i in range(24)]
    sets = [{i, str(i)} for i in range(24)]
    strings = [str(i) * 50 + "x" for i in range(24)]
    numbers = [10 ** 30 + i for i in range(24)]
    instances = [types.SimpleNamespace(a=[i]) for i in range(24)]
    for i, value in enumerate(wild):
        word(id(lists[i]), 16, value)           # ob_size
        word(id(lists[8 + i]), 24, value)       # ob_item
        word(id(tuples[i]), 16, value)          # ob_size
        word(id(tuples[8 + i]), tuple_items, value)
        word(id(dicts[i]), 32, value)           # ma_keys
        word(id(dicts[8 + i]), 40, value)       # ma_values
        word(id(sets[i]), 32, value)            # mask
        word(id(sets[8 + i]), 40, value)        # table
        word(id(strings[i]), 16, value)         # length
        word(id(strings[8 + i]), 32, value & 0xff, 1)   # state
        word(id(numbers[i]), 16, value)         # ob_size or lv_tag
        word(id(instances[i]), 8, value)        # ob_type
        word(id(instances[8 + i]), 16, value)   # ns_dict
    loop = [1]
    word(id(lists[16]), 8, id(loop))            # its type is a list
    word(id(lists[17]), 8, id(lists[17]))       # its type is itself
    for c in range(8):
        cls = type("Class%d" % c, (), {"x": [c]})
        instances.append(cls())
        # tp_name, tp_basicsize, tp_itemsize, tp_dict, tp_base, tp_mro,
        # tp_traverse, tp_dictoffset
        offset = [24, 32, 40, 264, 256, 344, 184, 288][c]
        word(id(cls), offset, 0x4141414141414141)
    kept = [endless(), at_an_end()]
    ready(kept=len(kept))
    hold()
    os._exit(0)


def broken_list():
    """The collector's list of objects leads to nowhere after a while."""
    gc.collect()
    gc.disable()
    kept = [[i] for i in range(1000)]
    word(id(kept[500]) - 16, 0, 0x414141414140)         # _gc_next
    ready()
    hold()
    os._exit(0)


def half_linked():
    """The collector's list of objects is broken until this process has been
    stopped once: that interrupts epoll_wait(), see signal(7)."""
    libc = ctypes.CDLL(None)
    epoll = libc.epoll_create1(0)
    event = ctypes.create_string_buffer(12)
    kept = [[i] for i in range(1000)]
    gc.collect()
    gc.disable()
    link = ctypes.c_uint64.from_address(id(kept[500]) - 16)     # _gc_next
    whole = link.value
    while True:
        link.value = 0x414141414140
        ready()
        libc.epoll_wait(epoll, event, 1, -1)
        link.value = whole
        ready()
        hold()


def child_of_shell():
    ready()
    hold()


def forked():
    """A child that has just been forked and never ran Python since."""
    libc = ctypes.PyDLL(None)
    kept = [[i] for i in range(1000)]
    pid = libc.fork()
    if pid == 0:
        libc.pause()
        os._exit(0)
    ready(child=pid)
    hold()
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return kept


def os_forked():
    """A child by os.fork(), with a thread that only the parent has."""
    threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()
    kept = [[i] for i in range(1000)]
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, b"x")
        time.sleep(1e6)
        os._exit(0)
    os.read(reader, 1)
    ready(child=pid)
    hold()
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return kept


def subinterpreters(number="3", own_gil="no"):
    """Other interpreters, each with a list of its own marked objects."""
    try:
        import _interpreters as interpreters
    except ImportError:
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            ready(number=-1)
            return hold()
    source = """
class Inner:
    pass
kept = [Inner() for _ in range(%d)]
import sys
sys.modules['kept_module'] = sys
"""
    ids = []
    for i in range(int(number)):
        if sys.version_info >= (3, 13):
            made = interpreters.create(
                "isolated" if own_gil == "yes" else "legacy")
        elif sys.version_info >= (3, 9):
            made = interpreters.create(isolated=own_gil == "yes")
        else:
            made = interpreters.create()
        ids.append(made)
        if sys.version_info >= (3, 13):
            failed = interpreters.exec(made, source % (100 + i))
            assert failed is None, failed
        else:
            interpreters.run_string(made, source % (100 + i))
    ready(number=len(ids), objects=sum(100 + i for i in range(len(ids))))
    hold()


def leaderless():
    """The main thread ends by itself, another one stays."""
    libc = ctypes.PyDLL(None)
    threading.Thread(target=time.sleep, args=(1e6,)).start()
    ready()
    libc.syscall(60, 0)         # exit(), of this thread only


def named(name):
    """With `name` among the arguments."""
    ready(name=name)
    hold()


def signalled(megabytes):
    """Say for each line how many signals have come, each counted by the C
    handler: it writes a byte.  `megabytes` make a stop take longer."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    fcntl.fcntl(writer, 1031, 1 << 20)          # F_SETPIPE_SZ
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGRTMIN, lambda number, frame: None)
    nr = [0]

    def count():
        while True:
            nr[0] += len(os.read(reader, 1 << 16))
    threading.Thread(target=count, daemon=True).start()
    # Each of them may be the one that gets a signal.
    for i in range(30):
        threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()
    kept = b"x" * (int(megabytes) << 20)
    ready()
    while os.read(0, 1):
        ready(signals=nr[0])
    return kept


def newer():
    """Say in Python that this is CPython 3.16, and where C says it."""
    sys.hexversion = 0x031000f0
    ready(py_version=ctypes.addressof(
        ctypes.c_ulong.in_dll(ctypes.pythonapi, "Py_Version")),
        runtime=ctypes.addressof(
            ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime")))
    hold()


def plain():
    ready()
    hold()


def large(length):
    """One container that is most of the memory."""
    gc.collect()        # so it is the youngest
    things = [None] * int(length)
    ready(address=id(things), length=len(things))
    hold()


def instances(number, dicts):
    """The values of so many dicts, put into one after the other."""
    class Item:
        pass
    found = [{} for _ in range(int(dicts))]
    for i in range(int(number)):
        found[i % len(found)][i] = Item()
    ready(number=int(number))
    hold()


def spread(number):
    """Objects that lie a MiB apart, with nothing between them."""
    things = [bytes(1 << 20) for _ in range(int(number))]
    ready(number=len(things))
    hold()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
