# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command in README, man pages and --help is run against the program that
they describe."""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import time

import commands
import pythons
from harness import PYHELD, Target, pyheld, text
from terminal import Terminal

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

# What the documents call the process and its object.
PID, ADDRESS = "4242", "0x7f3a2c0b5d90"


def readme():
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as f:
        return f.read()


def readme_commands():
    """Of ```sh blocks, and "$ " lines of others."""
    inside = False
    for line in readme().splitlines():
        if line.startswith("```"):
            inside = line.strip() == "```sh"
        elif inside:
            yield line.strip()
        elif line.startswith("    $ "):
            yield line[6:]


def man_commands():
    for path in sorted(glob.glob(os.path.join(TOP, "man", "*.1"))):
        with open(path, encoding="utf-8") as f:
            for line in f:
                line = line.strip().replace("\\-", "-").replace("\\e", "\\")
                line = re.sub(r"\\fB|\\fI|\\fR|\\fP", "", line)
                match = re.match(r"(?:\.B |\$ )?(pyheld .*)", line)
                if match:
                    yield match.group(1)


def help_commands():
    for command in ("summary", "chain", "cycles", "retained", "object",
                    "export", "leaks", "memory"):
        out = pyheld(command, "--help").out.decode()
        found = re.findall(r"^ +(pyheld .*)$", out.partition("Example")[2],
                           re.M)
        assert found, "%s --help has no example" % command
        yield from found


def run_on_terminal(line, folder):
    """It shows its keys, q among them."""
    words = [os.path.abspath(PYHELD), *line.split()[1:]]
    with Terminal(words, cwd=folder) as terminal:
        terminal.wait_for("q quit")
        terminal.keys("q")
        assert terminal.status() == 0, line
    return ""


def run(line, target, folder):
    line = line.replace(PID, str(target.pid))
    line = line.replace(ADDRESS, hex(target.facts["address"]))
    if line.split()[1] in commands.ON_TERMINAL:
        return run_on_terminal(line, folder)
    if line.startswith("pyheld watch") and "--count" not in line:
        line += " --count=1"    # it goes on until it is interrupted
    if "| jq" in line and not shutil.which("jq"):
        line = line[:line.index("| jq")]
    path = os.path.dirname(os.path.abspath(PYHELD))
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60,
        env=dict(os.environ, LC_ALL="C.UTF-8",
                 PATH=path + os.pathsep + os.environ["PATH"]))
    assert done.returncode == 0 and not done.stderr, (line, done)
    return text(done.stdout)


def run_all(lines):
    lines = sorted({x for x in lines if x.startswith("pyheld ")
                    and re.search(r"\b%s\b" % PID, x)})
    with Target(pythons.newest(), "app.py") as target, \
            tempfile.TemporaryDirectory() as folder:
        ran = 0
        for line in lines:
            # A capture of another day is not at hand.
            if re.search(r"\S+\.pyheld\b", line):
                continue
            run(line, target, folder)
            ran += 1
    print("# %d commands" % ran)
    assert ran


def test_commands_in_the_readme():
    run_all(readme_commands())


def section_commands(title):
    """The command lines of a section of the README."""
    section = readme().partition("## " + title)[2].partition("\n## ")[0]
    return [line for block in re.findall(r"```sh\n(.*?)```", section, re.S)
            for line in block.splitlines()]


def test_readme_section_on_two_captures():
    """The section, as written: its program is app.py, which grows."""
    commands = section_commands("Find a leak with two captures")
    assert len(commands) == 8, commands
    with Target(pythons.newest(), "app.py", "grows") as target, \
            tempfile.TemporaryDirectory() as folder:
        out = [run(line, target, folder) for line in commands]
    assert re.search(r"app\.SESSIONS grew from [\d,]+ to [\d,]+ entries",
                     out[3]), out[3]
    assert "app.SESSIONS[" in out[4], out[4]


def test_readme_section_on_growth():
    """The section, as written; its workers are two of app.py."""
    commands = section_commands("What grows, and what is only large")
    assert len(commands) == 6, commands
    with Target(pythons.newest(), "app.py", "grows") as target, \
            Target(pythons.newest(), "app.py") as other, \
            tempfile.TemporaryDirectory() as folder:
        pyheld("capture", other.pid, "-o",
               os.path.join(folder, "worker-2.pyheld"))
        out = [run(line, target, folder) for line in commands]
    assert "app.SESSIONS" in out[2] and "grew: " in out[2], out[2]
    assert "GROWTH" in out[3] or "grew" in out[3], out[3]
    assert "app.SESSIONS" in out[4], out[4]
    assert "in 2 of 2" in out[5] and "grew: " not in out[5], out[5]


def test_commands_in_the_man_pages():
    run_all(man_commands())


def test_commands_in_the_help():
    run_all(help_commands())


def shape(out):
    """The lines without addresses, sizes and spacing, which vary."""
    out = re.sub(r"0x[0-9a-f]+", "0x…", out)
    out = re.sub(r"\(\d+ bytes, \d+ references?\)", "(…)", out)
    return [re.sub(r" +", " ", x).strip() for x in out.splitlines()
            if x.strip()]


def test_first_output_in_the_readme():
    """The chain of the README's first example, as it comes out."""
    block = re.search(r"^    \$ (pyheld chain .*)\n((?:    .*\n|\n)+)",
                      readme(), re.M)
    with Target(pythons.newest(), "app.py") as target:
        out = run(block.group(1) + " --count=1", target, "/")
    printed, shown = shape(out), shape(block.group(2))
    # Of another type than the shown one nothing may be in between.
    for line in shown:
        assert line in printed, "%r is not in\n%s" % (line, out)


def words(out):
    """The words of each line but the first, without addresses and numbers."""
    return [re.sub(r"[\d,.]+", "N", re.sub(r"0x\S+", "", x)).split()
            for x in out.splitlines() if x.strip()][1:]


def test_retained_output_in_the_readme():
    """The same lines, but for the numbers."""
    block = re.search(r"^    \$ (pyheld retained .*)\n((?:    .*\n|\n)+)",
                      readme(), re.M)
    with Target(pythons.newest(), "app.py", "grows") as target:
        while int(re.search(r"(\S+) objects of", run(
                "pyheld retained %s --type=app.Session" % PID, target, "/"))
                .group(1).replace(",", "")) < 20000:
            time.sleep(0.2)
        out = run(block.group(1), target, "/")
        # While the thread adds sessions its frame holds the dict, too; it
        # sleeps most of the time.
        for _ in range(4):
            if words(out) == words(block.group(2)):
                return
            out = run(block.group(1), target, "/")
    assert words(out) == words(block.group(2)), out


def test_files_named_in_the_readme():
    for path in ("examples/demo", "tests/all", "tests/fetch-pythons",
                 "tests/fetch-tools"):
        assert path in readme(), path
        assert os.access(os.path.join(TOP, path), os.X_OK), path
