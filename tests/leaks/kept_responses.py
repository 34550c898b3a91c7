# SPDX-License-Identifier: GPL-2.0-or-later
r"""A client keeps all responses for its statistics, with their bodies.

needs: requests
place: \.history\b
says: Response
explains: 60
"""
import io

import requests
import urllib3

import service


class Local(requests.adapters.HTTPAdapter):
    """Answers without a network."""
    def send(self, request, **options):
        body = io.BytesIO(b"%08d" % len(request.url) * 500)
        return self.build_response(request, urllib3.HTTPResponse(
            body, status=200, headers={"Content-Type": "text/plain"},
            preload_content=False))


class Client:
    def __init__(self):
        self.session = requests.Session()
        self.session.mount("http://", Local())
        self.history = []

    def get(self, url):
        response = self.session.get(url)
        self.history.append(response)
        return response.text


CLIENT = Client()


def crawl(numbers):
    for number in numbers:
        CLIENT.get("http://example.com/%d" % number)


service.run(crawl, 100, 1600)
