# SPDX-License-Identifier: GPL-2.0-or-later
"""A leak below secret keys: a report shows them unless it is redacted.

It prints {"contents": [...], "identifiers": [...]} and, after a line on stdin,
has leaked more.
"""
import json
import os
import sys
import threading


def secret(word):
    # As one literal it would be a constant of this module's code, too.
    return "Hidden" + word


class SecretVisit:
    def __init__(self, number):
        self.secret_note = secret("Note%d " % number) * 3
        self.number = number


def secret_serve(numbers):
    for i in numbers:
        secret_visits[CUSTOMER].append(SecretVisit(i))
        secret_visits[secret("Key%d" % i)] = i


def secret_wait(secret_local):
    os.read(0, 1)


CUSTOMER = secret("Customer")
secret_visits = {CUSTOMER: []}
secret_serve(range(2000))
facts = {"contents": ["HiddenCustomer", "HiddenNote", "HiddenKey",
                      "HiddenThread", "HiddenOption"],
         "identifiers": ["SecretVisit", "secret_visits", "secret_wait",
                         "secret_local", "secret_note", "secret_leak.py"]}
os.write(1, json.dumps(facts).encode() + b"\n")
sys.stdin.readline()
secret_serve(range(2000, 30000))
threading.Thread(target=secret_wait, args=([CUSTOMER * 9000],),
                 name=secret("Thread"), daemon=True).start()
os.write(1, b"{}\n")
threading.Event().wait()
