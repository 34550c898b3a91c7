# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with strings that only references hold which no tp_traverse visits:
keys of dicts, names of classes, of their attributes and slots.

The facts are what sys.getsizeof() and sys.getrefcount() say of them.  A line
{"eval": EXPRESSION} is answered with {"id": ...}.
"""
import gc
import json
import os
import sys

NR = 40000


class Seen:
    pass


class Slotted:
    __slots__ = ("slot_of_its_own", "another_slot")


class Odd(type):
    @property
    def __name__(cls):
        return "made " + "anew"


def make_class(name):
    return type(name, (), {})


def sizes(strings):
    total = 0
    for s in strings:
        total += sys.getsizeof(s)
    return total


def make_shared(nr):
    """Strings that are keys of 1, 2, 3 ... dicts and of nothing else."""
    dicts = [{} for _ in range(nr)]
    for i in range(nr):
        key = "shared key %d" % i
        for d in dicts[:i + 1]:
            d[key] = None
        del key
    return dicts


def count_shared(dicts):
    """Of each key, its address and its reference count."""
    # Nothing else has the first one: what it counts is what asking adds.
    strings = ["%d is asked" % len(dicts)] + list(dicts[0])
    counts = []
    for key in strings:
        counts.append([id(key), sys.getrefcount(key)])
    asking = counts.pop(0)[1]
    return [[address, count - asking] for address, count in counts]


def address_of_key(d, n):
    for key in d:
        if n == 0:
            return id(key)
        n -= 1


seen = {"http://example.com/%d/%060d" % (i, i): None for i in range(NR)}
# The interpreter's dict of interned strings does not keep them.
interned = {sys.intern("http://example.net/%d" % i): None for i in range(NR)}
mixed = {i if i % 2 else "http://example.org/%d" % i: None for i in range(NR)}
shared = make_shared(8)
seen_one = Seen()
setattr(seen_one, "attribute " + "of an instance", None)
plain = make_class("Name%d" % 1)
odd = Odd("Name%d" % 2, (), {})
name_of = type.__dict__["__name__"].__get__


def main():
    gc.collect()
    facts = {
        "seen": id(seen), "nr": NR, "seen_bytes": sizes(seen),
        "seen_size": sys.getsizeof(seen), "seen_key": address_of_key(seen, 7),
        "interned_for_ever": sys.getrefcount(next(iter(interned))) > 1 << 20,
        "interned": id(interned), "interned_bytes": sizes(interned),
        "mixed": id(mixed), "mixed_visited": len(gc.get_referents(mixed)),
        "seen_visited": len(gc.get_referents(seen)),
        "shared": count_shared(shared),
        "Seen": id(Seen), "Slotted": id(Slotted),
        "plain": id(plain), "plain_name": id(plain.__name__),
        "odd": id(odd), "odd_name": id(name_of(odd)),
    }
    os.write(1, json.dumps(facts).encode() + b"\n")
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        value = eval(json.loads(line)["eval"], {"sys": sys})
        os.write(1, json.dumps({"id": id(value)}).encode() + b"\n")


main()
