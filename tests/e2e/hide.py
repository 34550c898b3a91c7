# SPDX-License-Identifier: GPL-2.0-or-later
"""Change a core so that the files that it names do not exist."""
import mmap
import struct

PT_NOTE, NT_FILE = 4, 0x46494c45


def notes(data):
    """(type, offset of the description, its length) of each note."""
    at, nr = struct.unpack_from("<Q", data, 32)[0], \
        struct.unpack_from("<H", data, 56)[0]
    for i in range(nr):
        kind, _, start = struct.unpack_from("<IIQ", data, at + 56 * i)
        size = struct.unpack_from("<Q", data, at + 56 * i + 32)[0]
        if kind != PT_NOTE:
            continue
        end = start + size
        while start + 12 <= end:
            name, desc, kind = struct.unpack_from("<III", data, start)
            start += 12 + (name + 3) // 4 * 4
            yield kind, start, desc
            start += (desc + 3) // 4 * 4


def hide_files(path):
    """Change the core in place: each "/usr/lib/x" in NT_FILE becomes
    "!usr/lib/x".  No such file exists, so only the core itself can be read."""
    with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as data:
        for kind, start, size in notes(data):
            if kind != NT_FILE:
                continue
            names = start + 16 + 24 * struct.unpack_from("<Q", data, start)[0]
            hidden = b"\0" + data[names:start + size]
            data[names:start + size] = hidden.replace(b"\0/", b"\0!")[1:]
            return
    raise AssertionError("no NT_FILE in " + path)
