# SPDX-License-Identifier: GPL-2.0-or-later
"""A process in which a thread holds the GIL for nearly all of the time, or now
and then.

usage: holding.py KIND [OBJECTS]

KIND: spinning, a thread that runs and changes nothing, beside threads that
sleep; reversing, a thread that turns a long list round again and again;
entered, the same in another interpreter, which the main thread has made;
sleeping, a thread that sleeps and keeps the GIL; several, interpreters with
GILs of their own that all run; or serving, a service that answers requests and
does some work for each, and holds OBJECTS dicts.
"""
import ctypes
import http.server
import itertools
import json
import os
import sys
import threading
import time

kind = sys.argv[1]
PR_SET_THP_DISABLE = 41


class End:
    pass


def ready(**facts):
    print(json.dumps(facts), flush=True)


def start(body, *args):
    threading.Thread(target=body, args=args, daemon=True).start()


def spin():
    # On one line, so that its frame always says the same.
    while True: pass


def spinning():
    # No huge page may be made between two looks at its memory.
    assert ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0
    held = [{"number": i, "text": "text %d" % i} for i in range(20000)]
    for _ in range(5):
        start(time.sleep, 1000)
    start(spin)
    ready(held=len(held))
    os.read(0, 1)


# Both of its ends change within one operation, and are 24 MB apart.
ends = []


def reverse():
    turn = ends.reverse
    for _ in itertools.repeat(None):
        turn()


def reversing():
    ends.extend([End(), *[None] * 3000000, End()])
    start(reverse)
    ready()
    os.read(0, 1)


REVERSE = """
import itertools, os
class End:
    pass
ends = [End(), *[None] * 3000000, End()]
turn = ends.reverse
os.write(1, b"{}\\n")
for _ in itertools.repeat(None):
    turn()
"""


def entered():
    if sys.version_info >= (3, 13):
        import _interpreters as interpreters
        made = interpreters.create("legacy")
    else:
        import _xxsubinterpreters as interpreters
        made = interpreters.create(
            **{"isolated": False} if sys.version_info >= (3, 9) else {})
    # With 3.12, it never lets the main thread have the GIL again.
    start(interpreters.run_string, made, REVERSE)
    os.read(0, 1)


def sleeping():
    sleep = ctypes.PyDLL(None).sleep
    ready()
    sleep(1000)


def several():
    if sys.version_info >= (3, 13):
        import _interpreters as interpreters
    else:
        import _xxsubinterpreters as interpreters
    isolated = interpreters.create()
    run = interpreters.run_string
    start(run, isolated, "while True: pass")
    ready()
    while True:
        pass


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps([{"number": i, "text": str(i)} for i in range(500)])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args):
        pass


def serving():
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
    held = [{"number": i, "text": "text %d" % i} for i in range(number)]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    ready(port=server.server_port, held=len(held))
    server.serve_forever(1000)


globals()[kind]()
