# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that states the truth about all of its own objects, then holds
still.

usage: truth.py FD [zoo|service|standard|threads [SCALE]]

The statement goes to file descriptor FD, then "ready" to stdout, then the
process blocks in a read of stdin.  See tests/e2e/statement.py for the format.

Asking changes the answer; this is what is done about it:

- The collector is off while it is asked, after full collections.
- Everything happens in one frame, main(), which is the one that blocks in
  the end: what it refers to then, it refers to while it asks.  Locals that
  are gone by then were deleted before reference counts are taken, but for
  `objects`, the list of all objects, which is 1 reference to each.
- Reference counts are taken by one map() in C, which makes no Python object
  in between.  What such a call itself adds is measured with a probe.
- All of it is done twice: the first round warms up inline caches, the method
  cache (which holds names) and co_opcache of 3.8 and 3.9.

Left out, since they change by asking (EXCLUDED in the statement's flags):

- `objects`, `index` and the other containers of the bookkeeping;
- references, size and count of the running frames of this thread, which are
  objects before 3.11;
- reference counts of sys.getrefcount, map, array.array, and the strings and
  numbers that the asking code uses: they are on the stack while it asks.
  None, True and False too where they are counted (before 3.12): any C code
  that runs in between may hold some more for a moment.

Sizes of objects whose class overrides __sizeof__ in Python, or in a
third-party extension, are left out: their answer is whatever that code says.
A BytesIO says how large it is before the list has its buffer, too: it counts
that only while nobody else has it.
"""
import array
import gc
import io
import os
import sys

# What a type itself says, whatever its metaclass overrides.
_module_of = type.__dict__["__module__"].__get__
_qualname_of = type.__dict__["__qualname__"].__get__
_mro_of = type.__dict__["__mro__"].__get__
_dict_of = type.__dict__["__dict__"].__get__
_flags_of = type.__dict__["__flags__"].__get__

NO_REFCOUNT = -1
NO_SIZE = -1
UNTRACKED = -1
PERMANENT = 3

F_NO_REFERENCES = 1     # references are not stated
F_NO_TYPE_NAME = 2      # the class has no plain name

# Attributes that are an object's own stored references, that no tp_traverse
# visits (that of code in free-threaded builds visits co_consts only), and that
# asking for does not make anew.
_CODE = ["co_consts", "co_names", "co_filename", "co_name"]
if sys.version_info >= (3, 11):
    _CODE += ["co_qualname", "co_exceptiontable", "co_linetable"]


code_type = type((lambda: None).__code__)

HEAP_TYPE = 1 << 9
_name_of = type.__dict__["__name__"].__get__
_descriptors = {type(type.__dict__["__name__"]), type(str.join),
                type(object.__init__), type(code_type.co_name),
                type(dict.__dict__["fromkeys"])}


def is_interned_dict(d):
    """3.14 and later: the collector tracks the interpreter's dict of interned
    strings.  It owns no references."""
    if len(d) < 1000:
        return False
    for k in d:
        if d[k] is not k:
            return False
    return True


def unvisited_of(o, n):
    """References that `o` has and that its tp_traverse does not visit, as far
    as they can be asked for; `n`: how many it visits."""
    t = type(o)
    if t is code_type:
        # Free-threaded builds visit the first.
        return [getattr(o, a) for a in _CODE[n:]]
    if t is dict:
        # A table that has had other keys than str: they are visited.
        if n >= 2 * len(o) or is_interned_dict(o):
            return ()
        return o.keys()
    if t in _descriptors:
        return (o.__name__,)
    if issubclass(t, type) and _flags_of(o) & HEAP_TYPE:
        return _name_of(o), _qualname_of(o)
    return ()


def type_name(t):
    """__module__ + "." + __qualname__, or None."""
    try:
        module = _module_of(t)
        name = _qualname_of(t)
    except AttributeError:
        return None
    if type(module) is not str or type(name) is not str:
        return None
    return name if module == "builtins" else module + "." + name


# (3.8 and 3.9 don't say; nor have they any other.)
_STANDARD = getattr(sys, "stdlib_module_names", ())


def size_is_c(t):
    """Is this type's __sizeof__ C code of CPython's own?"""
    for base in _mro_of(t) or ():       # None: not readied yet
        f = _dict_of(base).get("__sizeof__")
        if f is not None:
            module = str(_module_of(base))
            return type(f) is type(object.__dict__["__sizeof__"]) and \
                (not _STANDARD or module.split(".")[0] in _STANDARD)
    return True


def write_array(fd, name, a):
    os.write(fd, name.encode().ljust(8) + len(a).to_bytes(8, "little"))
    data = memoryview(a).cast("B")
    while len(data):
        data = data[os.write(fd, data[:1 << 20]):]


def write_names(fd, names):
    lines = []
    for address in names:
        lines.append("%d %s\n" % (address, ascii(names[address])))
    data = "".join(lines).encode()
    os.write(fd, b"names   " + len(data).to_bytes(8, "little"))
    while data:
        data = data[os.write(fd, data[:1 << 20]):]


def build_service(scale):
    """What a web service has in memory: frameworks and half a million
    objects of its own."""
    import boto3
    import flask
    import pydantic
    import sympy

    class User(pydantic.BaseModel):
        name: str
        tags: list = []

    class Order:
        def __init__(self, n):
            self.n = n
            self.lines = [{"sku": str(n), "qty": n % 7}]
            self.user = None

    app = flask.Flask("service")

    @app.route("/")
    def index():
        return "x"
    with app.test_client() as client:
        client.get("/")
    users = [User(name="u%d" % i, tags=[str(i)]) for i in range(scale // 40)]
    orders = [Order(i) for i in range(scale // 10)]
    for i, order in enumerate(orders):
        order.user = users[i % len(users)]
    x, y = sympy.symbols("x y")
    expressions = [sympy.expand((x + y + i) ** 3) for i in range(scale // 5000)]
    session = boto3.session.Session(region_name="eu-west-1")
    return [app, client, users, orders, expressions, session]


def build_standard_service(scale):
    """The same of the standard library alone."""
    import argparse
    import collections
    import dataclasses
    import decimal
    import email.message
    import http.server
    import logging.handlers
    import sqlite3
    import unittest.mock
    import xml.etree.ElementTree as tree

    @dataclasses.dataclass
    class User:
        name: str
        tags: list

    class Order:
        def __init__(self, n):
            self.n = n
            self.lines = [{"sku": str(n), "price": decimal.Decimal(n) / 7}]
            self.user = None

    Point = collections.namedtuple("Point", "x y")
    users = [User("u%d" % i, [str(i)]) for i in range(scale // 40)]
    orders = [Order(i) for i in range(scale // 10)]
    for i, order in enumerate(orders):
        order.user = users[i % len(users)]
    points = {Point(i, str(i)): {i} for i in range(scale // 50)}
    page = tree.Element("page")
    for i in range(scale // 100):
        tree.SubElement(page, "p", n=str(i)).text = "t%d" % i
    mails = [email.message.EmailMessage() for _ in range(scale // 500)]
    for mail in mails:
        mail["Subject"] = "order"
    database = sqlite3.connect(":memory:")
    log = logging.getLogger("service")
    log.addHandler(logging.handlers.MemoryHandler(100))
    log.warning("started")
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    return [users, orders, points, page, mails, database, log, parser,
            collections.OrderedDict((i, str(i)) for i in range(1000)),
            collections.deque(users, 100), http.server.HTTPServer,
            unittest.mock]


def build_of_threads(scale):
    """Objects of threads that have ended, which free-threaded CPython finds
    in heaps that nobody owns, and of others that have not.  A third of them
    the main thread has freed."""
    import threading

    class Made:
        def __init__(self, n):
            self.n = n
            self.more = [n, {n: self}, (n, [n])]

    class Slotted:
        __slots__ = ("a", "b")

    def make(made, wait):
        for n in range(scale):
            slotted = Slotted()
            slotted.a, slotted.b = Made(n), {str(n)}
            made.append(slotted)
            made.append(Made(str(n)))
        del slotted
        done.release()
        if wait:
            wait.acquire()
    done = threading.Semaphore(0)
    forever = threading.Lock()
    forever.acquire()
    kept = [[] for _ in range(12)]
    threads = [threading.Thread(target=make, daemon=True, args=(
        made, forever if i % 3 == 0 else None)) for i, made in enumerate(kept)]
    for i, t in enumerate(threads):
        t.start()
    for i, t in enumerate(threads):
        if i % 3:
            t.join()
        done.acquire()
    for made in kept:
        del made[::3]
    return [kept, forever]


class Statement:
    """The columns; see statement.py."""
    __slots__ = ("ids", "types", "sizes", "gens", "flags", "nrefs", "refs",
                 "nextra", "extra", "counts", "misc")

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, array.array("q"))

    def write(self, fd):
        for name in self.__slots__:
            write_array(fd, name, getattr(self, name))


def reach(st, probe, own, early):
    """All objects, and what each refers to.  `own`: an empty set, for the
    ids of what is not to be stated; `early`: an empty dict, for sizes."""
    own.update(inner_ids())
    get_referents = gc.get_referents
    objects = []
    index = {}
    own.update((id(objects), id(index), id(own), id(st)))
    # (No generator expression: its cell for `st` would be one more object.)
    own.update(map(id, map(getattr, [st] * len(st.__slots__), st.__slots__)))
    found = gc.get_objects()
    own.update((id(found), id(early)))
    for o in found:
        if issubclass(type(o), io.BytesIO):
            early[id(o)] = sys.getsizeof(o)
    found.append(probe)
    for o in found:
        if id(o) not in own and id(o) not in index:
            index[id(o)] = len(objects)
            objects.append(o)
    place = 0
    while place < len(objects):
        o = objects[place]
        place += 1
        n = 0
        for r in get_referents(o):
            key = id(r)
            if key in own:
                continue
            st.refs.append(key)
            n += 1
            if key not in index:
                index[key] = len(objects)
                objects.append(r)
        st.nrefs.append(n)
        n = 0
        for r in unvisited_of(o, st.nrefs[-1]):
            key = id(r)
            st.extra.append(key)
            n += 1
            if key not in index:
                index[key] = len(objects)
                objects.append(r)
        st.nextra.append(n)
    st.misc.append(index[id(probe)])
    return objects


def describe(st, objects, early, fd):
    """Types, sizes, generations; the types' names go to `fd`."""
    getsizeof, is_tracked = sys.getsizeof, gc.is_tracked
    names, c_size, flags, generation = {}, {}, {}, {}
    for g in range(3):
        for o in gc.get_objects(generation=g):
            # Free-threaded, all are in each.
            generation.setdefault(id(o), g)
    for o in objects:
        t = type(o)
        if id(t) not in names:
            names[id(t)] = type_name(t)
            c_size[id(t)] = size_is_c(t)
            flags[id(t)] = 0 if names[id(t)] else F_NO_TYPE_NAME
        st.ids.append(id(o))
        st.types.append(id(t))
        st.flags.append(flags[id(t)])
        st.sizes.append(early.get(id(o)) or getsizeof(o) if c_size[id(t)]
                        else NO_SIZE)
        st.gens.append(generation.get(id(o), PERMANENT)
                       if is_tracked(o) else UNTRACKED)
    write_names(fd, names)


def outer_frames(depth):
    """Running frames from the `depth`th caller on, where these are objects
    already."""
    frames = []
    if sys.version_info < (3, 11):
        f = sys._getframe(depth + 1)
        while f is not None:
            frames.append(f)
            f = f.f_back
    return frames


def inner_ids():
    """Ids of the frames of the caller and its caller (gather)."""
    if sys.version_info < (3, 11):
        return [id(sys._getframe(1)), id(sys._getframe(2))]
    return []


def gather(st, probe, fd):
    early = {}
    objects = reach(st, probe, set(), early)
    describe(st, objects, early, fd)
    places = {id(o): i for i, o in enumerate(objects)}
    for f in outer_frames(1):
        i = places.get(id(f))
        if i is None:
            continue            # the collector does not know it (3.8)
        st.flags[i] |= F_NO_REFERENCES
        st.sizes[i] = NO_SIZE
        st.misc.append(id(f))
    return objects


def build(what, scale):
    if what == "zoo":
        import zoo
        return zoo.build()
    if what == "standard":
        return build_standard_service(scale)
    if what == "threads":
        return build_of_threads(scale)
    return build_service(scale)


def main(fd, what, scale):
    global ZOO
    ZOO = build(what, scale)
    probe = object()
    gc.collect()
    gc.collect()
    gc.disable()
    objects = gather(Statement(), probe, DEVNULL)
    list(map(sys.getrefcount, objects))
    del objects
    st = Statement()
    objects = gather(st, probe, fd)
    # From here on nothing is made or freed but these: see above.
    st.counts.extend(array.array("q", map(sys.getrefcount, objects)))
    del objects
    add_asking(st)
    st.write(fd)
    del st
    os.close(fd)
    WRITE(1, b"ready\n")
    READ(0, 1)


def add_asking(st):
    """What the asking itself holds."""
    for o in (sys.getrefcount, map, array.array, array.array.extend, "q",
              None, True, False, "counts", "extend", Statement, READ):
        st.misc.append(id(o))


ZOO = None
DEVNULL = os.open(os.devnull, os.O_WRONLY)
WRITE, READ = os.write, os.read

if __name__ == "__main__":
    main(int(sys.argv[1]), (sys.argv[2:] or ["zoo"])[0],
         int((sys.argv[3:] or ["500000"])[0]))
