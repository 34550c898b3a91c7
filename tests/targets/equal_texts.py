# SPDX-License-Identifier: GPL-2.0-or-later
"""Long texts of one length that begin alike: all equal, or each another one.

usage: equal_texts.py equal|different str|wide|bytes
"""
import json
import os
import sys

HEAD = {"str": "The beginning of a page. ", "wide": "\u20ac and a page. ",
        "bytes": "The beginning of bytes. "}[sys.argv[2]] * 10
TEXTS = []
for i in range(20000):
    text = HEAD + "%06d" % (i if sys.argv[1] == "different" else 7)
    TEXTS.append(text.encode() if sys.argv[2] == "bytes" else text)
print(json.dumps({"count": len(TEXTS), "length": len(TEXTS[0]),
                  "size": sys.getsizeof(TEXTS[0]), "pid": os.getpid()}))
sys.stdout.flush()
sys.stdin.read()
