# SPDX-License-Identifier: GPL-2.0-or-later
"""What the questions of pyheld-sql(1) are about; the facts are the answers.

It runs as module asked: "asked.Session", "asked.LARGE".
"""
import gc
import json
import os
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import asked
    asked.main()
    sys.exit()

DAY = 24 * 60 * 60
EQUAL = 200     # equal strings
OLD = 30        # sessions that are older than a day
SESSIONS = 100


class User:
    def __init__(self, name):
        self.name = name


class Session:
    def __init__(self, user, created):
        self.user = user
        self.created = created


class Closed:
    def __del__(self):
        pass


class Lost:
    pass


USERS = [User("user %d" % i) for i in range(4)]
NOW = time.time()
ALL = [Session(USERS[i * i % 4], NOW - (2 * DAY if i < OLD else 60))
       for i in range(SESSIONS)]
TEXTS = ["".join(["equal ", "text ", str(len(USERS))]) for _ in range(EQUAL)]
LARGE = {"small": [b"1" * 100], "large": [b"2" * 300000],
         "middle": [b"3" * 20000]}
CLOSED = [Closed() for _ in range(5)]
TWICE = [type("Twice", (), {})() for _ in range(2)]
BIG = [dict.fromkeys(range(i, i + 6000)) for i in range(10)]


def main():
    gc.collect()
    gc.disable()
    for _ in range(7):
        lost = Lost()
        lost.itself = lost
    del lost
    waits_here([USERS])


def waits_here(held):
    os.write(1, json.dumps({
        "address": id(ALL[0]), "users": [id(x) for x in USERS],
        "sessions": [id(x) for x in ALL], "old": [id(x) for x in ALL[:OLD]],
        "large": id(LARGE), "text": TEXTS[0], "equal": EQUAL,
        "text_size": sys.getsizeof(TEXTS[0]), "lost": 7,
        "big": [id(x) for x in BIG], "closed": len(CLOSED),
    }).encode() + b"\n")
    os.read(0, 1)
    del held
