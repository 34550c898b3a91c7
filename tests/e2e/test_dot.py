# SPDX-License-Identifier: GPL-2.0-or-later
"""`export --format=dot`: graphviz draws it, and it says the truth."""
import os
import random
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

import pythons
from harness import CI, Skip, Target, each, expect_error, pyheld, \
    pyheld_raw, text

MAX_KEPT = 40
# Around these: root, steps of the chain, holders.
MAX_OTHERS = 20


def graphviz(source, kind):
    if not shutil.which("dot"):
        assert not CI, "graphviz is missing"
        raise Skip("graphviz is missing")
    done = subprocess.run(["dot", "-T" + kind], input=source,
                          capture_output=True)
    assert not done.returncode and not done.stderr, done.stderr
    return done.stdout.decode("utf-8")


class Graph:
    """What graphviz has read: labels of nodes, edges with their labels."""
    def __init__(self, *args):
        self.source = pyheld("export", "--format=dot", *args).out
        self.nodes, self.edges = {}, {}
        for line in graphviz(self.source, "plain").replace(
                "\\\n", "").splitlines():
            words = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', line)
            if words[0] == "node":
                label = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n"
                               else m[1], words[6].strip('"'))
                self.nodes[words[1]] = label.split("\n")
            elif words[0] == "edge":
                rest = words[4 + 2 * int(words[3]):]
                self.edges[words[1], words[2]] = \
                    rest[0].strip('" ') if len(rest) > 2 else ""

    def chain(self):
        """Addresses of the chain, from the root's object on."""
        ret, node = [], "o0"
        while node != "n0":
            node = next(b for a, b in self.edges if a == node)
            ret.append(self.nodes[node][-1])
        return ret

    def below(self, node):
        """{label of the edge: lines of the node} of what a node keeps."""
        return {name: self.nodes[b] for (a, b), name in self.edges.items()
                if a == node}

    def node(self, line):
        found = [n for n, lines in self.nodes.items() if line in lines]
        assert len(found) == 1, (line, self.nodes)
        return found[0]


@each(pythons.few)
def test_says_the_truth(python):
    with Target(python, "pictured.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "t.pyheld")
        pyheld("capture", "-o", capture, target.pid)
        for source in target.pid, capture:
            check_cache(source, target.facts["cache"])
            check_long_chain(source, target.facts["session"])
            check_hostile(source, target.facts["hostile"])


def steps_of(source, address):
    chain, = pyheld("chain", "--json", "--limit=1", source,
                    hex(address)).json["chains"]
    return [s["address"] for s in chain["steps"]]


def check_cache(source, address):
    g = Graph(source, "--address=%#x" % address)
    assert g.nodes["n0"][0] == "__main__.Cache"
    assert g.chain() == steps_of(source, address)
    below = g.below("n0")
    assert below[".blob"][0] == "bytearray", below
    entries = g.node(below[".entries"][-1])
    assert below[".entries"][:2] == ["dict", "length 5,000"], below
    sessions = g.node("__main__.Session x 5,000")
    assert g.edges[entries, sessions] == "[...]", g.edges
    below = g.below(sessions)
    assert below[".user"][0] == "dict x 5,000", below
    assert below[".log"][0] == "list x 5,000", below
    lines = g.below(g.node("list x 5,000"))
    assert lines["[...]"][0] == "str x 100,000", lines
    holders = g.node("__main__.Holder x 7")
    assert g.edges[holders, "n0"] == ".cache", g.edges


def check_long_chain(source, address):
    g = Graph(source, "--address=%#x" % address)
    steps = steps_of(source, address)
    found = g.chain()
    assert re.match(r"\d+ steps", found[4]), found
    assert int(found[4].split()[0]) + len(found) - 1 == len(steps)
    assert found[:4] == steps[:4] and found[5:] == steps[-len(found) + 5:]


def test_far_along_a_list():
    """Only the steps that are shown are named: the title would name all."""
    for links in 500, 200000:
        with Target(pythons.newest(), "pictured.py", links) as target:
            address = target.facts["session"]
            g = Graph(target.pid, "--address=%#x" % address)
            title = re.search(rb'\tlabel="(.*)";', g.source)[1]
            assert bool(title) == (links == 500), (links, title)
            found = g.chain()
            steps = int(re.match(r"([\d,]+) steps", found[4])[1]
                        .replace(",", ""))
            assert links < steps + len(found) < links + 10, found
            assert g.nodes["n0"][0] == "__main__.Session", g.nodes["n0"]


def check_hostile(source, address):
    g = Graph(source, "--address=%#x" % address)
    assert g.nodes["n0"][0] == '__main__.Ev"il\\N\\l&lt;<b>', g.nodes["n0"]
    svg = graphviz(g.source, "svg")
    shown = "".join(xml.etree.ElementTree.fromstring(svg).itertext())
    assert '__main__.Ev"il\\N\\l&lt;<b>' in shown, shown


def test_any_object():
    """graphviz draws each; they are small."""
    with Target(pythons.newest(), "odd.py", "hostile") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "t.pyheld")
        pyheld("capture", "-o", capture, target.pid, status=(0, 4))
        rows = pyheld("sql", "--json", capture, "SELECT address, type,"
                      " retained FROM objects", status=(0, 4)).json
        some = random.sample(rows, 25) + sorted(
            rows, key=lambda r: -r["retained"])[:15]
        for row in some:
            out = pyheld("export", "--format=dot", capture,
                         "--address=" + row["address"],
                         status=(0, 4)).out
            plain = graphviz(out, "plain")
            kept = len(re.findall("^node n", plain, re.M))
            assert 1 <= kept <= MAX_KEPT + 6, (row, kept)
            assert len(re.findall("^node o", plain, re.M)) <= MAX_OTHERS
            xml.etree.ElementTree.fromstring(graphviz(out, "svg"))


def test_suspects_and_bad_input():
    with Target(pythons.newest(), "planted_leaks.py", "global_list") as target:
        suspect = pyheld("leaks", "--json",
                         target.pid).json["suspects"][0]["object"]
        g = Graph(target.pid, "--suspect=1", "--limit=3")
        assert g.nodes["n0"][-1] == suspect["address"], (g.nodes, suspect)
        assert len([n for n in g.nodes if n[0] == "n"]) <= 9
        # With older captures, number 1 can be another one: the help says so.
        words = " ".join(text(pyheld("export", "--help").out).split())
        assert "'pyheld leaks TARGET' without other arguments" in words, words
        expect_error("export", "--format=dot", "--suspect=99", target.pid,
                     words=("suspect 99",))
        expect_error("export", "--format=dot", target.pid, "--address=0x10",
                     words=("0x10",))
        for args in (["--format=dot"], ["--suspect=1"], ["--limit=3"],
                     ["--format=dot", "--suspect=0"], ["--address=0x10"],
                     ["--format=dot", "--suspect=1", "--address=0x10"]):
            done = pyheld_raw("export", *args, target.pid)
            assert done.status == 2, (args, done)
            assert text(done.err).startswith("pyheld export: "), done
        done = pyheld_raw("export", "--format=dot", "-o", "/dev/full",
                          target.pid, "--address=" + suspect["address"])
        assert done.status == 3 and done.err.count(b"\n") == 1, done
