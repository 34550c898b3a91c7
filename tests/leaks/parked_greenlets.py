# SPDX-License-Identifier: GPL-2.0-or-later
r"""A greenlet for each client waits for an event that never comes.  After
eventlet/eventlet#748 and gevent/gevent#1371.

needs: gevent
place: (?i)_links|\bREADY\b|greenlet
explains: 50
"""
import gevent
import gevent.event

import service

READY = gevent.event.Event()


def client(number):
    request = "GET /%d " % number * 100
    READY.wait()
    return request


def accept(numbers):
    for number in numbers:
        gevent.spawn(client, number)
    gevent.sleep(0)


service.run(accept, 300, 2500)
