# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with objects that only references hold which no tp_traverse visits:
keys of dicts, names of classes, of their attributes and slots, and what objects
of the library hold.

The facts are what sys.getsizeof(), sys.getrefcount() and gc.get_referents() say
of them.  A line {"eval": EXPRESSION} is answered with {"id": ...}.
"""
import collections
import datetime
import gc
import io
import json
import os
import pickle
import re
import sys
import tempfile

try:
    import numpy
except ImportError:
    numpy = None

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


class Holder:
    """Holds an object, and has what the holder refers to."""
    def __init__(self, name, holder, held=()):
        self.name, self.holder, self.held = name, holder, list(held)


class WithDict:
    def __init__(self):
        self.number = NR + 1


def whose_dict_was_asked_for():
    made = WithDict()
    vars(made)["text"] = "made at %d" % NR
    return Holder("instance", made, [vars(made)])


def accumulated(written):
    """The list that a StringIO keeps its texts in, until 3.11."""
    return [o for o in gc.get_objects()
            if type(o) is list and o and o[0] is written and len(o) < 3]


def a_stringio():
    made, written = io.StringIO(), "written at %d" % NR
    made.write(written)
    return Holder("StringIO", made, accumulated(written))


class Pickler(pickle.Pickler):
    pass


def picklers():
    texts = ["pickled %d" % i for i in range(4)]
    for cls in pickle.Pickler, Pickler:
        made = cls(io.BytesIO())
        made.dump(texts)
        yield Holder(cls.__name__, made, [texts] + texts)


def unpicklers():
    texts = ["pickled %d" % i for i in range(4)]
    made = pickle.Unpickler(io.BytesIO(pickle.dumps(texts)))
    texts = made.load()
    yield Holder("Unpickler", made, [texts] + texts)


def of_re():
    made = re.compile("a%d(?P<name>[0-9]+)" % NR)
    names, = gc.get_referents(made.groupindex)
    yield Holder("Pattern", made, [made.pattern, names])
    text = "a%d123" % NR
    yield Holder("Match", made.match(text), [text, made])


def of_datetime():
    zone = datetime.timezone(datetime.timedelta(hours=1), "zone %d" % NR)
    yield Holder("datetime", datetime.datetime(2020, 1, 1, tzinfo=zone),
                 [zone])
    yield Holder("time", datetime.time(1, tzinfo=zone), [zone])
    yield Holder("timezone", zone, [zone.tzname(None)])


def of_numpy():
    made = numpy.arange(NR)
    yield Holder("view", made[10:], [made])
    fields = numpy.dtype([("a", "u1"), ("b", "u8")])
    yield Holder("array", numpy.zeros(10, fields), [fields])
    yield Holder("dtype", fields, [fields.names])
    scalars = numpy.zeros(10, fields)
    yield Holder("scalar", scalars[3], [fields, scalars])
    with tempfile.TemporaryFile() as f:
        made = numpy.memmap(f, dtype="u1", mode="w+", shape=NR)
    yield Holder("memmap", made, [made.base])


def make_holders():
    made = [whose_dict_was_asked_for(), a_stringio(), *picklers(),
            *unpicklers(), *of_re(), *of_datetime()]
    return made + (list(of_numpy()) if numpy else [])


def facts_of_holders(holders):
    """Of each, what it holds: {"name", "address", "visited": how many that
    its tp_traverse visits, "held": [[address, count]...]}."""
    facts = []
    listed = collections.Counter(id(o) for h in holders for o in h.held)
    asking = counts_of([object() for _ in range(1)])[0][1] - 1
    for h in holders:
        facts.append({
            "name": h.name, "address": id(h.holder),
            "visited": len(gc.get_referents(h.holder)),
            "held": [[a, n - asking - listed[a]]
                     for a, n in counts_of(h.held)]})
    return facts


def counts_of(objects):
    """Of each its address and its reference count."""
    return [[id(o), sys.getrefcount(o)] for o in objects]


holders = make_holders()
seen = {"http://example.com/%d/%060d" % (i, i): None for i in range(NR)}
# The interpreter's dict of interned strings does not keep them.
interned = {sys.intern("http://example.net/%d" % i): None for i in range(NR)}
interned_one = sys.intern("http://example.net/one/%d" % NR)
mixed = {i if i % 2 else "http://example.org/%d" % i: None for i in range(NR)}
shared = make_shared(8)
seen_one = Seen()
setattr(seen_one, "attribute " + "of an instance", None)
plain = make_class("Name%d" % 1)
odd = Odd("Name%d" % 2, (), {})
name_of = type.__dict__["__name__"].__get__


def intern_and_drop():
    """The address of a string that its interning alone may keep."""
    return id(sys.intern("http://example.net/dropped/%d" % NR))


def main():
    gc.collect()
    dropped = intern_and_drop()
    held = facts_of_holders(holders)
    for h in holders:
        h.held = None
    facts = {
        "seen": id(seen), "nr": NR, "seen_bytes": sizes(seen),
        "seen_size": sys.getsizeof(seen), "seen_key": address_of_key(seen, 7),
        "interned_for_ever": sys.getrefcount(next(iter(interned))) > 1 << 20,
        "interned_one": id(interned_one), "interned_dropped": dropped,
        "interned": id(interned), "interned_bytes": sizes(interned),
        "mixed": id(mixed), "mixed_visited": len(gc.get_referents(mixed)),
        "seen_visited": len(gc.get_referents(seen)),
        "shared": count_shared(shared),
        "Seen": id(Seen), "Slotted": id(Slotted),
        "plain": id(plain), "plain_name": id(plain.__name__),
        "odd": id(odd), "odd_name": id(name_of(odd)),
        "holders": held,
    }
    os.write(1, json.dumps(facts).encode() + b"\n")
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        value = eval(json.loads(line)["eval"], {"sys": sys})
        os.write(1, json.dumps({"id": id(value)}).encode() + b"\n")


main()
