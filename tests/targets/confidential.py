# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that holds secrets, and tells which: words and bytes that a file
must not have.  "contents": strings, bytes, numbers, keys and whatever else the
program got at run time.  "identifiers": names in its source, its files."""
import abc
import atexit
import collections
import functools
import json
import mmap
import os
import struct
import sys
import tempfile
import threading
import types

CONTENTS = []


def secret(word):
    # As one literal it would be a constant of this module's code, too.
    word = "Hidden" + word
    CONTENTS.append(word)
    return word


class SecretBase:
    """Has subclasses, which is what its static or dynamic type knows."""


class SecretClass(SecretBase):
    def __init__(self):
        self.secret_attribute = secret("AttributeValue")


class SecretSlots(SecretBase):
    __slots__ = ("secret_slot",)


class SecretAbstract(abc.ABC):
    @abc.abstractmethod
    def secret_method(self):
        pass


class SecretError(ValueError):
    pass


SecretTuple = collections.namedtuple("SecretTuple", "secret_field")

os.environ["SECRET_VARIABLE"] = secret("Environment")
TEXT = secret("Text") * 3
BYTES = secret("Bytes").encode() + b"\0\1"
INTEGER = int("8675309" + "8675309")
FLOAT = float("31337.42") + 0.001
DICT = {secret("Key one"): 1, secret("KeyTwo"): 2, (secret("Pair"), 5): 6,
        secret("KeyBytes").encode(): 3}
SET = {secret("Item")}
INSTANCE = SecretClass()
INSTANCE.__dict__[secret("Attribute with spaces")] = 1
SLOTS = SecretSlots()
SLOTS.secret_slot = [secret("Slot")]
NAMED = SecretTuple(secret("Field"))
PARTIAL = functools.partial(print, secret("Argument"))
ERROR = SecretError(secret("Message"))
MODULE = types.ModuleType("SecretModule")
MODULE.value = secret("ModuleValue")
NAMESPACE = types.SimpleNamespace(**{secret("Namespace key"): 1})


@functools.lru_cache()
def secret_function(argument):
    return argument + secret("Cached")


def secret_closure():
    secret_local = secret("Local")

    def secret_inner():
        return secret_local
    return secret_inner


def secret_generator():
    secret_variable = secret("Generator")
    yield secret_variable


def secret_callback(*args, **kwargs):
    pass


CLOSURE = secret_closure()
GENERATOR = secret_generator()
next(GENERATOR)
secret_function(secret("CacheKey"))
atexit.register(secret_callback, secret("Atexit"), x=secret("Keyword"))

with tempfile.NamedTemporaryFile(prefix=secret("FileName")) as f:
    f.write(b"x" * 8192)
    f.flush()
    MAPPED = mmap.mmap(f.fileno(), 8192)
    OPEN = open(f.name)
# Threads are seen in each of their frames, and in what they wait for.
RELEASE = threading.Event()


def secret_thread(secret_parameter):
    RELEASE.wait()


threading.Thread(target=secret_thread, args=(secret("ThreadArgument"),),
                 name=secret("Thread, local x"), daemon=True).start()
CONTENTS += sys.argv[1:]

print(json.dumps({
    "contents": CONTENTS + ["86753098675309"],
    "bytes": [struct.pack("<d", FLOAT).hex(),
              INTEGER.to_bytes(8, "little").hex()],
    "identifiers": [
        "SecretBase", "SecretClass", "SecretSlots", "SecretAbstract",
        "SecretError", "SecretTuple", "SecretModule", "secret_attribute",
        "secret_slot", "secret_method", "secret_field", "secret_function", "secret_closure",
        "secret_local", "secret_inner", "secret_generator",
        "secret_variable", "secret_callback", "secret_thread",
        "secret_parameter", "INSTANCE", "confidential.py"],
}), flush=True)
sys.stdin.readline()
