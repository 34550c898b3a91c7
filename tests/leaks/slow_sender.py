# SPDX-License-Identifier: GPL-2.0-or-later
r"""A thread sends metrics more slowly than they are queued.

place: \.unsent\b|\bSENDER\b
kind: queue
fix: (?i)maxsize|bound
explains: 60
"""
import queue
import threading

import service


class Sender:
    def __init__(self):
        self.unsent = queue.Queue()
        self.may_send = threading.Event()
        threading.Thread(target=self.send, daemon=True).start()

    def send(self):
        while True:
            metric = self.unsent.get()
            self.may_send.wait()
            print(metric)


SENDER = Sender()


def serve(numbers):
    for number in numbers:
        SENDER.unsent.put(b"app.requests.%d.seconds:%d|ms" % (number, number))


service.run(serve, 10000, 150000)
