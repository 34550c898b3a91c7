# SPDX-License-Identifier: GPL-2.0-or-later
r"""A process has read a large catalogue, which is most of its memory, and looks
things up in it.

Without an older capture it may be named, as nothing tells it from a table that
grows; with one, it has not grown.

older: yes
healthy: yes
"""
import service


class Article:
    def __init__(self, number):
        self.number = number
        self.title = "article %d" % number
        self.words = ["word %d" % (number + i) for i in range(4)]
        self.prices = {"EUR": number / 100, "USD": number / 90}


ARTICLES = {i: Article(i) for i in range(30000)}
BY_TITLE = {article.title: article for article in ARTICLES.values()}


def look_up(numbers):
    for number in numbers:
        article = BY_TITLE["article %d" % (number * 7919 % 30000)]
        "%s: %s" % (article.title, ", ".join(article.words))


service.run_steady(look_up, 1000, 20000)
