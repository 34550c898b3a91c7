# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory that objects own outside of their own blocks, as raw_fields()
reads it, against the blocks that tracemalloc has traced.

The target is raw_zoo.py; tests/unit/python/print-raw prints what is read.
"""
import collections
import os
import subprocess

import pythons
from blocks import Blocks, traced
from harness import PYHELD, Target, each, limit, text, unharmed

PRINT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(PYHELD))),
                     "tests", "unit", "python", "print-raw")

Owner = collections.namedtuple("Owner", "address complete type pieces")
Piece = collections.namedtuple("Piece", "address length flags field")

# Answers take blocks of less than that.
SMALL = 400

# A PyGC_Head, and what else may lie before an object.
BEFORE = (0, 16, 32)

# Pieces that tracemalloc does not see: what libraries allocate, mappings, and
# shapes from numpy's cache.
UNTRACED = {"state", "mapping", "dimensions"}

# Kinds of which tracemalloc sees no block but the object.
NATIVE = {"an_image"}

# Kinds whose data are pointers or may be.
POINTERS = {"an_ndarray_of_objects", "a_ctypes_structure_of_pointers"}


def owners(pid):
    """What print-raw prints, {address of the object: Owner}."""
    done = subprocess.run([PRINT, str(pid)], capture_output=True,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 0, text(done.stderr)
    found = {}
    for line in text(done.stdout).splitlines():
        kind, address, rest = line.split(" ", 2)
        where = int(address, 16)
        if kind == "object":
            complete, name = rest.split(" ", 1)
            owner = found[where] = Owner(where, complete == "complete", name,
                                         [])
        else:
            length, flags, field = rest.split(" ", 2)
            owner.pieces.append(Piece(where, int(length), flags, field))
    return found


def shares_blocks(python, name):
    """All deques of this version share a list of free blocks."""
    return python.minor < (3, 11) and "deque" in name


def find_traced(stated, piece):
    """The traced block of the piece, taken out of `stated`, or None."""
    for before in BEFORE if "o" in piece.flags else (0,):
        if piece.address - before in stated:
            return stated.pop(piece.address - before)
    return None


def check_pieces(python, name, owner, stated):
    """Each piece is a traced block, and as long as what was asked for."""
    for piece in owner.pieces:
        size = find_traced(stated, piece)
        if size is None:
            assert piece.field in UNTRACED or "s" in piece.flags or \
                name in NATIVE or shares_blocks(python, name), (name, piece)
        else:
            assert piece.length in (0, size), (name, piece, size)


def check_kind(python, name, more, owner, buffer, stated):
    assert owner.complete, (name, owner)
    stated = dict(stated)
    for before in BEFORE:
        stated.pop(owner.address - before, None)
    check_pieces(python, name, owner, stated)
    rest = {hex(a): size for a, size in stated.items() if size >= SMALL}
    assert not rest or more or shares_blocks(python, name), (name, rest)
    if buffer:
        of = [p for p in owner.pieces
              if p.address <= buffer < p.address + p.length]
        assert len(of) == 1, (name, hex(buffer), owner.pieces)
        assert ("l" in of[0].flags) == (name not in POINTERS), (name, of)


def check_blocks(found, blocks):
    """Each piece of each object of the process begins where a block begins,
    is no longer, and has one owner."""
    owned = {}
    wrong = []
    for owner in found.values():
        # A capsule may hold any pointer.
        for piece in owner.pieces if owner.type != "PyCapsule" else ():
            block = blocks.around(piece.address)
            if block is None:
                continue        # static data
            header = piece.address - block.start
            if "o" in piece.flags:
                fits = header in BEFORE
            else:
                fits = block.object is None and \
                    header in ((0, 8, 16) if piece.field == "state" else (0,))
            if not fits or header + piece.length > block.size:
                wrong.append((owner.type, piece, block))
            if "s" in piece.flags or "o" in piece.flags:
                continue
            if block.start in owned:
                wrong.append((owner.type, piece, owned[block.start]))
            owned[block.start] = owner.type, piece
    assert not wrong, (len(wrong), wrong[:5])
    return owned


@each(pythons.supported)
@limit(300)
def test_owned_memory_is_what_was_allocated_for_it(python):
    with Target(python, "raw_zoo.py",
                env={"PYTHONTRACEMALLOC": "1"}) as target:
        print("# %s has no %s" % (python.label,
                                  ", ".join(target.facts["missing"])))
        made = {}
        for name in target.facts["kinds"]:
            target.ask({"make": name})
            stated = traced(target)
            made[name] = target.ask({"where": name}), stated
        found = owners(target.pid)
        blocks = Blocks(target.pid)
        unharmed(target)
    for name, (where, stated) in made.items():
        check_kind(python, name, target.facts["kinds"][name],
                   found[where["address"]], where["buffer"], stated)
    owned = check_blocks(found, blocks)
    raw = {b.start: b.size for b in blocks.by_start.values()
           if b.object is None}
    print("# %s: %d kinds; %d of %d raw blocks, %d of %d bytes have an owner "
          "by its fields" % (python.label, len(made),
                             len(owned.keys() & raw.keys()), len(raw),
                             sum(raw.get(a, 0) for a in owned),
                             sum(raw.values())))
    assert len(made) > 60
