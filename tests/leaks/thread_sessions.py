# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each thread of a growing pool has a session of its own, in a thread local.

boto/boto3#1670

place: \bPER_THREAD\b|threading\.local
at most: 3
explains: 60
"""
import threading

import service

PER_THREAD = threading.local()
NEVER = threading.Event()


class Session:
    def __init__(self, number):
        self.operations = {
            "Operation%d" % i: {"name": "op %d.%d" % (number, i), "input": [i]}
            for i in range(500)}


def work(number, is_ready):
    PER_THREAD.session = Session(number)
    is_ready.set()
    NEVER.wait()


def start_threads(numbers):
    for number in numbers:
        is_ready = threading.Event()
        threading.Thread(target=work, args=(number, is_ready),
                         daemon=True).start()
        is_ready.wait()


service.run(start_threads, 5, 60)
