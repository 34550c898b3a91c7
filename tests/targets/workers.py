# SPDX-License-Identifier: GPL-2.0-or-later
"""A server with workers, made by fork() as by gunicorn.

Each argument is a worker's number of sessions that it never forgets.  Facts:
each worker's PID and the length of its list.
"""
import json
import os
import sys

SESSIONS = []


class Session:
    def __init__(self, number):
        self.user = "user-%d" % number
        self.page = self.user * 70


def work(nr, servers, stop, ready):
    os.close(servers)
    for i in range(nr):
        SESSIONS.append(Session(i))
    os.write(ready, b"x")
    # The worker ends with the server, whose end of the pipe it waits for.
    os.read(stop, 1)
    os._exit(0)


stop, servers = os.pipe()
ready, workers = os.pipe()
facts = []
for nr in map(int, sys.argv[1:]):
    pid = os.fork()
    if not pid:
        work(nr, servers, stop, workers)
    facts.append({"pid": pid, "entries": nr})
for _ in facts:
    os.read(ready, 1)
print(json.dumps({"workers": facts}), flush=True)
sys.stdin.readline()
