# SPDX-License-Identifier: GPL-2.0-or-later
"""`pyheld export` of profiles: the sums, the frames, and what the programs
that people have read from them."""
import base64
import gzip
import json
import os
import pty
import random
import re
import shutil
import subprocess
import tempfile
import time

import pythons
from browser import Browser
from harness import CI, PYHELD, Skip, Target, artefacts, each, expect_error, \
    limit, npm_modules, pyheld, pyheld_raw, text

PARTIAL = 0, 4


def speedscope_folder():
    folder = os.path.join(npm_modules(), "speedscope", "dist", "release")
    if not os.path.isdir(folder):
        if CI:
            raise AssertionError("tests/fetch-tools was not run")
        raise Skip("tests/fetch-tools fetches speedscope")
    return folder


# --- the three formats, each as {stack: [objects, bytes]} ---

def folded(source, value):
    ret = {}
    out = pyheld("export", "--format=folded", "--value=" + value, source,
                 status=PARTIAL).out
    for line in text(out).splitlines():
        stack, _, number = line.rpartition(" ")
        frames = tuple(x.replace("\\x3b", ";") for x in stack.split(";"))
        assert all(frames), line
        # Each stack is there once.
        assert frames not in ret, line
        ret[frames] = int(number)
    return ret


def of_folded(source):
    objects, size = folded(source, "objects"), folded(source, "bytes")
    assert set(size) <= set(objects)
    return {x: [n, size.get(x, 0)] for x, n in objects.items()}


def speedscope(source):
    return pyheld("export", "--format=speedscope", source,
                  status=PARTIAL).json


def of_speedscope(profile):
    names = [f["name"] for f in profile["shared"]["frames"]]
    assert len(set(names)) == len(names)
    ret = {}
    for at, one in ((1, profile["profiles"][0]), (0, profile["profiles"][1])):
        assert one["name"] == ("objects", "bytes")[at]
        assert one["unit"] == ("none", "bytes")[at]
        assert len(one["samples"]) == len(one["weights"])
        assert one["endValue"] == sum(one["weights"])
        for sample, weight in zip(one["samples"], one["weights"]):
            stack = tuple(names[i] for i in sample)
            ret.setdefault(stack, [0, 0])[at] += weight
    return ret


def go_pprof(*args):
    if not shutil.which("go"):
        raise Skip("go is missing")
    done = subprocess.run(["go", "tool", "pprof", *args], timeout=60,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, HOME=tempfile.gettempdir(),
                                   PPROF_TMPDIR=tempfile.gettempdir()))
    assert done.returncode == 0, done
    return text(done.stdout)


def of_pprof(path):
    """What `go tool pprof -raw` prints."""
    head, _, rest = go_pprof("-raw", path).partition("\nSamples:\n")
    samples, _, rest = rest.partition("\nLocations\n")
    places, _, mappings = rest.partition("\nMappings\n")
    assert samples.startswith(
        "inuse_objects/count inuse_space/bytes[dflt]\n"), samples[:80]
    names = {}
    for line in places.splitlines():
        found = re.fullmatch(r" *(\d+): 0x0 M=1 (.*?) (\S*):(\d+) s=0\S*",
                             line)
        assert found, line
        names[int(found[1])] = found[2]
    ret = {}
    for line in samples.splitlines()[1:]:
        found = re.fullmatch(r" *(\d+) +(\d+): ((?:\d+ )+)", line)
        if not found:
            assert re.fullmatch(r" +root:\[[a-z ]+\] ?", line), line
            continue
        stack = tuple(names[int(i)] for i in found[3].split()[::-1])
        assert stack not in ret, line
        ret[stack] = [int(found[1]), int(found[2])]
    return ret, head


def total(stacks):
    return [sum(x[i] for x in stacks.values()) for i in (0, 1)]


# --- the truth ---

def below(stacks, frames):
    """What is at these frames, and below them."""
    return [[sum(x[i] for s, x in stacks.items() if s[:len(frames)] == frames)
             for i in (0, 1)], stacks.get(frames, [0, 0])]


def shown(frame, hostile):
    """As pyheld escapes what a terminal acts upon."""
    return frame.replace("HOSTILE", hostile.replace("\n", "\\n")
                         .replace("\x1b", "\\x1b")
                         .replace("\u202e", "\\u202e"))


def check_facts(stacks, facts, partial):
    for fact in facts["stacks"]:
        frames = tuple(f and shown(f, facts["hostile"])
                       for f in fact["frames"])
        if frames[-1] is None:  # all below
            found = below(stacks, frames[:-1])
            found = [found[0][0] - found[1][0], 0]
        else:
            found = stacks.get(frames, [0, 0])
        if fact["objects"] is None:
            assert found[0] in (700, 1400), (fact, found)
        else:
            assert found[0] == fact["objects"], (fact, found)
        # Blocks have up to 15 bytes more than their object.
        assert not fact["bytes"] or partial or 0 <= found[1] - fact["bytes"] \
            <= 16 * fact["objects"], (fact, found)


@each(pythons.few)
@limit(300)
def test_profiles_add_up_and_are_the_same(python):
    with Target(python, "profiled.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "t.pyheld")
        path = os.path.join(folder, "t.pprof")
        pyheld("capture", target.pid, "-o", capture, status=PARTIAL)
        pyheld("export", "--format=pprof", "-o", path, capture,
               status=PARTIAL)
        summary = pyheld("summary", "--json", capture, status=PARTIAL).json
        stacks = of_folded(capture)
        assert total(stacks) == [summary["objects"], summary["bytes"]]
        assert of_speedscope(speedscope(capture)) == stacks
        found, head = of_pprof(path)
        assert found == stacks
        assert "PID %d on " % target.pid in head, head
        assert "Python " + summary["python"]["version"] in head, head
        check_facts(stacks, target.facts, summary["warnings"])
        lost = below(stacks, ("garbage",))[0][0]
        assert lost >= target.facts["lost"], lost
        # A process is the same as its capture.
        assert total(of_folded(target.pid)) == total(stacks)
        assert len(stacks) <= 40000, len(stacks)


def frames_of_chain(chain):
    """The stacks that a chain from a module may be folded to; None: it has a
    step that this does not know."""
    name = chain["root"]["name"]
    ret = [("module " + name.split(".")[0],)]
    if "." in name:
        ret = [ret[0] + ("module " + name,)]
    owner, in_names = name, False
    for step in chain["steps"][1:]:
        key = re.fullmatch(r"\['([A-Za-z_]\w*)'\]", step["name"])
        if step["name"] == "__dict__":
            in_names = True
            continue
        if step["name"].startswith("."):
            words = [step["name"]]
        elif key and in_names:
            words = [(owner or "") + "." + key[1]]
        elif key:
            words = [step["name"], "[...]"]
        elif re.fullmatch(r"\[.*\]", step["name"], re.S) and not in_names:
            words = ["[...]"]
        else:
            return None
        ret = [x + ("%s: %s" % (w, step["type"]),) for x in ret for w in words]
        owner, in_names = None, False
    return ret


def test_stacks_are_those_of_chain():
    """What chain says of random objects is a stack, but for what is folded."""
    with Target(pythons.newest(), "profiled.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "t.pyheld")
        pyheld("capture", target.pid, "-o", capture)
        found = set()
        for stack in of_folded(capture):
            for n in range(len(stack)):
                found.add(stack[:n + 1])
        rows = pyheld("sql", "--json", capture,
                      "SELECT address FROM objects WHERE size > 200").json
        compared = 0
        for row in random.Random(7).sample(rows, 100):
            # Of chains that are as short as the first, it may be any.
            chains = pyheld("chain", "--json", "--limit=20", capture,
                            row["address"]).json["chains"]
            if not chains or any(
                    c["root"]["kind"] != "module" or
                    any(s["type"] in ("function", "code")
                        for s in c["steps"][:-1])
                    for c in chains):
                continue
            stacks = [frames_of_chain(c) for c in chains]
            if None in stacks:
                continue
            stacks = sum(stacks, [])
            assert any(x in found for x in stacks) or \
                any(x[:n] + ("(left out)",) in found for x in stacks
                    for n in range(1, len(x))), (row, stacks)
            compared += 1
        print("# %d chains compared" % compared)
        assert compared > 10


def test_go_pprof_shows_the_sums():
    with Target(pythons.newest(), "profiled.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "heap.pprof")
        pyheld("export", "--format=pprof", "-o", path, target.pid)
        assert os.stat(path).st_mode & 0o777 == 0o600
        top = go_pprof("-top", "-sample_index=inuse_objects", "-nodecount=9",
                       "-cum", path)
        assert re.search(r"Type: inuse_objects\n", top), top
        count = pyheld("summary", "--json", target.pid).json["objects"]
        assert "of %d total" % count in top, top
        assert " module profiled\n" in top, top
        # The names are not taken for C++.
        traces = go_pprof("-traces", "-focus=SESSIONS", path)
        assert "['items']: list" in traces and "[...]: int" in traces
        assert "root:  module" in traces, traces[:500]
        # The default is bytes.
        assert "Type: inuse_space" in go_pprof("-top", path)
        tags = go_pprof("-tags", path)
        assert "garbage" in tags and "thread" in tags, tags


def test_speedscope_opens_it():
    """Its own app: no message but of WebGL, and its table has our sums."""
    folder = speedscope_folder()
    with open(os.path.join(folder, "file-format-schema.json")) as f:
        schema = json.load(f)
    with Target(pythons.newest(), "profiled.py") as target, \
            tempfile.TemporaryDirectory() as work, \
            Browser(1600, 900) as page:
        out = pyheld("export", "--format=speedscope", target.pid).out
        stacks = of_speedscope(json.loads(out))
        check_schema(schema, json.loads(out))
        script = os.path.join(work, "profile.js")
        with open(script, "w") as f:
            f.write("speedscope.loadFileFromBase64('heap.json', '%s')"
                    % base64.b64encode(out).decode())
        page.call("Page.navigate", url="file://%s/index.html"
                  "#localProfilePath=%s" % (folder, script))
        wait_for(page, "document.body && document.body.innerText"
                 ".includes('(1/2)')")
        press(page, "2")
        page.screenshot(os.path.join(artefacts("screenshots"),
                                     "speedscope.png"))
        press(page, "3")
        wait_for(page, "document.querySelectorAll('table tr').length > 5")
        rows = page.value(
            "Array.from(document.querySelectorAll('table tr'), r =>"
            " Array.from(r.querySelectorAll('td'), c => c.innerText))")
        check_rows(rows, stacks)
        said = [m for m in page.messages() if m["method"] ==
                "Runtime.exceptionThrown" or
                m["params"].get("type") == "error"]
        assert not said, said


def wait_for(page, condition):
    end = time.monotonic() + 60
    while not page.value(condition):
        assert time.monotonic() < end, page.value("document.body.innerText")
        time.sleep(0.1)


def press(page, key):
    for kind in "keyDown", "keyUp":
        page.call("Input.dispatchKeyEvent", type=kind, key=key, text=key,
                  code="Digit" + key)
    time.sleep(1)


def check_rows(rows, stacks):
    """[total, self, name] against the stacks.  A number is as speedscope
    writes it: "6.44 MB (24%)", of 1024 times 1024 bytes."""
    units = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
    # The list of the profiles is a table, too.
    rows = [x for x in rows if len(x) == 3 and x[0].strip().endswith("%)")]
    assert len(rows) > 5, rows
    for row in rows:
        name = row[-1].strip()
        for at, cell in enumerate(row[:2]):
            found = re.match(r"([\d.]+) (\w+) \(", cell.strip())
            assert found, row
            number, unit = found.groups()
            size = sum(x[1] for s, x in stacks.items()
                       if (name in s if at == 0 else name == s[-1]))
            assert abs(float(number) - size / units[unit]) < 0.006, \
                (row, size)


def check_schema(schema, value):
    """What of JSON Schema speedscope's file uses."""
    definitions = schema["definitions"]

    def fits(part, value):
        try:
            check(part, value)
            return True
        except AssertionError:
            return False

    def check(part, value):
        if "$ref" in part:
            part = definitions[part["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in part:
            assert any(fits(x, value) for x in part["anyOf"]), str(value)[:99]
        if "enum" in part:
            assert value in part["enum"], value
        kinds = {"object": dict, "array": list, "string": str,
                 "number": (int, float)}
        if "type" in part:
            assert isinstance(value, kinds[part["type"]]), str(value)[:99]
        if part.get("type") == "array":
            for x in value:
                check(part["items"], x)
        if part.get("type") == "object":
            assert set(part.get("required", ())) <= set(value), part
            for key, x in value.items():
                if key in part.get("properties", {}):
                    check(part["properties"][key], x)

    check(schema if "$ref" in schema or "type" in schema
          else definitions["FileFormat.File"], value)
    broken = dict(value, profiles=[{"type": "sampled"}])
    assert not fits(definitions["FileFormat.File"], broken)


def export_to(out, *args):
    return subprocess.run([PYHELD, "export", *args], stdout=out, timeout=60,
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_profiles_that_are_refused():
    with Target(pythons.newest(), "app.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        pid = target.pid
        for name in "folded", "speedscope", "pprof":
            expect_error("export", "--format=" + name, "-o", "/dev/full", pid,
                         words=["/dev/full", "No space left"])
            expect_error("export", "--format=" + name, "-o",
                         os.path.join(folder, "none", "x"), pid)
            with open("/dev/full", "w") as full:
                done = export_to(full, "--format=" + name, str(pid))
            assert done.returncode == 3 and b"stdout" in done.stderr, done
        for args in (["--value=objects"], ["--value=objects",
                                           "--format=pprof"],
                     ["--value=calls", "--format=folded"]):
            done = pyheld_raw("export", *args, pid)
            assert done.status == 2 and not done.out, done
        ours, its = pty.openpty()
        done = export_to(its, "--format=pprof", str(pid))
        assert done.returncode == 2, done
        assert b"no text for a terminal" in done.stderr, done
        # A pipe is right.
        out = pyheld("export", "--format=pprof", pid).out
        assert gzip.decompress(out)[:1] == b"\n"
        os.close(ours)
        os.close(its)
        assert os.listdir(folder) == []


def test_redacted_captures_have_no_contents():
    with Target(pythons.newest(), "profiled.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "r.pyheld")
        pyheld("capture", "--redact=all", target.pid, "-o", path)
        found = set()
        for name in "folded", "speedscope", "pprof":
            out = pyheld("export", "--format=" + name, path).out
            out = text(gzip.decompress(out) if name == "pprof" else out)
            found |= {x for x in ("Session", "SESSIONS", "work (", "NAMES",
                                  "profiled", "pool-") if x in out}
        assert not found, found
