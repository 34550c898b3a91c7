# SPDX-License-Identifier: GPL-2.0-or-later
"""100,000 objects beside GIGABYTES of array data that nobody wrote to: a
core of it is sparse.

usage: arrays.py GIGABYTES
"""
import json
import sys


def main():
    lists = [[i] for i in range(50000)]
    dicts = [{"number": i} for i in range(50000)]
    # From calloc(), untouched.
    arrays = [bytes(1 << 28) for _ in range(int(sys.argv[1]) * 4)]
    print(json.dumps({"lists": len(lists), "dicts": len(dicts),
                      "arrays": ["0x%x" % id(a) for a in arrays]}),
          flush=True)
    sys.stdin.read()


main()
