# SPDX-License-Identifier: GPL-2.0-or-later
r"""Status words of devices become IntFlag members; the class remembers one for
each value that it has seen.  After python/cpython#101658 and #131045 on the
pseudo-members of flags.

place: Status|_value2member_map_
fix: (?i)flag
explains: 60
"""
import enum

import service

# Wide masks; up to 3.10 a new member takes time by how many there are.
Status = enum.IntFlag("Status", [("BIT%d" % i, 1 << 24000 + i)
                                 for i in range(24)])


def read(numbers):
    for number in numbers:
        Status(number * 7919 % (1 << 24) << 24000)


service.run(read, 200, 1150)
