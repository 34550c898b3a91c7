# SPDX-License-Identifier: GPL-2.0-or-later
"""Either process of pyheld is killed or stopped at a random moment: the target
runs on unchanged, and nothing is left.  This is a sample; tests/faults/kills.py
does more by hand."""
import os
import sys

import pythons
from harness import CI, each, limit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "faults"))
import kills  # noqa: E402

SEED = "16"
RUNS = 200 if CI else 40        # of the oldest and the newest together


@each(pythons.oldest_and_newest)
@limit(1800)
def test_random_kills(python):
    half = pythons.oldest_and_newest().index(python)
    with kills.Campaign(python, SEED) as c:
        for i in range(half, RUNS, 2):
            c.once(i)
        for line in c.report():
            print("# " + line)
    assert not c.bad, "\n".join(c.bad[:20])
    assert c.runs == RUNS // 2, c.runs
    # They were not all too early or too late.
    assert c.hits >= RUNS // 40, "%d hit a stop" % c.hits
    assert c.ooms >= RUNS // 40, "%d ran out of memory" % c.ooms
