# SPDX-License-Identifier: GPL-2.0-or-later
r"""attrs makes a class for each request; the source of its methods stays in
linecache, and the class in a table of the program.

reagento/adaptix#461

needs: attr
place: linecache\.cache|\bMODELS\b
fix: (?i)class
explains: 60
"""
import attr

import service

MODELS = {}


def model_of(number):
    model = MODELS[number] = attr.make_class(
        "Model", ["id", "name", "field_%d" % number])
    return model


def serve(numbers):
    for number in numbers:
        model_of(number)(number, "name", 0)


service.run(serve, 50, 500)
