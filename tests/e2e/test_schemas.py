# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of every command agrees with the schemas in man/pyheld-json.5, which
are read from the page's source."""
import json
import os
import re
import subprocess
import tempfile

import pythons
from harness import PYHELD, Target, each, pyheld, pyheld_raw, text

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGE = os.path.join(TOP, "man", "pyheld-json.5")

TYPES = {"string": str, "integer": int, "boolean": bool, "array": list,
         "object": dict, "null": type(None)}
KNOWN = {"type", "properties", "items", "enum", "pattern", "minimum", "anyOf",
         "$ref"}


def definitions():
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    found = {}
    for block in re.findall(r'^\.\\" schema\n\.EX\n(.*?)^\.EE', page,
                            re.M | re.S):
        assert not re.search(r"^[.']", block, re.M), block
        part = json.loads(block.replace("\\-", "-").replace("\\e", "\\"))
        assert not set(part) & set(found), part.keys()
        found.update(part)
    return found


class Validator:
    """The part of JSON Schema that the page uses.  An object must have all of
    its keys and no others."""
    def __init__(self):
        self.defs = definitions()
        self.used = set()

    def is_type(self, value, name):
        if isinstance(value, bool):
            return name == "boolean"
        return isinstance(value, TYPES[name])

    def check(self, value, schema, at):
        assert set(schema) <= KNOWN, "%s: %s" % (at, schema)
        if "$ref" in schema:
            name = schema["$ref"][len("#/$defs/"):]
            self.used.add(name)
            schema = self.defs[name]
            assert "$ref" not in schema
        if "anyOf" in schema:
            self.check_any(value, schema["anyOf"], at)
        if "enum" in schema:
            assert value in schema["enum"], "%s: %r" % (at, value)
        if "type" in schema:
            names = schema["type"]
            names = names if isinstance(names, list) else [names]
            assert any(self.is_type(value, n) for n in names), \
                "%s: %r is none of %s" % (at, value, names)
        if "minimum" in schema and value is not None:
            assert value >= schema["minimum"], "%s: %r" % (at, value)
        if "pattern" in schema:
            assert re.search(schema["pattern"], value), "%s: %r" % (at, value)
        for i, item in enumerate(value if "items" in schema else ()):
            self.check(item, schema["items"], "%s[%d]" % (at, i))
        if "properties" in schema and value is not None:
            self.check_object(value, schema["properties"], at)

    def check_any(self, value, schemas, at):
        wrong = []
        for schema in schemas:
            try:
                return self.check(value, schema, at)
            except AssertionError as e:
                wrong.append(str(e))
        raise AssertionError(" and ".join(wrong))

    def check_object(self, value, properties, at):
        assert set(value) == set(properties), "%s: %s" % (
            at, set(value) ^ set(properties))
        for key, schema in properties.items():
            self.check(value[key], schema, "%s.%s" % (at, key))

    def named(self, name, value):
        self.check(value, {"$ref": "#/$defs/" + name}, name)


# What the parts of the page that mean one thing are called in all commands.
NAMES = {"address": "address", "time": "taken_at", "place": "place",
         "target": "target", "python": "python", "coverage": "coverage",
         "warnings": "warnings", "gc": "gc", "root": "root",
         "steps": "steps", "repeats": "repeats", "chain": "chain",
         "tally": "retained", "memory kinds": "kinds",
         "leaks asyncio": "asyncio", "leaks large": "large"}
# Where there are several of these beside each other, the name says which.
ROLES = {("address", "to"), ("address", "from"), ("address", "old_address"),
         ("time", "start_time"), ("place", "via_place"),
         ("steps", "loop"), ("steps", "cycle"), ("steps", "from_cycle"),
         ("chain", "held_by"), ("tally", "garbage"),
         ("tally", "uncollectable"), ("tally", "untracked")}
# Older names, which stay beside the new one.
OLDER = {"readable": "place", "name": "place", "time": "taken_at"}
# Other words for what a row says of all objects of a type.
OF_TYPE = {"size": "bytes", "objects": "count", "number": "count",
           "nr": "count", "nr_objects": "count"}


def objects_of(schema):
    """The properties of each object in a schema."""
    if "properties" in schema:
        yield schema["properties"]
        for value in schema["properties"].values():
            yield from objects_of(value)
    for value in schema.get("anyOf", ()):
        yield from objects_of(value)
    if "items" in schema:
        yield from objects_of(schema["items"])


def part_of(schema):
    """The part that a value is, or that it is if it is not null."""
    refs = [x["$ref"] for x in [schema] + schema.get("anyOf", [])
            if "$ref" in x]
    name = refs[0][len("#/$defs/"):] if len(refs) == 1 else ""
    return name[:-len(" or null")] if name.endswith(" or null") else name


def other_names(properties, used):
    """Keys of an object that other commands call something else."""
    for key, schema in properties.items():
        part = part_of(schema)
        used.add((part, key))
        if part not in NAMES or key == NAMES[part] or (part, key) in ROLES:
            continue
        if OLDER.get(key) != NAMES[part] or NAMES[part] not in properties:
            yield "%s is called %s, not %s" % (part, key, NAMES[part])
    if part_of(properties.get("type", {})) != "text":
        return
    if {"address", "object", "repr"} & set(properties):
        return                  # one object, with its size, or one class
    for key in set(properties) & set(OF_TYPE):
        if OF_TYPE[key] not in properties:
            yield "%s of a type without %s" % (key, OF_TYPE[key])


def test_one_thing_has_one_name():
    """The schemas call one thing by one name in all commands."""
    used, wrong = set(), []
    for name, schema in definitions().items():
        for properties in objects_of(schema):
            wrong += ["%s: %s" % (name, x)
                      for x in other_names(properties, used)]
    assert not wrong, "\n".join(wrong)
    unused = ROLES - used
    assert not unused, unused
    # What this must notice.
    text_part = {"$ref": "#/$defs/text"}
    count = {"$ref": "#/$defs/count"}
    for bad in ({"time": {"$ref": "#/$defs/time"}},
                {"readable": {"$ref": "#/$defs/place or null"}},
                {"type": text_part, "objects": count},
                {"type": text_part, "count": count, "size": count}):
        assert list(other_names(bad, used)), bad
    good = {"type": text_part, "count": count, "bytes": count, "size": count}
    assert not list(other_names(good, used))


def run(*args, status=(0,)):
    out = pyheld(*args, "--json", status=status).out
    assert out.endswith(b"}\n") and out.startswith(b"{\n"), out[:100]
    # Valid UTF-8, and no control characters but the line ends.
    assert not re.search("[\0-\x09\x0b-\x1f\x7f]", out.decode())
    return json.loads(out)


def export(v, target):
    lines = pyheld("export", target.pid).out.splitlines()
    v.named("export head", json.loads(lines[0]))
    step = max(1, len(lines) // 20000)
    for line in lines[1::step]:
        v.named("export line", json.loads(line))


def watch(v, python):
    """Samples of a target that grows, one of which takes a capture."""
    with Target(python, "growing.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [os.path.abspath(PYHELD), "watch", "--json", "--count=3",
             "--interval=300ms", "--when=objects>1", "-o",
             os.path.join(folder, "%n.pyheld"), "--max-captures=3",
             str(target.pid)], stdout=subprocess.PIPE)
        lines = [json.loads(process.stdout.readline())]
        target.ask({"add": 1000, "replace": 0})
        lines += [json.loads(x) for x in process.stdout]
        assert process.wait() == 0
        for line in lines:
            v.named("watch line", line)
        assert len(lines) == 3 and lines[-1]["growing"], lines
        assert any(line["capture"] for line in lines), lines


@each(pythons.oldest_and_newest)
def test_json_agrees_with_the_man_page(python):
    v = Validator()
    with Target(python, "planted.py") as target:
        plants = target.facts["plants"]
        v.named("summary", run("summary", target.pid))
        v.named("summary", run("summary", target.pid, "--limit=3",
                               "--type=*Plant", "--fail-if=garbage>1T"))
        v.named("summary", run("summary", target.pid, "--fail-if=bytes>0",
                               status=(1,)))
        v.named("memory", run("memory", target.pid))
        v.named("memory", run("memory", target.pid, "--kind=objects",
                              "--limit=2", "--fail-if=unexplained>0%",
                              "--fail-if=free>1T", status=(0, 1)))
        with tempfile.TemporaryDirectory() as folder:
            older = os.path.join(folder, "older.pyheld")
            pyheld("capture", target.pid, "-o", older)
            v.named("memory", run("memory", target.pid, older,
                                  "--fail-if=free>+1T"))
            found = run("diff", older, target.pid)
            v.named("diff", found)
            assert found["memory"] is not None
        v.named("alloc", run("alloc", target.pid))
        v.named("chain command", run("chain", target.pid, "--type=*.Plant",
                                     "--count=1000"))
        for address, want in plants.values():
            if want == "none":
                v.named("chain command", run("chain", target.pid,
                                             "--address=0x%x" % address))
                break
        v.named("cycles", run("cycles", target.pid, "--all"))
        for options in (["--depth=2"], ["--type=*Plant"],
                        ["--address=0x%x" % next(iter(plants.values()))[0]]):
            v.named("retained", run("retained", target.pid, *options))
        v.named("garbage", run("garbage", target.pid))
        v.named("refs", run("refs", target.pid))
        v.named("doctor", run("doctor", target.pid))
        v.named("ps", run("ps"))
        v.named("summaries", run("summary", "--children", target.pid))
        v.named("leaks", run("leaks", target.pid, "--min-percent=0",
                             "--min-objects=100", "--min-entries=50"))
        for address in [a for a, want in plants.values()][:3]:
            v.named("object command", run("object", target.pid,
                                          "0x%x" % address))
        v.named("diff", run("diff", target.pid, target.pid,
                            "--fail-if=bytes>90%"))
        with Target(python, "stacks.py") as other:
            v.named("stacks", run("stacks", other.pid, "--locals"))
        export(v, target)
        watch(v, python)
        with Target(pythons.system(), "planted_leaks.py", "lru_unbounded",
                    "200", env={"PYTHONTRACEMALLOC": "2"}) as other:
            for by in "line", "file", "traceback":
                v.named("alloc", run("alloc", other.pid, "--by=" + by))
            v.named("alloc", run("alloc", other.pid, other.pid))
            v.named("leaks", run("leaks", other.pid, other.pid,
                                 "--min-percent=0"))
            v.named("leaks", run("leaks", other.pid, target.pid,
                                 "--min-percent=0"))
        with Target(pythons.system(), "planted.py") as other:
            v.named("diff", run("diff", other.pid, target.pid))
    unused = set(v.defs) - v.used
    assert not unused, unused


def test_errors_go_to_stderr():
    """Errors and crossed limits are on stderr; stdout has nothing but JSON."""
    with Target(pythons.newest(), "planted.py") as target:
        done = pyheld_raw("summary", "--json", target.pid,
                          "--fail-if=objects>1", "--fail-if=objects>1G")
        assert done.status == 1, done
        assert [x["crossed"] for x in done.json["limits"]] == [True, False]
        assert text(done.err).count("\n") == 1, done
        assert "'objects>1'" in text(done.err), done
    done = pyheld_raw("summary", "--json", "2147483647")
    assert done.status == 3 and not done.out, done


def test_validator_refuses_wrong_values():
    """Each wrong value must be refused by the validator."""
    v = Validator()
    good = {"limit": "a", "crossed": True, "old": None, "new": 1}
    v.named("limit", good)
    for key, value in (("limit", None), ("crossed", 1), ("old", "1"),
                       ("new", -1), ("new", True), ("more", 1)):
        try:
            v.named("limit", dict(good, **{key: value}))
        except AssertionError:
            continue
        raise AssertionError("%s: %r was taken" % (key, value))
