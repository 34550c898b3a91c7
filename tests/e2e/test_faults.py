# SPDX-License-Identifier: GPL-2.0-or-later
"""Each allocation and each system call may fail: pyheld says so in one line,
and harms nothing.  These are samples; tests/faults/campaign.py does all by
hand."""
import os
import sys
import tempfile

import pythons
from harness import CI, Skip, Target, limit, unharmed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "faults"))
import campaign  # noqa: E402

KINDS = ("allocation", "system call")


def sample(lines, nr):
    if os.uname().machine != "x86_64":
        raise Skip("fail-syscall.c knows the registers of x86-64")
    with tempfile.TemporaryDirectory() as folder, \
            Target(pythons.newest(), "growing.py") as target:
        campaign.build(folder)
        c = campaign.Campaign(folder, target)
        for number, line in enumerate(lines):
            for kind in KINDS:
                c.spread(line, kind, nr, number)
        unharmed(target)
        for line in c.report():
            print("# " + line)
        assert c.runs, lines
        assert not c.bad, "\n".join(c.bad[:20])
        return c


@limit(600)
def test_summary_capture_leaks():
    c = sample(campaign.FULL, 30 if CI else 12)
    # Faults were met: they are not all passed over.
    assert c.rows["allocation"][3], c.rows
    assert c.rows["system call"][3], c.rows


@limit(600)
def test_the_other_lines():
    sample(campaign.sampled_lines(), 1)
