# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each flow is loaded from its script as a module with a name of its own,
which stays in sys.modules.  After PrefectHQ/prefect#21692.

place: \bsys\.modules\b
explains: 60
"""
import importlib.util
import os
import sys
import tempfile

import service

SCRIPT = """
import collections
import json

STEPS = ["fetch", "check", "store", "report"]
LIMITS = {"step %d" % i: i * 1000 for i in range(60)}


class Flow:
    def __init__(self, name):
        self.name, self.done = name, collections.Counter()

    def step(self, name):
        self.done[name] += 1
        return json.dumps(self.done)


def main():
    flow = Flow(__name__)
    for step in STEPS:
        flow.step(step)
    return flow
"""


def load(numbers):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "flow.py")
        with open(path, "w") as script:
            script.write(SCRIPT)
        for number in numbers:
            name = "__flow_%d__" % number
            spec = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
            module.main()


service.run(load, 150, 1000)
