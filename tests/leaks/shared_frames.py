# SPDX-License-Identifier: GPL-2.0-or-later
r"""A block of shared memory for each picture of a camera: none is closed.

luizalabs/shared-memory-dict#55

place: \.blocks\b
fix: close\(\).*unlink\(\)
explains: 70
"""
from multiprocessing import shared_memory

import service


class Camera:
    def __init__(self):
        self.blocks = {}

    def share(self, number):
        block = shared_memory.SharedMemory(create=True, size=2 << 20)
        for row in range(0, block.size, 1024):
            block.buf[row] = number
        block.unlink()
        self.blocks["frame %d" % number] = block


CAMERA = Camera()


def share(numbers):
    for number in numbers:
        CAMERA.share(number)


service.run(share, 2, 14)
