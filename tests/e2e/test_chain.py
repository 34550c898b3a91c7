# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains to objects at known places and to random objects.  The target itself
evaluates the expression of every chain."""
import pythons
from harness import Target, each, limit, pyheld, unharmed

TYPES = ("list", "dict", "tuple", "str", "function", "type", "module",
         "frozenset", "bytes", "code", "cell",
         "collections.OrderedDict", "property", "__main__.Box")


def chain_runs(target, *args):
    """The chains that one run prints, after a check of their structure."""
    out = pyheld("chain", "--json", *args, target.pid).json
    for chain in out["chains"]:
        assert set(chain) >= {"root", "steps", "expression"}, chain
        assert set(chain["root"]) >= {"kind", "name"}, chain
        assert chain["steps"], chain
        for step in chain["steps"]:
            assert set(step) >= {"address", "type", "name"}, chain
            assert step["address"].startswith("0x"), chain
    return out["chains"]


def last(chain):
    return int(chain["steps"][-1]["address"], 16)


def wrong_expressions(target, chains):
    """(a line for each expression that gives another object, number of those
    that give the right one)."""
    wrong, right = [], 0
    for chain in chains:
        expression = chain["expression"]
        if expression is None:
            continue
        answer = target.ask({"eval": expression})
        if answer.get("id") == last(chain):
            right += 1
        else:
            wrong.append("%s is %s, not 0x%x" % (
                expression[:300], answer, last(chain)))
    return wrong, right


def check_plant(label, want, chains):
    """What is wrong, in one line, or None."""
    rooted = [c for c in chains if c["root"]["kind"] != "native code"]
    if want in ("none", "native"):
        if rooted:
            return "%s: has a chain: %s" % (label, rooted[0])
    elif not rooted:
        return "%s: has no chain" % label
    elif want == "expression" and \
            all(c["expression"] is None for c in chains):
        return "%s: no expression: %s" % (
            label, [s["name"] for s in chains[0]["steps"]])
    return None


@limit(240)
@each(pythons.supported)
def test_chain_to_each_planted_object(python):
    with Target(python, "planted.py") as target:
        plants = target.facts["plants"]
        chains = chain_runs(target, "--type=__main__.Plant", "--count=1000")
        found = {}
        for chain in chains:
            found.setdefault(last(chain), []).append(chain)
        wrong = []
        asked = 0
        for label, (address, want) in plants.items():
            mine = found.get(address)
            if mine is None:
                # Of another class, or its holder has a chain already.
                asked += 1
                mine = chain_runs(target, "--address=0x%x" % address)
                chains += mine
            line = check_plant(label, want, mine)
            if line:
                wrong.append(line)
        unequal, right = wrong_expressions(target, chains)
        print("# %-14s %d plants, %d chains, %d expressions hold, %d asked "
              "one by one" % (python.label, len(plants), len(chains), right,
                              asked))
        unharmed(target)
        assert not wrong + unequal, "\n".join(wrong + unequal)


@limit(240)
@each(pythons.one)
def test_chains_to_random_objects(python):
    """Objects of many types, and some picked by address."""
    with Target(python, "planted.py") as target:
        chains = []
        for name in TYPES:
            chains += chain_runs(target, "--type=" + name, "--count=40")
        many = python is pythons.system()
        for address in target.ask({"sample": 60 if many else 8}):
            mine = chain_runs(target, "--address=0x%x" % address)
            assert all(last(c) == address for c in mine)
            chains += mine
        wrong, right = wrong_expressions(target, chains)
        print("# %-14s %d chains, %d expressions hold"
              % (python.label, len(chains), right))
        unharmed(target)
        assert len(chains) > 200, "only %d chains" % len(chains)
        assert right > 0, "no chain has an expression"
        assert not wrong, "\n".join(wrong)


def test_kind_and_name_of_roots():
    """The root of a chain is a module, or a thread's frame with its local."""
    with Target(pythons.newest(), "planted.py") as target:
        plants = target.facts["plants"]

        def root(label):
            chains = chain_runs(target, "--address=%x" % plants[label][0])
            return chains[0]["root"]
        assert root("list in a module") == dict(
            root("list in a module"), kind="module", name="__main__")
        frame = root("local of the main thread")
        assert frame["kind"] == "frame", frame
        for word in ("main", "planted.py", "in_main"):
            assert word in frame["name"], frame
        frame = root("local of a blocked thread")
        assert frame["kind"] == "frame", frame
        for word in ("thread_body", "in_frame"):
            assert word in frame["name"], frame


def test_last_line_is_python():
    """The last line of a chain is a Python expression."""
    with Target(pythons.newest(), "planted.py") as target:
        address = target.facts["plants"]["nested attribute"][0]
        out = pyheld("chain", "--address=0x%x" % address,
                     target.pid).out.decode()
        assert out.splitlines()[-1].strip() == "__main__.NESTED.a.b.c", out
        assert "is held by" in out, out
        assert ".NESTED" in out and "module" in out, out


@each(pythons.oldest_and_newest)
def test_equal_steps_are_written_once(python):
    """The text says how many there are; JSON has them all, and so has the
    expression: Python finds the object by it."""
    with Target(python, "planted.py") as target:
        address = target.facts["plants"]["end of a linked list"][0]
        out = pyheld("chain", "--address=0x%x" % address,
                     target.pid).out.decode()
        assert out.splitlines()[-1].strip() == \
            "__main__.LINKED -> .link x 60 -> .end", out
        assert out.count(".link ") == 4 and "... .link x 58 ..." in out, out
        chain, = chain_runs(target, "--address=0x%x" % address)
        names = [s["name"] for s in chain["steps"]]
        repeat, = chain["repeats"]
        steps = repeat["steps"]
        assert repeat["times"] == 60, repeat
        some = names[repeat["first"]:][:60 * steps]
        assert some == 60 * some[:steps], names
        assert wrong_expressions(target, [chain])[1] == 1, chain


def text_of(target, label):
    address = target.facts["plants"][label][0]
    return pyheld("chain", "--address=0x%x" % address, "--count=20",
                  target.pid).out.decode()


@each(pythons.oldest_and_newest)
def test_attributes_that_properties_hide(python):
    with Target(python, "planted.py") as target:
        out = text_of(target, "attribute behind a property")
        assert "__main__.SHADOWED.__dict__['value']" in out, out
        assert ".value " not in out and ".SHADOWED.value" not in out, out
        assert ".__dict__['value'] " in out, out
        out = text_of(target, "context variable")
        assert "[<ContextVar name='VARIABLE' at 0x" in out, out


def test_address_of_no_object():
    with Target(pythons.newest(), "planted.py") as target:
        address = target.facts["plants"]["nested attribute"][0] + 8
        for command in (["chain", "--address=0x%x" % address, target.pid],
                        ["object", target.pid, "0x%x" % address]):
            result = pyheld(*command, status=(3,))
            assert result.out == b"", result
            assert b"0x%x" % address in result.err, result
            assert result.err.count(b"\n") == 1, result
