# SPDX-License-Identifier: GPL-2.0-or-later
"""A process with very many mappings: an LMDB reader, a JIT, guard pages."""
import contextlib
import os
import resource
import tempfile

import pythons
from harness import Skip, Target, each, limit, pyheld, unharmed

# And the same heap in few mappings.
KINDS = {"empty": "none", "file": "none", "anon": "one"}
MAPPINGS = 30000
OBJECTS = 150000
RUNS = 3
# Of the CPU that the same heap costs without these mappings.  Each by itself,
# with a few system calls, would cost three to four times that.
MOST = 1.7


@contextlib.contextmanager
def targets(python, objects):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        found = {}
        for kind in {*KINDS, *KINDS.values()}:
            found[kind] = stack.enter_context(
                Target(python, "many_mappings.py", kind, MAPPINGS, objects,
                       os.path.join(folder, kind)))
        for kind in KINDS:
            if found[kind].facts["mappings"] < MAPPINGS:
                raise Skip("vm.max_map_count is too low")
        yield found


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost_of(command, target):
    before = cpu()
    pyheld(command, "--json", target.pid)
    return cpu() - before


def costs(command, found):
    """The least of each, of runs that take turns."""
    least = {}
    for _ in range(RUNS):
        for kind in found:
            cost = cost_of(command, found[kind])
            least[kind] = min(cost, least.get(kind, cost))
    return least


@each(pythons.one)
@limit(300)
def test_many_cost_little(python):
    with targets(python, OBJECTS) as found:
        for command in "summary", "memory":
            least = costs(command, found)
            print("# %s, %d mappings: %s" % (command, MAPPINGS, ", ".join(
                "%s %.2f s" % cost for cost in sorted(least.items()))))
            for kind, few in KINDS.items():
                assert least[kind] <= MOST * least[few], (command, least)


def sessions(report):
    row, = [t for t in report["types"]
            if t["type"].endswith(".Session")]
    return row["count"]


@each(pythons.one)
def test_many_change_no_answer(python):
    with targets(python, 1000) as found:
        for target in found.values():
            report = pyheld("summary", "--json", "--limit=0",
                            target.pid).json
            assert sessions(report) == target.facts["objects"], report
            unharmed(target)
