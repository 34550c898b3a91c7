# SPDX-License-Identifier: GPL-2.0-or-later
r"""A schema class is made for each request, and a registry keeps classes.

marshmallow-code/marshmallow#732

place: \bREGISTRY\b
fix: (?i)class
explains: 60
"""
import service

REGISTRY = {}


class Schema:
    def __init_subclass__(cls):
        super().__init_subclass__()
        REGISTRY.setdefault(cls.__name__, []).append(cls)


def schema_of(fields):
    return type("Order", (Schema,), {name: None for name in fields})


def serve(numbers):
    for number in numbers:
        schema_of(["id", "name", "field_%d" % number])()


service.run(serve, 500, 6000)
