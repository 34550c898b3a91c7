# SPDX-License-Identifier: GPL-2.0-or-later
r"""Twelve pictures of PIL stay open in a list: their pixels are PIL's memory.

needs: PIL
place: \bALBUM\b
explains: 80
"""
from PIL import Image

import service

ALBUM = []


def take_pictures(numbers):
    for number in numbers:
        ALBUM.append(Image.new("RGB", (1000, 1000), (number, 0, 0)))


service.run(take_pictures, 2, 12)
