# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the service of tests/targets/holding.py."""
import threading
import urllib.request


class Client:
    """Asks a service ten times a second, until the block ends."""

    def __init__(self, port):
        self.url = "http://127.0.0.1:%d/" % port
        self.ended = threading.Event()
        self.answers, self.failures = 0, []
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        while not self.ended.wait(0.1):
            try:
                with urllib.request.urlopen(self.url, timeout=60) as answer:
                    self.answers += len(answer.read()) > 1000
            except OSError as e:
                self.failures.append(e)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
