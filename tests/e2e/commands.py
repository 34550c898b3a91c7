# SPDX-License-Identifier: GPL-2.0-or-later
"""Command lines for every command of pyheld.

TARGET stands for the target and the options that it needs, ADDRESS for an
object in it, EARLIER for a capture of the same process, and FOLDER for a folder
to write to.
"""
import re

from harness import pyheld

LINES = """
summary TARGET
summary --json TARGET
memory TARGET
memory --json TARGET EARLIER
alloc TARGET
alloc --json --by=traceback TARGET EARLIER
chain --type=dict TARGET
chain --address=ADDRESS --json TARGET
cycles TARGET
cycles --json TARGET
garbage TARGET
garbage --json TARGET
leaks TARGET
leaks --json TARGET EARLIER
object TARGET ADDRESS
object --json TARGET ADDRESS
stacks --locals TARGET
stacks --json --sort=retained TARGET
retained --depth=2 TARGET
retained --json TARGET
refs TARGET
refs --json TARGET
doctor TARGET
doctor --json TARGET
diff EARLIER TARGET
diff --json EARLIER TARGET
sql TARGET SELECT(type),count(*)FROM(objects)GROUP/**/BY/**/1
sql --json TARGET SELECT(type),count(*)FROM(objects)GROUP/**/BY/**/1
export TARGET
export -o FOLDER/heap.jsonl TARGET
export --format=sqlite -o FOLDER/heap.db TARGET
export --format=heapsnapshot -o FOLDER/heap.heapsnapshot TARGET
export --format=dot --address=ADDRESS -o FOLDER/heap.dot TARGET
export --format=folded --value=objects TARGET
export --format=speedscope TARGET
export --format=pprof -o FOLDER/heap.pprof TARGET
export --fleet -o FOLDER/fleet TARGET
export --fleet --format=csv --tables=types --label=a=b -o FOLDER/fleet TARGET
capture -o FOLDER/new.pyheld TARGET
report -o FOLDER/report.html TARGET EARLIER
report --redact -o FOLDER/report.html TARGET EARLIER
watch --count=2 --interval=20ms TARGET
watch --count=1 --metrics=FOLDER/pyheld.prom TARGET
watch --count=1 --json --when=objects>1 -o FOLDER/watched.pyheld TARGET
""".strip().splitlines()

# These read no target.
WITHOUT_TARGET = ["help", "ps"]
# These need a terminal: they have tests of their own.
ON_TERMINAL = ["browse", "top"]


def names():
    """What `pyheld help` lists."""
    out = pyheld("help").out.decode()
    listed = out.partition("\nCommands:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^  (\S+)  ", listed, re.M)
    assert found, out
    return found


def missing():
    """Commands that LINES has no line for: a new one has to be added."""
    return set(names()) - {line.split()[0] for line in LINES} \
        - set(WITHOUT_TARGET) - set(ON_TERMINAL)


def one_each():
    """One line of each command: the last one."""
    return list({line.split()[0]: line for line in LINES}.values())


def fill(line, target, address, earlier, folder):
    """The arguments of a line; `target` is a list of them."""
    args = []
    for word in line.split():
        if word == "TARGET":
            args += map(str, target)
        else:
            args.append(word.replace("ADDRESS", address)
                        .replace("EARLIER", earlier).replace("FOLDER", folder))
    return args
