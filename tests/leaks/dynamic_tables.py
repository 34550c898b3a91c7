# SPDX-License-Identifier: GPL-2.0-or-later
r"""A table is described for each import, in one MetaData, and dropped from the
database alone.  After blaze/odo#385 and sqlalchemy/sqlalchemy#11788.

needs: sqlalchemy
place: \.tables\b
fix: MetaData
explains: 60
"""
import sqlalchemy

import service

METADATA = sqlalchemy.MetaData()


def load(numbers):
    for number in numbers:
        sqlalchemy.Table(
            "import_%d" % number, METADATA,
            sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True),
            *[sqlalchemy.Column("field%d" % i, sqlalchemy.String(20))
              for i in range(6)])


service.run(load, 120, 1000)
