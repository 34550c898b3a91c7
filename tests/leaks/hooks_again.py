# SPDX-License-Identifier: GPL-2.0-or-later
r"""A view registers a function to run before each request, each time that it is
called itself.

needs: flask
place: before_request_funcs
fix: (?i)once|regist|start
explains: 60
"""
import flask

import service

APP = flask.Flask("shop")


def open_page(number):
    user = {"id": number, "name": "user %d" % number}

    def check_user():
        return user["name"]

    APP.before_request(check_user)


def serve(numbers):
    for number in numbers:
        open_page(number)


service.run(serve, 1000, 15000)
