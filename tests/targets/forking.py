# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: forking.py NAME WORKERS: a master, called NAME, and its workers, of
which each has twice as many rows as the one before."""
import ctypes
import json
import os
import sys
import time


class Row:
    pass


def main():
    ctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)
    read, write = os.pipe()
    children = []
    kept = []
    for i in range(int(sys.argv[2])):
        child = os.fork()
        if not child:
            kept.extend(Row() for _ in range(3000 << i))
            ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
            os.write(write, b".")
            while True:
                time.sleep(100)
        children.append(child)
    for child in children:
        os.read(read, 1)
    print(json.dumps({"pid": os.getpid(), "children": children}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
