"""Targets that make trouble.

usage: odd.py KIND [ARGUMENT...]

Each prints {"pid": ...} or more when it is ready.
"""
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
    kept = []
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
        # Classes whose names are not even strings.
        kept += [cls, o]
    odd = type("Odd", (), {})
    odd.__module__ = [1]
    kept.append(odd())
    for i, name in enumerate(HOSTILE[:13]):
        threading.Thread(target=time.sleep, args=(1e6,), name=name,
                         daemon=True).start()
    ready(addresses=[id(o) for o in kept],
          types=[ascii(type(o).__qualname__) for o in kept])
    hold()


def word(address, offset, value, size=8):
    ctypes.memmove(address + offset, value.to_bytes(size, "little"), size)


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
    ready()
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


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
