# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with types whose tp_traverse is machine code that it is given.

usage: codes.py TYPES EACH

There are TYPES types codes.T0, codes.T1, ... with EACH instances, and honest
objects of C types before, between and behind them.  The tp_traverse of each
type is a page of its own, and no page follows it.  A line on stdin is a list of
[code in hex, fill, entry] for the types: the code begins `entry` bytes into the
page, and the rest of the page is the byte `fill`.  The answer counts them.

The collector is off: the target itself never runs this code.  It stands still
between two lines, so all of its memory must stay as it is.
"""
import ctypes
import gc
import json
import os
import sys

PAGE = 4096
NONE, READ_WRITE, READ_EXECUTE = 0, 3, 5
PRIVATE_ANONYMOUS = 0x22
RET = 0xc3
HONEST_EACH = 4

# tp_traverse of PyTypeObject; an object without a GIL begins with more words.
TP_TRAVERSE = 184 + object.__basicsize__ - 16


def honest():
    """Objects that only the code of their types can read."""
    def f():
        pass
    return [o for n in range(HONEST_EACH)
            for o in (property(f, f, f, "text %d" % n), map(f, [n], [n]),
                      zip([n], [n], [n]), enumerate([n]), filter(f, [n]))]


class Pages:
    def __init__(self, nr):
        self.libc = ctypes.CDLL(None)
        self.libc.mmap.restype = ctypes.c_void_p
        self.libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + \
            [ctypes.c_int] * 3 + [ctypes.c_long]
        self.libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t,
                                       ctypes.c_int]
        self.start = self.libc.mmap(None, 2 * nr * PAGE, NONE,
                                    PRIVATE_ANONYMOUS, -1, 0)

    def address(self, i):
        return self.start + 2 * i * PAGE

    def put(self, i, code, fill, entry):
        page = bytes([fill]) * entry + code
        page += bytes([fill]) * (PAGE - len(page))
        assert len(page) == PAGE
        at = self.address(i)
        self.libc.mprotect(at, PAGE, READ_WRITE)
        ctypes.memmove(at, page, PAGE)
        self.libc.mprotect(at, PAGE, READ_EXECUTE)


def put_all(pages, words, codes):
    for i, (code, fill, entry) in enumerate(codes):
        pages.put(i, bytes.fromhex(code), fill, entry)
        words[i].value = pages.address(i) + entry


def main(nr, each):
    gc.disable()
    # The kernel writes the number of the processor into a thread's memory.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pages = Pages(nr)
    good, objects = honest(), []
    types = [type("T%d" % i, (), {"__slots__": ("a", "b", "c"),
                                  "__module__": "codes"}) for i in range(nr)]
    words = [ctypes.c_uint64.from_address(id(t) + TP_TRAVERSE) for t in types]
    for i, t in enumerate(types):
        for _ in range(each):
            o = t()
            o.a, o.b = [t.__name__], {t.__name__: objects}
            objects.append(o)
        if i == nr // 2:
            good += honest()
    good += honest()
    put_all(pages, words, [("", RET, 0)] * nr)
    print(json.dumps({
        "pid": os.getpid(), "words": [id(t) + TP_TRAVERSE for t in types],
        "pages": [pages.address(i) for i in range(nr)],
        "honest": [[id(o), list(map(id, gc.get_referents(o)))] for o in good],
    }), flush=True)
    for count, line in enumerate(sys.stdin):
        put_all(pages, words, json.loads(line))
        print(json.dumps({"count": count + 1}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
