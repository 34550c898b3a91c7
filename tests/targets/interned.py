# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that interns strings when it is asked to.

For each line of input it does the next step, and then states what the strings
of its steps are: {"mortal": {"count", "size"}, "immortal": {"count", "size"},
"all": of how many strings in all the interpreter says that they are interned
(3.12 and later, else None), "all_immortal": of how many that they are immortal
(3.13 and later)}.

    0  nothing
    1  strings by sys.intern()
    2  more, by PyUnicode_InternImmortal(), which are immortal in all versions
    3  those of step 1 are dropped: those that are mortal go away
"""
import ctypes
import json
import os
import sys

NR_MORTAL = 700
NR_IMMORTAL = 90


class Text(str):
    """A str of a subclass is never interned."""


def is_immortal(text):
    return sys.getrefcount(text) > 1 << 20


def texts(kind, nr):
    # Characters of one, two and four bytes; of ASCII and of more.
    return ["%s %d %s" % (kind, i, ("", "\xe9", "\u20ac", "\U0001f40d")[i % 4])
            for i in range(nr)]


def intern_immortal(text):
    held = ctypes.py_object(text)
    ctypes.pythonapi.PyUnicode_InternImmortal(ctypes.byref(held))
    return held.value


def said_of_all():
    ask = getattr(sys, "getunicodeinternedsize", None)
    return {"all": ask() if ask else None,
            "all_immortal": ask(_only_immortal=True)
            if sys.version_info >= (3, 13) else None}


def total(found):
    return {"count": len(found), "size": sum(map(sys.getsizeof, found))}


def main():
    ctypes.pythonapi.PyUnicode_InternImmortal.restype = None
    by_intern, for_ever, dropped = [], [], []
    # What the steps themselves intern is there before the first.
    plain = [Text(t) for t in texts("plain", NR_MORTAL)]
    intern_immortal(sys.intern("warm"))
    for step in range(4):
        if step == 1:
            by_intern = [sys.intern(t) for t in texts("interned", NR_MORTAL)]
        elif step == 2:
            for_ever = [intern_immortal(t)
                        for t in texts("immortal", NR_IMMORTAL)]
        elif step == 3:
            dropped = [t for t in by_intern if is_immortal(t)]
            by_intern = []
        found = by_intern + dropped
        facts = {"mortal": total([t for t in found if not is_immortal(t)]),
                 "immortal": total([t for t in found if is_immortal(t)]
                                   + for_ever),
                 "plain": len(plain)}
        facts.update(said_of_all())
        del found
        os.write(1, json.dumps(facts).encode() + b"\n")
        os.read(0, 1)


main()
