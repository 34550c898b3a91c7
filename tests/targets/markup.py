# SPDX-License-Identifier: GPL-2.0-or-later
"""A leak whose names, keys, values and files are HTML that does harm where a
page takes them for more than text.

It prints {"probes": [...]} and, after a line on stdin, has leaked more.
"""
import json
import os
import sys
import threading
import types

PROBES = [
    "<img src=x onerror=window.harmed=1>",
    "</script><script>window.harmed=1</script>",
    "<!--<script>",
    "\" onmouseover=\"window.harmed=1",
    "javascript:window.harmed=1",
    "<svg onload=window.harmed=1>",
    "]]><style>*{display:none}</style>",
]


def leak(numbers):
    for i in numbers:
        probe = PROBES[i % len(PROBES)]
        thing = CLASSES[i % len(CLASSES)]()
        thing.__dict__[probe] = probe * 20 + str(i)
        KEPT[probe][probe + str(i)] = thing


def wait_in(probe):
    """A frame whose function, file and local are probes."""
    code = compile("def f(read, kept): read(0, 1)", probe, "exec")
    scope = {}
    exec(code, scope)
    f = scope["f"]
    f.__code__ = f.__code__.replace(
        co_name=probe, co_varnames=(probe, PROBES[0] + "2"))
    f(os.read, [b"x" * 50000])


CLASSES = [type(probe, (), {"__module__": probe}) for probe in PROBES]
KEPT = {probe: {} for probe in PROBES}
module = types.ModuleType(PROBES[0])
module.kept = KEPT
sys.modules[PROBES[0]] = module
del KEPT
KEPT = module.kept

leak(range(2000))
os.write(1, json.dumps({"probes": PROBES}).encode() + b"\n")
os.read(0, 100)
leak(range(2000, 12000))
threading.Thread(target=wait_in, args=(PROBES[1],), name=PROBES[0],
                 daemon=True).start()
os.write(1, json.dumps({"phase": 2}).encode() + b"\n")
threading.Event().wait()
