# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each client registers its close() with atexit: so each client lives until
the process ends.

ARM-software/devlib#676

place: atexit
fix: atexit|unregister
explains: 60
"""
import atexit

import service


class Client:
    def __init__(self, number):
        self.token = "token %d" % number
        self.headers = {"Authorization": self.token, "Accept": "*/*"}
        atexit.register(self.close)

    def close(self):
        self.token = None


def serve(numbers):
    for number in numbers:
        Client(number)


service.run(serve, 2000, 25000)
