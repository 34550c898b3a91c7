# SPDX-License-Identifier: GPL-2.0-or-later
r"""A job that reads tables, joins them with one that it has read once, and
writes results; a table has columns of lists, dicts and dates.

needs: pandas
healthy: yes
"""
import io
import json

import pandas

import service

CUSTOMERS = pandas.DataFrame({
    "customer": range(5000),
    "name": ["customer %d" % i for i in range(5000)],
    "tags": [["tag %d" % i, "new"] for i in range(5000)],
    "address": [{"city": "city %d" % i} for i in range(5000)],
    "since": pandas.date_range("2020-01-01", periods=5000)})


def work(numbers):
    for number in numbers:
        text = "customer,price\n" + "".join(
            "%d,%d\n" % (i * number % 5000, i) for i in range(300))
        orders = pandas.read_csv(io.StringIO(text))
        sums = orders.groupby("customer").price.sum().reset_index()
        joined = sums.merge(CUSTOMERS, on="customer")
        json.dumps(joined[["name", "price"]].to_dict("records"))


service.run_steady(work, 20, 80)
