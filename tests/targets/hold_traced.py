# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold still under tracemalloc, and have a child state what it traces.

The child's heap is that of the fork, and what it allocates to state that is not
in the target.  fork() is libc's: Python's would call what modules do in a child
and make locks anew.  What is allocated by this file is not the same in both:
tests leave it out.

Facts: "statistics", by key: rows [frames, bytes, blocks] as tracemalloc sorts
them, frames oldest first, [file, line]; "objects": [address, file, line] as
_get_object_traceback() says; "left_out": this file.
"""
import _tracemalloc
import ctypes
import json
import os
import signal


def statistics(traces):
    # Only now: its own allocations would be in the target.
    import tracemalloc
    snapshot = tracemalloc.Snapshot(traces,
                                    _tracemalloc.get_traceback_limit())
    return {key: [[[[f.filename, f.lineno] for f in s.traceback], s.size,
                   s.count] for s in snapshot.statistics(key)]
            for key in ("lineno", "filename", "traceback")}


def sites(objects):
    found = []
    for o in objects:
        frames = _tracemalloc._get_object_traceback(o)
        if frames:
            found.append([id(o), *frames[0]])
    return found


def hold(facts, objects):
    libc = ctypes.PyDLL(None)
    fork, same = libc.fork, libc.getppid
    fork.restype = same.restype = ctypes.c_bool
    # A lookup of an attribute frees the name that was in that place of the
    # type cache.  So neither process looks one up after the fork, and a call
    # like that of fork() has its lookups before.
    get_traces, pause = _tracemalloc._get_traces, signal.pause
    same()
    # What was freed and is used again, to fork or for the list of traces, would
    # leave the rows of who had allocated it.
    used = [[] for _ in range(1000)], [i + 5000 for i in range(1000)]
    if not fork():
        traces = get_traces()
        facts.update(statistics=statistics(traces), objects=sites(objects),
                     left_out=__file__)
        os.write(1, json.dumps(facts).encode() + b"\n")
        os._exit(0)
    while used:
        pause()
