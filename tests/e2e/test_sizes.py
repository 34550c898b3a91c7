# SPDX-License-Identifier: GPL-2.0-or-later
"""Sizes of types that have their own __sizeof__, against sys.getsizeof()."""
import json
import tempfile

import pythons
from harness import Target, each, pyheld, unharmed


@each(pythons.some)
def test_sizes_agree_with_getsizeof(python):
    with tempfile.TemporaryFile() as stated:
        with Target(python, "sizes.py", stated.fileno(),
                    fds=[stated.fileno()]) as target:
            out = pyheld("export", "--format=jsonl", target.pid).out
            unharmed(target)
        stated.seek(0)
        lines = stated.read().decode().splitlines()
    got = {}
    for line in out.splitlines():
        o = json.loads(line)
        if "size" in o:
            got[int(o["address"], 16)] = o["size"]
    wrong = []
    for line in lines:
        address, size, name = line.split(" ", 2)
        if got.get(int(address)) != int(size):
            wrong.append("%s at 0x%x: %s, not %s"
                         % (name, int(address), got.get(int(address)), size))
    assert len(lines) > 1500
    assert not wrong, "%d are wrong:\n%s" % (len(wrong),
                                             "\n".join(wrong[:20]))
