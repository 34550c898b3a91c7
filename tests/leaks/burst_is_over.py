# SPDX-License-Identifier: GPL-2.0-or-later
r"""A burst is over; a few blocks that are left keep the allocator's memory.

healthy: yes
says: (?i)resident|\bRSS\b
"""
import collections

import service

SAMPLES = collections.deque(maxlen=1000)


def receive(numbers):
    packets = [b"%010d" % number * 40 for number in numbers]
    SAMPLES.extend(packets[::150])


service.run(receive, 150000, 350000)
