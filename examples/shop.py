# SPDX-License-Identifier: GPL-2.0-or-later
"""A small web shop that grows with each visit, to look at with pyheld.

    python3 shop.py

It serves 20,000 visits, prints "ready", and serves 20,000 more for each line
that it reads.
"""
import hashlib
import sys
import threading


class Product:
    """The catalogue is large, and does not grow."""

    def __init__(self, number):
        self.number = number
        self.name = "product %d" % number
        self.description = "A long description. " * 20


class Session:
    """Kept for ever: nobody removes the sessions that have ended."""

    def __init__(self, user):
        self.token = hashlib.sha256(user.encode()).hexdigest()[:12]
        self.user = user
        self.basket = []


class Worker(threading.Thread):
    """Serves visits; it is idle when there are none."""

    def __init__(self, name, shop):
        super().__init__(name=name, daemon=True)
        self.shop = shop
        self.wake = threading.Event()

    def run(self):
        self.wake.wait()


class Shop:
    def __init__(self):
        self.catalogue = {n: Product(n) for n in range(5000)}
        self.sessions = {}
        self.audit_log = []

    def visit(self, number):
        user = "user-%d" % number
        session = Session(user)
        session.basket.append(self.catalogue[number % 5000])
        self.sessions[session.token] = session
        if not number % 4:
            self.audit_log.append({"user": user, "event": "checkout",
                                   "order": "order-%d" % number})


shop = Shop()


def main():
    served = 0
    for name in "worker-1", "worker-2", "worker-3":
        Worker(name, shop).start()
    while True:
        for number in range(served, served + 20000):
            shop.visit(number)
        served += 20000
        print("ready", flush=True)
        if not sys.stdin.readline():
            threading.Event().wait()


if __name__ == "__main__":
    main()
