# SPDX-License-Identifier: GPL-2.0-or-later
r"""What is printed goes into a StringIO, which nobody empties.

place: \bOUTPUT\b
not: native code
explains: 60
"""
import contextlib
import io

import service

OUTPUT = io.StringIO()


def serve(numbers):
    with contextlib.redirect_stdout(OUTPUT):
        for number in numbers:
            print("request", number, "took", number % 97, "ms", "-" * 50)


service.run(serve, 15000, 150000)
