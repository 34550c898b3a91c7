# SPDX-License-Identifier: GPL-2.0-or-later
"""A small service with the usual leaks, to try pyheld on.

    python3 -c 'import leaky; leaky.main()'

Prints its PID and "ready", then does nothing until it is killed.
"""
import functools
import gc
import os
import time


class Request:
    """Kept forever by a list that only grows."""

    def __init__(self, number):
        self.number = number
        self.body = bytes(1000)


class Node:
    """Two that refer to each other."""

    def __init__(self, name):
        self.name = name
        self.other = None


class Connection:
    """Has __del__, and refers to itself through its handler."""

    def __init__(self):
        self.handlers = [self.close]

    def close(self):
        pass

    def __del__(self):
        self.close()


class Page:
    """Kept by functools.lru_cache, which was given no bound."""

    def __init__(self, number):
        self.text = "<h1>%d</h1>" % number


class Session:
    """Kept by a dict that somebody called a cache."""

    def __init__(self, user):
        self.user = user


history = []
sessions = {}


@functools.lru_cache(maxsize=None)
def render(number):
    return Page(number)


def serve(number):
    history.append(Request(number))
    sessions["user-%d" % number] = Session("user-%d" % number)
    render(number)


def forget_nodes():
    left, right = Node("left"), Node("right")
    left.other, right.other = right, left


def main():
    # As services do that care for latency; so cycles stay.
    gc.disable()
    for number in range(1000):
        serve(number)
    forget_nodes()
    for _ in range(3):
        Connection()
    print(os.getpid(), "ready", flush=True)
    while True:
        time.sleep(60)
