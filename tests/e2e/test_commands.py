# SPDX-License-Identifier: GPL-2.0-or-later
"""Each command once, as text and as JSON, on a process, a core and a capture.

What it says is for other tests.  This is the short run that a build with
sanitizers can afford:

    tests/run-all --pyheld=build-san/src/pyheld 'commands.*'
"""
import json
import os
import shutil

import commands
import pythons
from harness import Target, each, limit, pyheld, text
from test_core import Directory, gcore, sysroot


def check_json(result):
    """One JSON value, or one on each line."""
    try:
        value = json.loads(result.out)
        values = value if isinstance(value, list) else [value]
    except ValueError:
        values = [json.loads(line) for line in result.out.splitlines()]
    assert values and all(isinstance(v, dict) and v for v in values), result


def check_text(result):
    lines = text(result.out).splitlines()
    assert lines and any(len(line) > 5 for line in lines), result


def size_and_remove(path):
    """The bytes of a file, or of those in a folder, which is gone then."""
    if not os.path.isdir(path):
        size = os.path.getsize(path)
        os.unlink(path)
        return size
    size = sum(os.path.getsize(os.path.join(top, name))
               for top, _, files in os.walk(path) for name in files)
    shutil.rmtree(path)
    return size


def check(args, folder):
    """The command succeeds, says nothing on stderr, and writes something."""
    result = pyheld(*args, timeout=240)
    assert result.err == b"", result
    written = os.listdir(folder)
    for name in written:
        # Around one object there may be little.
        least = 500 if name.endswith(".dot") else 1000
        assert size_and_remove(os.path.join(folder, name)) > least, name
    if args[0] in ("capture", "export", "report") and "-o" in args:
        assert result.out == b"" and len(written) == 1, (result, written)
    elif args[0] == "export" and "--format=folded" not in args or \
            "--json" in args:
        check_json(result)
    else:
        check_text(result)


def check_all(target, source, directory, earlier):
    """Every command on a source: a target and the options that it needs."""
    folder = directory.file("written")
    os.mkdir(folder)
    address = "0x%x" % target.facts["address"]
    ran = 0
    for line in commands.LINES:
        if line.startswith("watch") and source != [target.pid]:
            continue        # only a process can be watched
        check(commands.fill(line, source, address, earlier, folder), folder)
        ran += 1
    os.rmdir(folder)
    print("# %d command lines" % ran)


def earlier_capture(target, directory):
    path = directory.file("earlier.pyheld")
    pyheld("capture", target.pid, "-o", path)
    return path


def test_every_command_is_run():
    assert not commands.missing(), commands.missing()


@limit(300)
@each(lambda: [pythons.newest()])
def test_on_a_process(python):
    with Target(python, "app.py") as target, Directory() as d:
        check_all(target, [target.pid], d, earlier_capture(target, d))


@limit(300)
@each(lambda: [pythons.newest()])
def test_on_a_core(python):
    with Target(python, "app.py") as target, Directory() as d:
        earlier = earlier_capture(target, d)
        core, _ = gcore(target, d)
        check_all(target, [*sysroot(python), core], d, earlier)


@limit(300)
@each(lambda: [pythons.newest()])
def test_on_a_capture(python):
    with Target(python, "app.py") as target, Directory() as d:
        earlier = earlier_capture(target, d)
        later = d.file("later.pyheld")
        pyheld("capture", target.pid, "-o", later)
        check_all(target, [later], d, earlier)


def test_help_for_each_command():
    check_text(pyheld("help"))
    for name in commands.names():
        result = pyheld("help", name)
        assert b"Usage: pyheld" in result.out and not result.err, result
