# SPDX-License-Identifier: GPL-2.0-or-later
"""A target that is run with PYTHONTRACEMALLOC or without.

Facts: how many blocks tracemalloc traces ("traces", 0 without), and how many
bytes it says its tables take ("tables").  They are of a moment before the
answer: a few blocks more or less are there by then.
"""
import json
import sys
import tracemalloc

KEPT = [[i, str(i)] for i in range(50000)]
try:
    import numpy
    ARRAYS = [numpy.ones(10) for _ in range(20000)]
except ImportError:
    pass

traces = 0
if tracemalloc.is_tracing():
    traces = len(tracemalloc.take_snapshot().traces)
print(json.dumps({"traces": traces,
                  "tables": tracemalloc.get_tracemalloc_memory()}), flush=True)
sys.stdin.readline()
