# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile targets: names that attack terminals and parsers, and objects with
impossible contents."""
import json
import os
import re
import resource
import tempfile

import pythons
from harness import Target, each, limit, pyheld_raw, text, unharmed

ALL_SUSPECTS = ["--min-percent=0", "--min-objects=16", "--min-entries=16"]
COMMANDS = (["summary", "--limit=100000"], ["summary", "--json"],
            ["chain", "--type=list", "--count=50"],
            ["chain", "--type=list", "--count=50", "--json"],
            ["chain", "--type=type", "--count=1000", "--json"],
            ["cycles"], ["cycles", "--json"],
            ["retained", "--limit=2000", "--depth=2"],
            ["retained", "--limit=2000", "--depth=2", "--json"],
            ["leaks", "--limit=0", *ALL_SUSPECTS],
            ["leaks", "--json", *ALL_SUSPECTS], ["export"])

# For other Pythons than the newest: reports that show all names.
SOME = (COMMANDS[0], COMMANDS[2], COMMANDS[-1])

MOST_MEMORY = 1 << 20           # KiB


def run(*args, timeout=60):
    """Run pyheld.  It must succeed with little memory: a few impossible objects
    are no reason to hide the others."""
    result = pyheld_raw(*args, timeout=timeout)
    # The peak of all children that have ended; the target has not.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak < MOST_MEMORY, "%d KiB\n%s" % (peak, result)
    assert b"out of memory" not in result.err, result
    assert result.status in (0, 4), result
    lines = text(result.err).splitlines()
    assert all(x.startswith("pyheld: warning: ") for x in lines), result
    return result


# Control characters but newline, C1, and those that change the direction.
FORBIDDEN = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f"
                       "\\u202a-\\u202e\\u2066-\\u2069]")


def check_text(data, what):
    """The text is UTF-8 without characters that control a terminal."""
    out = data.decode("utf-8")
    found = FORBIDDEN.search(out)
    assert not found, (what, found, out[:found.end()][-300:])


def check_json(result):
    for line in text(result.out).splitlines() \
            if "export" in result.argv else [result.out]:
        json.loads(line)


def check_commands(target, commands):
    results = []
    for command in commands:
        result = run(*command, target, timeout=40)
        check_text(result.out, command)
        check_text(result.err, command)
        if "--json" in command or "export" in command:
            check_json(result)
        results.append(result)
    return results


def check_suspects(target):
    """The lists with hostile names must be suspects, or nothing was tested."""
    found = run("leaks", "--json", *ALL_SUSPECTS, target.pid).json
    lists = {int(x["object"]["address"], 16) for x in found["suspects"]
             if x["object"]}
    missing = set(target.facts["lists"]) - lists
    assert len(missing) < len(target.facts["lists"]) / 2, \
        (len(missing), len(lists))


@limit(200)
@each(pythons.one)
def test_hostile_names(python):
    with Target(python, "odd.py", "hostile") as target:
        for result in check_commands(
                target.pid, COMMANDS if python is pythons.newest() else SOME):
            assert result.status == 0, result
        if python is pythons.newest():
            check_suspects(target)
        addresses = target.facts["addresses"]
        # Each takes a run of pyheld: all of them with one Python only.
        for address in addresses if python is pythons.newest() \
                else addresses[:2]:
            for command in (["object", target.pid, hex(address)],
                            ["object", "--json", target.pid, hex(address)],
                            ["chain", "--address=%x" % address, target.pid]):
                result = run(*command)
                assert result.status == 0, result
                check_text(result.out, command)
        unharmed(target)


def test_name_of_a_megabyte_is_truncated():
    with Target(pythons.newest(), "odd.py", "hostile") as target:
        for command in COMMANDS:
            if "--json" in command or "export" in command:
                continue
            out = run(*command, target.pid).out
            longest = max(map(len, out.split(b"\n")))
            assert longest < 10000, (command, longest)
        # A module's name and a class's of a megabyte each.
        types = run("summary", "--json", target.pid).json["types"]
        assert max(len(t["type"]) for t in types) == 1000 + len(".") + 1000


def test_hostile_command_line():
    """A process can put anything into its command line."""
    with Target(pythons.system(), "odd.py", "named",
                "\x1b[2J\nx\x9b\u202e") as target:
        for command in COMMANDS:
            result = run(*command, target.pid)
            check_text(result.out, command)
            check_text(result.err, command)


@limit(300)
@each(pythons.one)
def test_objects_with_impossible_contents(python):
    with Target(python, "odd.py", "corrupt") as target, \
            tempfile.TemporaryDirectory() as folder:
        # Reading them takes seconds, so it is done once, for a capture.
        capture = os.path.join(folder, "capture")
        run("capture", target.pid, "-o", capture, timeout=40)
        check_commands(target.pid, COMMANDS[:1])
        check_commands(capture, COMMANDS)
        unharmed(target)


# Without a GIL the collector has no lists.
@each(lambda: [p for p in pythons.one_each() if not p.free_threaded])
def test_broken_list_of_the_collector(python):
    """Objects around the break are missing.  A warning and exit status 4 say
    so, for a capture too."""
    with Target(python, "odd.py", "broken_list") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "capture")
        for command in (["summary", target.pid], ["cycles", target.pid],
                        ["capture", target.pid, "-o", capture],
                        ["summary", capture]):
            result = run(*command)
            assert result.status == 4, result
            assert b"the list is broken" in result.err, result
        unharmed(target)
