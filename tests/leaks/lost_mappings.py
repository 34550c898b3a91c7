# SPDX-License-Identifier: GPL-2.0-or-later
r"""A library maps memory and loses it: no Python object is to blame.

healthy: yes
says: (?i)resident|\bRSS\b
"""
import ctypes

import service

LIBC = ctypes.CDLL(None)
LIBC.calloc.restype = ctypes.c_void_p
LIBC.memset.argtypes = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t


def encode(numbers):
    for number in numbers:
        LIBC.memset(LIBC.calloc(1, 200000), number % 251 + 1, 200000)


service.run(encode, 50, 400)
