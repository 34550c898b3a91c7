# SPDX-License-Identifier: GPL-2.0-or-later
r"""An archive is written as a stream; TarFile keeps a TarInfo of each member.
After python/cpython#102120 and #139960.

place: \.members\b
fix: (?i)members|archive
explains: 60
"""
import io
import os
import tarfile

import service

ARCHIVE = tarfile.open(fileobj=open(os.devnull, "wb"), mode="w|")


def archive(numbers):
    for number in numbers:
        member = tarfile.TarInfo("events/%d.json" % number)
        member.size = 40
        ARCHIVE.addfile(member, io.BytesIO(b"%-40d" % number))


service.run(archive, 2000, 18000)
