# SPDX-License-Identifier: GPL-2.0-or-later
r"""A function adds a handler to a logger each time that it is called.

place: \bhandlers\b
fix: (?i)handler
explains: 40
"""
import logging
import os

import service

NULL = open(os.devnull, "w")


def logger_of(name):
    logger = logging.getLogger(name)
    handler = logging.StreamHandler(NULL)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    return logger


def serve(numbers):
    for _ in numbers:
        logger_of("orders")


service.run(serve, 500, 6000)
