# SPDX-License-Identifier: GPL-2.0-or-later
"""The campaign of injected faults: one allocation or one system call of a run
of pyheld fails, and what it does then is judged.

A run is well if
- the exit status is 0, 3 or 4, or, where the fault came before the program's
  first instruction, 127 and the loader's line;
- with 3, stderr has one line of pyheld's that says why, beside warnings, and
  beside those about a worker that died and was run again;
- with another, nothing but warnings, each a line;
- the folder of the output has no file but the one that was asked for;
- the target is neither held nor gone.

Libraries do not check all of their allocations.  What happens where one of
their own fails is counted apart, and is no failure of the campaign, if the
function of the library that pyheld called is in KNOWN below.  That pyheld does
not end is a failure in any case.
"""
import collections
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

import commands  # noqa: E402
import pythons  # noqa: E402
from harness import PYHELD, Target, text, unharmed  # noqa: E402

# The functions of libraries within which a failed allocation may end the
# process.  Unicorn: by SIGSEGV, SIGABRT, SIGTRAP (glib), or exit(1) (qemu).
KNOWN = {"uc_open", "uc_emu_start", "uc_mem_map_ptr", "uc_mmio_map",
         "uc_hook_add", "uc_context_alloc", "uc_close", "generated code",
         # libseccomp: by SIGSEGV, or by SIGSYS later, as the filter is broken.
         "seccomp_init", "seccomp_attr_set", "seccomp_rule_add_array",
         "seccomp_load",
         "a system call of Unicorn",
         # glibc asserts in that file that it has memory for the options.
         "argp-help.c",
         # The loader does not check the memory for the first of its maps.
         "ld.so"}

# In full up to completion; the others of `pyheld --help` are sampled.
FULL = ["summary TARGET", "capture -o FOLDER/new.pyheld TARGET",
        "leaks TARGET"]


def sampled_lines():
    """The rest of the commands, and help; browse and top need a terminal and
    are tried without one."""
    return [line for line in commands.LINES if line not in FULL] + \
        commands.WITHOUT_TARGET + ["browse TARGET", "top TARGET"]


def build(folder):
    """Compile the two injectors."""
    cc = os.environ.get("CC", "gcc").split()
    subprocess.check_call(cc + ["-O1", "-shared", "-fPIC", "-static-libgcc",
                                "-o", folder + "/inject.so",
                                HERE + "/inject.c", "-ldl"])
    subprocess.check_call(cc + ["-O1", "-o", folder + "/fail-syscall",
                                HERE + "/fail-syscall.c"])


def held(pid):
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/status" % (pid, task)) as f:
            lines = f.read()
        if "\nTracerPid:\t0\n" not in lines or \
                "\nState:\tt" in lines or "\nState:\tT" in lines:
            return True
    return False


class Run:
    """One run: what failed, and what came of it."""

    def __init__(self, line, kind, n):
        self.line, self.kind, self.n = line, kind, n
        self.status = self.err = None
        self.count = 0          # of what could fail
        self.loading = False    # it failed before the first instruction
        self.syscall = -1
        self.caller = "-"       # the file whose code made it
        self.site = []          # frames: (module, offset, symbol)

    def entry(self):
        """The function of Unicorn, of libseccomp or of the C library's argp
        that pyheld has called, or None."""
        if b"argp-help.c:" in self.err:
            return "argp-help.c"
        if "libunicorn" in self.caller:
            return "a system call of Unicorn"
        if self.kind == "system call" and self.loading and \
                self.caller == "-":
            return "ld.so"
        inside = [f for f in self.site
                  if "libunicorn" in f[0] or "libseccomp" in f[0]]
        if not inside:
            return None
        last = self.site.index(inside[-1])
        # The stack ends in code that has no unwind tables.
        if last == len(self.site) - 1 or self.site[last + 1][0] == "?":
            return "generated code"
        return inside[-1][2]

    def where(self):
        names = [os.path.basename(m) + "+0x" + o
                 for m, o, _ in self.site if "inject.so" not in m][:6]
        return " < ".join(names) or "call %d of %s" % (self.syscall,
                                                       self.caller)

    def __str__(self):
        return "%s: %s %d: exit status %s at %s: %s" % (
            self.line, self.kind, self.n, self.status, self.where(),
            text(self.err).strip()[:300])


class Campaign:
    def __init__(self, folder, target, pyheld=PYHELD):
        self.folder, self.target = folder, target
        self.pyheld = os.path.abspath(pyheld)
        self.rows = collections.defaultdict(collections.Counter)
        self.known = collections.Counter()
        self.bad = []
        self.runs = 0
        self.earlier = folder + "/earlier.pyheld"
        subprocess.check_call([self.pyheld, "capture", "-o", self.earlier,
                               str(target.pid)])

    def argv(self, line, out):
        address = hex(self.target.facts.get("addr", 0)) \
            if "ADDRESS" in line else ""
        if "ADDRESS" in line and not self.target.facts.get("addr"):
            address = self.some_address()
        return commands.fill(line, [self.target.pid], address, self.earlier,
                             out)

    def some_address(self):
        got = subprocess.run([self.pyheld, "sql", "--json", self.earlier,
                              "SELECT address FROM objects LIMIT 1"],
                             stdout=subprocess.PIPE, check=True)
        return str(json.loads(got.stdout)[0]["address"])

    def run(self, line, kind, n):
        r = Run(line, kind, n)
        out = tempfile.mkdtemp(dir=self.folder)
        told = tempfile.mkdtemp(dir=self.folder)
        argv = [self.pyheld] + self.argv(line, out)
        env = dict(os.environ, TMPDIR=out, HOME=out)
        if kind == "allocation":
            env.update(LD_PRELOAD=self.folder + "/inject.so",
                       FAULT_ALLOC=str(n), FAULT_TOLD=told + "/told")
        else:
            argv = [self.folder + "/fail-syscall", str(n),
                    told + "/report"] + argv
        try:
            done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, timeout=60)
            r.status, r.err = done.returncode, done.stderr
        except subprocess.TimeoutExpired as e:
            r.status, r.err = "none within 60 s", e.stderr or b""
        self.read(r, told)
        r.left = sorted(os.listdir(out))
        shutil.rmtree(out)
        shutil.rmtree(told)
        return r

    def read(self, r, told):
        if r.kind == "allocation":
            if os.path.exists(told + "/told"):
                with open(told + "/told", "rb") as f:
                    r.count, length = struct.unpack("qq", f.read(16))
                    r.site = [tuple(x.split(" ", 2))
                              for x in text(f.read(length)).splitlines()]
            # Of the loader itself, and of what it runs before main().
            r.loading = not any(os.path.basename(m) == "pyheld" or
                                m == self.pyheld for m, _, _ in r.site)
        else:
            if os.path.exists(told + "/report"):
                with open(told + "/report") as f:
                    *numbers, r.caller = f.read().split()
                r.count, before, r.syscall = map(int, numbers)
                r.loading = r.n <= before

    def why_bad(self, r):
        """What is wrong with a run, or None."""
        lines = text(r.err).splitlines()
        # Where the worker died, it was run again: what came of that counts.
        said = [x for x in lines if not x.startswith("pyheld: warning: ") and
                ": it is done once more" not in x]
        name = r.line.split()[0]
        if held(self.target.pid):
            return "the target is held"
        if r.loading and r.status == 127:
            return None if lines else "no line of the loader"
        # Without a terminal, these are refused as a wrong command line.
        good = (2, 3) if name in ("browse", "top") else (0, 3, 4)
        # Usage is for the wrong command line of a user, and nobody's limit is
        # crossed here: --when of watch ends with 0.
        if r.status not in good:
            return "exit status"
        if r.status == 3 and (len(said) != 1 or
                              not said[0].startswith("pyheld: ")):
            return "not one line"
        if r.status in (0, 4) and said and name != "watch":
            return "a line that is no warning"
        asked = [os.path.basename(w) for w in r.line.split()
                 if w.startswith("FOLDER/") or "=FOLDER/" in w]
        if r.syscall not in (87, 263):      # unlink, unlinkat
            left = [x for x in r.left if x not in asked]
            if left:
                return "files are left: %s" % left
        return None

    def judge(self, r):
        self.runs += 1
        why = self.why_bad(r)
        inside = r.entry()
        kind = "%s%s" % (r.kind, " before main" if r.loading else
                         " in a library" if inside else "")
        self.rows[kind][r.status] += 1
        if why and inside in KNOWN and why != "the target is held" and \
                isinstance(r.status, int) and not why.startswith("files"):
            self.known["%s: %s" % (inside, r.status)] += 1
        elif why:
            self.bad.append("%s: %s" % (why, r))
            print("  " + self.bad[-1], flush=True)
        return not why

    def count(self, line, kind):
        r = self.run(line, kind, 0)
        assert r.status in (0, 2, 3, 4), str(r)
        assert r.count, "no %s of %s was counted: %s" % (kind, line, r)
        return r.count

    def spread(self, line, kind, nr, seed):
        """`nr` of the faults of a line, spread over the run, by a seed."""
        total = self.count(line, kind)
        chosen = range(1, total + 1)
        if nr < total:
            chosen = sorted(random.Random(seed).sample(chosen, nr))
        for n in chosen:
            self.judge(self.run(line, kind, n))
        return total, len(chosen)

    def report(self):
        lines = ["%d runs, %d wrong" % (self.runs, len(self.bad))]
        for kind, c in sorted(self.rows.items()):
            lines.append("%-26s %s" % (kind, ", ".join(
                "%d x %s" % (n, s) for s, n in sorted(
                    c.items(), key=lambda x: str(x[0])))))
        for name, n in sorted(self.known.items()):
            lines.append("known, in a library: %s: %d" % (name, n))
        return lines


def main():
    """usage: campaign.py [PER_FULL_LINE [PER_SAMPLED_LINE [SEED [PART]]]]

    By hand: PYHELD=build/src/pyheld tests/faults/campaign.py
    A number of runs for each line and kind; 0 for each fault up to completion.
    PART is A/B: every B-th line only."""
    numbers = [int(x) for x in sys.argv[1:4]] + [0, 60, 1][len(sys.argv[1:4]):]
    part, parts = map(int, (sys.argv[4] if len(sys.argv) > 4 else
                            "0/1").split("/"))
    full, sample, seed = numbers
    lines = [(x, full or 10**9) for x in FULL] + \
        [(x, sample) for x in sampled_lines()]
    with tempfile.TemporaryDirectory() as folder, \
            Target(pythons.newest(), "growing.py") as target:
        build(folder)
        c = Campaign(folder, target)
        work = [(x, n, k) for x, n in lines
                for k in ("allocation", "system call")]
        for line, nr, kind in work[part::parts]:
            total, tried = c.spread(line, kind, nr, seed)
            print("%-60s %s %d of %d" % (line, kind, tried, total), flush=True)
        unharmed(target)
        print("\n".join(c.report()))
    return 1 if c.bad else 0


if __name__ == "__main__":
    sys.exit(main())
