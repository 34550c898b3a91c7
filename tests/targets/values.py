# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that have something to show, and what repr() says of each."""
import datetime
import gc
import json
import os

UTC = datetime.timezone.utc

VALUES = [
    None, True, False, Ellipsis, NotImplemented, 0, -5, 2 ** 62, 0.1, -0.0,
    1e300, 5e-324, float("nan"), 3 + 4j, -1.5j, complex("-inf+nanj"),
    "", "it's \\ \n", "\u00e9\u20ac\U0001f600", b"", b"a'\x00\xff",
    bytearray(), bytearray(b"a'\x00\xff"), bytearray(b"xyz")[1:],
    range(3, 10, 2), range(-10 ** 18, 5, 7), [], [1, "a"], (), (1,), {},
    {"a": 1}, set(), {7}, frozenset(), frozenset(["x"]),
    datetime.date(1, 1, 1), datetime.date(9999, 12, 31),
    datetime.time(0, 0), datetime.time(23, 59, 58), datetime.time(1, 2, 0, 3),
    datetime.time(1, 2, 3, 999999),
    datetime.datetime(2026, 11, 23, 0, 0), datetime.datetime(1, 2, 3, 4, 5, 6),
    datetime.datetime(1, 2, 3, 4, 5, 0, 7),
    datetime.datetime(2000, 1, 2, 3, 4, 5, 678901),
    datetime.timedelta(0), datetime.timedelta(-1, 5, 6),
    datetime.timedelta(999999999), datetime.timedelta(0, 0, 1),
    len, os.getpid, int, gc,
]


def main():
    a = bytearray(b"behind what was deleted")
    del a[:7]
    VALUES.append(a)
    os.write(1, json.dumps({
        "values": [(id(x), repr(x)) for x in VALUES]}).encode() + b"\n")
    os.read(0, 1)


main()
