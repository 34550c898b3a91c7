# SPDX-License-Identifier: GPL-2.0-or-later
r"""An extension forgets to give up its references to bytes, which the
collector doesn't track (here: ctypes).

rpm-software-management/createrepo_c#230

place: native code
kind: native
fix: DECREF
explains: 60
"""
import ctypes

import service

keep = ctypes.pythonapi.Py_IncRef
keep.argtypes = [ctypes.py_object]
keep.restype = None


def read_block(number):
    block = b"%010d" % number * 25
    keep(block)
    return len(block)


def read(numbers):
    for number in numbers:
        read_block(number)


service.run(read, 5000, 60000)
