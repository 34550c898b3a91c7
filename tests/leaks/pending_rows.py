# SPDX-License-Identifier: GPL-2.0-or-later
r"""A session of SQLAlchemy adds objects and is never committed.

needs: sqlalchemy
place: \bSESSION\b|\b_new\b
fix: (?i)commit|close\(|expunge|rollback|flush
explains: 60
"""
import sqlalchemy
from sqlalchemy import orm

import service

Base = orm.declarative_base()


class Measurement(Base):
    __tablename__ = "measurement"
    id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
    sensor = sqlalchemy.Column(sqlalchemy.String)
    value = sqlalchemy.Column(sqlalchemy.Float)


SESSION = orm.Session(sqlalchemy.create_engine("sqlite://"), autoflush=False)


def measure(numbers):
    for number in numbers:
        SESSION.add(Measurement(sensor="sensor %d" % number, value=number / 3))


service.run(measure, 500, 6000)
