# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with an object of class Plant at each of many known places.

The facts name the address of each plant and what a chain to it must have:
"expression", "chain" (an expression or none), or "none" (no chain).  Then a
line {"eval": EXPRESSION} is answered with {"id": ...} or {"error": ...}, and
{"sample": N} with N addresses of objects picked at random.

No two plants share their last holder: chains are grouped by that.
"""
import atexit
import builtins
import collections
import contextvars
import ctypes
import functools
import gc
import json
import os
import random
import sys
import threading
import types
import weakref

FACTS = {}


class Plant:
    def method(self):
        return self


class Descriptor(Plant):
    """Read through a class or instance, it is something else."""
    def __get__(self, instance, owner):
        return "not the plant"


class Box:
    """Holds things by attribute."""


def plant(label, want="expression", cls=Plant):
    p = cls()
    FACTS[label] = [id(p), want]
    return p


def box(**attributes):
    b = Box()
    b.__dict__.update(attributes)
    return b


# --- plain places -------------------------------------------------------------

GLOBAL = plant("module global")
LIST = [0, [], plant("list in a module"), None]
TUPLE = (1, (2, plant("tuple in a tuple")))
DICT = {"a": {"b": plant("dict value")}}
LINKED = box(end=plant("end of a linked list"))
for _ in range(60):
    LINKED = box(link=LINKED)
NESTED = box(a=box(b=box(c=plant("nested attribute"))))
MIXED = [{"k": (0, box(field=[plant("mixed path")]))}]
globals()["odd name"] = [plant("module global of an odd name")]
globals()["class"] = box(x=plant("module global that is a keyword"))
IN_SET = {plant("set element", "chain"), 5}
IN_FROZENSET = frozenset([plant("frozenset element", "chain")])
AS_KEY = {plant("dict key", "chain"): 1}
DEQUE = collections.deque([1, plant("deque"), 2])
ORDERED = collections.OrderedDict(a=1, b=plant("OrderedDict value"))
DEFAULT = collections.defaultdict(list, k=plant("defaultdict value"))
POINT = collections.namedtuple("Point", "x y")(1, plant("namedtuple"))
PROXY = types.MappingProxyType({"key": plant("mappingproxy")})
NAMESPACE = types.SimpleNamespace(inner=plant("SimpleNamespace"))
CHAINMAP = collections.ChainMap({"m": plant("ChainMap")})
ITERATOR = iter([plant("list of an iterator", "chain")])
SLICE = slice(plant("slice"), None)
CYCLE = [plant("list that holds itself")]
CYCLE.insert(0, CYCLE)
sys.planted = [plant("attribute of sys")]
builtins.planted = [plant("attribute of builtins")]


class Slots:
    __slots__ = ("first", "second", "__private")

    def hide(self, p):
        self.__private = p
        return self


SLOTS = Slots()
SLOTS.first = plant("slot")
PRIVATE_SLOT = Slots().hide(plant("private slot"))


class SubSlots(Slots):
    @property
    def second(self):
        return "not the plant"


SHADOWED_SLOT = SubSlots()
Slots.second.__set__(SHADOWED_SLOT, plant("slot under a property", "chain"))


class Class:
    attribute = plant("class attribute")

    class Inner:
        attribute = plant("nested class attribute")


class Mangled:
    def __init__(self):
        self.__hidden = plant("name-mangled attribute")


MANGLED = Mangled()


class __Private:
    def __init__(self):
        self.__x = plant("name-mangled attribute of a _class")


UNDERSCORE = __Private()

# --- functions ---------------------------------------------------------------


def closure():
    enclosed = plant("closure cell")

    def inner():
        return enclosed
    return inner


CLOSURE = closure()


def defaults(a, b=plant("default argument")):
    pass


def keyword_defaults(*, key=plant("keyword default")):
    pass


def attributed():
    pass


attributed.tag = plant("function attribute")
BOUND = plant("bound method's self").method
PARTIAL = functools.partial(print, 1, plant("partial argument"))
PARTIAL_KEYWORD = functools.partial(print, sep=plant("partial keyword"))


@functools.lru_cache(maxsize=None)
def cached(n):
    return plant("lru_cache result", "chain")


@functools.lru_cache(maxsize=10)
def bounded(n):
    return plant("bounded lru_cache result", "chain")


@functools.lru_cache(maxsize=None)
def cached_argument(p):
    pass


cached(1)
bounded(1)
cached_argument(plant("lru_cache argument", "chain"))


class Methods:
    @staticmethod
    def static(a=plant("default of a staticmethod", "chain")):
        pass

    @classmethod
    def of_class(cls, a=plant("default of a classmethod", "chain")):
        pass

    def plain(self, a=plant("default of a method")):
        pass

    @property
    def prop(self, a=plant("default of a property's getter", "chain")):
        pass


# --- attributes that are not what they seem ----------------------------------

class Guarded:
    def __init__(self, p):
        object.__setattr__(self, "secret", p)

    def __getattribute__(self, name):
        return "guarded"


class Shadowed:
    @property
    def value(self):
        return "not the plant"


class Lazy:
    def __getattr__(self, name):
        return "made up"


GUARDED = Guarded(plant("attribute behind __getattribute__", "chain"))
SHADOWED = Shadowed()
SHADOWED.__dict__["value"] = plant("attribute behind a property", "chain")
LAZY = Lazy()
LAZY.real = plant("attribute beside __getattr__")
KEYWORD = box(**{"for": plant("attribute that is a keyword", "chain")})
SPACED = box(**{"two words": plant("attribute that is no name", "chain")})
DIGIT = box(**{"1st": plant("attribute with a digit first", "chain")})
UNICODE = box(**{"h\xf6he": plant("attribute in Unicode", "chain")})
# The compiler would normalise this name (NFKC) to "fine".
LIGATURE = box(**{"\ufb01ne": plant("attribute not normalised", "chain")})
DUNDER = box(**{"__class__": plant("attribute named __class__", "chain")})
DUNDER_DICT = box(**{"__dict__": plant("attribute named __dict__", "chain")})
INT_KEY = Box()
INT_KEY.__dict__[5] = plant("number in a __dict__", "chain")


class HasDescriptor:
    attribute = plant("descriptor in a class", "chain", Descriptor)


class MetaGuarded(type):
    def __getattribute__(cls, name):
        return "guarded"


class MetaShadow(type):
    @property
    def attribute(cls):
        return "not the plant"


class GuardedClass(metaclass=MetaGuarded):
    attribute = plant("class attribute behind a metaclass", "chain")


class ShadowedClass(metaclass=MetaShadow):
    attribute = plant("class attribute behind a metaclass's property",
                      "chain")


class Impostor:
    """Says that it is something else."""
    @property
    def __class__(self):
        return dict


IMPOSTOR = Impostor()
IMPOSTOR.x = plant("attribute of an impostor", "chain")

# --- containers that are not what they seem ----------------------------------


class OddDict(dict):
    def __getitem__(self, key):
        return "not the plant"

    def __iter__(self):
        raise RuntimeError

    def get(self, key, default=None):
        raise RuntimeError


class OddList(list):
    def __getitem__(self, key):
        return "not the plant"


class OddTuple(tuple):
    def __getitem__(self, key):
        return "not the plant"

    def __iter__(self):
        raise RuntimeError


class OddDeque(collections.deque):
    def __getitem__(self, key):
        return "not the plant"


class OddOrdered(collections.OrderedDict):
    def __getitem__(self, key):
        return "not the plant"


ODD_DICT = OddDict(k=plant("dict with __getitem__", "chain"))
ODD_LIST = OddList([plant("list with __getitem__", "chain")])
ODD_TUPLE = OddTuple([plant("tuple with __getitem__", "chain")])
ODD_DEQUE = OddDeque([plant("deque with __getitem__", "chain")])
ODD_ORDERED = OddOrdered()
OddOrdered.__setitem__(ODD_ORDERED, "k",
                       plant("OrderedDict with __getitem__", "chain"))
DICT_IN_BOX = Box()
DICT_IN_BOX.__dict__ = OddDict(k=plant("odd dict as __dict__", "chain"))
PLAIN_SUBCLASS = type("PlainDict", (dict,), {})(
    k=plant("plain dict subclass", "chain"))
PLAIN_LIST = type("PlainList", (list,), {})(
    [plant("plain list subclass", "chain")])


class Liar(str):
    """A key that equals nothing."""
    def __eq__(self, other):
        return False

    def __hash__(self):
        return 1


class OddInt(int):
    def __hash__(self):
        return 99

    def __repr__(self):
        return "1/0"


LIAR = {Liar("liar"): plant("key that equals nothing", "chain")}
ODD_INT_KEY = {OddInt(7): plant("key of an int subclass", "chain")}
STR_SUBCLASS_KEY = {type("S", (str,), {})("k"): plant("key of a str subclass",
                                                     "chain")}

KEYS = [
    "", "it's", 'say "x"', "both ' and \"", "back\\slash", "new\nline",
    "\x00", "\x1b[31m", "\x7f\x80\x9f", "\xe9", "\u20ac", "\U0001f600",
    "\ud800", "\u202e", "\ufeff", "a\ud83d\ude00", "x" * 300, "{0} %s",
    b"", b"bytes", b"\x00\xff'\"\\", 0, 1, -1, -5, 256, 2 ** 31, -2 ** 63,
    2 ** 64, -10 ** 40, 3 ** 2500, 1.5, -0.25, 1e300, 5e-324, 0.1, -0.0,
    float("inf"), -float("inf"), float("nan"), 1j, 1 - 2j, True, False, None,
    Ellipsis, NotImplemented, (), (1,), ("a", -1), ((1, ("x", None)), b"b"),
    (1.5, True), (float("nan"),), ("it's",), frozenset(), frozenset([1, "a"]),
    range(3), Plant, len, print, object(), ("x", object()), sys, type(None),
]
KEYED = [{key: plant("key #%d" % i, "chain" if not isinstance(
    key, (str, bytes, int)) or len(ascii(key)) > 200 else "expression")}
    for i, key in enumerate(KEYS)]
# With a bool, equal and found all the same.
SIBLINGS = {"same": 1, "other": plant("among other keys"), 1: 2, None: 3}

# --- modules -----------------------------------------------------------------

odd_module = sys.modules["odd 'name'\n"] = types.ModuleType("another")
odd_module.held = [plant("module of an odd name")]
del odd_module
sys.modules["instead"] = box(x=plant("no module in sys.modules", "chain"))
sys.modules["dotted.name"] = types.ModuleType("dotted.name")
sys.modules["dotted.name"].held = [plant("module with a dot")]


class OddModule(types.ModuleType):
    @property
    def held(self):
        return "not the plant"


sys.modules["odd_class"] = OddModule("odd_class")
sys.modules["odd_class"].__dict__["held"] = plant(
    "behind a property of a module", "chain")
sys.modules["no name"] = types.ModuleType("no name")
sys.modules["no name"].x = box(y=plant("module without __name__"))
del sys.modules["no name"].__name__

# --- running code and errors -------------------------------------------------


def generator():
    local = [plant("local of a generator", "chain")]
    yield local


GENERATOR = generator()
next(GENERATOR)


async def coroutine():
    local = [plant("local of a coroutine", "chain")]

    class Wait:
        def __await__(self):
            yield
    await Wait()
    return local

COROUTINE = coroutine()
COROUTINE.send(None)


def raising(p):
    raise ValueError("planted")


def kept_error():
    try:
        raising([plant("local in a traceback", "chain")])
    except ValueError as e:
        return e


ERROR = kept_error()
ERROR_ARGUMENT = ValueError(plant("argument of an exception"))
CONTEXT_ERROR = ValueError()
CONTEXT_ERROR.__context__ = KeyError([plant("argument in a context")])
LOCAL = threading.local()
LOCAL.x = [plant("thread local", "chain")]
VARIABLE = contextvars.ContextVar("VARIABLE")
VARIABLE.set([plant("context variable", "chain")])
VARIABLE_DEFAULT = contextvars.ContextVar("D", default=plant("default of a "
                                                             "variable",
                                                             "chain"))
atexit.register(print, [plant("argument of an exit function", "chain")])


def thread_body(ready, for_ever):
    in_frame = [plant("local of a blocked thread", "chain")]
    ready.release()
    for_ever.acquire()
    return in_frame


def start_thread():
    ready, for_ever = threading.Lock(), threading.Lock()
    ready.acquire()
    for_ever.acquire()
    threading.Thread(target=thread_body, args=(ready, for_ever),
                     daemon=True).start()
    ready.acquire()


start_thread()

# --- what is held weakly or not at all ---------------------------------------


def weakly():
    only = plant("only a weak reference and native code", "native")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(only))
    return weakref.ref(only)


WEAK = weakly()


def weak_value():
    values = weakref.WeakValueDictionary()
    only = plant("only a weak dictionary and native code", "native")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(only))
    values["k"] = only
    return values


WEAK_VALUES = weak_value()


def weak_callback():
    kept = [plant("closure of a weak reference's callback", "chain")]
    return weakref.ref(Box, lambda r: kept)


CALLBACK = weak_callback()


def garbage():
    node = box(p=plant("garbage", "none"))
    node.me = node


# --- a long way --------------------------------------------------------------

def linked(n, p):
    for _ in range(n):
        p = box(next=p)
    return p


FAR = linked(200, plant("200 links away"))
FARTHER = linked(3000, plant("3000 links away", "chain"))
DEEP = plant("500 lists deep", "chain")
for _ in range(500):
    DEEP = [DEEP]

# --- answers -----------------------------------------------------------------


def evaluate(expression):
    try:
        return {"id": id(eval(expression, {"sys": sys}))}
    except BaseException as e:
        return {"error": "%s: %s" % (type(e).__name__, ascii(str(e)))}


def sample(n):
    """Addresses of objects that live on, picked at random."""
    pick = random.Random(n)
    found = pick.sample(gc.get_objects(generation=2), n)
    # Of what they refer to, too, for the collector tracks no atoms.
    found += [r for o in found for r in gc.get_referents(o)[:1]]
    return [id(o) for o in found if type(o) is not types.FrameType]


def main():
    in_main = [plant("local of the main thread", "chain")]
    gc.collect()
    gc.disable()
    garbage()
    facts = json.dumps({"plants": FACTS})
    os.write(1, facts.encode() + b"\n")
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        question = json.loads(line)
        if "eval" in question:
            answer = evaluate(question["eval"])
        else:
            answer = sample(question["sample"])
        os.write(1, json.dumps(answer).encode() + b"\n")
        del line, question, answer
    return in_main


if __name__ == "__main__":
    main()
