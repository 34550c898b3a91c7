# SPDX-License-Identifier: GPL-2.0-or-later
"""What `pyheld leaks` says of programs that leak, each as programs in public
bug reports do, and of services that do not.

Each tests/leaks/NAME.py but service.py is a program, and a test of its name.
The last paragraph of its docstring says what pyheld has to say of it.  All
fields but `place` are optional:

  needs: MODULE ...   what it imports: a Debian package of .ci/packages has it
  place: REGEX        title, place or expression of the first suspect
  kind: REGEX         kind of the first suspect
  fix: REGEX          fix of the first suspect
  not: REGEX          title, place and fix of no suspect
  says: REGEX         the report as text
  at most: N          there are at most N suspects
  explains: N         they keep at least N percent of what the RSS grew by,
                      each object counted once
  older: yes|no|both  with an older capture, without one, or both (the default)
  healthy: yes        there is no suspect; only `says` and `older` beside it

A program prints {"phase": 1} when it has leaked a part, which is captured, and
{"phase": 2} when it has leaked the rest.  Then it is asked for its leaks,
without the capture and with it.  A healthy one is also asked in phase 1, at
rest.  If the process to look at is another one, the facts have its "pid".

A program of the standard library alone runs on the distribution's Python, or,
with CI=true, on one of the others, which take turns.  PYHELD_ALL_PYTHONS=1 runs
all programs on all Pythons.  Programs that need a library run on the
distribution's Python.
"""
import ast
import glob
import os
import re
import subprocess
import tempfile

import pythons
from harness import CI, Skip, Target, each, limit, pyheld, status, text, \
    unharmed

FOLDER = os.path.join(pythons.TESTS, "leaks")
FIELDS = {"needs", "place", "kind", "fix", "not", "says", "at most",
          "explains", "older", "healthy"}
FIND = "import importlib.util, sys\n" \
    "print([m for m in sys.argv[1:] if not importlib.util.find_spec(m)])"

# Programs of which pyheld does not yet say what it should, and what is wrong.
# They are no tests of their own, and so are not counted as passed.  The test
# `open` shows them; it says which are right, and are to be taken from here.
OPEN = {
    "loggers_by_user": "place: loggers have the name of a user of one",
    "parked_greenlets": "place: native code is blamed for locals of greenlets",
    "scripts_as_modules": "place: equal strings instead of sys.modules",
}
# On Pythons without a GIL alone.
OPEN_FREE_THREADED = {
    "growing_buffer": "explains: a fifth of it, as mimalloc keeps the blocks"
                      " that the buffer has grown out of",
    "hung_threads": "explains: half of it, as each thread has pages of its own"
                    " in the allocator",
    "registered_classes": "missed: 3.13 makes classes immortal as soon as there"
                          " is a thread, so that no holder keeps them",
}


class Program:
    """A file of tests/leaks and its fields."""
    def __init__(self, name):
        self.name = name
        with open(os.path.join(FOLDER, name + ".py")) as f:
            doc = ast.get_docstring(ast.parse(f.read()))
        self.fields = {}
        for line in doc.rpartition("\n\n")[2].splitlines():
            field, _, value = line.partition(":")
            assert field in FIELDS, "%s: no such field: %s" % (name, line)
            self.fields[field] = value.strip()
            re.compile(value.strip())
        self.healthy = self.fields.get("healthy") == "yes"
        assert self.healthy or "place" in self.fields, name
        self.needs = self.fields.get("needs", "").split()
        self.older = {"yes": [True], "no": [False]}.get(
            self.fields.get("older"), [False, True])

    def pythons(self):
        """Those that it is to run on and be right."""
        if self.name in OPEN:
            return []
        return [p for p in self.all_pythons()
                if not (p.free_threaded and self.name in OPEN_FREE_THREADED)
                ] or [pythons.system()]

    def all_pythons(self):
        if self.needs:
            return [pythons.system()]
        if pythons.ALL:
            return pythons.supported()
        if not CI:
            return [pythons.system()]
        others = [p for p in pythons.supported() if p is not pythons.system()]
        return pythons.in_turns(others, len(others))

    def missing(self, python):
        """Which of the modules that it needs this Python lacks."""
        if not self.needs:
            return []
        done = subprocess.run(python.argv("-c", FIND, *self.needs),
                              capture_output=True, timeout=60, check=True)
        return ast.literal_eval(text(done.stdout))

    def has(self, field, *texts):
        """Does one of `texts` match the field?  A field that the program
        lacks matches."""
        pattern = self.fields.get(field)
        return pattern is None or any(re.search(pattern, t)
                                      for t in texts if t)


NAMES = sorted(os.path.basename(path)[:-3]
               for path in glob.glob(os.path.join(FOLDER, "*.py"))
               if not path.endswith("/service.py"))


class Answer:
    """What pyheld said of a program, once.  Its text is read if `with_text` or
    if the program says what is to stand there."""
    def __init__(self, program, growth, *targets, with_text=pythons.ALL):
        self.program, self.growth, self.targets = program, growth, targets
        report = pyheld("leaks", "--json", *targets, status=(0, 4)).json
        self.suspects = report["suspects"]
        # Each object once, but with what the ledger alone finds; null without a
        # ledger.
        self.once = report["explained"]
        self.text = None
        if with_text or "says" in program.fields:
            self.text = " ".join(text(pyheld("leaks", *targets,
                                             status=(0, 4)).out).split())

    def explained(self):
        """Percent of what the RSS grew by that the suspects keep.  Objects of
        two suspects count once, and those that others made room for do not."""
        kept = sum(s["growth"]["bytes_came"] if s["growth"] else s["bytes"]
                   for s in self.suspects)
        if self.once is not None:
            kept = min(kept, self.once)
        return 100 * kept / max(self.growth, 1)

    def faults(self):
        """Fields that are not met; 'missed' if there is no suspect, 'false' if
        there is one of a healthy program, 'text' if the text has not the first
        fix."""
        says = [] if self.program.has("says", self.text) else ["says"]
        if self.program.healthy:
            return ["false"] * bool(self.suspects) + says
        if not self.suspects:
            return ["missed"] + says
        return [field for field, met in self.met().items() if not met] + says

    def met(self):
        first, fields = self.suspects[0], self.program.fields
        expression = (first["chain"] or {}).get("expression")
        claims = "\n".join("%s\n%s\n%s" % (s["title"], s["place"], s["fix"])
                           for s in self.suspects)
        return {
            "place": self.program.has("place", first["title"], first["place"],
                                      expression),
            "kind": self.program.has("kind", first["kind"]),
            "fix": self.program.has("fix", first["fix"]),
            "not": "not" not in fields or not re.search(fields["not"], claims),
            "at most": len(self.suspects) <= int(fields.get("at most", 1000)),
            "explains": self.explained() >= int(fields.get("explains", 0)),
            "text": self.text is None or first["fix"][:40] in self.text,
        }

    def __str__(self):
        """A row of a table, and what was said first."""
        first = self.suspects[0] if self.suspects else {}
        return "%-22s %-7s %-16s %+6.1f MiB %4.0f %%  %s%s" % (
            self.program.name, "with" if len(self.targets) > 1 else "without",
            ",".join(self.faults()) or "right", self.growth / (1 << 20),
            self.explained(), first.get("title", (self.text or "none")[:150]),
            first and "\n    kind: %s\n    place: %s\n    fix: %s" % (
                first["kind"], first["place"], first["fix"]))


def resident(pid):
    return int(status(pid)["VmRSS"].split()[0]) * 1024


def answers(program, python):
    """An Answer for each way that it is to be asked in."""
    missing = program.missing(python)
    if missing:
        raise Skip("%s has no %s" % (python.label, ", ".join(missing)))
    with Target(python, "leaks/%s.py" % program.name) as target, \
            tempfile.TemporaryDirectory() as folder:
        assert target.facts["phase"] == 1, target.facts
        pid = target.facts.get("pid", target.pid)
        older = os.path.join(folder, "older.pyheld")
        pyheld("capture", pid, "-o", older)
        found = []
        if program.healthy and False in program.older:
            found.append(Answer(program, 0, pid))
        before = resident(pid)
        assert target.ask({}, seconds=120)["phase"] == 2
        growth = resident(pid) - before
        # The text of one of them, to save time.
        *first, last = program.older
        found += [Answer(program, growth, pid, *[older] * with_older)
                  for with_older in first]
        found.append(Answer(program, growth, pid, *[older] * last,
                            with_text=True))
        unharmed(target)
    return found


def add_test(program):
    """Make a test of the program, of its name."""
    @limit(240)
    @each(program.pythons)
    def test(python):
        found = answers(program, python)
        wrong = [answer for answer in found if answer.faults()]
        for answer in found:
            print(answer)
        assert not wrong, [answer.faults() for answer in wrong]

    test.__name__ = "test_" + program.name
    globals()[test.__name__] = test


for program in map(Program, NAMES):
    add_test(program)


def opened():
    """The system's, and those without a GIL if all are to be tried."""
    return [pythons.system()] + (pythons.without_gil() if CI else [])


@limit(600)
@each(opened)
def test_open(python):
    """Those of OPEN, which are not yet right."""
    known = OPEN_FREE_THREADED if python.free_threaded else OPEN
    for name, why in sorted(known.items()):
        found = answers(Program(name), python)
        for answer in found:
            print(answer)
        if any(answer.faults() for answer in found):
            print("# %s: not yet right: %s" % (name, why))
        else:
            print("# %s: right: take it from the list" % name)
