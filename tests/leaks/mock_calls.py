# SPDX-License-Identifier: GPL-2.0-or-later
r"""A mock stands in for a client in a long-running staging service: it records
each call with its arguments.

python/cpython#106823

place: mock_calls|call_args_list|_mock_|\bCLIENT\b
fix: (?i)mock
explains: 60
"""
import unittest.mock

import service

CLIENT = unittest.mock.MagicMock()


def serve(numbers):
    for number in numbers:
        CLIENT.send({"id": number, "text": "message %d" % number})


service.run(serve, 500, 6000)
