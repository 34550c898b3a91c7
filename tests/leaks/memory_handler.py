# SPDX-License-Identifier: GPL-2.0-or-later
r"""A MemoryHandler has a large capacity, and no target to flush to.

place: \.buffer\b
fix: (?i)capacity|flush|target
explains: 60
"""
import logging
import logging.handlers

import service

LOG = logging.getLogger("audit")
LOG.addHandler(logging.handlers.MemoryHandler(10 ** 7, logging.CRITICAL))
LOG.propagate = False


def serve(numbers):
    for number in numbers:
        LOG.info("user %d has read document %d", number % 100, number)


service.run(serve, 3000, 30000)
