# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with objects that native code holds: sqlite has them in its own
structs, and the last one was leaked.

The facts are what sys.getrefcount() says of them, {name: [address, count]}.
"""
import ctypes
import gc
import json
import os
import sqlite3
import sys
import time


class Called:
    def __call__(self, *arguments):
        return 0


def make():
    """All that is made is held by native code alone, but for "probe"."""
    made = {name: Called() for name in ("probe", "function", "collation",
                                        "authorizer", "leaked")}
    connection = sqlite3.connect(":memory:")
    connection.create_function("f", 1, made["function"])
    connection.create_collation("c", made["collation"])
    connection.set_authorizer(made["authorizer"])
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(made["leaked"]))
    return connection, made


def state(facts, made):
    for name in list(made):
        o = made.pop(name)
        facts[name] = [id(o), sys.getrefcount(o)]
        del o
    # What asking adds.
    asking = facts.pop("probe")[1]
    for fact in facts.values():
        fact[1] -= asking


def main():
    global connection
    facts = {}
    connection, made = make()
    state(facts, made)
    facts["connection"] = id(connection)
    gc.collect()
    print(json.dumps(facts), flush=True)
    while True:
        time.sleep(60)


main()
