# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each hook has a folder of its own, which is in sys.path while it runs: the
finders of all folders stay.

openpbs/openpbs#2512

place: path_importer_cache
fix: path_importer_cache
explains: 50
"""
import importlib.util
import os
import shutil
import sys
import tempfile

import service


def run_hook(top, number):
    folder = os.path.join(top, "hook%d" % number)
    os.mkdir(folder)
    for part in range(30):
        os.symlink("/dev/null", "%s/data-%d-%03d.cfg" % (folder, number, part))
    sys.path.insert(0, folder)
    importlib.util.find_spec("hook_settings_%d" % number)
    sys.path.remove(folder)
    shutil.rmtree(folder)


def run_hooks(numbers):
    with tempfile.TemporaryDirectory(prefix="hooks") as top:
        for number in numbers:
            run_hook(top, number)


service.run(run_hooks, 200, 2000)
