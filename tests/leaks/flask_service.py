# SPDX-License-Identifier: GPL-2.0-or-later
r"""A Flask service on werkzeug's server, with sessions, templates and a bounded
cache, under steady load.

needs: flask
healthy: yes
"""
import functools
import os
import sqlite3

import flask

import service

APP = flask.Flask("shop")
APP.secret_key = b"a secret"
DATABASE = sqlite3.connect(":memory:", check_same_thread=False)
DATABASE.execute("CREATE TABLE stock (id INTEGER PRIMARY KEY, name TEXT)")
DATABASE.executemany("INSERT INTO stock VALUES (?, ?)",
                     [(i, "product %d" % i) for i in range(2000)])
PAGE = "<h1>{{ product[1] }}</h1>{% for i in seen %}<p>{{ i }}</p>{% endfor %}"


@functools.lru_cache(maxsize=500)
def product_of(number):
    return DATABASE.execute("SELECT * FROM stock WHERE id = ?",
                            [number]).fetchone()


@APP.route("/product/<int:number>")
def show(number):
    seen = flask.session.get("seen", [])[-5:] + [number]
    flask.session["seen"] = seen
    return flask.render_template_string(PAGE, product=product_of(number),
                                        seen=seen)


@APP.route("/pid")
def pid():
    return str(os.getpid())


service.run_server(lambda port: APP.run(port=port, threaded=True),
                   lambda number: "/product/%d" % (number % 2000), 300, 1000)
