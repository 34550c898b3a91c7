# SPDX-License-Identifier: GPL-2.0-or-later
r"""Titles that lxml's XPath found are kept: each is a "smart" string, and keeps
the document that it was found in.

scrapy/scrapy#535

needs: lxml
place: \bTITLES\b
fix: (?i)smart_strings|str\(
explains: 70
"""
from lxml import etree

import service

TITLES = []


def read(number):
    rows = "".join("<row n='%d'>value %d</row>" % (i, i) for i in range(100))
    document = etree.fromstring("<page><title>page %d</title>%s</page>"
                                % (number, rows))
    TITLES.extend(document.xpath("title/text()"))


def crawl(numbers):
    for number in numbers:
        read(number)


service.run(crawl, 100, 1500)
