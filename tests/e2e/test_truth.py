# SPDX-License-Identifier: GPL-2.0-or-later
"""Every object of the export against what the target states (truth.py)."""
import builtins
import collections
import json
import os
import subprocess
import sys

import pythons
import truthtable
from harness import CI, Skip, Target, each, limit, pyheld, unharmed
from statement import (F_NO_REFERENCES, F_NO_TYPE_NAME, IMMORTAL, Statement,
                       read_header)

# This share of references, sizes and so on must agree.
LEAST = 0.9999

# At most this share of a service's objects is read by the emulator.
MOST_EMULATED = 0.05

# This share of the standard library's references may have no name: a few lie
# where only the types' own code finds them.
MOST_NAMELESS = 0.0005

# Modules that are held to be the standard library's, and our own.
STANDARD = set(sys.stdlib_module_names) | {
    "__main__", "truth", "zoo", "zoo_library", "zoo_running", "zoo_system",
    "zoo_typing", "zoo_extensions", "zoo_rest"}

# What a class refers to for its instances, in the words of the export.
INSTANCE_NAME = "name of an instance's attribute"

# Reference counts that may change after the target has stated them (names in
# the method cache, mostly): 3 to 12 were seen with every interpreter.
MOST_CHANGED = 40


class StatedTarget(Target):
    """Runs truth.py and reads its statement."""
    def __init__(self, python, *args, **kw):
        reader, writer = os.pipe()
        super().__init__(python, "truth.py", writer, *args, fds=[writer],
                         facts=False, **kw)
        os.close(writer)
        with open(reader, "rb") as f:
            data = f.read()
        assert self.read_line() == b"ready\n"
        self.statement = Statement(data, python.version)
        self.changed = self.look()

    def look(self):
        """Compare the statement with the memory of the target, which now stands
        still: types must agree; counts that have changed are not compared."""
        st, changed = self.statement, 0
        fd = os.open("/proc/%d/mem" % self.pid, os.O_RDONLY)
        try:
            for i, address in enumerate(st.ids):
                if address in st.gone:
                    assert st.type_name(i) == "str", st.type_name(i)
                    continue
                count, of = read_header(self.python, fd, address)
                assert of == st.types[i], "0x%x has changed" % address
                if st.counts[i] is None:
                    continue
                if st.counts[i] == IMMORTAL:
                    assert count == IMMORTAL
                    continue
                if count != st.counts[i]:
                    st.counts[i] = None
                    changed += 1
        finally:
            os.close(fd)
        assert changed <= MOST_CHANGED, "%d counts have changed" % changed
        return changed


class Difference:
    """Counts what was compared and what differs, by kind of fact and type."""
    KINDS = ("object", "type", "size", "refcount", "generation", "reference")

    def __init__(self):
        self.compared = collections.Counter()
        self.differing = collections.Counter()
        self.of_type = {k: collections.Counter() for k in self.KINDS}
        self.wrong = {k: collections.Counter() for k in self.KINDS}
        self.examples = collections.defaultdict(list)

    def compare(self, kind, type_name, same, example, weight=1, differing=1):
        self.compared[kind] += weight
        self.of_type[kind][type_name] += 1
        if not same:
            self.differing[kind] += differing
            self.wrong[kind][type_name] += 1
            if len(self.examples[kind, type_name]) < 2:
                self.examples[kind, type_name].append(example())

    def share(self, kind):
        n = self.compared[kind]
        return 1 - self.differing[kind] / n if n else 1

    def wrong_types(self, kind):
        """Standard types of which most objects are wrong."""
        for t, n in self.wrong[kind].items():
            of = self.of_type[kind][t]
            module = t.split(".")[0]
            if "." in t and module not in STANDARD:
                continue
            if n == of or of >= 3 and n > of / 2:
                yield "%s (%d of %d)" % (t, n, of)

    def report(self, label, surplus):
        print("# %-14s %7d objects (%d not stated) %8d references, differing:"
              % (label, self.compared["object"], surplus,
                 self.compared["reference"]),
              ", ".join("%d %ss" % (self.differing[k], k)
                        for k in self.KINDS))
        for kind in self.KINDS:
            for t, n in self.wrong[kind].most_common(25):
                print("%s: %s: %d of %d differ" % (kind, t, n,
                                                   self.of_type[kind][t]))
                for example in self.examples[kind, t]:
                    print("    " + example)

    def record(self, row, audit):
        kinds = {"objects": "object", "sizes": "size", "counts": "refcount",
                 "references": "reference"}
        truthtable.record(row, explained=(audit["references"],
                                          audit["over_explained"]),
                          **{column: (self.compared[k], self.differing[k])
                             for column, k in kinds.items()})

    def judge(self):
        bad = []
        if self.differing["size"]:
            bad.append("sizes: %d differ" % self.differing["size"])
        for kind in self.KINDS:
            if self.share(kind) < LEAST:
                bad.append("%ss: only %.3f%% are the same"
                           % (kind, 100 * self.share(kind)))
            for t in self.wrong_types(kind):
                bad.append("%s of this type is wrong as a rule: %s"
                           % (kind, t))
        assert not bad, "\n".join(bad)


class Export:
    """The objects of a `pyheld export`, read line by line."""
    def __init__(self, path):
        self.objects = {}
        self.nameless = collections.Counter()
        # Names of attributes of instances: their dicts share them.
        self.shared_keys = set()
        with open(path, "rb") as f:
            self.header = json.loads(f.readline())
            for line in f:
                o = json.loads(line)
                address = int(o["address"], 16)
                assert address not in self.objects, "twice: 0x%x" % address
                for r in o["references"]:
                    name = r.get("name", "")
                    if not name or name.startswith("at offset"):
                        self.nameless[o["type"]] += 1
                to = [int(r["to"], 16) for r in o["references"]]
                visited = len(to) - o["unvisited"]
                self.objects[address] = (
                    o["type"], o["size"], o["refcount"], o["generation"],
                    to[:visited], to[visited:])
                if o["references"][visited:] and \
                        o["references"][-1]["name"] == INSTANCE_NAME:
                    self.shared_keys.update(to[visited:])


def describe_multiset(ids, statement, export):
    def name(address):
        i = statement.index.get(address)
        t = statement.type_name(i) if i is not None else \
            export.objects[address][0] if address in export.objects else "?"
        return "%s 0x%x" % (t, address)
    return ", ".join(name(a) for a in list(ids.elements())[:6]) or "nothing"


def compare_object(d, st, i, export):
    """Compare an object of the statement with the exported one."""
    address, flags = st.ids[i], st.flags[i]
    if address in st.gone:
        return
    t = st.type_name(i) or "(no name)"
    exported = export.objects.get(address)
    d.compare("object", t, exported is not None,
              lambda: "0x%x is missing" % address)
    if exported is None:
        return
    type_name, size, count, generation, references, unvisited = exported
    if not flags & F_NO_TYPE_NAME:
        d.compare("type", t, type_name == t,
                  lambda: "0x%x is %r, not %r" % (address, type_name, t))
    if st.sizes[i] >= 0:
        d.compare("size", t, size == st.sizes[i],
                  lambda: "0x%x: %r, not %d" % (address, size, st.sizes[i]))
    if st.counts[i] is not None:
        stated = None if st.counts[i] == IMMORTAL else st.counts[i]
        d.compare("refcount", t, count == stated,
                  lambda: "0x%x: %r, not %r" % (address, count, stated))
    stated_gen = None if st.gens[i] < 0 else st.gens[i]
    d.compare("generation", t, generation == stated_gen,
              lambda: "0x%x: %r, not %r" % (address, generation, stated_gen))
    if flags & F_NO_REFERENCES:
        return
    stated = collections.Counter(st.references(i))
    found = collections.Counter(references)
    for r in st.gone & set(stated):
        del stated[r]
    # Of those that no tp_traverse visits only some are stated, but all keys
    # of a dict.
    extra = collections.Counter(st.extra_references(i))
    for r in st.gone & set(extra):
        del extra[r]
    if t == "dict":
        unvisited = collections.Counter(unvisited)
        # It may share its keys with all instances of a class, which has them.
        if not unvisited and export.shared_keys.issuperset(extra):
            extra.clear()
        # Up to 3.10 a class may give its table of keys up.  Then the dicts
        # have all of them, also those of attributes of other instances.
        elif st.version < (3, 11) and not extra - unvisited and all(
                export.objects[a][0] == "str" for a in unvisited):
            unvisited &= extra
        stated, found = stated + extra, found + unvisited
    else:
        stated = stated + extra
        found = found + (collections.Counter(unvisited) & extra)
    if stated == found:
        more = fewer = ()
    else:
        more, fewer = found - stated, stated - found
    d.compare("reference", t, not more and not fewer,
              lambda: "0x%x: missing %s; too many %s" % (
                  address, describe_multiset(fewer, st, export),
                  describe_multiset(more, st, export)),
              weight=sum(stated.values()),
              differing=(sum(fewer.values()) if fewer else 0)
              + (sum(more.values()) if more else 0))


def surplus_objects(st, export):
    """Exported objects that the target does not state and that are not reached
    by a reference that no tp_traverse visits."""
    surplus = {a for a in export.objects if a not in st.index}
    todo = [r for a in st.ids if a in export.objects
            for r in export.objects[a][5] if r in surplus]
    while todo:
        a = todo.pop()
        if a in surplus:
            surplus.discard(a)
            todo.extend(export.objects[a][4])
            todo.extend(export.objects[a][5])
    return surplus


def compare_surplus(d, st, export, target):
    """gc.get_objects() does not list what only threads and interpreters hold
    (their dicts, static types' tuples, locals of frames, frozen objects).
    Of these the type and the reference count must agree."""
    names = {}
    for i, t in enumerate(st.types):
        if not st.flags[i] & F_NO_TYPE_NAME:
            names[t] = st.type_name(i)
    surplus = surplus_objects(st, export)
    fd = os.open("/proc/%d/mem" % target.pid, os.O_RDONLY)
    for address in surplus:
        type_name, size, count = export.objects[address][:3]
        stated, of = read_header(target.python, fd, address)
        same = names.get(of, type_name) == type_name and \
            (count is None or count == stated) and count != 0
        d.compare("object", type_name, same, lambda:
                  "0x%x is none: %s references, type 0x%x"
                  % (address, stated, of))
    os.close(fd)
    # Static types' tuples are immortal in 3.12, and as many in a small heap.
    mortal = sum(export.objects[a][2] is not None for a in surplus)
    assert mortal <= len(st.ids) // 100, "%d more than stated" % mortal
    return len(surplus)


def compare(target, label, row=None):
    st = target.statement
    path = "/tmp/pyheld-export-%d.jsonl" % target.pid
    try:
        pyheld("export", "--format=jsonl", "-o", path, target.pid)
        export = Export(path)
    finally:
        if os.path.exists(path):
            os.unlink(path)
    audit = pyheld("refs", "--json", target.pid).json
    unharmed(target)
    assert not audit["over_explained"], audit["over_explained_examples"]
    d = Difference()
    for i in range(len(st.ids)):
        compare_object(d, st, i, export)
    surplus = compare_surplus(d, st, export, target)
    check_header(export.header, target)
    d.report(label, surplus)
    if row:
        d.record(row, audit)
    check_names(export, d)
    d.judge()


def check_names(export, d):
    nameless = collections.Counter()
    for t, n in export.nameless.items():
        if t.split(".")[0] in STANDARD | set(dir(builtins)):
            nameless[t] = n
    print("# %d references have no name: %s"
          % (sum(nameless.values()), nameless.most_common(8)))
    assert sum(nameless.values()) <= \
        MOST_NAMELESS * d.compared["reference"], nameless


def check_header(header, target):
    assert header["format"] == "pyheld", header
    assert header["version"] == 1, header
    assert isinstance(header["target"], dict), header
    assert header["target"].get("pid") == target.pid, header
    assert isinstance(header["gc"], dict), header
    python = header["python"]
    assert python["version"] == "%d.%d.%d" % target.python.version, header
    assert python["free_threaded"] is target.python.free_threaded, header
    assert python["debug"] is target.python.debug, header


@each(pythons.some)
def test_zoo_agrees_with_the_interpreter(python):
    with StatedTarget(python) as target:
        compare(target, python.label, truthtable.name_of(python))


@each(lambda: pythons.debug_builds()[0 if CI else -1:])
def test_debug_builds_agree(python):
    with StatedTarget(python) as target:
        compare(target, python.label)


@limit(200)
@each(pythons.some)
def test_allocators_agree(python):
    """Objects from malloc(), and with debug hooks around each block."""
    for name in ("debug", "mimalloc_debug") if python.free_threaded else \
            ("malloc", "debug"):
        with StatedTarget(python, "threads", 50,
                          env={"PYTHONMALLOC": name}) as target:
            compare(target, "%s %s" % (python.label, name))


@each(pythons.without_gil)
def test_heaps_of_ended_threads_agree(python):
    with StatedTarget(python, "threads", 150) as target:
        compare(target, python.label)


def having(*modules):
    """Pythons that can import all of these."""
    for p in pythons.supported():
        if not p.root and subprocess.run(
                p.argv("-c", "import " + ", ".join(modules)),
                capture_output=True).returncode == 0:
            yield p


@limit(300)
def test_large_service_agrees():
    """Half a million objects.  If a Python has these libraries, 300,000 of the
    objects are theirs."""
    for p in having("flask", "boto3", "sympy", "pydantic"):
        kind, scale = "service", 50000 if CI else 250000
        break
    else:
        p, kind, scale = pythons.system(), "standard", 500000
    print("# service: %s, %s" % (p.label, kind))
    with StatedTarget(p, kind, scale) as target:
        compare(target, p.label, truthtable.name_of(p, "a service"))
        coverage = pyheld("summary", "--json", target.pid).json["coverage"]
        print("# read by:", coverage)
        assert coverage["emulated"] < MOST_EMULATED * coverage["native"]
        assert coverage["scanned"] == 0, coverage


def test_every_python_is_in_the_table():
    """HACKING.md has a row for each Python."""
    with open(os.path.join(os.path.dirname(pythons.TESTS), "HACKING.md"),
              encoding="utf-8") as f:
        rows = truthtable.read(f.read())
    for p in pythons.supported():
        minor = "%d.%d." % p.minor
        found = [r for r in rows if r.startswith(minor) and
                 p.free_threaded == ("t" in r.split(",")[0].split(" ")[0])]
        assert found, "%s: make update-truth-table" % p.label
        for row in found:
            missing = [c for c, cell in rows[row].items() if not cell]
            # A service is of one CPython; without a GIL garbage differs.
            allowed = {"garbage", "readers"} if "," in row else \
                {"garbage"} if p.free_threaded else set()
            assert set(missing) <= allowed, (row, missing)


def test_every_python_is_here():
    """Print the Pythons that are tested; CI=true needs the mandatory ones."""
    print("# Pythons:", ", ".join(p.label for p in pythons.supported()))
    if pythons.absent():
        print("# not on this machine:", ", ".join(pythons.absent()))
    missing = pythons.missing()
    if missing and not CI:
        raise Skip("; ".join(missing))
    assert not missing, "; ".join(missing)


def test_two_exports_of_a_still_target_are_equal():
    with StatedTarget(pythons.system()) as target:
        first = pyheld("export", "--format=jsonl", target.pid).out
        second = pyheld("export", "--format=jsonl", target.pid).out
        assert sorted(first.splitlines()[1:]) == \
            sorted(second.splitlines()[1:])
