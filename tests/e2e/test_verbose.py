# SPDX-License-Identifier: GPL-2.0-or-later
"""--verbose: each command says what it did, on stderr, and its report stays
what it is."""
import os
import re

import pythons
from harness import Target, pyheld, text, unharmed
from hide import hide_files
from test_core import Directory, gcore, sysroot
from test_core_files import other_build

LINE = re.compile(r"pyheld: (info|detail): [^\x00-\x1f]+$")

# Everything that takes a capture.  {0} and {1} are two, {out} is a new file.
OF_CAPTURES = [
    "leaks {0}", "leaks {0} --json", "summary {0}", "summary --json {0}",
    "chain {0} --type=dict", "cycles {0}", "garbage {0}", "retained {0}",
    "refs {0}", "doctor {0}", "doctor --json {0}", "diff {0} {1}",
    "diff --json {0} {1}", "export {0}", "capture {0} -o {out}",
    "object {0} {address}",
]


def levels(result, but=""):
    """How many lines of each level there are.  No other line may have come
    to those of `but`."""
    found = {"info": 0, "detail": 0}
    for line in text(result.err).splitlines():
        m = LINE.match(line)
        assert m or line in but, "%r\n%s" % (line, result)
        if m:
            found[m.group(1)] += 1
    return found


def said(result, *words):
    """Each is in a line of -v."""
    lines = [x for x in text(result.err).splitlines() if LINE.match(x)]
    for word in words:
        assert any(word in x for x in lines), "no %r\n%s" % (word, result)


def check_command(line, **names):
    argv = line.format(**names).split()
    plain = pyheld(*argv, status=(0, 4))
    assert levels(plain, text(plain.err)) == {"info": 0, "detail": 0}, plain
    for option, wanted in (("-v", ("info",)), ("-vv", ("info", "detail")),
                           ("--verbose", ("info",))):
        if option == "-vv" and ".pyheld" in line.format(**names):
            wanted = ("info",)      # a capture has no files and no threads
        loud = pyheld(option, *argv, status=(plain.status,))
        assert loud.out == plain.out, "%s\n%s" % (loud, plain)
        found = levels(loud, text(plain.err))
        for level in found:
            assert (found[level] > 0) == (level in wanted), (level, loud)
        # Behind the command as well.
        again = pyheld(argv[0], option, *argv[1:], status=(plain.status,))
        assert again.out == plain.out
        assert levels(again, text(plain.err)) == found
    return plain


def test_each_command():
    with Target(pythons.newest(), "planted.py") as target, Directory() as d:
        captures = [d.file(x) for x in ("a.pyheld", "b.pyheld")]
        for path in captures:
            loud = pyheld("capture", "-v", target.pid, "-o", path)
            assert levels(loud)["info"]
        address = hex(next(iter(target.facts["plants"].values()))[0])
        for line in OF_CAPTURES:
            line = line.replace("{0}", captures[0])
            line = line.replace("{1}", captures[1])
            check_command(line, address=address,
                          out=d.file("out.pyheld"))
        watched = pyheld("watch", "-v", "--count=2", "--interval=50ms",
                         target.pid)
        assert text(watched.out).count("\n") == text(pyheld(
            "watch", "--count=2", "--interval=50ms", target.pid).out
        ).count("\n"), watched
        assert text(watched.err).count("info: snapshot: ") == 2, watched
        assert text(watched.err).count("info: Linux ") == 1, watched
        assert not pyheld("help", "-v", "chain").err
        unharmed(target)


def test_live():
    """What a bug report needs of a process."""
    python = pythons.newest()
    with Target(python, "planted.py") as target:
        found = pyheld("doctor", "-vv", target.pid, status=(0, 4))
        said(found, "pyheld ", "Linux ", "target '%d'" % target.pid,
             "process %d: " % target.pid,
             "runtime: _PyRuntime at 0x", "by its symbol", "layout: ",
             " threads rested by themselves", "bytes copied",
             "interpreter 0 at 0x", "heap: ", "thread %d" % target.pid,
             "module ", "emulator: ")
        assert levels(found)["detail"] > 5, found
        unharmed(target)


def test_core():
    """Which files were used, and which were not and why."""
    python = next(p for p in pythons.one_each() if not p.root)
    with Target(python, "planted.py") as target, Directory() as d:
        core, _ = gcore(target, d)
        program = os.path.realpath("/proc/%d/exe" % target.pid)
        target.process.kill()
        target.process.wait()
        options = sysroot(python)
        found = pyheld("doctor", "-v", core, *options, status=(0, 4))
        said(found, "core '%s': " % core, "its build-id is the core's",
             "%s is used" % program)

        other = d.file("other")
        other_build(program, other)
        found = pyheld("doctor", "-v", core, *options,
                       "--executable=" + other, status=(0, 4))
        said(found, "%s is another one: build-id " % other)

        hide_files(core)
        found = pyheld("doctor", "-v", core, *options, status=(0, 4))
        said(found, "no file to take symbols from", "layout: ", "heap: ")


def test_wrong_target():
    """The error is still there, and still the last line."""
    quiet = pyheld("summary", os.getpid() + 10 ** 9, status=(3,))
    loud = pyheld("summary", "-v", os.getpid() + 10 ** 9, status=(3,))
    assert text(loud.err).endswith(text(quiet.err)), loud
    assert levels(loud, text(quiet.err))["info"], loud
