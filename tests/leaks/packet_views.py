# SPDX-License-Identifier: GPL-2.0-or-later
r"""Headers of packets are kept as memoryviews: each keeps its whole packet.

place: \.headers\b
fix: (?i)copy|bytes\(|tobytes|slice
explains: 80
"""
import service


class Sniffer:
    def __init__(self):
        self.headers = []

    def receive(self, packet):
        self.headers.append(memoryview(packet)[:20])


SNIFFER = Sniffer()


def receive(numbers):
    for number in numbers:
        SNIFFER.receive(b"%08d" % number * 500)


service.run(receive, 500, 6000)
