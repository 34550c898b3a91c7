# SPDX-License-Identifier: GPL-2.0-or-later
r"""A thread collects rows in a local variable and never reaches its flush.

place: \bbatch\b.*\bcollect\b|\bcollect\b.*\bbatch\b
explains: 60
"""
import queue
import threading

import service

ROWS = queue.Queue(maxsize=100)


def collect():
    batch = []
    while True:
        row = ROWS.get()
        batch.append((row, "measured value %d" % row, row / 7))
        if len(batch) >= 10 ** 6:
            batch.clear()
        ROWS.task_done()


threading.Thread(target=collect, daemon=True).start()


def measure(numbers):
    for number in numbers:
        ROWS.put(number)
    ROWS.join()


service.run(measure, 5000, 60000)
