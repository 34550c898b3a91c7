# SPDX-License-Identifier: GPL-2.0-or-later
r"""An extension forgets to give up its references to records, which are tuples
(here: ctypes).

python-pillow/Pillow#6323

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


def read_record(number):
    record = number, "name %d" % number, [number, number + 1]
    keep(record)
    return record[1]


def read(numbers):
    for number in numbers:
        read_record(number)


service.run(read, 4000, 40000)
