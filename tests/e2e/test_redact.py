# SPDX-License-Identifier: GPL-2.0-or-later
"""--redact and --redact=all: nothing is left that the manual does not list as
kept, in a capture, in what each command says of it and in a report.

tests/targets/secret_zoo.py has a secret in every kind of place.  All secrets
begin alike, so one search finds them all, in whatever way they are written.
"""
import base64
import gzip
import os
import re
import struct
import tempfile
import zlib

import commands
import pythons
from harness import Target, each, limit, pyheld

# Kinds of secrets that may be there; the manual says so.
KEPT = {"contents": {"name"}, "all": set()}

# What a capture has of it if it is not redacted: else the target would prove
# nothing.
SHOWN = ["str", "bytes", "bytearray", "key", "ContextVar", "thread", "class",
         "class that is no identifier", "module of a class", "attribute",
         "odd attribute", "function", "__qualname__ of a function", "co_name",
         "co_filename", "module", "key of sys.modules", "local of a frame",
         "co_name of a frame", "file of a frame", "file name", "slot",
         "function of a frame", "odd key of a __dict__"]


def encodings(word):
    """How the bytes of an ASCII word may be written: {name: bytes}."""
    data = word.encode()
    found = {"UTF-8": data, "UTF-16": word.encode("utf-16-le"),
             "UTF-32": word.encode("utf-32-le"),
             "UTF-16, big endian": word.encode("utf-16-be"),
             "reversed": data[::-1], "hex": data.hex().encode(),
             "HEX": data.hex().upper().encode(),
             "an int": str(int.from_bytes(data, "little")).encode()}
    for before in range(3):
        # The first and the last characters are partly of what is around.
        encoded = base64.b64encode(b"\0" * before + data + b"\0" * 3)
        start = (0, 2, 3)[before]
        found["base64, %d" % before] = \
            encoded[start:(before + len(data)) * 8 // 6]
    return found


def numbers(n):
    return {"a number": str(n).encode(), "a number's hex": b"%x" % n,
            "8 bytes": n.to_bytes(8, "little"),
            "8 bytes, big endian": n.to_bytes(8, "big"),
            "a double": struct.pack("<d", n)}


class Secrets:
    def __init__(self, facts, argument):
        self.places = facts["places"]
        self.begin = facts["begin"].encode()
        self.argument = argument
        # A number of the marker follows what is searched for.
        self.searches = encodings(facts["begin"])
        self.searches.update(numbers(facts["number"]))

    def found(self, data):
        """(place, kind) of all that the bytes have."""
        found = set()
        for how, word in self.searches.items():
            if how != "UTF-8" and word in data:
                found.add(("something as " + how, "data"))
        for number in re.findall(re.escape(self.begin) + rb"(.{0,4})", data,
                                 re.S):
            marker = (self.begin + number).decode("latin-1")
            found.add(tuple(self.places.get(marker, (marker, "data"))))
        return found

    def check(self, data, how, where):
        bad = {(place, kind) for place, kind in self.found(data)
               if kind not in KEPT[how]}
        assert not bad, "--redact=%s: %s has %d: %s" \
            % (how, where, len(bad), sorted(bad)[:10])


def content(path):
    """The bytes of a file, as a reader has them."""
    with open(path, "rb") as f:
        data = f.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def files_below(folder):
    for top, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(top, name)


def rows(data, tag):
    """How many rows or values a section of a capture has: see the section
    table in pyheld-capture(5)."""
    table, number = struct.unpack_from("<QI", data, len(data) - 32)
    for i in range(number):
        entry = data[table + 48 * i:table + 48 * (i + 1)]
        if entry[:4] == tag:
            return struct.unpack_from("<Q", entry, 32)[0]
    return 0


def tables(file):
    """All that sql has, of all tables that its help lists."""
    told = pyheld("sql", "--help").out.decode()
    listed = re.search(r"the tables (.*?) are", told, re.S).group(1)
    names = re.split(r",\s+|\s+and\s+", listed)
    assert "objects" in names and "captures" in names, names
    for table in names:
        yield table, pyheld("sql", "--csv", file,
                            "SELECT * FROM " + table).out


def address_of(file):
    chain = pyheld("chain", "--type=dict", "--json", file).out
    return re.search(rb'"address": ?"(0x[0-9a-f]+)"', chain).group(1).decode()


def check_outputs(secrets, file, earlier, how, folder):
    address = address_of(file)
    out = os.path.join(folder, "out")
    for line in commands.LINES:
        os.makedirs(out, exist_ok=True)
        if line.startswith(("watch", "refs", "capture")):
            # These want a process, or make a capture again.
            continue
        said = pyheld(*commands.fill(line, [file], address, earlier, out),
                      status=(0, 4))
        secrets.check(said.out + said.err, how, line)
        for path in files_below(out):
            secrets.check(content(path), how, line + ": " + path)
            os.unlink(path)
    for table, rows_of in tables(file):
        secrets.check(rows_of, how, "sql, " + table)


def taken(target, folder, name, *options):
    path = os.path.join(folder, name)
    pyheld("capture", "--no-compress", *options, target, "-o", path)
    return path


@limit(600)
@each(pythons.one)
def test_nothing_is_left_but_what_the_manual_lists(python):
    argument = "ZqWxVkJy" + "argv"
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "secret_zoo.py", argument) as target:
        secrets = Secrets(target.facts, argument)
        assert target.facts["types"] > 200, target.facts["types"]
        whole = taken(target.pid, folder, "whole")
        places = {place for place, _ in secrets.found(content(whole))}
        missing = [p for p in SHOWN if p not in places]
        assert not missing, (missing, target.facts["left_out"])
        assert rows(content(whole), b"hash"), "no text has a hash"
        for how in "contents", "all":
            redact = "--redact=" + how
            earlier = taken(target.pid, folder, "earlier", redact)
            file = taken(target.pid, folder, "file", redact)
            again = taken(whole, folder, "again", redact)
            for path in earlier, file, again:
                secrets.check(content(path), how, os.path.basename(path))
                assert not rows(content(path), b"hash"), path
            if how == "contents":
                kept = {kind for _, kind in secrets.found(content(file))}
                assert kept == {"name"}, "names that stay are gone"
            page = os.path.join(folder, "page")
            pyheld("report", redact, target.pid, "-o", page)
            secrets.check(content(page), how, "report " + redact)
            check_outputs(secrets, file, earlier, how, folder)


def test_every_way_to_write_a_secret_is_found():
    """The search itself: it must find what the other test has to find."""
    secrets = Secrets({"places": {"ZqWxVkJy0007": ["here", "data"]},
                       "begin": "ZqWxVkJy", "number": 86753098675309}, "")
    word = b"ZqWxVkJy0007"
    ways = [word, word.decode().encode("utf-16-le"), word[::-1],
            word.decode().encode("utf-32-le"), word.hex().encode(),
            word.hex().upper().encode(), b"x86753098675309",
            struct.pack("<d", 86753098675309.0),
            struct.pack(">q", 86753098675309)]
    ways += [base64.b64encode(b"abcd"[:n] + word + b"more") for n in range(4)]
    for data in ways:
        assert secrets.found(b"\1" * 9 + data + b"\2" * 9), data
        try:
            secrets.check(data, "all", "here")
        except AssertionError:
            continue
        raise AssertionError("check() lets pass %r" % data)
    assert not secrets.found(zlib.compress(b"nothing is here"))
    assert secrets.found(word) == {("here", "data")}


def counts(old, new):
    """How many objects of each type diff finds in the two."""
    return {t["type"]: t["counts"] for t in
            pyheld("diff", "--json", old, new).json["types"]}


@each(pythons.oldest_and_newest)
def test_captures_without_names_are_compared_by_class(python):
    """A class has one name in all captures of a process, although the types
    are not in the same order: between the two, classes were made."""
    with tempfile.TemporaryDirectory() as folder, \
            Target(python, "redacted_growth.py") as target:
        old = taken(target.pid, folder, "old", "--redact=all")
        plain_old = taken(target.pid, folder, "plain-old")
        target.ask({})
        new = taken(target.pid, folder, "new", "--redact=all")
        plain_new = taken(target.pid, folder, "plain-new")
        grown = counts(plain_old, plain_new)
        hidden = counts(old, new)
    for key in "stays", "shrinks", "grows":
        name = "__main__." + key.capitalize()
        address = "type-%x" % target.facts[key]
        assert hidden.get(address) == grown.get(name), (key, grown, hidden)
    assert grown["__main__.Grows"] == [100, 400], grown
    assert grown["__main__.Shrinks"] == [200, 50], grown
