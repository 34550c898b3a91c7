# SPDX-License-Identifier: GPL-2.0-or-later
r"""A default argument is a list, which all calls share.

place: \bparse\b
fix: (?i)default|None
explains: 60
"""
import service


def parse(line, errors=[]):
    try:
        return int(line)
    except ValueError:
        errors.append({"line": line, "words": line.split()})


def load(numbers):
    for number in numbers:
        parse("line %d is wrong" % number)


service.run(load, 2000, 25000)
