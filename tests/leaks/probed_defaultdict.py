# SPDX-License-Identifier: GPL-2.0-or-later
r"""A defaultdict is asked for keys that it lacks, and makes an entry of each.

place: \.rights\b
fix: (?i)\.get\(|empty|reading
explains: 60
"""
import collections

import service


class Access:
    def __init__(self):
        self.rights = collections.defaultdict(set)

    def allows(self, user, action):
        return action in self.rights[user]


ACCESS = Access()


def serve(numbers):
    for number in numbers:
        ACCESS.allows("visitor %d" % number, "read")


service.run(serve, 4000, 45000)
