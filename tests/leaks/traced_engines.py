# SPDX-License-Identifier: GPL-2.0-or-later
r"""A tracer notes, in a list of its class, how to take its listeners back: two
entries for each engine, and none of them alone keeps it.

open-telemetry/opentelemetry-python-contrib#1761

needs: sqlalchemy
place: \.taken_back\b
says: Engine|sqlalchemy
explains: 60
"""
import sqlalchemy
import sqlalchemy.event

import service


class Tracer:
    taken_back = []

    def __init__(self, engine):
        self.seconds = 0
        self.listen(engine, "before_cursor_execute", self.before)
        self.listen(engine, "after_cursor_execute", self.after)

    @classmethod
    def listen(cls, engine, name, function):
        sqlalchemy.event.listen(engine, name, function)
        cls.taken_back.append((engine, name, function))

    def before(self, connection, *rest):
        self.seconds -= 1

    def after(self, connection, *rest):
        self.seconds += 1


def serve(numbers):
    for _ in numbers:
        engine = sqlalchemy.create_engine("sqlite://")
        Tracer(engine)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1")).fetchall()
        engine.dispose()


service.run(serve, 150, 1000)
