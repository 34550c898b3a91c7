# SPDX-License-Identifier: GPL-2.0-or-later
r"""A feed is parsed incrementally and each element is cleared; but the root
keeps all of them as its children.  After python/cpython#93618 and
dogsheep/healthkit-to-sqlite#7.

place: (?i)FEED|root|Element
fix: (?i)clear|root|child
explains: 60
"""
import xml.etree.ElementTree as ET

import service

FEED = ET.XMLPullParser(["end"])
FEED.feed("<workouts>")


def read(numbers):
    for number in numbers:
        FEED.feed("<record type='step' number='%d'><value>%d</value></record>"
                  % (number, number % 100))
        for _, element in FEED.read_events():
            element.clear()


service.run(read, 10000, 120000)
