# SPDX-License-Identifier: GPL-2.0-or-later
r"""An upload is collected in one BytesIO, which grows to 40 MB.

place: \.received\b
explains: 80
"""
import io

import service


class Upload:
    def __init__(self):
        self.received = io.BytesIO()

    def write(self, data):
        self.received.write(data)


UPLOADS = {"10.0.0.7": Upload()}


def receive(numbers):
    for number in numbers:
        UPLOADS["10.0.0.7"].write(b"%08d" % number * 100)


service.run(receive, 8000, 50000)
