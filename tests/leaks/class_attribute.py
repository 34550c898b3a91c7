# SPDX-License-Identifier: GPL-2.0-or-later
r"""A list of a class is taken for one of each instance.

place: Upload\.chunks
explains: 60
"""
import service


class Upload:
    chunks = []

    def __init__(self, number):
        self.number = number

    def write(self, text):
        self.chunks.append({"upload": self.number, "text": text})


def receive(numbers):
    for number in numbers:
        upload = Upload(number)
        upload.write("chunk %d" % number)
        upload.write("last chunk %d" % number)


service.run(receive, 1500, 20000)
