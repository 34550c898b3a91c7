# SPDX-License-Identifier: GPL-2.0-or-later
r"""Modules are imported when they are first needed: the process grows by code,
once.  Mistaken for a leak where the RSS after a start is compared with that
after the first requests.

healthy: yes
"""
import importlib

import service

FIRST = ["calendar", "gzip", "plistlib"]
THEN = """
ast asyncio bz2 cProfile concurrent.futures.process ctypes curses dbm difflib
dis doctest email.mime.multipart ensurepip fileinput fractions ftplib getpass
gettext http.cookiejar imaplib inspect lzma mailbox mimetypes modulefinder
multiprocessing.managers multiprocessing.pool netrc optparse pdb pickletools
pkgutil platform poplib pprint profile pstats pyclbr pydoc pydoc_data.topics
sched shelve smtplib ssl statistics symtable tarfile timeit trace tracemalloc
turtledemo unittest.mock venv wave webbrowser wsgiref.simple_server
xml.dom.minidom xml.sax.expatreader xmlrpc.client xmlrpc.server zipapp zipfile
""".split()


def serve(numbers):
    for name in (FIRST if numbers[0] == 0 else THEN):
        try:
            importlib.import_module(name)
        except ImportError:
            pass                # some builds lack curses, dbm or the topics


service.run(serve, 1, 2)
