# SPDX-License-Identifier: GPL-2.0-or-later
r"""The last recordings are never dropped: ten arrays of 4 MB each.

place: \.recordings\b
explains: 80
"""
import array

import service


class Microphone:
    def __init__(self):
        self.recordings = []

    def record(self, number):
        sound = array.array("f", [number / 10]) * 10 ** 6
        self.recordings.append(sound)


MICROPHONE = Microphone()


def record(numbers):
    for number in numbers:
        MICROPHONE.record(number)


service.run(record, 2, 10)
