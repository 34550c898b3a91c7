# SPDX-License-Identifier: GPL-2.0-or-later
"""States every class by its address, and which objects the collector has."""
import gc
import json
import os


class Node:
    def __init__(self, number):
        self.number = number
        self.next = None


def classes():
    todo, found = [object], {}
    while todo:
        c = todo.pop()
        if id(c) not in found:
            found[id(c)] = c.__name__
            todo += type.__subclasses__(c)
    return found


def main():
    nodes = [Node(i) for i in range(1000)]
    for a, b in zip(nodes, nodes[1:]):
        a.next = b
    gc.collect()
    gc.disable()
    facts = {"classes": classes(), "pid": os.getpid()}
    # What states it is left out: it goes when it is written.
    facts["containers"] = [id(o) for o in gc.get_objects()]
    os.write(1, json.dumps(facts).encode() + b"\n")
    del facts
    os.read(0, 1)
    return nodes


if __name__ == "__main__":
    main()
