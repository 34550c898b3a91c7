# SPDX-License-Identifier: GPL-2.0-or-later
"""The repr that `pyheld object` shows, against repr() in the target."""
import datetime
import os
import subprocess
import tempfile

import pythons
from harness import Target, each, pyheld

# Names that reprs refer to.
NAMES = {"datetime": datetime, "nan": float("nan"), "inf": float("inf")}


def agrees(shown, stated):
    """The texts are equal, or evaluate to equal values."""
    if shown == stated:
        return True
    if shown.startswith("<"):
        # pyheld does not show where a module comes from.
        return shown[:-1] == stated.partition(" (")[0].replace("'", "")
    # By value: the quotes in bytearray's repr() vary.
    return repr(eval(shown, dict(NAMES))) == repr(eval(stated, dict(NAMES)))


@each(pythons.one)
def test_reprs_agree_with_python(python):
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "values.py") as target:
        whole = os.path.join(folder, "whole")
        redacted = os.path.join(folder, "redacted")
        pyheld("capture", target.pid, "-o", whole)
        pyheld("capture", target.pid, "-o", redacted, "--redact")
        wrong = []
        for address, stated in target.facts["values"]:
            shown = pyheld("object", "--json", whole, hex(address)).json
            if not agrees(shown["repr"], stated):
                wrong.append("%s, not %s" % (shown["repr"], stated))
            if shown["type"].startswith(("datetime.", "bytearray", "range",
                                         "complex")):
                hidden = pyheld("object", "--json", redacted,
                                hex(address)).json
                assert hidden["repr"] == "<%s at 0x%x>" % (
                    shown["type"], address), hidden["repr"]
        assert not wrong, "\n".join(wrong)


@each(pythons.oldest_and_newest)
def test_class_in_a_dict_key(python):
    """A key like (app.User, 7), as identity maps have."""
    code = ("import sys\nclass User: pass\n"
            "shown = {(User, 7): 1, User: [User]}\n"
            "print(id(shown), flush=True)\nsys.stdin.read()")
    process = subprocess.Popen(python.argv("-c", code), stdout=subprocess.PIPE,
                               stdin=subprocess.PIPE)
    try:
        address = int(process.stdout.readline())
        found = pyheld("object", "--json", process.pid, hex(address)).json
    finally:
        process.kill()
        process.wait()
    user = "<class '__main__.User'>"
    assert user + ": " in found["repr"], found["repr"]
    names = [x["name"] for x in found["references"]]
    assert "[(%s, 7)]" % user in names and "[%s]" % user in names, names
