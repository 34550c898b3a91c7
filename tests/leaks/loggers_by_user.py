# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each user has a logger of its own name; loggers are never forgotten.

tarasko/picows#72

place: \blogging\.[\w.]*loggerDict
kind: logging
fix: (?i)name
explains: 60
"""
import logging

import service


def serve(numbers):
    for number in numbers:
        logging.getLogger("shop.user.%d" % number).info("logged in")


service.run(serve, 2000, 20000)
