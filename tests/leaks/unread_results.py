# SPDX-License-Identifier: GPL-2.0-or-later
r"""Results of ThreadPool.imap() are read more slowly than they are computed:
the iterator keeps them all.  After python/cpython#101586.

place: \._items\b
kind: queue
explains: 60
"""
import multiprocessing.pool
import time

import service

POOL = multiprocessing.pool.ThreadPool(2)


def render(number):
    return "<page>%d</page>" % number * 200


class Pages:
    """Those that are computed; nearly none is read."""
    def __init__(self):
        self.ready = []

    def start(self, numbers):
        pages = POOL.imap(render, numbers)
        self.ready.append(pages)
        next(pages)
        while pages._length is None or \
                pages._index + len(pages._items) < len(numbers):
            time.sleep(0.01)


PAGES = Pages()
service.run(PAGES.start, 600, 6000)
