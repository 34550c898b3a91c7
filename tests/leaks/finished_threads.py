# SPDX-License-Identifier: GPL-2.0-or-later
r"""A server has a thread for each request and a list of all of them, to join
them when it closes; those that have ended stay in it.  After
python/cpython#81374 and prometheus/client_python#356.

place: \.threads\b
explains: 60
"""
import threading

import service


class Worker(threading.Thread):
    def __init__(self, number):
        super().__init__(daemon=True)
        self.number = number
        self.answer = None

    def run(self):
        self.answer = {"number": self.number, "text": "x" * 2000}


class Server:
    def __init__(self):
        self.threads = []

    def handle(self, numbers):
        for number in numbers:
            worker = Worker(number)
            self.threads.append(worker)
            worker.start()
            if number % 50 == 0:
                worker.join()
        for worker in self.threads:
            worker.join()


SERVER = Server()
service.run(SERVER.handle, 400, 4000)
