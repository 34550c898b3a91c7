# SPDX-License-Identifier: GPL-2.0-or-later
r"""A crawler has a jar of cookies for each of its sessions, which are used
once; the jars stay.  After scrapy/scrapy#715.

place: \.jars\b
fix: (?i)\bjar
explains: 60
"""
import collections
import http.cookiejar

import service


class Cookies:
    def __init__(self):
        self.jars = collections.defaultdict(http.cookiejar.CookieJar)

    def answer(self, session, domain):
        for name in ["id", "seen"]:
            self.jars[session].set_cookie(http.cookiejar.Cookie(
                0, name, "%s-%d" % (name, session), None, False, domain, True,
                False, "/", True, False, None, True, None, None, {}))


COOKIES = Cookies()


def crawl(numbers):
    for number in numbers:
        COOKIES.answer(number, "shop%d.example" % (number % 500))


service.run(crawl, 500, 5000)
