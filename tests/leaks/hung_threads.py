# SPDX-License-Identifier: GPL-2.0-or-later
r"""A thread is started for each connection, and waits for ever for a peer that
said nothing: 150 threads, each with its buffer.

place: (?i)\bhandle\b|_active\b|threads?\b
says: (?i)\bthreads?\b
explains: 60
"""
import threading

import service

NEVER = threading.Event()


def handle(number, is_ready):
    received = bytearray(b"%08d" % number * 20000)
    is_ready.set()
    NEVER.wait()
    return received


def accept(numbers):
    for number in numbers:
        is_ready = threading.Event()
        threading.Thread(target=handle, args=(number, is_ready),
                         daemon=True).start()
        is_ready.wait()


service.run(accept, 10, 150)
