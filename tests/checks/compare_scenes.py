# SPDX-License-Identifier: GPL-2.0-or-later
"""What compare-programs compares: commands, and the targets that they read.

A scene is a function that starts a target and has every program read it, by
scene.compare() or compare_commands().  To cover a new option, add a line to
COMMANDS; to cover another kind of target, add a scene.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile

from harness import Skip, Target
from hide import hide_files
from test_core import Directory, gcore, kernel_core, plain_pattern

# --- commands ----------------------------------------------------------------

WEAK = ["--min-entries=10", "--min-objects=50", "--min-percent=1",
        "--limit=0"]

# Each command that reads one target, with the options that change what it
# says.  TYPE is a pattern of types, ADDRESS an object.
COMMANDS = """
summary
summary --json
summary --limit=0
summary --limit=3 --sort=count
summary --sort=name --no-header
summary --type=TYPE
summary --type=TYPE --json
summary --fail-if=objects>1
summary --fail-if=bytes>900G --json
summary --color=always
memory
memory --json
memory --limit=0
memory --kind=objects --no-header
alloc
alloc --json --by=traceback
chain --type=TYPE
chain --type=TYPE --json
chain --type=dict --count=12
chain --type=[dl]i* --count=20 --json
chain --address=ADDRESS
chain --address=ADDRESS --json --count=5
cycles
cycles --json
cycles --all
cycles --all --limit=0
cycles --garbage
cycles --garbage --json
cycles --type=TYPE --limit=2
garbage
garbage --json
garbage --limit=1
garbage --limit=0
sql --csv SELECT(address),type,size,bytes,length,path,root/**/FROM(objects)
sql --json SELECT(kind),name,count(*)FROM(refs)GROUP/**/BY/**/1,2
leaks
leaks --json
leaks WEAK
leaks WEAK --json
leaks --fail --limit=1
object ADDRESS
object ADDRESS --json
object ADDRESS --limit=1
retained
retained --json --limit=200
retained --limit=5 --depth=3
retained --type=TYPE
retained --type=TYPE --json
retained --address=ADDRESS
retained --address=ADDRESS --json --depth=4
stacks --limit=0
stacks --json --locals
refs
refs --json
refs --limit=2
refs --type=TYPE
doctor
doctor --json
export
export --format=jsonl -o heap.jsonl
capture -o copy.pyheld
""".strip().splitlines()

FEW = [c for c in COMMANDS if c in (
    "summary", "summary --json", "memory --json", "chain --type=TYPE --json",
    "cycles --json", "garbage --json", "leaks WEAK --json",
    "retained --json --limit=200", "refs --json", "object ADDRESS --json",
    "doctor --json", "export")]


def command_line(command, target, type_, address):
    words = []
    for word in command.split():
        word = word.replace("TYPE", type_)
        if word == "WEAK":
            words += WEAK
        elif word != "ADDRESS":
            words.append(word.replace("ADDRESS", address))
    return [*words, *target] + ([address] if " ADDRESS" in command else [])


def compare_commands(scene, source, target, type_, address, commands=COMMANDS):
    """`target` is an argument list: the target, and options that it needs."""
    known = scene.commands_of_old()
    for command in commands:
        # A command that is new can't be compared.
        if command.split()[0] not in known:
            continue
        scene.compare(source, *command_line(command, target, type_, address),
                      label=command)


# --- sources -----------------------------------------------------------------

def sysroot(python):
    return ["--sysroot=" + python.root] if python.root else []


def some_address(scene, target, type_):
    """An object of the type that keeps much."""
    found = json.loads(scene.of_old("retained", "--json", "--limit=1",
                                    "--type=" + type_, *target))
    return found["lines"][0]["address"]


def captures(scene, pid, type_, address, commands=COMMANDS):
    """One that each program has written itself, and one that the old has
    written and both read."""
    if not scene.wanted("own-capture") and not scene.wanted("old-capture"):
        return None
    scene.both("capture", pid, "-o", "own.pyheld")
    old = os.path.join(scene.old.folder, "own.pyheld")
    compare_commands(scene, "own-capture", ["own.pyheld"], type_, address,
                     commands)
    compare_commands(scene, "old-capture", [old], type_, address, commands)
    return old


def redacted(scene, pid, address):
    for kind in "contents", "all":
        name = "redacted-%s.pyheld" % kind
        source = "redacted-" + kind
        if not scene.wanted(source):
            continue
        scene.both("capture", "--no-compress", "--redact=" + kind, pid,
                   "-o", name)
        compare_commands(scene, source, [name], "dict", address,
                         FEW + ["leaks WEAK", "chain --type=dict --count=12"])


def cores(scene, target, type_, address):
    options = sysroot(scene.python)
    if not any(map(scene.wanted, ("core", "capture-of-core", "core-zstd",
                                  "core-alone"))):
        return
    with Directory() as d:
        path, _ = gcore(target, d)
        compare_commands(scene, "core", [*options, path], type_, address)
        scene.both("capture", *options, path, "-o", "of-core.pyheld")
        compare_commands(scene, "capture-of-core", ["of-core.pyheld"], type_,
                         address, FEW)
        if shutil.which("zstd"):
            packed = path + ".zst"
            subprocess.run(["zstd", "-q", "-1", path, "-o", packed],
                           check=True)
            scene.compare("core-zstd", "summary", "--json", *options, packed,
                          label="summary --json")
            os.unlink(packed)
        else:
            scene.all.note("zstd is not installed: no compressed core")
        hide_files(path)
        compare_commands(scene, "core-alone", [path], type_, address, FEW)


def last_core(scene, target, type_, address):
    """By the kernel, which ends the target."""
    if not scene.wanted("kernel-core") and not scene.wanted("core-truncated"):
        return
    try:
        plain_pattern()
        with Directory() as d:
            path = kernel_core(target, d)
            options = sysroot(scene.python)
            compare_commands(scene, "kernel-core", [*options, path], type_,
                             address, FEW)
            # Its notes come first, so it can be read without its end.
            os.truncate(path, os.path.getsize(path) * 97 // 100)
            compare_commands(scene, "core-truncated", [*options, path],
                             type_, address,
                             [c for c in FEW if "ADDRESS" not in c])
    except Skip as e:
        scene.all.note("no core by the kernel: %s" % e)


# --- scenes: a target each ---------------------------------------------------

SCENES = {}


def scene(function):
    SCENES[function.__name__] = function
    return function


@contextlib.contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@scene
def planted(s):
    """Objects in every place that a chain can lead through."""
    # Where the kernel can write a core.
    with Target(s.python, "planted.py",
                before=["env", "-C", s.folder]) as target:
        type_ = "*.Plant"
        plants = {k: hex(v[0]) for k, v in target.facts["plants"].items()}
        address = plants["mixed path"]
        compare_commands(s, "live", [target.pid], type_, address)
        with stopped(target.pid):
            compare_commands(s, "stopped", [target.pid], type_, address, FEW)
        old = captures(s, target.pid, type_, address)
        for label, address in plants.items() if old else ():
            s.compare("plants", "chain", "--address=" + address, old,
                      label=label)
        redacted(s, target.pid, plants["mixed path"])
        cores(s, target, type_, plants["mixed path"])
        last_core(s, target, type_, plants["mixed path"])


def one_of_each_type(scene, capture):
    found = {}
    lines = scene.of_old("export", capture).splitlines()
    for line in lines[1:]:
        o = json.loads(line)
        found.setdefault(o["type"], o["address"])
    return found


@scene
def zoo(s):
    """Objects of the types of the built-ins and the standard library."""
    with Target(s.python, "held.py", before=["env", "-C", s.folder]) as target:
        address = some_address(s, [target.pid], "dict")
        type_ = "zoo.*"
        compare_commands(s, "live", [target.pid], type_, address)
        old = captures(s, target.pid, type_, address, FEW)
        for type_, address in one_of_each_type(s, old).items() if old else ():
            s.compare("types", "object", "--limit=5", old, address,
                      label=type_)
        cores(s, target, "zoo.*", address)


@scene
def values(s):
    """What is shown of values."""
    with Target(s.python, "values.py") as target:
        s.compare("live", "export", target.pid, label="export")
        for value, (address, *_) in enumerate(target.facts["values"]):
            s.compare("live", "object", target.pid, hex(address),
                      label="value %d" % value)


@scene
def growing(s):
    """Captures of one process at several times."""
    with Target(s.python, "growing.py") as target:
        steps = []
        for i in range(3):
            name = os.path.join(s.old.folder, "%d.pyheld" % i)
            s.old.run(["capture", str(target.pid), "-o", name], {}, keep=True)
            steps.append(name)
            target.ask({"add": 500, "replace": 700, "collect": True})
        for source, files in (("two", steps[:2]), ("three", steps),
                              ("live", [steps[0], target.pid]),
                              ("back", steps[::-1]),
                              ("same", [steps[1], steps[1]])):
            for options in ([], ["--json"], ["--sort=count"],
                            ["--sort=came", "--limit=0"], ["--sort=name"],
                            ["--type=*.Session"], ["--no-header"],
                            ["--limit=2"], ["--fail-if=bytes>1%"],
                            ["--fail-if=objects>+1G", "--json"],
                            ["--color=always"]):
                s.compare(source, "diff", *options, *files,
                          label=" ".join(["diff", *options]))
        for options in [], ["--json"], WEAK, [*WEAK, "--json"]:
            s.compare("older", "leaks", *options, target.pid, *steps,
                      label=" ".join(["leaks", *options]))
            s.compare("older", "leaks", *options, steps[2], steps[1],
                      label=" ".join(["leaks", *options, "of a capture"]))
        for options in ([], ["--json"], ["--json", "--when=objects>1", "-o",
                                         "watched%n.pyheld"]):
            s.compare("live", "watch", "--count=2", "--interval=50ms",
                      *options, target.pid,
                      label=" ".join(["watch", *options]))


@scene
def leaks(s):
    """A target for each cause of a leak."""
    with Target(s.python, "planted_leaks.py", "serve") as target:
        for cause in target.facts["causes"]:
            if not s.wanted(cause):
                continue
            pid = target.ask({"cause": cause})["pid"]
            for command in ("leaks", "leaks --json", "leaks WEAK",
                            "leaks WEAK --json"):
                s.compare(cause, *command_line(command, [pid], "", ""),
                          label=command)


@scene
def garbage(s):
    for words in "quiet", "legacy", "resurrect":
        with tempfile.TemporaryFile() as log, \
                Target(s.python, "discarded.py", words, log.fileno(),
                       fds=[log.fileno()]) as target:
            compare_commands(s, words, [target.pid], "*.Node", "", [
                c for c in COMMANDS
                if c.split()[0] in ("cycles", "garbage", "summary")])


@scene
def retained(s):
    with Target(s.python, "retained.py") as target:
        for command in ([], ["--json"], ["--depth=2"], ["--type=*.Item"]):
            s.compare("live", "retained", *command, target.pid,
                      label=" ".join(["retained", *command]))


@scene
def confidential(s):
    """Redacted captures of a process that has secrets."""
    with Target(s.python, "confidential.py") as target:
        redacted(s, target.pid, some_address(s, [target.pid], "dict"))


@scene
def references(s):
    """References that nothing explains, or that can only be guessed."""
    for script in "leaking.py", "guessed.py":
        with Target(s.python, script) as target:
            compare_commands(s, script, [target.pid], "__main__.*",
                             some_address(s, [target.pid], "dict"), FEW)


@scene
def crowd(s):
    with Target(s.python, "crowd.py", "still", 2000) as target:
        compare_commands(s, "live", [target.pid], "*.Node",
                         some_address(s, [target.pid], "*.Node"))
        s.compare("ascii", "chain", "--type=*.Node", target.pid,
                  env={"LC_ALL": "C"})


@scene
def clean(s):
    with Target(s.python, "clean.py", "rest") as target:
        compare_commands(s, "live", [target.pid], "*.Cache",
                         some_address(s, [target.pid], "dict"), FEW)


@scene
def odd(s):
    """Targets that make trouble."""
    kinds = ["hostile", "subinterpreters", "frozen", "dropped"]
    if not s.python.free_threaded:
        # These write to where a build with a GIL has its members.
        kinds += ["corrupt", "broken_list"]
    for kind in kinds:
        if not s.wanted(kind):
            continue
        with Target(s.python, "odd.py", kind) as target:
            compare_commands(s, kind, [target.pid], "list", "",
                             [c for c in FEW if "ADDRESS" not in c])


@scene
def errors(s):
    """What is refused: the exit status, and nothing on stdout."""
    with Target(s.python, "app.py") as target:
        pid = target.pid
        for args in (["summary"], ["summary", "0"], ["summary", "no/file"],
                     ["summary", "1", "2"], ["summary", pid, "--limit=x"],
                     ["summary", pid, "--sort=size"], ["nothing", pid],
                     ["summary", pid, "--fail-if=objects"], [],
                     ["chain", pid], ["chain", pid, "--address=0x1001"],
                     ["chain", pid, "--address=x"], ["chain", pid, "--count=0",
                                                     "--type=dict"],
                     ["chain", pid, "--type=no.Such"],
                     ["object", pid], ["object", pid, "0x1001"],
                     ["capture", pid], ["capture", pid, "-o", "no/folder/x"],
                     ["diff", pid], ["diff", "/bin/sh", pid],
                     ["export", pid, "--format=xml"],
                     ["watch", pid, "--interval=0"], ["watch", "/bin/sh"],
                     ["retained", pid, "--address=0x1001"],
                     ["leaks", pid, "--min-percent=x"],
                     ["summary", "/bin/sh"], ["summary", os.getppid()]):
            label = " ".join(map(str, args)).replace(str(pid), "PID")
            s.compare("refused", *args, label=label, statuses=None)


@scene
def help(s):
    s.compare("all", "help")
    s.compare("all", "--help")
    s.compare("all", "--version", label="version")
    for name in sorted({c.split()[0] for c in COMMANDS} | {"diff", "watch"}):
        s.compare(name, "help", name)
        s.compare(name, name, "--usage")


# These need no more than one CPython.
ONCE = "errors", "help"
