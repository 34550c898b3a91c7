# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that loads about 80 MB of objects and then forks a worker.

The worker does what the argument says: nothing; use: use each object, and so
write its reference count; collect: run the collector, which writes to each
container; freeze: the same, but the parent has called gc.freeze() before.
Facts: the PID of the worker.
"""
import ctypes
import gc
import json
import os
import sys

# khugepaged would copy pages of the worker into huge ones, now and then.
PR_SET_THP_DISABLE = 41
assert ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0

what = sys.argv[1]
DATA = [[str(i), {"a": i}] for i in range(200000)]
if what == "freeze":
    gc.freeze()
# The worker ends with the server, whose end of the pipe it waits for.
mine, servers = os.pipe()
ready, workers = os.pipe()
worker = os.fork()
if not worker:
    os.close(servers)
    if what == "use":
        for item in DATA:
            for used in item:
                pass
    if what in ("collect", "freeze"):
        gc.collect()
    os.write(workers, b"x")
    os.read(mine, 1)
    os._exit(0)
os.read(ready, 1)
print(json.dumps({"worker": worker}), flush=True)
sys.stdin.readline()
