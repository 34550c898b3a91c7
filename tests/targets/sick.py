# SPDX-License-Identifier: GPL-2.0-or-later
"""A target whose memory is not what any CPython's is: type's name is wrong."""
import ctypes
import json
import os

NAME = ctypes.create_string_buffer(b"typo")
TP_NAME = 24            # Include/cpython/object.h


def main():
    name = ctypes.c_uint64.from_address(id(type) + TP_NAME)
    name.value = ctypes.addressof(NAME)
    print(json.dumps({}), flush=True)
    os.read(0, 1)


main()
