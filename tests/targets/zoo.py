# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: objects of the built-in and standard-library types in the states
that they get into.

build() returns a dict of name: object.  What an interpreter does not have is
left out, and MISSING says so.  The same code runs on CPython 3.8 to 3.15;
newer syntax is in strings.  Nothing here may change by itself later: threads
and the like are blocked for good.
"""
import sys

MISSING = {}
_makers = []


def animal(function):
    _makers.append(function)
    return function


def build(only=None):
    # They register themselves, and need what is defined here.
    import zoo_extensions
    import zoo_library
    import zoo_rest
    import zoo_running
    import zoo_system
    import zoo_typing
    zoo = {"sources": [zoo_extensions, zoo_library, zoo_rest,
                       zoo_running, zoo_system, zoo_typing]}
    for maker in _makers:
        name = maker.__name__
        if only is not None and name not in only:
            continue
        try:
            zoo[name] = maker()
        except (ImportError, AttributeError, SyntaxError, NameError,
                TypeError, OSError, NotImplementedError, ValueError) as e:
            # The exception itself would keep frames alive.
            MISSING[name] = "%s: %s" % (type(e).__name__, e)
    return zoo


def run(source, **names):
    """Run newer syntax; returns the namespace."""
    namespace = dict(names, __name__="zoo_run")
    exec(compile(source, "<zoo>", "exec"), namespace)
    return namespace


# --- classes ---------------------------------------------------------------

class Plain:
    def __init__(self, *values):
        for i, value in enumerate(values):
            setattr(self, "a%d" % i, value)

    def method(self):
        return self

    @classmethod
    def of_class(cls):
        return cls

    @staticmethod
    def of_none():
        return None

    @property
    def prop(self):
        return self


class Slots:
    __slots__ = ("first", "second", "third")


class SlotsAndDict(Slots):
    __slots__ = ("fourth", "__dict__")


class SlotsWeak(Slots):
    __slots__ = ("__weakref__",)


class Mangled:
    def __init__(self):
        self.__hidden = ["hidden"]


class WithDel:
    def __del__(self):
        pass


class Meta(type):
    def __new__(mcs, name, bases, namespace, **kw):
        cls = super().__new__(mcs, name, bases, namespace)
        cls.registered = [name]
        return cls


class OfMeta(metaclass=Meta):
    pass


class Int(int):
    pass


class Str(str):
    pass


class Bytes(bytes):
    pass


class Tuple(tuple):
    pass


class TupleNoDict(tuple):
    __slots__ = ()


class List(list):
    pass


class Dict(dict):
    pass


class DictSlots(dict):
    __slots__ = ("extra",)


class Set(set):
    pass


class FrozenSet(frozenset):
    pass


class Float(float):
    pass


class Complex(complex):
    pass


class ByteArray(bytearray):
    pass


class Error(Exception):
    pass


class ErrorSlots(ValueError):
    __slots__ = ("where",)


def function(a, b=[1], *args, c={"k": 1}, **kw) -> list:
    """A function with everything."""
    return [a, b, args, c, kw]


def adder(n):
    box = [n]

    def inner(m):
        return box, n, m
    return inner


def with_attributes():
    pass


with_attributes.cache = {1: 2}
with_attributes.owner = Plain


# --- atoms -----------------------------------------------------------------

@animal
def atoms():
    return [None, True, False, Ellipsis, NotImplemented, 0, 1, -1, 255, 256,
            257, -5, -6, 2 ** 30 - 1, 2 ** 30, -2 ** 30, 2 ** 60, 2 ** 64,
            -2 ** 64, 2 ** 1000, -2 ** 1000, 10 ** 5000, 0.0, 1.5, -1.5,
            1e300, float("inf"), float("nan"), 1j, 2 + 3j, -0.0]


@animal
def strings():
    return ["", "a", "\xe9", "abc", "a b", "\xe9t\xe9", "\u20ac", "\u20ac" * 9,
            "\U0001f600", "x" * 1000, "\u0100" * 1000, "\U00010000" * 1000,
            "nul\0nul", "\ud800", "".join(["run", "time"]),
            sys.intern("".join(["in", "terned"])), "not" + str(id(object())),
            b"", b"a", b"abc", b"\0\1", b"x" * 1000]


@animal
def strings_with_utf8():
    strings = ["%s%d" % (c * 20, n) for n, c in enumerate("\xe9\u20ac\u0416")]
    # float() and int() of such a string fills its UTF-8 cache on some
    # versions; compile() and the like do it on all.
    for s in strings:
        try:
            compile(s, s, "eval")
        except SyntaxError:
            pass
        try:
            getattr(object, s)
        except AttributeError:
            pass
    return strings


@animal
def subclassed_atoms():
    with_attr = []
    for cls, value in ((Int, 5), (Int, 2 ** 200), (Int, 0), (Str, "abc"),
                       (Str, "\u20acx"), (Bytes, b"abc"), (Float, 1.5),
                       (Complex, 1j), (Tuple, (1, [2])), (Tuple, ()),
                       (TupleNoDict, ([1], 2)), (FrozenSet, (1, "x")),
                       (ByteArray, b"abc")):
        for attributes in range(3):
            o = cls(value)
            for i in range(attributes):
                if hasattr(o, "__dict__"):
                    setattr(o, "attr%d" % i, [i])
            with_attr.append(o)
    return with_attr


@animal
def subclassed_int_dict():
    objects = [Int(-7), Int(2 ** 90), Tuple((1, 2, 3)), Bytes(b"xyz")]
    for o in objects:
        o.__dict__["through dict"] = [o]
    return objects


# --- containers ------------------------------------------------------------

@animal
def lists():
    grown = []
    for i in range(1000):
        grown.append([i])
    shrunk = list(range(1000))
    del shrunk[10:]
    cleared = list(range(100))
    cleared.clear()
    myself = []
    myself.append(myself)
    sorted_ = sorted([3, 1, 2], key=lambda x: -x)
    sub = List([1, [2]])
    sub.attr = [sub]
    repeated = [[0]] * 50
    return [[], [1], [None] * 10, grown, shrunk, cleared, myself, sorted_,
            sub, List(), repeated, list("abc"), [x for x in range(7)]]


@animal
def tuples():
    return [(), (1,), (1, "a", None), ([],), tuple([[i] for i in range(99)]),
            tuple(range(300)), ((), ((), ())), (object(),) * 20]


@animal
def dicts():
    with_str = {"a": [1], "b": [2]}
    general = {1: [1], "x": [2], None: [3], (1, 2): [4], 1.5: [5]}
    deleted = {i: [i] for i in range(100)}
    for i in range(0, 100, 3):
        del deleted[i]
    popped = {str(i): [i] for i in range(10)}
    popped.popitem()
    popped.pop("3")
    cleared = {i: [i] for i in range(100)}
    cleared.clear()
    emptied = {"a": [1]}
    del emptied["a"]
    strings_then_int = {str(i): [i] for i in range(20)}
    strings_then_int[5] = [5]
    myself = {}
    myself["self"] = myself
    big = {i: str(i) for i in range(300)}
    bigger = dict.fromkeys(map(str, range(45000)))   # 4-byte indices
    replaced = {i: [i] for i in range(20)}
    for i in range(20):
        replaced[i] = (replaced[i], [i])
    atoms_only = {1: 2, "a": "b"}
    copied = dict(with_str)
    copied_general = general.copy()
    from_keys = dict.fromkeys("abcdef")
    sub = Dict(a=[1])
    sub.attr = {"sub": sub}
    slotted = DictSlots(a=[1])
    slotted.extra = [slotted]
    str_subclass_key = {Str("key"): [1], "key2": [2]}
    identity_keys = {Plain(): [1], Plain: [2], function: [3]}
    return [{}, with_str, general, deleted, popped, cleared, emptied,
            strings_then_int, myself, big, bigger, replaced, atoms_only,
            copied, copied_general, from_keys, sub, Dict(), slotted,
            DictSlots(), str_subclass_key, identity_keys]


@animal
def dict_views():
    d = {"a": [1], "b": [2]}
    iterators = [iter(d), iter(d.keys()), iter(d.values()), iter(d.items())]
    for i in iterators:
        next(i)
    used_up = iter(d)
    list(used_up)
    result = [d.keys(), d.values(), d.items(), iterators, used_up]
    result += [reversed(d), reversed(d.values()), reversed(d.items())]
    return result


@animal
def sets():
    deleted = set(range(100))
    for i in range(0, 100, 2):
        deleted.discard(i)
    emptied = set(range(100))
    emptied.clear()
    small_deleted = {"a", "b", "c"}
    small_deleted.remove("b")
    sub = Set([1, 2, "x"])
    sub.attr = [sub]
    iterator = iter({"i", "j", "k"})
    next(iterator)
    used_up = iter({1})
    list(used_up)
    return [set(), {1}, {"a", "b", (1, 2)}, set(range(50)), set(range(5000)),
            {Plain() for _ in range(20)}, deleted, emptied, small_deleted,
            sub, frozenset(), frozenset("abc"), frozenset(range(100)),
            frozenset([(1, 2), frozenset([3])]), FrozenSet([Plain()]),
            iterator, used_up]


@animal
def byte_containers():
    array = bytearray(b"abc" * 100)
    grown = bytearray()
    for i in range(300):
        grown.append(i & 255)
    cut = bytearray(b"x" * 1000)
    del cut[:500]
    viewed = bytearray(b"viewed")
    view = memoryview(viewed)
    sub = ByteArray(b"sub")
    sub.attr = [sub]
    released = memoryview(b"released")
    released.release()
    return [bytearray(), array, grown, cut, viewed, view, view[1:3],
            view.cast("B"), memoryview(b"bytes")[::2], sub, released,
            iter(bytearray(b"ab")), iter(b"ab"),
            memoryview(b"x" * 12).cast("B", (3, 4))]


@animal
def builtin_iterators():
    half = iter([[1], [2], [3]])
    next(half)
    used_up = iter([1])
    list(used_up)
    tuple_half = iter(([1], [2]))
    next(tuple_half)
    tuple_up = iter((1,))
    list(tuple_up)
    enum = enumerate([[1], [2]])
    next(enum)
    zipped = zip([[1], [2]], "ab")
    kept_pair = next(zipped)
    mapped = map(lambda x: [x], [1, 2, 3])
    next(mapped)
    filtered = filter(None, [0, [1]])
    callable_iterator = iter(lambda: 1, 2)
    ended = iter(lambda: 1, 1)
    list(ended)

    class Sequence:
        def __getitem__(self, i):
            return [i]
    sequence = iter(Sequence())
    next(sequence)
    rev = reversed(Sequence_with_len())
    return [half, used_up, tuple_half, tuple_up, enum, zipped, kept_pair,
            mapped, filtered, callable_iterator, ended, sequence, rev,
            reversed([1, [2]]), reversed((1, [2])), iter(range(5)),
            iter(range(2 ** 70)), reversed(range(5)), iter("abc"),
            iter("\u20acbc"), enumerate("x", 2 ** 70), range(3),
            range(1000, 5000, 7), range(2 ** 70), slice(1, [2], None),
            slice(None), iter({1: 2}), iter(())]


class Sequence_with_len:
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return [i]


# --- instances -------------------------------------------------------------

@animal
def instances():
    many = [Plain([i], "x") for i in range(100)]
    empty = Plain()
    materialised = Plain([1], [2])
    materialised_dict = materialised.__dict__
    vars_asked = [Plain([i]) for i in range(5)]
    for o in vars_asked:
        vars(o)
    replaced = Plain([1], [2])
    replaced.__dict__ = {"other": [3], "a0": [4]}
    kept = Plain([1], [2])
    kept_dict = kept.__dict__
    kept.__dict__ = {}
    deleted = Plain([1], [2], [3])
    del deleted.a1
    all_deleted = Plain([1])
    del all_deleted.a0
    odd_keys = Plain()
    odd_keys.__dict__.update({"not an identifier": [1], 5: [2],
                              None: [3], ("t", 1): [4]})
    huge = Plain(*[[i] for i in range(100)])
    orders = []
    for order in ("abc", "bca", "cab"):
        o = Plain()
        for c in order:
            setattr(o, c, [c])
        orders.append(o)
    cycle = Plain()
    cycle.me = cycle
    dict_only = Plain([1])
    only = dict_only.__dict__
    del dict_only
    return [many, empty, materialised, materialised_dict, vars_asked,
            replaced, kept, kept_dict, deleted, all_deleted, odd_keys, huge,
            orders, cycle, only, Mangled(), WithDel(), OfMeta()]


@animal
def many_classes_one_shape():
    class Local:
        pass
    result = []
    for n in range(40):
        o = Local()
        for i in range(n):
            setattr(o, "field_%d" % i, [i])
        result.append(o)
    return result


@animal
def slots():
    full, part, none = Slots(), Slots(), Slots()
    full.first, full.second, full.third = [1], [2], full
    part.second = [2]
    gone = Slots()
    gone.first = [1]
    del gone.first
    both = SlotsAndDict()
    both.first, both.fourth, both.attr = [1], [4], [5]
    both_empty = SlotsAndDict()
    weak = SlotsWeak()
    weak.third = [3]
    return [full, part, none, gone, both, both_empty, weak]


@animal
def type_slots_instances():
    result = []
    for base in (object, list, dict, set, int, str, tuple, Exception):
        for namespace in ({}, {"__slots__": ()}, {"__slots__": ("x", "y")}):
            if base in (int, tuple) and namespace.get("__slots__"):
                continue
            cls = type("Made_%s_%d" % (base.__name__, len(namespace)),
                       (base,), dict(namespace))
            o = cls()
            for name in ("x", "y"):
                try:
                    setattr(o, name, [name])
                except AttributeError:
                    pass
            result.append(o)
    return result


@animal
def tuples_with_slots():
    """Since 3.15; the slots lie behind the items.  Before: a TypeError."""
    base = type("TupleWithSlots", (tuple,), {"__slots__": ("x", "y")})
    deep = type("DeepTupleWithSlots", (base,), {"__slots__": ("z",)})
    result = []
    for cls in base, deep:
        for items in (), ([1],), ([1], [2], [3]):
            full, part = cls(items), cls(items)
            for name in ("x", "y", "z"):
                if hasattr(cls, name):
                    setattr(full, name, [name])
            part.y = full
            result += [full, part]
    return result


@animal
def types():
    dynamic = type("Dynamic", (Plain,), {"attr": [1], "__doc__": "x" * 100})
    renamed = type("Renamed", (), {})
    renamed.__name__ = "New name"
    renamed.__qualname__ = "Outer.New name"
    renamed.__module__ = "some.module"
    no_module = type("NoModule", (), {"__module__": "builtins"})
    mixed = type("Mixed", (Plain, Dict), {})
    generic = type("WithSlots", (), {"__slots__": ("p", "q")})

    class Outer:
        class Inner:
            pass

        def method(self):
            return __class__
    import abc

    class Abstract(abc.ABC):
        @abc.abstractmethod
        def must(self):
            pass

    class Concrete(Abstract):
        def must(self):
            pass
    abstract_registered = Abstract.register(Plain)
    isinstance(5, Abstract)
    isinstance([], Abstract)
    made = [type("T%d" % i, (), {"n": [i]}) for i in range(30)]
    return [dynamic, renamed, no_module, mixed, generic, Outer, Outer.Inner,
            Outer(), Outer.Inner(), Abstract, Concrete, Concrete(),
            abstract_registered, made, renamed(), no_module(), mixed(),
            Meta, OfMeta]


@animal
def functions():
    lambda_ = lambda x=[1]: x
    closure = adder(5)
    annotated = function
    partial_cells = []

    def uses_later():
        return later
    partial_cells.append(uses_later)
    if len(partial_cells) > 5:
        later = 1
    bound = Plain().method
    cell = closure.__closure__[0]
    no_globals = type(function)(function.__code__, {})
    changed = type(function)(function.__code__, globals(), "changed",
                             ([2],), None)
    return [lambda_, closure, annotated, uses_later, bound, Plain.method,
            Plain.of_class, Plain.of_none, Plain.__dict__["of_class"],
            Plain.__dict__["of_none"], Plain.__dict__["prop"], cell,
            no_globals, changed, with_attributes, len, [].append,
            "".join, dict.fromkeys, object.__init__, object().__str__,
            int.__add__, (5).__add__, int.from_bytes, type.__dict__["__dict__"],
            Slots.__dict__["first"], Slots.first, dict.__dict__["fromkeys"],
            list.__dict__["append"], int.__dict__["real"], str.maketrans,
            Plain.__dict__["__dict__"], Plain.__dict__["__weakref__"]]


@animal
def code_objects():
    def has_cells(a, *, b=1):
        c = a

        def inner():
            return a, b, c
        return inner
    return [function.__code__, has_cells.__code__, adder.__code__,
            (lambda: 0).__code__, compile("1 + 1", "<x>", "eval"),
            compile("import os\nx = [i for i in range(9)]", "<y>", "exec"),
            compile("def f():\n  'doc'\n  return {1: (2, 3), 'a': b'x'}",
                    "<z>", "exec")]


@animal
def descriptors():
    class D:
        def __get__(self, o, t):
            return self

    class C:
        d = D()
        prop = property(lambda s: 1, lambda s, v: None, doc="documented")
        only_doc = property()
        static = staticmethod(lambda: 1)
        class_ = classmethod(lambda c: c)

        def sup(self):
            return super()
    C.static_with_attr = staticmethod(function)
    c = C()
    return [C, c, C.__dict__["prop"], C.__dict__["only_doc"], c.sup(),
            super(C), super(C, C), C.__dict__["static"], C.__dict__["class_"]]


@animal
def modules():
    import types
    bare = types.ModuleType("bare")
    odd = types.ModuleType("odd name", "doc")
    odd.attr = [odd]
    return [bare, odd, types.SimpleNamespace(a=[1], b=[2]),
            types.SimpleNamespace(), types.MappingProxyType({"a": [1]}),
            types.MappingProxyType(Plain.__dict__), Plain.__dict__,
            types.MethodType(function, [1]),
            types.CellType() if hasattr(types, "CellType") else None]
