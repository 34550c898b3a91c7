# SPDX-License-Identifier: GPL-2.0-or-later
"""A target with an object whose references can only be guessed: the
tp_traverse of its class leads nowhere.

Facts: {"holder": address, "plant": address}; then it waits.
"""
import ctypes
import gc
import json
import os

TP_TRAVERSE = 184       # Include/cpython/object.h, the same from 3.8 on


class Plant:
    pass


class Holder:
    __slots__ = ("plant",)


def main():
    gc.disable()        # it would jump there
    HOLDER.plant = Plant()
    traverse = ctypes.c_uint64.from_address(id(Holder) + TP_TRAVERSE)
    traverse.value = 0x10
    print(json.dumps({"holder": id(HOLDER), "plant": id(HOLDER.plant)}),
          flush=True)
    os.read(0, 1)


HOLDER = Holder()
main()
