# SPDX-License-Identifier: GPL-2.0-or-later
"""Two isolated interpreters beside the main one, each with a pymalloc of its
own (3.12 and later).

Each prints sys._debugmallocstats() on stderr, one after the other, and then
stands still and allocates nothing more.
"""
import array
import json
import os
import signal
import sys
import threading
import time

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

DONE = b"done\n"
FILL = """
import os, sys, time
kept = [[str(n), (n, float(n)), {n: bytes(n %% 500)}]
        for n in range(%d) if n %% 7]
stats, write, sleep, done = sys._debugmallocstats, os.write, time.sleep, %r
stats()
write(2, done)
sleep(1e6)
"""


def run(code):
    # 3.12 has no exec.
    execute = getattr(interpreters, "exec", interpreters.run_string)
    execute(interpreters.create(), code)


# stderr is a file.
for i, size in enumerate((10000, 25000)):
    threading.Thread(target=run, args=(FILL % (size, DONE),),
                     daemon=True).start()
    while os.pread(2, 1 << 20, 0).count(DONE) <= i:
        time.sleep(0.05)

words = array.array("q", [0] * 4)
blocks = sys.getallocatedblocks
stats = sys._debugmallocstats
pause = signal.pause
print(json.dumps({"words": words.buffer_info()[0]}))
sys.stdout.flush()
words[0] = blocks()
words[0] = blocks()
stats()
pause()
