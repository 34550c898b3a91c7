# SPDX-License-Identifier: GPL-2.0-or-later
"""The service of the documents' examples: a list that only grows; and with
"grows" as argument, sessions that are never ended.

It runs as module app: "app.User", "app.leaky_list".
"""
import json
import os
import sys
import threading
import time


class User:
    def __init__(self, name):
        self.name = name


class Request:
    def __init__(self, user):
        self.user = user
        user.last = self        # a cycle


class Session:
    def __init__(self, number):
        self.number = number


leaky_list = []
SESSIONS = {}


def keep_growing():
    while True:
        for i in range(len(SESSIONS), len(SESSIONS) + 100):
            SESSIONS["session-%d" % i] = Session(i)
        time.sleep(0.1)


def main():
    for i in range(98113):
        leaky_list.append(None)
    leaky_list[512] = User("the one")
    Request(User("dropped"))
    if "grows" in sys.argv:
        threading.Thread(target=keep_growing, daemon=True).start()
    os.write(1, json.dumps({"address": id(leaky_list[512])}).encode() + b"\n")
    os.read(0, 1)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import app
    app.main()
