# SPDX-License-Identifier: GPL-2.0-or-later
"""Read what tests/targets/truth.py states.

The stream is sections: an 8-byte name, a little-endian 8-byte length, data.
"names" is text, a line for each type: its address and ascii() of its name.
All others are columns of signed 64-bit integers:

    ids, types     address of each object, of its type
    sizes          sys.getsizeof, -1 not stated
    gens           generation, 3 permanent, -1 untracked
    flags          1 references not stated, 2 type has no plain name
    nrefs, refs    how many referents each has, and all of these in a row
    nextra, extra  likewise, some that no tp_traverse visits: the names of
                   code, classes and descriptors; keys of dicts, of which some
                   share those of a class
    counts         sys.getrefcount while asking
    misc           the probe's index, then addresses whose reference count
                   is not stated
"""
import array
import ast
import os
import struct

IMMORTAL = "immortal"   # in place of a reference count

F_NO_REFERENCES = 1
F_NO_TYPE_NAME = 2


def read_header(python, fd, address):
    """(reference count or IMMORTAL, type) of the object at `address` of a
    process whose memory is open as `fd`."""
    if python.free_threaded:
        # The owning thread's count, and the others' above two bits of state.
        local, shared, of = struct.unpack_from(
            "<IqQ", os.pread(fd, 32, address), 12)
        return IMMORTAL if local == 0xffffffff else local + (shared >> 2), of
    count, of = struct.unpack("<QQ", os.pread(fd, 16, address))
    if python.minor >= (3, 12):
        count = IMMORTAL if count & 1 << 31 else count & 0xffffffff
    return count, of


class Statement:
    def __init__(self, data, version):
        """`version`: of the CPython, as sys.version_info[:3]."""
        self.version = version
        at = 0
        columns = {}
        data = memoryview(data)
        while at < len(data):
            name = bytes(data[at:at + 8]).decode().strip()
            n = int.from_bytes(data[at + 8:at + 16], "little")
            at += 16
            if name == "names":
                self.names = dict(self.parse_names(bytes(data[at:at + n])))
                at += n
            else:
                column = array.array("q")
                column.frombytes(data[at:at + 8 * n])
                columns[name] = column
                at += 8 * n
        self.__dict__.update(columns)
        probe = self.misc[0]
        # The probe is owned by main()'s local alone.
        asking = self.counts[probe] - 1
        uncounted = set(self.misc[1:])
        # Before 3.12 nothing is immortal: 3.11 starts at 999,999,999.
        least = 1 << 30 if version >= (3, 12) else 1 << 62
        self.counts = [
            None if i in uncounted else
            IMMORTAL if c >= least else c - asking
            for i, c in zip(self.ids, self.counts)]
        self.index = {a: i for i, a in enumerate(self.ids)}
        # Held by nothing but the list of all objects: gone with it.  Such
        # are interned strings whose last holder was the method cache (the
        # dict of interned strings, tracked since 3.14, doesn't count).
        self.gone = {a for a, c in zip(self.ids, self.counts) if c == 0}
        self.starts = self.running(self.nrefs)
        self.extra_starts = self.running(self.nextra)

    @staticmethod
    def parse_names(data):
        for line in data.decode().splitlines():
            address, name = line.split(" ", 1)
            yield int(address), ast.literal_eval(name)

    @staticmethod
    def running(counts):
        starts, at = array.array("q"), 0
        for n in counts:
            starts.append(at)
            at += n
        return starts

    def references(self, i):
        start = self.starts[i]
        return self.refs[start:start + self.nrefs[i]]

    def extra_references(self, i):
        start = self.extra_starts[i]
        return self.extra[start:start + self.nextra[i]]

    def type_name(self, i):
        return self.names[self.types[i]]


