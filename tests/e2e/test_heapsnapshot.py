# SPDX-License-Identifier: GPL-2.0-or-later
"""`export --format=heapsnapshot`, opened with what reads such files: the loader
of Chrome's DevTools in the Chromium that is here, and MemLab."""
import collections
import json
import os
import random
import subprocess
import tempfile

import pythons
from devtools import DevTools
from harness import CI, PYHELD, Skip, Target, each, limit, npm_modules, \
    pyheld, pyheld_raw
from test_memory_loads import Load, Missing

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM = 100000000      # HeapSnapshotModel.baseSystemDistance
GROUPS = ["", "(native code)", "(immortal)", "(garbage)"]
TEXTS = {"string": ("str",), "number": ("int", "float"),
         "closure": ("function",), "code": ("code",)}


def export(folder, source, name="t"):
    path = os.path.join(folder, name + ".heapsnapshot")
    pyheld("export", "--format=heapsnapshot", "-o", path, source)
    return path


def ask(query, source):
    return pyheld("sql", "--json", source, query).json


def memlab(path):
    """[(id, name, size, retained size), ...]"""
    out = subprocess.run(["node", "--max-old-space-size=4000",
                          os.path.join(HERE, "memlab.js"), path], check=True,
                         capture_output=True, text=True,
                         env=dict(os.environ, NODE_PATH=npm_modules())).stdout
    return [tuple(json.loads(line)) for line in
            out[out.index("\nNODES\n") + 7:].splitlines()]


class Truth:
    """What the other commands say of the source."""
    def __init__(self, source):
        self.objects = ask("SELECT id, address, type, size, bytes, retained,"
                           " preview, length, holder FROM objects ORDER BY id",
                           source)
        self.roots = ask("SELECT * FROM roots", source)
        self.refs = collections.defaultdict(list)
        for x in ask("SELECT source, target, name, guessed FROM refs", source):
            self.refs[x["source"]].append(x)

    def distances(self, weak):
        """Of each object the number of references from the nearest known
        root, by a search of our own."""
        found = {r["object"]: 0 for r in self.roots}
        wave = list(found)
        while wave:
            following = []
            for o in wave:
                if o in weak:
                    continue
                for ref in self.refs[o]:
                    if ref["target"] not in found:
                        found[ref["target"]] = found[o] + 1
                        following.append(ref["target"])
            wave = following
        return found


def same_name(name, kind, ref):
    """Is it what we call the reference?"""
    ours = ref["name"] or ""
    if ref["guessed"]:
        assert name.endswith("(guessed)"), (name, ref)
        name = name[:-len("(guessed)")].rstrip()
    if kind == "element":
        return ours == "[%s]" % name
    if kind == "context":
        return ours == "local " + name
    if kind == "internal":
        return name == ours or not ours and name == "(unknown)"
    return ours in (name, "." + name, ".__dict__[%s]" % name,
                    "['%s']" % name, "[%s]" % name)


def check_names(truth, nodes, first):
    for o in truth.objects:
        kind, name = nodes[first + o["id"]][:2]
        if kind == "object":
            assert name == o["type"], (name, o)
        elif kind == "string" and o["length"] <= 60:
            assert o["preview"][1:-1] == name, (name, o)
        elif kind == "string":
            assert "%d characters" % o["length"] in name, (name, o)
        else:
            assert name == o["preview"], (name, o)
        assert o["type"] in TEXTS.get(kind, (o["type"],)), (kind, o)


def check_edges(truth, tools, first, nodes):
    """The references of random objects, by name."""
    some = random.sample(truth.objects, min(3000, len(truth.objects)))
    edges = collections.defaultdict(list)
    for node, kind, name, to in tools.edges([first + o["id"] for o in some]):
        if nodes[to][1] != "shared raw blocks":
            edges[node - first].append((kind, name, to - first))
    for o in some:
        refs = truth.refs[o["id"]]
        assert [e[2] for e in edges[o["id"]]] == [r["target"] for r in refs]
        for (kind, name, _), ref in zip(edges[o["id"]], refs):
            assert same_name(name, kind, ref), (kind, name, ref)


def weak_sources(tools, truth, first):
    """The objects whose references keep nothing."""
    large = [o["id"] for o in truth.objects if o["type"] == "dict"]
    weak = {node - first for node, kind, _, _ in
            tools.edges([first + o for o in large]) if kind == "weak"}
    # One interpreter has one dict of interned strings.
    assert len(weak) <= 1, weak
    return weak


def check_sizes(truth, nodes, first):
    for o in truth.objects:
        _, _, _, size, retained, _ = nodes[first + o["id"]]
        assert size == o["bytes"] and retained == o["retained"], (
            nodes[first + o["id"]], o)


def check_distances(truth, tools, nodes, first):
    distances = truth.distances(weak_sources(tools, truth, first))
    for o in truth.objects:
        found = nodes[first + o["id"]][5]
        # 1 is the node of the root itself.
        if o["id"] in distances:
            assert found == distances[o["id"]] + 2, (found, o)
        else:
            assert found >= SYSTEM and o["holder"] != "root", (found, o)


def check_memlab(path, nodes):
    theirs = memlab(path)
    assert len(theirs) == len(nodes)
    for n, (number, name, size, retained) in zip(nodes, theirs):
        assert (number, size, retained) == (n[2], n[3], n[4]), (n, name)
        assert name == n[1], (n, name)


def check_retained(source, nodes):
    """The largest of `pyheld retained` have their size in DevTools."""
    by_id = {n[2]: n for n in nodes}
    rows = [x for x in pyheld("retained", "--json", "--limit=20",
                              source).json["lines"] if x["count"] == 1]
    assert rows
    for row in rows:
        n = by_id[int(row["address"], 16) >> 4 & 0xffffffff]
        assert n[4] == row["retained"]["bytes"], (n, row)


def check(source):
    with tempfile.TemporaryDirectory() as folder:
        path = export(folder, source)
        assert os.stat(path).st_mode & 0o777 == 0o600
        truth = Truth(source)
        with DevTools(path) as tools:
            assert not tools.warnings, tools.warnings
            nodes = tools.nodes()
            assert [n[1] for n in nodes[:4]] == GROUPS
            assert (nodes[3][4] > 0) == any(
                o["bytes"] and o["holder"] == "garbage"
                for o in truth.objects)
            first = 4 + len(truth.roots)
            ids = [n[2] for n in nodes]
            assert len(set(ids)) == len(ids) and 0 not in ids
            check_sizes(truth, nodes, first)
            check_names(truth, nodes, first)
            check_edges(truth, tools, first, nodes)
            check_distances(truth, tools, nodes, first)
            classes = tools.classes()
        check_memlab(path, nodes)
        check_retained(source, nodes)
        for name, nr in collections.Counter(
                o["type"] for o in truth.objects if o["bytes"]).items():
            if name in ("dict", "list", "tuple", "type", "module"):
                assert classes[name][0] == nr, name
        assert sum(n[3] for n in nodes) == nodes[0][4]
        print("# %d objects, %d kB" % (len(truth.objects),
                                       nodes[0][4] >> 10))


def capture_and_check(target):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "t.pyheld")
        pyheld("capture", "-o", path, target.pid)
        check(path)


@limit(300)
@each(pythons.one)
def test_devtools_and_memlab_agree(python):
    with Target(python, "planted.py") as target:
        capture_and_check(target)


@limit(300)
def test_guesses_and_garbage():
    for script in "guessed.py", "retained.py":
        with Target(pythons.newest(), script) as target:
            capture_and_check(target)


def check_service(load):
    """On the first CPython that has what this load needs."""
    for python in pythons.supported():
        if python.root:
            continue
        try:
            with Load(python, load) as target:
                capture_and_check(target)
            return
        except Missing:
            pass
    assert not CI, "no CPython here has " + load
    raise Skip("no CPython here has " + load)


@limit(600)
def test_services_with_libraries():
    """A process with pandas in it takes three minutes."""
    for load in ("flask", "pandas") if pythons.ALL else ("flask",):
        check_service(load)


@limit(300)
def test_hostile_names():
    with Target(pythons.newest(), "odd.py", "hostile") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = export(folder, target.pid)
        with open(path, encoding="ascii") as f:
            texts = json.load(f)["strings"]
        assert not [t for t in texts if any(ord(c) < 32 for c in t)]
        with DevTools(path) as tools:
            assert not tools.warnings, tools.warnings
            nodes = tools.nodes()
        check_memlab(path, nodes)


def test_ids_are_of_addresses():
    """In a second snapshot of the process an object has the same id."""
    with Target(pythons.newest(), "planted.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        address = next(iter(target.facts["plants"].values()))[0]
        snapshots = []
        for name in "first", "second":
            path = export(folder, target.pid, name)
            with open(path, encoding="ascii") as f:
                snapshots.append(json.load(f))
            target.ask({"eval": "[Box() for i in range(1000)] and None"})
        ids = []
        for s in snapshots:
            names = dict(zip(s["nodes"][2::7], s["nodes"][1::7]))
            assert len(names) == s["snapshot"]["node_count"]
            ids.append({i: s["strings"][n] for i, n in names.items()})
            plant = ids[-1][address >> 4 & 0xffffffff]
            assert plant.endswith("Plant"), plant
        same = [i for i in ids[0] if ids[1].get(i) == ids[0][i]]
        assert len(same) > 0.99 * len(ids[0]), (len(same), len(ids[0]))


def test_bad_output():
    with Target(pythons.newest(), "planted.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        for bad in "/dev/full", os.path.join(folder, "none", "x"):
            done = pyheld_raw("export", "--format=heapsnapshot", "-o", bad,
                              target.pid)
            assert done.status == 3 and done.err.count(b"\n") == 1, done
        # The names wait in a temporary file: nothing of it stays.
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [os.path.abspath(PYHELD), "export", "--format=heapsnapshot",
                 str(target.pid)], stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 3 and b"No space left" in done.stderr
        assert not os.listdir(folder)
