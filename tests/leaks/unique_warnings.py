# SPDX-License-Identifier: GPL-2.0-or-later
r"""Each warning has a text of its own, and __warningregistry__ remembers it.

python/cpython#97557

place: __warningregistry__
fix: (?i)text|message|filter
explains: 60
"""
import os
import sys
import warnings

import service

sys.stderr = open(os.devnull, "w")


def serve(numbers):
    warnings.simplefilter("default")
    for number in numbers:
        warnings.warn("request %d uses an old parameter" % number)


service.run(serve, 3000, 40000)
