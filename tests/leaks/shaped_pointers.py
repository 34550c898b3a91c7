# SPDX-License-Identifier: GPL-2.0-or-later
r"""Results of a C function are read as arrays, each of another length: ctypes
keeps a type of pointer for each.

numpy/numpy#6511, python/cpython#100926

needs: numpy
place: _pointer_type_cache
fix: ctypes\.POINTER
explains: 60
"""
import ctypes

import numpy

import service


def measure(numbers):
    result = ctypes.pointer(ctypes.c_double())
    for number in numbers:
        numpy.ctypeslib.as_array(result, (number + 1,))


service.run(measure, 1000, 8000)
