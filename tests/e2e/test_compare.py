# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/checks/compare-programs: a program does not differ from itself, and
one that says anything else is found out."""
import contextlib
import os
import subprocess
import sys
import tempfile

import pythons
from harness import PYHELD, text

COMPARE = os.path.join(pythons.TESTS, "checks", "compare-programs")


@contextlib.contextmanager
def script(lines):
    """An executable bash script; pyheld is $PYHELD there."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "script")
        with open(path, "w") as f:
            f.write("#!/bin/bash\nPYHELD=%s\n%s\n"
                    % (os.path.abspath(PYHELD), lines))
        os.chmod(path, 0o755)
        yield path


def compare(old, new, *only):
    done = subprocess.run(
        [sys.executable, COMPARE, old, new,
         "--python=" + pythons.system().label,
         *("--only=" + glob for glob in only)],
        stdin=subprocess.DEVNULL, capture_output=True)
    assert not done.stderr, text(done.stderr)
    return done.returncode, text(done.stdout)


def differs(lines, word, only):
    """The script of `lines` as the new program is found to differ in the one
    comparison of name `only`."""
    with script(lines) as path:
        status, out = compare(PYHELD, path, only)
    assert status == 1 and word in out, out
    assert out.splitlines()[-1] == "1 comparisons, 1 differ", out


def test_no_difference_to_itself():
    status, out = compare(PYHELD, PYHELD, "*/crowd/live/summary*",
                          "*/growing/two/diff*", "*/crowd/live/export*",
                          "*/growing/live/watch*")
    assert status == 0 and out.endswith(" comparisons, 0 differ\n"), out
    assert int(out.splitlines()[-1].split()[0]) > 20, out


def test_changed_byte_is_found():
    """The last character of a report for people, and a number in JSON."""
    differs('"$PYHELD" "$@" | sed \'$s/.$/#/\'', "stdout:",
            "*/crowd/live/cycles")
    differs('"$PYHELD" "$@" | sed \'0,/"count": [0-9]/s//&0/\'', '"count"',
            "*/crowd/live/summary --json")


def test_changed_exit_status_is_found():
    differs('"$PYHELD" "$@"; exit 4', "exit status:", "*/crowd/live/summary")


def test_added_stderr_line_is_found():
    differs('echo x >&2; exec "$PYHELD" "$@"', "stderr:",
            "*/crowd/live/summary")


def test_changed_file_is_found():
    differs('"$PYHELD" "$@"; echo >>heap.jsonl', "file heap.jsonl:",
            "*/crowd/live/export *-o *")


def test_changed_capture_is_found():
    """What is in a capture shows when it is read."""
    differs('case "$*" in\n'
            'capture*) "$PYHELD" capture --redact "${@:2}";;\n'
            '*) exec "$PYHELD" "$@";;\nesac', "stdout:",
            "*/planted/own-capture/export")


def test_two_failures_count_as_a_difference():
    """Two failures agree, and prove nothing."""
    with script("exit 3") as path:
        status, out = compare(path, path, "*/retained/live/retained")
    assert status == 1 and "OLD can't do this: exit status 3" in out, out


def test_no_comparison_is_a_failure():
    status, out = compare(PYHELD, PYHELD, "*/crowd/nowhere/*")
    assert status == 1 and out == "0 comparisons, 0 differ\n", out
