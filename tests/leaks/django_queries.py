# SPDX-License-Identifier: GPL-2.0-or-later
r"""Django keeps each query of a connection under DEBUG: up to 9,000.

open-cloud/xos#94

needs: django
place: queries_log
not: intern\(|look equal
fix: DEBUG|reset_queries
older: yes
"""
import django
from django.conf import settings
from django.db import connection

import service

settings.configure(
    DEBUG=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": ":memory:"}})
django.setup()


def import_rows(numbers):
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("INSERT INTO stock VALUES (%s, %s)",
                           [number, "a description of product %d " % number
                            * 40])


with connection.cursor() as setup:
    setup.execute("CREATE TABLE stock (id INTEGER, description TEXT)")
service.run(import_rows, 1000, 8000)
