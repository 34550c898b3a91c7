# SPDX-License-Identifier: GPL-2.0-or-later
"""Types whose tp_traverse is random machine code: pyheld reads all else, and
harms nothing.  These are samples; tests/faults/codes.py runs many by hand."""
import os
import sys

import pythons
from harness import CI, Skip, each, limit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "faults"))
import codes  # noqa: E402

# Sequences of random bytes, and of valid instructions.
SAMPLE = (300, 100) if CI else (60, 20)


def sample(kind, python):
    if os.uname().machine != "x86_64":
        raise Skip("the machine code is x86-64's")
    c = codes.run_all(kind, python, codes.sequences(python.minor[1], *SAMPLE))
    for line in c.report()[:3] + c.deaths:
        print("# " + line)
    assert not c.bad, "\n".join(c.bad)
    assert (c.sequences["random"], c.sequences["valid"]) == SAMPLE
    # They did run: some to their end, and others were stopped.
    returned = sum(n for why, n in c.ends.items() if "it returned" in why)
    assert 0 < returned < sum(SAMPLE), c.ends
    # The broker bears any crash, but the decoder lets no other code through.
    unknown = [d for d in c.deaths
               if not d.startswith(str(codes.machine_code.X87_PAGE))]
    assert not unknown, "\n".join(unknown)


@limit(300)
@each(pythons.oldest_and_newest)
def test_of_a_process(python):
    sample(codes.Live, python)


@limit(300)
@each(pythons.oldest_and_newest)
def test_of_a_core(python):
    sample(codes.Core, python)
