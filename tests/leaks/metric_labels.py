# SPDX-License-Identifier: GPL-2.0-or-later
r"""The path of each request, with its number, is a label of a metric.

BerriAI/litellm#12159

needs: prometheus_client
place: _metrics\b
fix: (?i)label
explains: 60
"""
import prometheus_client

import service

REQUESTS = prometheus_client.Counter("requests", "Requests", ["path"])


def serve(numbers):
    for number in numbers:
        REQUESTS.labels("/orders/%d" % number).inc()


service.run(serve, 500, 9000)
